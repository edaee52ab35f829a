"""Reads the roots out of installed packages and programs, for roots.py: each
function gives {id, source, roots: {sha256: DER}, dates: {sha256: day}} or None
where the program is not here."""
import base64
import ctypes
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import chromium  # noqa: E402

PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+([^-]+)-----END")


def say(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def collected(name, source, ders, dates=None):
    roots = {hashlib.sha256(der).hexdigest(): der for der in ders}
    return {"id": name, "source": source, "roots": roots,
            "dates": dates or {}} if roots else None


def of_pem(text):
    return [base64.b64decode(body) for body in PEM.findall(text)]


def debian():
    """The package's own files: the bundle may have local roots too."""
    version = say("dpkg-query", "-W", "-f", "${Version}", "ca-certificates")
    files = pathlib.Path("/usr/share/ca-certificates/mozilla")
    if not version or not files.is_dir():
        return None
    return collected(f"debian-{version[:8]}", f"ca-certificates {version}",
                     [der for path in sorted(files.glob("*.crt"))
                      for der in of_pem(path.read_text())])


def certifi():
    text = say(sys.executable, "-c", "import certifi; print("
               "certifi.__version__, certifi.where())")
    if not text:
        return None
    version, path = text.split(" ", 1)
    return collected(f"certifi-{version}", f"certifi {version} ({path})",
                     of_pem(pathlib.Path(path).read_text()))


def node():
    version = say("node", "--version").lstrip("v")
    text = say("node", "-p", "tls.rootCertificates.join('\\n')")
    return collected(f"node-{version}", f"tls.rootCertificates of Node "
                     f"{version}", of_pem(text)) if version else None


def temurin():
    """The keystore of the java of PATH, if it is its own."""
    version = re.search(r"Temurin-(\d+[\d.]*)", say("java", "--version"))
    home = shutil.which("java")
    if version is None or home is None:
        return None
    store = pathlib.Path(home).resolve().parents[1] / "lib/security/cacerts"
    text = say("keytool", "-list", "-rfc", "-keystore", str(store),
               "-storepass", "changeit")
    return collected(f"temurin-{version[1].rstrip('.')}",
                     f"cacerts of Temurin {version[1]}", of_pem(text))


def go():
    """The newest module of golang.org/x/crypto/x509roots/fallback here."""
    place = (say("go", "env", "GOMODCACHE")
             or str(pathlib.Path.home() / "go/pkg/mod"))
    found = sorted(pathlib.Path(place).glob(
        "golang.org/x/crypto/x509roots/fallback@*/bundle.go"),
        key=lambda path: re.findall(r"-(\d{14})-", str(path)))
    if not found:
        return None
    day = re.findall(r"-(\d{8})\d{6}-", str(found[-1]))[0]
    return collected(f"go-x509roots-{day}", "golang.org/x/crypto/x509roots/"
                     f"fallback of {day}", of_pem(found[-1].read_text()))


class Attribute(ctypes.Structure):
    """CK_ATTRIBUTE"""
    _fields_ = [("type", ctypes.c_ulong), ("value", ctypes.c_void_p),
                ("size", ctypes.c_ulong)]


# PKCS#11 and pkcs11n.h of NSS: classes, attributes, one value.
CERTIFICATE, NSS_TRUST = 1, 0xCE534353
CLASS, VALUE, SHA1 = 0, 0x11, 0xCE5363B4
SERVER_AUTH, DELEGATOR = 0xCE536358, 0xCE534352
DISTRUST_AFTER = 0xCE534373
# Places in CK_FUNCTION_LIST.
INITIALIZE, GET_INFO, SLOTS, OPEN = 0, 2, 4, 12
GET_VALUE, FIND_INIT, FIND, FIND_END = 24, 26, 27, 28


class Builtins:
    """libnssckbi.so by PKCS#11."""

    def __init__(self, path):
        functions = ctypes.c_void_p()
        library = ctypes.CDLL(path)
        library.C_GetFunctionList(ctypes.byref(functions))
        self.functions = ctypes.cast(functions.value + 8,
                                     ctypes.POINTER(ctypes.c_void_p))
        self.call(INITIALIZE, None)
        count = ctypes.c_ulong(1)
        slot, self.session = ctypes.c_ulong(), ctypes.c_ulong()
        self.call(SLOTS, ctypes.c_ubyte(1), ctypes.byref(slot),
                  ctypes.byref(count))
        self.call(OPEN, slot, ctypes.c_ulong(4), None, None,
                  ctypes.byref(self.session))

    def call(self, at, *arguments):
        kind = ctypes.CFUNCTYPE(ctypes.c_ulong)
        return ctypes.cast(self.functions[at], kind)(*arguments)

    def version(self):
        info = (ctypes.c_ubyte * 88)()
        self.call(GET_INFO, ctypes.byref(info))
        # Behind the versions, the names and the flags of CK_INFO.
        return f"{info[80]}.{info[81]}"

    def objects(self, kind):
        value = ctypes.c_ulong(kind)
        wanted = Attribute(CLASS, ctypes.cast(ctypes.byref(value),
                                              ctypes.c_void_p),
                           ctypes.sizeof(value))
        self.call(FIND_INIT, self.session, ctypes.byref(wanted),
                  ctypes.c_ulong(1))
        found, count = ctypes.c_ulong(), ctypes.c_ulong(1)
        handles = []
        while not self.call(FIND, self.session, ctypes.byref(found),
                            ctypes.c_ulong(1), ctypes.byref(count)):
            if count.value == 0:
                break
            handles.append(found.value)
        self.call(FIND_END, self.session)
        return handles

    def value(self, handle, attribute):
        buffer = ctypes.create_string_buffer(1 << 14)
        asked = Attribute(attribute, ctypes.cast(buffer, ctypes.c_void_p),
                          len(buffer))
        if self.call(GET_VALUE, self.session, ctypes.c_ulong(handle),
                     ctypes.byref(asked), ctypes.c_ulong(1)):
            return b""
        return buffer.raw[:asked.size]


def nss():
    found = sorted(pathlib.Path("/usr/lib").glob("**/libnssckbi.so"))
    if not found:
        return None
    builtins = Builtins(str(found[0]))
    trusted = set()
    for handle in builtins.objects(NSS_TRUST):
        trust = int.from_bytes(builtins.value(handle, SERVER_AUTH), "little")
        if trust == DELEGATOR:
            trusted.add(builtins.value(handle, SHA1))
    ders, dates = [], {}
    for handle in builtins.objects(CERTIFICATE):
        der = builtins.value(handle, VALUE)
        if hashlib.sha1(der).digest() not in trusted:
            continue
        ders.append(der)
        day = builtins.value(handle, DISTRUST_AFTER)
        if len(day) > 6:  # UTCTime; one octet says that there is none
            text = day.decode()
            dates[hashlib.sha256(der).hexdigest()] = (
                f"20{text[0:2]}-{text[2:4]}-{text[4:6]}")
    version = builtins.version()
    return collected(f"nss-{version}", f"NSS builtins {version} ({found[0]}), "
                     "trusted for TLS", ders, dates)


def of_binary(octets):
    """Every certificate that stands as DER in a program."""
    at, ders = octets.find(b"\x30\x82"), []
    while at >= 0:
        size = int.from_bytes(octets[at + 2:at + 4], "big") + 4
        if octets[at + 4:at + 6] == b"\x30\x82" and size < 4096:
            ders.append(octets[at:at + size])
        at = octets.find(b"\x30\x82", at + 1)
    return ders


def of_textproto(path):
    """sct_not_after of Chromium's root_store.textproto, by SHA-256."""
    dates = {}
    for block in re.findall(r"trust_anchors\s*{(.*?)\n}", path.read_text(),
                            re.S):
        sha256 = re.search(r'sha256_hex:\s*"([0-9a-f]{64})"', block)
        after = re.search(r"sct_not_after_sec:\s*(\d+)", block)
        if sha256 and after:
            dates[sha256[1]] = int(after[1])
    return dates


# What the page of chrome://certificate-manager asks the browser, too.
ASK_CHROME = """(async () => {
    const mojom = await import(
        "chrome://certificate-manager/certificate_manager.mojom-webui.js");
    const handler = new mojom.CertificateManagerPageHandlerRemote();
    const page = new mojom.CertificateManagerPageCallbackRouter();
    mojom.CertificateManagerPageHandlerFactory.getRemote()
        .createCertificateManagerPageHandler(
            page.$.bindNewPipeAndPassRemote(),
            handler.$.bindNewPipeAndPassReceiver());
    const answer = await handler.getCertificates(
        mojom.CertificateSource.kChromeRootStore);
    return answer.certs.map(one => one.sha256hashHex);
})()"""


def chrome(textproto=None):
    """By fingerprints, which the browser tells; the certificates stand in the
    program.  Its dates are in code that was generated from Chromium's
    root_store.textproto, which has to be given."""
    program = pathlib.Path("/usr/lib/chromium/chromium")
    if not program.exists() or chromium.find() is None:
        return None
    version = re.search(r"\d+(\.\d+)+", say(chromium.find(), "--version"))[0]
    with chromium.Chromium() as page:
        page.call("Page.navigate", url="chrome://certificate-manager/crscerts")
        page.wait_for("Page.loadEventFired")
        listed = {text.lower() for text in page.ask(ASK_CHROME)}
    ders = [der for der in of_binary(program.read_bytes())
            if hashlib.sha256(der).hexdigest() in listed]
    return collected(f"chrome-{version.split('.')[0]}",
                     f"Chrome Root Store in Chromium {version}, self-issued "
                     "anchors only", ders,
                     of_textproto(pathlib.Path(textproto)) if textproto
                     else None)


def all_sources(textproto):
    found = (debian(), certifi(), node(), temurin(), go(), nss(),
             chrome(textproto))
    return [one for one in found if one is not None]
