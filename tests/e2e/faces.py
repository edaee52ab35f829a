#!/usr/bin/env python3
"""Servers with several certificates: who gets which, and is it judged?

Each server is OpenSSL in this process and counts its connections.
"""
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

import chromium
from certificates import Entity, certify, pem
from laboratory import FLEETSCAN, scan_one
from listener import greet_smtp
from name_server import Backend
from tap import FAILED, check, skip

NAME = "www.faces.example"
RSA_FIRST = {"gnutls", "wget", "git", "go"}
RSA_SUITES = {"node", "php"}
SIXTEEN = {"openssl", "curl", "python", "python313", "requests", "node",
           "ruby", "php", "perl", "gnutls", "wget", "git", "go", "java",
           "chrome", "firefox"}


class Key(Entity):
    """A key of this algorithm: for leaves alone, as certify signs with
    P-256."""

    def __init__(self, folder, cn, *algorithm):
        super().__init__(folder, cn)
        subprocess.run(["openssl", "genpkey", "-algorithm", *algorithm, "-out",
                        self.path], check=True, capture_output=True)
        self.public = subprocess.run(
            ["openssl", "pkey", "-in", self.path, "-pubout", "-outform",
             "DER"], check=True, capture_output=True).stdout


class Server(Backend):
    def __init__(self, contexts, smtp=False):
        self.smtp = smtp
        super().__init__("127.0.0.1", 0, contexts,
                         greet_smtp if smtp else None)


class Pki:
    def __init__(self, folder):
        self.folder = folder
        root, self.ca = Entity(folder, "Root"), Entity(folder, "Issuing")
        self.root = folder / "root.pem"
        self.root.write_text(pem(certify(root, root)))
        self.middle = certify(self.ca, root)
        self.leaves = {"ec": Entity(folder, "EC leaf"),
                       "rsa": Key(folder, "RSA leaf", "RSA",
                                  "-pkeyopt", "rsa_keygen_bits:2048"),
                       "ed": Key(folder, "Ed25519 leaf", "ED25519"),
                       **{f"p{bits}": Key(folder, f"P-{bits} leaf", "EC",
                                          "-pkeyopt",
                                          f"ec_paramgen_curve:P-{bits}")
                          for bits in (384, 521)}}
        for kind, leaf in self.leaves.items():
            der = certify(leaf, self.ca, end="2027-06-01", host=NAME)
            (folder / f"{kind}-whole.pem").write_text(pem(der, self.middle))
            (folder / f"{kind}-alone.pem").write_text(pem(der))

    def context(self, *chains, newest=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Python sets it: then the server's order counts.
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        if newest:
            context.maximum_version = newest
        for chain in chains:
            context.load_cert_chain(self.folder / f"{chain}.pem",
                                    self.leaves[chain.split("-")[0]].path)
        return context


def scan(pki, server, *options, known=("--intermediates", "none")):
    scheme = "smtp://" if server.smtp else ""
    before = server.connections
    record = scan_one(pki.root, f"{scheme}{NAME}:{server.port}", server.port,
                      *known, *options)
    return record, server.connections - before


def refusing(record):
    return {c for c in SIXTEEN if not record["clients"][c]["accepts"]}


def face(record, offer):
    return next((f for f in record["faces"] if f["offer"] == offer), None)


def check_dual(pki):
    """(name, chains, newest, server decides, refusing, faces, connections)"""
    old = ssl.TLSVersion.TLSv1_2
    rows = [
        ("EC leaf alone", ["ec-alone", "rsa-whole"], None, False,
         SIXTEEN - RSA_FIRST, "main", 3),
        ("RSA leaf alone", ["ec-whole", "rsa-alone"], None, False, RSA_FIRST,
         "rsa", 3),
        ("RSA leaf alone, TLS 1.2", ["ec-whole", "rsa-alone"], old, False,
         RSA_SUITES, "rsa", 3),
        ("EC leaf alone, TLS 1.2", ["ec-alone", "rsa-whole"], old, False,
         SIXTEEN - RSA_SUITES, "main", 3),
        # Chrome offers RSA-PSS before P-384, and neither of the next two.
        ("P-384 leaf alone", ["p384-alone", "rsa-whole"], None, False,
         SIXTEEN - RSA_FIRST - {"chrome"}, "main", 3),
        ("P-521 leaf alone", ["p521-alone", "rsa-whole"], None, False,
         SIXTEEN - RSA_FIRST - {"chrome"}, "main", 3),
        ("Ed25519 leaf alone", ["ed-alone", "rsa-whole"], None, False,
         SIXTEEN - RSA_FIRST - {"chrome", "firefox"}, "main", 3),
        ("the server's order", ["ec-whole", "rsa-alone"], None, True, set(),
         "main", 3),
        ("one EC leaf", ["ec-whole"], None, False, set(), None, 2),
        ("one EC leaf, TLS 1.2", ["ec-whole"], old, False, set(), None, 2),
        ("one RSA leaf", ["rsa-whole"], None, False, set(), None, 1),
    ]
    for name, chains, newest, decides, refuses, shown, connections in rows:
        context = pki.context(*chains, newest=newest)
        if decides:
            context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        record, made = scan(pki, Server(context))
        good = (refusing(record) == refuses and made == connections
                and record.get("face") == shown
                and len(record["faces"]) == (shown is not None)
                and record["status"] == "success"
                and record["error"] is None and record["attempts"] == 1
                and (record["class"] == "ok") == (not refuses))
        check(f"faces: {name}", good, (made, refusing(record), record["error"],
              record.get("face"), record["class"], record["faces"]))
    return record


def check_reports(pki, run):
    """The other chain has a part of its own."""
    told = subprocess.run(
        [FLEETSCAN, "audit", str(run), "-o", str(pki.folder / "shown")],
        capture_output=True, text=True, timeout=60).stdout
    part = told[told.find("\n  other "):].split("\n\n")[0]
    check("faces: the terminal shows the other chain",
          "offered everything, TLS1.3: ok; for openssl" in part
          and part.count("CN=") == 2 and "received" in part, told)
    if chromium.find() is None:
        skip("faces: the page shows it", "no Chromium")
        return
    with chromium.Chromium() as page:
        page.open(run / "report.html")
        page.ask("document.querySelector('#list .host').open = true; 1")
        time.sleep(0.5)
        titles = page.ask(
            "Array.from(document.querySelectorAll('.detail h4, .detail > p'),"
            " e => e.textContent).join('|')")
        links = page.ask("Array.from(document.querySelectorAll('.detail ol')"
                         ", e => e.children.length).join(' ')")
    check("faces: the page shows it",
          "|Other chain|offered everything, TLS1.3: ok; for openssl" in titles
          and links == "3 2", (titles, links))


def check_record(pki):
    server = Server(pki.context("ec-whole", "rsa-alone"))
    run = pki.folder / "run"
    record, _ = scan(pki, server, "-o", str(run))
    other = face(record, "main")
    differs = [f for f in record["findings"] if f["id"] == "face_differs"]
    check("faces: the record is the worse face's, the other stands beside it",
          record["leaf"]["key"].startswith("RSA")
          and record["class"] == "missing_intermediate"
          and record["missing"][0]["from"] == "fleet"
          and other["class"] == "ok" and len(other["received"]) == 2
          and set(other["clients"]) & SIXTEEN == SIXTEEN - RSA_FIRST
          and record["face_by"] == "client"
          and [f["severity"] for f in differs] == ["error"], record)
    check_reports(pki, run)
    middle = pki.folder / "middle.pem"
    middle.write_text(pem(pki.middle))
    again = pki.folder / "again"
    subprocess.run([FLEETSCAN, "audit", "-q", "--intermediates", str(middle),
                    "-o", str(again), str(run)], timeout=60)
    judged = json.loads((again / "hosts.ndjson").read_text())
    check("faces: audit judges each again",
          judged["class"] == "missing_intermediate"
          and judged["face"] == "rsa" and len(judged["missing"]) == 1
          and face(judged, "main")["class"] == "ok"
          and refusing(judged) == RSA_FIRST, judged)
    both = pki.folder / "both"
    scan(pki, Server(pki.context("ec-alone", "rsa-alone")), "-o", str(both),
         known=("--intermediates", str(middle), "--cache",
                str(pki.folder / "cache-fix")))
    kit = pki.folder / "kit"
    subprocess.run([FLEETSCAN, "fix", str(both), "-o", str(kit)], timeout=60,
                   capture_output=True)
    chains = {path.parent.name.rpartition("_")[2]:
              path.read_text().count("BEGIN")
              for path in kit.glob("server/*/fullchain.pem")}
    fixes = json.loads((kit / "fix.json").read_text())
    check("faces: fix repairs each, and counts the host once",
          sorted(chains.values()) == [2, 2] and "rsa" in chains
          and [len(fix["hosts"]) for fix in fixes] == [1], (chains, fixes))
    record, made = scan(pki, server, "--faces", "none")
    check("faces: none asks once", made == 1 and not record["faces"]
          and record["class"] == "ok", (made, record["faces"]))


def check_others(pki):
    record, made = scan(pki, Server(pki.context("ec-whole", "rsa-alone"),
                                    smtp=True))
    check("faces: behind STARTTLS", made == 3 and record["face"] == "rsa"
          and refusing(record) == RSA_FIRST, record)
    context, other = pki.context("ec-whole"), pki.context("ec-alone")

    def choose(stream, name, _):
        if name != NAME:
            stream.context = other

    context.sni_callback = choose
    record, made = scan(pki, Server(context), "--faces", "all")
    check("faces: all asks for other names and versions",
          [f["offer"] for f in record["faces"]] == ["no_sni", "foreign_sni"]
          and record["class"] == "ok" and record["face"] == "main"
          and face(record, "no_sni")["sni"] is None
          and face(record, "no_sni")["class"] == "missing_intermediate"
          and [f["severity"] for f in record["findings"]
               if f["id"] == "face_differs"] == ["notice"]
          and made == 7, (made, record["faces"], record["findings"]))


def check_cache(pki):
    """A host without another face is not asked again for seven days."""
    server = Server(pki.context("ec-whole"))
    cache = pki.folder / "cache"
    known = ("--cache", str(cache))
    made = [scan(pki, server, known=known)[1] for _ in range(2)]
    other = Server(pki.context("ec-whole", "rsa-alone"))
    made += [scan(pki, other, known=known)[1] for _ in range(2)]
    check("faces: a host with one is asked once, one with two each time",
          made == [2, 1, 3, 3], made)
    kept = (cache / "faces").read_bytes()
    for name, octets in (("damaged", kept[:-1] + b"x"), ("cut", kept[:-9]),
                         ("foreign", b"something else")):
        (cache / "faces").write_bytes(octets)
        record, made = scan(pki, server, known=known)
        check(f"faces: a {name} file is said and replaced",
              made == 2 and "it is not used" in record["stderr"]
              and (cache / "faces").stat().st_size == len(kept),
              (made, record["stderr"]))
    (cache / "faces").write_bytes(kept)
    made = [scan(pki, server)[1],
            scan(pki, server, "--faces", "all", known=known)[1]]
    check("faces: without the cache, and with all, it is asked",
          made == [2, 7], made)


def main():
    with tempfile.TemporaryDirectory() as folder:
        pki = Pki(pathlib.Path(folder))
        check_dual(pki)
        check_record(pki)
        check_others(pki)
        check_cache(pki)
    return bool(FAILED)


if __name__ == "__main__":
    sys.exit(main())
