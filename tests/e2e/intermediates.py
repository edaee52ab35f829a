#!/usr/bin/env python3
"""`fleetscan intermediates update`: a list of 1,751 intermediates from an https
server of our own and from files, what later runs know by it, and what is said
when a list is not one.  Everything is on loopback."""
import base64
import csv
import io
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from listener import HttpHandler, serve_http
from proxy import Proxy
from tap import FAILED, check, check_sentences

LIST_SIZE = 1751
KEPT = "public-intermediates.pem"


def openssl(*arguments, **more):
    return subprocess.run(["openssl", *map(str, arguments)], check=True,
                          capture_output=True, **more).stdout


def pem_of(der):
    text = base64.encodebytes(der).decode()
    return ("-----BEGIN CERTIFICATE-----\n" + text +
            "-----END CERTIFICATE-----\n")


class Authority:
    """A root, an intermediate below it, a leaf below that, all in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.make("root", None, "basicConstraints=critical,CA:TRUE")
        self.make("middle", "root", "basicConstraints=critical,CA:TRUE")
        self.make("leaf", "middle", "subjectAltName=DNS:localhost,"
                                    "IP:127.0.0.1")

    def make(self, name, issuer, extension):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-keyout", self.path(f"{name}.key"), "-subj",
               f"/CN=List {name}"]
        if issuer is None:
            openssl("req", "-x509", *key, "-days", 300, "-out",
                    self.path(f"{name}.pem"))
            return
        self.path("extensions").write_text(
            f"{extension}\nsubjectKeyIdentifier=hash\n"
            "authorityKeyIdentifier=keyid\n")
        openssl("req", *key, "-out", self.path("request"))
        openssl("x509", "-req", "-in", self.path("request"), "-CA",
                self.path(f"{issuer}.pem"), "-CAkey",
                self.path(f"{issuer}.key"), "-CAcreateserial", "-days", 200,
                "-extfile", self.path("extensions"), "-out",
                self.path(f"{name}.pem"))

    def path(self, name):
        return self.folder / name

    def others(self, count):
        """So many CAs of other names: the middle's octets with another one.
        Their signatures fail, which nobody looks at in a list."""
        der = openssl("x509", "-in", self.path("middle.pem"), "-outform",
                      "DER")
        name = b"List middle"
        assert der.count(name) == 1
        return [der.replace(name, b"Other%06d" % i) for i in range(count)]


def as_csv(ders, column="X.509 Certificate (PEM)", quote=""):
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["SHA-256 Fingerprint", column])
    for number, der in enumerate(ders):
        rows.writerow([f"{number:064x}", quote + pem_of(der) + quote])
    return out.getvalue().encode()


class Answers(HttpHandler):
    answers = {}

    def do_GET(self):
        status, body, length = self.answers.get(self.path, (404, b"no", None))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
            body = b""
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = authority.path("chain.pem")
    chain.write_text(authority.path("leaf.pem").read_text() +
                     authority.path("middle.pem").read_text())
    context.load_cert_chain(chain, authority.path("leaf.key"))
    return serve_http(Answers, tls=context)


class Place:
    """A cache of its own, and the program run with it."""

    def __init__(self, folder, authority, port):
        self.cache = folder / "cache"
        self.file = self.cache / "fleetscan" / KEPT
        self.authority = authority
        self.url = f"https://localhost:{port}"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder),
                            "XDG_CACHE_HOME": str(self.cache)}
        self.folder = folder

    def run(self, *arguments, **more):
        return subprocess.run(
            [FLEETSCAN, *map(str, arguments)], text=True, capture_output=True,
            timeout=100, cwd=self.folder,
            env={**self.environment, **more})

    def update(self, source, *options, **more):
        if source.startswith("/"):
            source = self.url + source
        return self.run("intermediates", "update", source, "--fetch-ca",
                        self.authority.path("root.pem"), *options, **more)

    def shown(self, *arguments):
        return json.loads(
            self.run("intermediates", "--json", *arguments).stdout)

    def audit(self, *options):
        done = self.run("audit", "--host", "localhost", "--json", "--trust",
                        self.authority.path("root.pem"), *options,
                        self.authority.path("leaf.pem"))
        return json.loads(done.stdout), done.stderr


def check_lists(place, ders):
    empty = place.shown()
    check("no list at first", empty["count"] == 0 and empty["date"] is None
          and "update" in place.run("intermediates").stdout, empty)
    record, _ = place.audit()
    check("without a list the issuer is unknown",
          record["class"] == "unknown_issuer", record["class"])
    lists = {
        "/new.csv": as_csv(ders),
        "/old.csv": as_csv(ders, "PEM Info", "'"),
        "/list.pem": "".join(map(pem_of, ders)).encode(),
    }
    for path, body in lists.items():
        Answers.answers[path] = (200, body, None)
        (place.folder / path[1:]).write_bytes(body)
    Answers.answers["/moved"] = (302, b"/new.csv", None)
    for source in (*lists, "/moved", *(path[1:] for path in lists)):
        if place.file.exists():
            place.file.unlink()
        done = place.update(source)
        told = place.shown()
        check(f"{source}: {LIST_SIZE} intermediates",
              done.returncode == 0 and told["count"] == LIST_SIZE and
              f"{LIST_SIZE} intermediates" in done.stdout and
              told["path"] == str(place.file),
              f"{done.returncode} {done.stdout} {done.stderr} {told}")


def check_known(place):
    record, _ = place.audit()
    missing = record["missing"]
    check("a later run knows the intermediate, and says where",
          record["class"] == "missing_intermediate" and
          missing[0]["from"] == "known" and
          missing[0]["where"] == str(place.file) and
          record["clients"]["firefox"]["accepts"] is True and
          record["clients"]["openssl"]["accepts"] is False, record)
    record, _ = place.audit("--intermediates", place.authority.path("root.pem"))
    check("beside files that are named too",
          record["class"] == "missing_intermediate", record["class"])
    record, _ = place.audit("--intermediates", "none")
    check("--intermediates none turns it off",
          record["class"] == "unknown_issuer", record["class"])
    record, _ = place.audit("--cache", place.folder / "elsewhere")
    check("another --cache has no list",
          record["class"] == "unknown_issuer", record["class"])


def check_age(place):
    text = place.file.read_text()
    for days, told in ((89, 0), (91, 1)):
        date = subprocess.run(
            ["date", "-u", "-d", f"{days} days ago", "+%Y-%m-%dT%H:%M:%SZ"],
            capture_output=True, text=True, check=True).stdout.strip()
        place.file.write_text(
            re.sub(r" of \S+Z,", f" of {date},", text, count=1))
        _, said = place.audit()
        check(f"a list of {days} days is {'' if told else 'not '}told of",
              said.count("days old") == told, said)
    place.file.write_text(text)


def check_faults(place, ders):
    whole = as_csv(ders)
    Answers.answers.update({
        "/page": (200, b"<html><body>a, PEM page</body></html>\n", None),
        "/empty": (200, b"SHA-256 Fingerprint,PEM\n", None),
        "/leaf": (200, place.authority.path("leaf.pem").read_bytes(), None),
        "/large": (200, b"x" * 1000, 65 << 20),
        "/partial": (200, whole[:90000], len(whole)),
        "/cut": (200, whole[:90000], None),
        "/http": (302, b"http://127.0.0.1:1/new.csv", None),
    })
    # In the middle of a certificate: a cut between two is not seen in a file.
    bundle = "".join(map(pem_of, ders)).encode()
    inside = bundle.index(b"-----BEGIN", 90000) + 200
    for name, body in (("page", Answers.answers["/page"][1]),
                       ("cut.pem", bundle[:inside]), ("nothing", b"")):
        (place.folder / name).write_bytes(body)
    with open(place.folder / "large", "wb") as file:
        file.truncate((64 << 20) + 1)
    before = place.file.read_bytes()
    for source, words in (
            ("https://localhost:1/", "onnect"), ("/absent", "HTTP status 404"),
            ("/page", "neither CSV"), ("/empty", "holds no certificate"),
            ("/leaf", "no CA certificate"), ("/large", "larger than 64 MiB"),
            ("/partial", "/partial: "), ("/cut", "cut short"),
            ("/http", "rotocol"), ("http://localhost/", "only https"),
            ("page", "neither CSV"), ("cut.pem", "cut short"),
            ("nothing", "holds no certificate"),
            ("large", "larger than 64 MiB"), ("absent", "No such file")):
        done = place.update(source)
        wrong = []
        if done.returncode != 2 or words not in done.stderr or done.stdout:
            wrong.append(f"{done.returncode} {done.stdout} {done.stderr}")
        if place.file.read_bytes() != before or \
                "stays as it was" not in done.stderr:
            wrong.append(f"the old list is not kept: {done.stderr}")
        check_sentences(f"{source}: {words}", wrong)
    done = place.run("intermediates", "update", place.url + "/new.csv")
    check("a server that this machine's roots do not know is not believed",
          done.returncode == 2 and "ertificate" in done.stderr, done.stderr)
    rest = sorted(path.name for path in place.file.parent.iterdir())
    check("no temporary file is left", rest == [KEPT], rest)


def check_proxy(place, port):
    """Through a proxy that asks for a password, named or in the environment."""
    proxy = Proxy("http", port, login=("me", "s3cret/word"))
    url = f"http://me:s3cret%2Fword@127.0.0.1:{proxy.port}"
    for words, more in (((url,), {}), (("env",), {"https_proxy": url}),
                        (("env",), {"ALL_PROXY": url})):
        before = proxy.tunnels
        done = place.update("/good.csv", "--fetch-proxy", *words, **more)
        check(f"update through a proxy ({words[0].split(':')[0]})",
              done.returncode == 0 and proxy.tunnels > before
              and proxy.asked[-1] == "localhost",
              (done.stderr, proxy.asked))
    for words, more, why in (
            ((), {"https_proxy": url}, "without the option"),
            (("--fetch-proxy", "none"), {"https_proxy": url}, "none"),
            (("--fetch-proxy", "env"), {"https_proxy": url,
                                        "no_proxy": "localhost"}, "no_proxy")):
        before = proxy.tunnels
        done = place.update("/good.csv", *words, **more)
        check(f"update directly: {why}", done.returncode == 0
              and proxy.tunnels == before, done.stderr)
    for words, sentence in (((f"http://127.0.0.1:{proxy.port}",), "407"),
                            (("https://h:1",), "--fetch-proxy: is not")):
        done = place.update("/good.csv", "--fetch-proxy", *words)
        check(f"update: {sentence}", done.returncode == 2
              and sentence in done.stderr, done.stderr)


def check_places(place):
    done = place.update("/new.csv", "--cache", place.folder / "page")
    check("a cache that cannot be written: exit 4",
          done.returncode == 4 and "page" in done.stderr,
          f"{done.returncode} {done.stderr}")
    done = place.run("intermediates", "update", "list.pem", HOME="",
                     XDG_CACHE_HOME="")
    check("without HOME: exit 2, and what to do",
          done.returncode == 2 and "--cache" in done.stderr, done.stderr)
    for arguments in (("a", "b"), ("update", "a", "b"), ("no-such-run",)):
        done = place.run("intermediates", *arguments)
        check(f"{arguments}: exit 2", done.returncode == 2 and done.stderr,
              f"{done.returncode} {done.stderr}")
    text = place.file.read_text()
    place.file.write_text("something else\n")
    record, said = place.audit()
    check("a list that cannot be read is said, and the run goes on",
          record["class"] == "unknown_issuer" and "not used" in said, said)
    place.file.write_text(text)


def check_two(place, ders):
    (place.folder / "few.pem").write_text("".join(map(pem_of, ders[:20])))
    both = [subprocess.Popen(
        [FLEETSCAN, "intermediates", "update", name], cwd=place.folder,
        env=place.environment, stdout=subprocess.DEVNULL)
        for name in ("few.pem", "list.pem") * 3]
    codes = [one.wait(100) for one in both]
    told, text = place.shown(), place.file.read_text()
    check("of updates at once one is there, whole", not any(codes) and
          told["count"] in (20, LIST_SIZE) and
          text.count("END CERTIFICATE") == told["count"], f"{codes} {told}")


def check_run(place):
    with Laboratory("--scenarios") as lab:
        rows = {row["id"]: row for row in lab.hosts}
        options = ("--cache", str(cache := place.folder / "of-the-lab"),
                   "--aia", "off")
        sent = lab.scan([rows["ok"]], "r1", *options, "-o",
                        str(place.folder / "first"))
        certificates = [json.loads(line) for line in
                        (place.folder / "first" / "certs.ndjson")
                        .read_text().splitlines()]
        middles = [base64.b64decode(one["der"]) for one in certificates
                   if one["sha256"] != sent["ok"]["leaf"]["sha256"]]
        (place.folder / "lab.pem").write_text("".join(map(pem_of, middles)))
        place.run("intermediates", "update", "lab.pem", "--cache", cache)
        lab.scan([rows["aia-404"]], "r1", *options, "-o",
                 str(place.folder / "second"), "--intermediates",
                 lab.trust("r1"))
        told = place.shown(place.folder / "second", "--cache", cache)
        check("how many of a run's chains needed one is counted",
              (told["records"], told["needed_by"]) == (1, 1), told)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "pki").mkdir()
        authority = Authority(folder / "pki")
        server = serve(authority)
        place = Place(folder, authority, server.server_address[1])
        ders = authority.others(LIST_SIZE - 1)
        ders.append(openssl("x509", "-in", authority.path("middle.pem"),
                            "-outform", "DER"))
        check_lists(place, ders)
        check_known(place)
        check_age(place)
        check_faults(place, ders)
        Answers.answers["/good.csv"] = (200, as_csv(ders), None)
        check_proxy(place, server.server_address[1])
        check_places(place)
        check_two(place, ders)
        check_run(place)
        server.shutdown()
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
