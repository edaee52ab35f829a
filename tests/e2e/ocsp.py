#!/usr/bin/env python3
"""--ocsp against real responders (openssl ocsp): what each answer proves, each
certificate asked about once, and later runs that end alike."""
import contextlib
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from listener import HttpHandler, free_port, serve_http
from name_server import Backend, context
from namespace import enter_namespace
from revocation import by_name, lines, records, run_in, wrong_records
from tap import FAILED, check, check_sentences, skip

# Host -> responder, class, status, and the cause of revocation_evidence or a
# part of the detail.
HOSTS = {
    "good": ("ca", "ok", "good", None),
    "direct": (None, "ok", "good", None),
    "revoked": ("ca", "revoked", "revoked", None),
    "unheard": ("ca", "ok", "unknown", "unknown"),
    "forged": ("forged", "ok", "unknown", "forged"),
    "foreign": ("foreign", "ok", "unknown", "foreign"),
    "garbage": ("garbage", "ok", "unknown", "malformed"),
    "busy": ("busy", "ok", "unknown", "tryLater"),
    "gone": ("gone", "ok", "unknown", "the server answers 404"),
    "secure": ("https://127.0.0.1/", "ok", "not_checked", "only http"),
    "none": ("", "ok", "not_checked", "names no OCSP responder"),
    "below": ("sub", "revoked", "revoked", None),
}
SERIALS = {host: b"\x21" + bytes([n]) for n, host in enumerate(HOSTS)}
ROOT_SERIALS = {"V": b"\x11", "R": b"\x12"}  # of the CA and of the bad one
TRY_LATER = bytes.fromhex("30030a0103")


class Front(HttpHandler):
    """Counts what is asked, and passes it to a real responder."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        where = self.path[1:]
        key = (where, body)
        self.server.asked[key] = self.server.asked.get(key, 0) + 1
        self.server.types.add(self.headers["Content-Type"])
        time.sleep(self.server.delay)
        answer = self.server.answer(where, body)
        with contextlib.suppress(OSError):  # the one who asked is gone
            self.send_response(200 if answer is not None else 404)
            self.end_headers()
            self.wfile.write(answer or b"")


class World:
    def __init__(self, folder):
        self.folder, self.responders, self.ports = folder, [], {}
        self.front = serve_http(Front, asked={}, types=set(),
                                answer=self.answer, delay=0)
        self.at = f"http://127.0.0.1:{self.front.server_port}/"
        self.contexts = {}

    def begin(self):
        folder, at = self.folder, self.at
        self.root, self.ca = Entity(folder, "Root"), Entity(folder, "CA")
        self.bad, self.leaf = Entity(folder, "Bad CA"), Entity(folder, "leaf")
        root = certify(self.root, self.root)
        middle = certify(self.ca, self.root, ocsp=at + "root",
                         serial=ROOT_SERIALS["V"])
        below = certify(self.bad, self.root, ocsp=at + "root",
                        serial=ROOT_SERIALS["R"])
        (folder / "root.pem").write_text(pem(root))
        self.respond("root", self.root, root, self.root, root,
                     [(word, serial) for word, serial in ROOT_SERIALS.items()])
        rows = [("R" if host == "revoked" else "V", SERIALS[host])
                for host in HOSTS if host != "unheard"]
        self.respond("ca", self.ca, middle, self.ca, middle, rows)
        self.respond("sub", self.bad, below, self.bad, below, rows)
        self.respond("foreign", self.ca, middle, self.root, root, rows)
        for host, (where, *_) in HOSTS.items():
            url = at + where if where else None
            if where is None:
                url = f"http://127.0.0.1:{self.ports['ca']}/"
            elif where.startswith("https"):
                url = where
            issuer = self.bad if host == "below" else self.ca
            full = f"{host}.ocsp.test"
            chain = pem(certify(self.leaf, issuer, host=full, ocsp=url,
                                serial=SERIALS[host]),
                        below if issuer is self.bad else middle)
            self.contexts[full] = context(folder, chain, self.leaf.path)
        (folder / "last.pem").write_text(chain)
        self.backend = Backend("127.0.0.1", 0, by_name(
            self.contexts.get, folder / "last.pem", self.leaf.path))

    def respond(self, what, ca, ca_der, signer, signer_der, rows):
        """openssl ocsp, with its index of the certificates of one CA."""
        files = {name: self.folder / f"{what}-{name}"
                 for name in ("index", "ca", "signer")}
        files["index"].write_text("".join(
            f"{word}\t360101000000Z\t"
            f"{'260601000000Z,keyCompromise' if word == 'R' else ''}\t"
            f"{serial.hex().upper()}\tunknown\t/CN={serial.hex()}\n"
            for word, serial in rows))
        files["ca"].write_text(pem(ca_der))
        files["signer"].write_text(pem(signer_der))
        port = self.ports[what] = free_port()
        self.responders.append(subprocess.Popen(
            ["openssl", "ocsp", "-index", files["index"], "-port", str(port),
             "-CA", files["ca"], "-rsigner", files["signer"], "-rkey",
             signer.path, "-ndays", "1"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        # A connection without a request makes it spin: none is tried.
        wanted = f":{port:04X} "
        for _ in range(100):
            if wanted in pathlib.Path("/proc/net/tcp6").read_text():
                return
            time.sleep(0.05)
        raise SystemExit("openssl ocsp does not listen")

    def answer(self, where, body):
        if where in ("garbage", "busy", "gone"):
            return {"garbage": b"<html>", "busy": TRY_LATER}.get(where)
        port = self.ports["ca" if where == "forged" else where]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/", body,
            {"Content-Type": "application/ocsp-request"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            octets = bytearray(reply.read())
        if where == "forged":
            # A digit of thisUpdate, after the status "good".
            at = octets.index(b"\x80\x00\x18\x0f")
            octets[at + 6] ^= 1
        return bytes(octets)

    def run(self, *words, code=0):
        return run_in(self.folder, words, code, 100)

    def words(self, out, *words):
        listed = self.folder / "list.csv"
        listed.write_text("host,port,ip\n" + "".join(
            f"{host}.ocsp.test,{self.backend.port},127.0.0.1\n"
            for host in HOSTS))
        self.front.asked.clear()
        return ["scan", "-l", listed, "-o", out, "--trust", "root.pem",
                "--intermediates", "none", "--aia", "off", "--per-ip", 32,
                "-t", 20, *words]

    def scan(self, out, *words):
        self.run(*self.words(out, *words))
        return records(self.folder / out)

    def close(self):
        for responder in self.responders:
            responder.kill()
            responder.wait()


def test_verdicts(world):
    found = world.scan("all", "--ocsp", "--aia-allow-private")
    check_sentences("each host is judged by its responder",
                    list(wrong_records(HOSTS, found)))
    revoked, below = found["revoked"], found["below"]
    check("the record says who said so",
          revoked["cause"] == "ocsp" and revoked["revoked"]
          and revoked["revocation"]["source"] == "ocsp"
          and revoked["revocation"]["reason"] == "keyCompromise"
          and revoked["revocation"]["since"] == "2026-06-01T00:00:00Z",
          revoked["revocation"])
    check("of an intermediate its place is told",
          [finding["cert"] for finding in below["findings"]
           if finding["id"] == "revoked"] == [1], below["findings"])
    check("each certificate is asked about once, by POST",
          set(world.front.asked.values()) == {1}
          and world.front.types == {"application/ocsp-request"}
          and sum(where == "root" for where, _ in world.front.asked) == 2,
          [world.front.asked, world.front.types])


def test_later_runs(world):
    before = lines(world.folder / "all")
    world.front.asked.clear()
    world.run("audit", "all", "-o", "again")
    world.run("merge", "all", "-o", "joined")
    check("audit and merge end alike, and ask nobody",
          before == lines(world.folder / "again")
          == lines(world.folder / "joined") and not world.front.asked
          and (world.folder / "all/ocsp.ndjson").read_bytes()
          == (world.folder / "joined/ocsp.ndjson").read_bytes())
    world.run("audit", "all", "-o", "late", "--at", "+3d")
    late = records(world.folder / "late")["revoked"]
    check("on another day the response is out of date",
          late["class"] == "ok" and late["revocation"]["status"] == "unknown"
          and "stale" in [finding["cause"] for finding in late["findings"]],
          late["revocation"])
    world.run("audit", "all", "-o", "off", "--crl", "off")
    check("--crl off leaves all evidence out",
          {row["class"] for row in records(world.folder / "off").values()}
          == {"ok"})
    quiet = world.scan("quiet", "--aia-allow-private")
    check("without --ocsp nobody is asked",
          not world.front.asked
          and not (world.folder / "quiet/ocsp.ndjson").exists()
          and quiet["revoked"]["class"] == "ok", world.front.asked)
    private = world.scan("private", "--ocsp")["good"]["revocation"]
    check("a private address is refused",
          "loopback" in (private["detail"] or "") and not world.front.asked,
          private)


def test_interruption(world):
    """Ended while the responder thinks: the rest of the time is not waited
    for, and --resume asks."""
    out = world.folder / "halves"
    world.front.delay = 4
    with subprocess.Popen(
            [FLEETSCAN, *map(str, world.words(
                out, "--ocsp", "--aia-allow-private", "-q", "--rate", "4"))],
            cwd=world.folder) as scan:
        while scan.poll() is None and not world.front.asked:
            time.sleep(0.05)
        began = time.monotonic()
        scan.send_signal(signal.SIGINT)
        scan.wait()
    took = time.monotonic() - began
    world.front.delay = 0
    world.run("scan", "--resume", "-o", out, "-q")
    check_sentences("an interrupted run ends at once, and alike when resumed",
                    [*wrong_records(HOSTS, records(out)),
                     *([f"it took {took} s"] if took > 2 else []),
                     *([scan.returncode] if scan.returncode != 3 else [])])


def test_staple_of_tls12(world):
    """It comes behind the certificates, where a cheap handshake stops."""
    folder, port = world.folder, free_port()
    common = ["openssl", "ocsp", "-CA", "ca-ca"]
    (folder / "must.pem").write_text(pem(certify(
        world.leaf, world.ca, host="must.ocsp.test", serial=SERIALS["good"],
        must_staple=True)))
    subprocess.run(["openssl", "ocsp", "-issuer", "ca-ca", "-serial",
                    "0x" + SERIALS["good"].hex(), "-reqout", "req"],
                   cwd=folder, check=True, capture_output=True)
    subprocess.run([*common, "-index", "ca-index", "-rsigner", "ca-signer",
                    "-rkey", world.ca.path, "-ndays", "1", "-reqin", "req",
                    "-respout", "staple"], cwd=folder, check=True,
                   capture_output=True)
    for what, how in (("a staple", ["-status_file", "staple"]), ("none", [])):
        with subprocess.Popen(
                ["openssl", "s_server", "-accept", f"127.0.0.1:{port}",
                 "-cert", "must.pem", "-key", world.leaf.path, "-cert_chain",
                 "ca-ca", "-quiet", "-tls1_2", *how], cwd=folder,
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL) as server:
            wanted = f":{port:04X} "
            while wanted not in pathlib.Path("/proc/net/tcp").read_text():
                time.sleep(0.05)
            done = world.run(
                "scan", f"must.ocsp.test:{port}", "--resolve",
                f"must.ocsp.test:{port}:127.0.0.1", "--json", "--trust",
                "root.pem", "--aia", "off", "--handshake", "certificate")
            server.kill()
        port = free_port()
        record = json.loads(done.stdout)
        missed = "staple_missing" in [finding["id"] for finding
                                      in record["findings"]]
        check(f"must-staple, TLS 1.2, stopped at the certificate: {what}",
              record["status"] == "success" and record["class"] == "ok"
              and record["tls"]["ocsp_stapled"] == bool(how)
              and missed != bool(how), [record["tls"], record["findings"]])


def main():
    # openssl ocsp listens on every address.
    if not enter_namespace():
        skip("OCSP", "no network namespace may be made here")
        return
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder))
        try:
            world.begin()
            test_verdicts(world)
            test_later_runs(world)
            test_interruption(world)
            test_staple_of_tls12(world)
        finally:
            world.close()
    sys.exit(1 if FAILED else 0)


main()
