"""The newer clients and the further ones, found in PATH and in CLIENTS_DIR.

README.md beside this file says how each is had.  Of several versions the
newest visits.  Newer(work).installed() has their ids, versions() what visits.
"""
import os
import pathlib
import re
import shutil
import subprocess

from check_clients import GO, NODE, REQUESTS, Clients, run

VISITORS = pathlib.Path(__file__).resolve().parent / "visitors"
BUILD_WAIT = 900

# Programs that stand for another id since a version: (id, program, how it
# tells its version, the first version, the older id).
SINCE = (
    ("node26", "node", ("--version",), (24,), "node"),
    ("go127", "go", ("version",), (1, 26), "go"),
    ("java27", "java", ("-version",), (25,), "java"),
    ("git255", "git", ("--version",), (2, 50), "git"),
    ("bun", "bun", ("--version",), (1,), None),
    ("wget2", "wget2", ("--version",), (1,), None),
)


def folders():
    """Where programs may be: in CLIENTS_DIR, and then in PATH."""
    top = os.environ.get("CLIENTS_DIR")
    if not top:
        return [path for path in os.environ["PATH"].split(":") if path]
    top = pathlib.Path(top).resolve()
    inside = [top, *sorted(top.glob("bin")), *sorted(top.glob("*/bin")),
              *sorted(top.glob("**/node_modules/.bin"))]
    return [*map(str, inside), *os.environ["PATH"].split(":")]


def numbers(text):
    found = re.search(r"(\d+(?:\.\d+)+|\d+)", text)
    return tuple(map(int, found[1].split("."))) if found else ()


def newest(program, ask):
    """(version, path), () and None where there is none."""
    best = (), None
    for folder in folders():
        path = shutil.which(program, path=folder)
        if path:
            code, said = run([path, *ask], env={"HOME": "/tmp"})
            version = numbers(said.decode("utf-8", "replace"))
            if code == 0 and version > best[0]:
                best = version, path
    return best


def python_with(module):
    """The newest (version of the module, of Python, path) that imports it."""
    best = (), (), None
    for folder in folders():
        for name in ("python3", "python"):
            path = shutil.which(name, path=folder)
            if not path:
                continue
            code, said = run([path, "-c", f"import sys, {module} as m; print("
                              "m.__version__, *sys.version_info[:2])"])
            words = said.decode("utf-8", "replace").split()
            if code == 0 and len(words) == 3:
                best = max(best, (numbers(words[0]), tuple(map(
                    int, words[1:])), path))
    return best


def jars():
    top = os.environ.get("CLIENTS_DIR")
    return sorted(map(str, pathlib.Path(top).resolve().glob("**/*.jar"))) \
        if top else []


class Newer(Clients):
    """A method an id, as those of Clients."""

    def __init__(self, work):
        super().__init__(work)
        self.paths, self.known, self.older = {}, {}, set()

    def versions(self):
        return self.known

    def superseded(self):
        """Ids whose program here is a newer one, with an id of its own."""
        return self.older

    def add(self, client, version, path):
        self.paths[client] = path
        self.known[client] = ".".join(map(str, version)) or "?"

    def installed(self):
        self.find_programs()
        self.find_modules()
        self.build_go()
        self.build_java()
        self.build_c("mbedtls", "mbedtls.c", ["-lmbedtls", "-lmbedx509",
                                              "-lmbedcrypto"])
        self.build_c("wolfssl", "wolfssl.c", ["-lwolfssl"])
        self.build_rustls()
        if shutil.which("escript"):
            code, said = run([
                "erl", "-noshell", "-eval",
                "io:put_chars(erlang:system_info(otp_release)), halt()."])
            if code == 0:
                self.add("erlang", numbers(said.decode()),
                         shutil.which("escript"))
        return list(self.paths)

    def find_programs(self):
        as_root = os.geteuid() == 0 and run(["unshare", "-m", "true"])[0] == 0
        for client, program, ask, since, older in SINCE:
            version, path = newest(program, ask)
            if path and version >= since and \
                    (client != "wget2" or as_root):
                self.add(client, version, path)
                if path == shutil.which(program) and older:
                    self.older.add(older)

    def find_modules(self):
        version, python, path = python_with("requests")
        if path and version >= (2, 32) and python >= (3, 13):
            self.add("requests234", version, path)
        version, _, path = python_with("curl_cffi")
        if path:
            self.add("boringssl", version, path)

    def build_go(self):
        """As a module: what a program's go.mod says sets defaults."""
        if "go127" not in self.paths:
            return
        folder = self.work / "go127"
        folder.mkdir()
        (folder / "visit.go").write_text(GO)
        version = ".".join(self.known["go127"].split(".")[:2])
        (folder / "go.mod").write_text(f"module visit\n\ngo {version}\n")
        done = subprocess.run(
            [self.paths["go127"], "build", "-o", "visit"], cwd=folder,
            capture_output=True, timeout=BUILD_WAIT, check=False,
            env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "",
                 "GOCACHE": str(self.work / "go-cache")})
        if done.returncode == 0:
            self.paths["go127"] = str(folder / "visit")
        else:
            del self.paths["go127"], self.known["go127"]

    def build_java(self):
        version, path = newest("java", ("-version",))
        compiler = path and pathlib.Path(path).with_name("javac")
        providers = [client for client, name in (
            ("conscrypt", "conscrypt"), ("bouncycastle", "bctls"))
            if any(name in jar for jar in jars())]
        if version >= (25,):
            providers.append("java27")
        if not providers or not compiler.exists() or run(
                [str(compiler), "-d", str(self.work / "providers"),
                 str(VISITORS / "Visit.java")], timeout=60)[0] != 0:
            self.paths.pop("java27", None)
            return
        for client in providers:
            name = "bctls" if client == "bouncycastle" else client
            found = [numbers(jar.rsplit("-", 1)[1]) for jar in jars()
                     if name in pathlib.Path(jar).name and "-" in jar]
            self.add(client, max(found, default=version), path)

    def build_c(self, client, source, libraries):
        """With the library of CLIENTS_DIR/CLIENT, or the system's."""
        top = os.environ.get("CLIENTS_DIR") or "/nonexistent"
        own = pathlib.Path(top).resolve() / client
        flags = [f"-I{own}/include", f"-L{own}/lib", f"-Wl,-rpath,{own}/lib"] \
            if own.is_dir() else []
        program = self.work / f"visit-{client}"
        if run(["cc", *flags, "-o", str(program), str(VISITORS / source),
                *libraries], timeout=60)[0] == 0:
            header = {"mbedtls": "mbedtls/version.h",
                      "wolfssl": "wolfssl/version.h"}[client]
            _, said = run(["cc", *flags, "-E", "-dM", "-include", header, "-x",
                           "c", "/dev/null"])
            found = re.search(r"(?:MBEDTLS_VERSION_STRING |"
                              r"LIBWOLFSSL_VERSION_STRING )\s*\"([\d.]+)\"",
                              said.decode("utf-8", "replace"))
            self.add(client, numbers(found[1]) if found else (), str(program))

    def build_rustls(self):
        """A program that was built before, or one that cargo builds now."""
        top = os.environ.get("CLIENTS_DIR")
        built = top and shutil.which("visit", path=str(
            pathlib.Path(top).resolve() / "rustls"))
        if built:
            self.add("rustls", (), built)
            return
        if not shutil.which("cargo"):
            return
        folder = self.work / "rustls"
        shutil.copytree(VISITORS / "rustls", folder)
        done = subprocess.run(["cargo", "build", "-q"], cwd=folder,
                              capture_output=True, timeout=BUILD_WAIT,
                              check=False)
        if done.returncode == 0:
            lock = (folder / "Cargo.lock").read_text()
            found = re.search(r'name = "rustls"\nversion = "([\d.]+)"', lock)
            self.add("rustls", numbers(found[1]) if found else (),
                     str(folder / "target/debug/visit"))

    def program(self, client, s):
        return self._script(s, [self.paths[client]])

    def rustls(self, s):
        return self.program("rustls", s)

    def mbedtls(self, s):
        return self.program("mbedtls", s)

    def wolfssl(self, s):
        return self.program("wolfssl", s)

    def go127(self, s):
        return self.program("go127", s)

    def erlang(self, s):
        return self._script(s, ["escript", str(VISITORS / "erlang.escript")],
                            15)

    def boringssl(self, s):
        return self._script(s, [self.paths["boringssl"],
                                str(VISITORS / "boringssl.py")])

    def requests234(self, s):
        return self._script(s, [self.paths["requests234"], "-c", REQUESTS])

    def node26(self, s):
        return self._script(s, [self.paths["node26"], "-e", NODE, "--"])

    def bun(self, s):
        return self._script(s, [self.paths["bun"], "-e", NODE, "--"])

    def git255(self, s):
        return self._git(s, self.paths["git255"])

    def wget2(self, s):
        code, said = run([
            *self._with_hosts(), self.paths["wget2"], "-q", "-O", "/dev/null",
            "-t", "1", "-T", "5", f"--ca-certificate={s['store']}",
            "--ca-directory=/nonexistent", "--no-hsts",
            f"https://{s['host']}:{s['port']}/"])
        return code == 0, said

    def java_with(self, client, s):
        return self._script(s, [
            self.paths[client], "-Xshare:auto", "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC", f"-Djdk.net.hosts.file={self.work}/hosts",
            "-cp", ":".join([str(self.work / "providers"), *jars()]), "Visit",
            "jdk" if client == "java27" else client], 30)

    def java27(self, s):
        return self.java_with("java27", s)

    def conscrypt(self, s):
        return self.java_with("conscrypt", s)

    def bouncycastle(self, s):
        return self.java_with("bouncycastle", s)
