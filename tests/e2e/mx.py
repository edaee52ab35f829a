#!/usr/bin/env python3
"""--mx: the MX hosts of domains, judged by their names, and DANE."""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from listener import greet_smtp
from name_server import Backend, NameServer, context
from tap import FAILED, check

GOOD, ALONE, PLAIN = "127.0.4.1", "127.0.4.2", "127.0.4.3"


def refuse(connection):
    greet_smtp(connection, b"250 SIZE\r\n")
    connection.recv(200)
    connection.sendall(b"502 5.5.1 not here\r\n")
    connection.recv(200)
    raise OSError


def tlsa(usage, selector, matching, octets):
    data = {0: lambda x: x, 1: lambda x: hashlib.sha256(x).digest(),
            2: lambda x: hashlib.sha512(x).digest()}[matching](octets)
    return bytes([usage, selector, matching]) + data


class Desk:
    def __init__(self, folder):
        self.folder = folder
        root, middle = Entity(folder, "Root"), Entity(folder, "Middle")
        leaf, other = Entity(folder, "mail"), Entity(folder, "other")
        top = certify(root, root)
        own = certify(leaf, middle, host="*.mail.test")
        ca = certify(middle, root)
        (folder / "root.pem").write_text(pem(top))
        whole = context(folder, pem(own, ca), leaf.path)
        alone = context(folder, pem(own), leaf.path)
        self.good = Backend(GOOD, 0, whole, greet_smtp)
        self.port = self.good.port
        self.alone = Backend(ALONE, self.port, alone, greet_smtp)
        self.plain = Backend(PLAIN, self.port, whole, refuse)
        # Name: records, whether validated, address, what comes of it.
        self.dane = {
            "ee-key": ([tlsa(3, 1, 1, leaf.public)], 1, GOOD, True),
            "ee-whole": ([tlsa(3, 0, 2, own)], 1, GOOD, True),
            "ee-itself": ([tlsa(3, 1, 0, leaf.public)], 1, GOOD, True),
            "ee-alone": ([tlsa(3, 1, 1, leaf.public)], 1, ALONE, True),
            "ee-other": ([tlsa(3, 1, 1, other.public)], 1, GOOD, False),
            "ee-rollover": ([tlsa(3, 1, 1, other.public),
                             tlsa(3, 1, 1, leaf.public)], 1, GOOD, True),
            "ee-unsigned": ([tlsa(3, 1, 1, other.public)], 0, GOOD, False),
            "ta-key": ([tlsa(2, 1, 1, middle.public)], 1, GOOD, True),
            "ta-whole": ([tlsa(2, 0, 1, ca)], 1, GOOD, True),
            "ta-not-sent": ([tlsa(2, 1, 1, middle.public)], 1, ALONE, False),
            "ta-root-not-sent": ([tlsa(2, 0, 1, top)], 1, GOOD, False),
            "ta-leaf": ([tlsa(2, 1, 1, leaf.public)], 1, GOOD, False),
            "ta-whole-in-record": ([tlsa(2, 0, 0, ca)], 1, ALONE, True),
            "ta-key-in-record": ([tlsa(2, 1, 0, middle.public)], 1, ALONE,
                                 True),
            "ta-root-in-record": ([tlsa(2, 0, 0, top)], 1, GOOD, True),
            "ta-root-too-far": ([tlsa(2, 0, 0, top)], 1, ALONE, False),
            "ta-other-in-record": ([tlsa(2, 1, 0, other.public)], 1, ALONE,
                                   False),
            "pkix": ([tlsa(1, 1, 1, leaf.public),
                      tlsa(0, 1, 1, middle.public)], 1, GOOD, None),
            "unknown-digest": ([tlsa(3, 1, 1, leaf.public)[:2] + b"\x09abc"],
                               1, GOOD, None),
        }
        zone = {
            ("two.test", "MX"): ["20 mx2.mail.test", "10 mx1.mail.test",
                                 "30 MX1.mail.test"],
            ("shares.test", "MX"): ["5 mx1.mail.test"],
            ("alias.test", "MX"): ["10 alias.mail.test"],
            ("alias.mail.test", "CNAME"): ["mx1.mail.test"],
            ("wrong-name.test", "MX"): ["10 mx.elsewhere.test"],
            ("pool.test", "MX"): ["10 pool.mail.test", "20 mx1.mail.test"],
            ("pool.mail.test", "A"): [GOOD, ALONE],
            ("null.test", "MX"): ["0 ."],
            ("address.test", "MX"): [f"10 {GOOD}"],
            ("fails.test", "MX"): "SERVFAIL",
            ("plain.mail.test", "A"): [PLAIN],
            ("mx1.mail.test", "A"): [GOOD],
            ("mx2.mail.test", "A"): [ALONE],
            ("mx.elsewhere.test", "A"): [GOOD],
            ("_25._tcp.mx1.mail.test", "TLSA"): [b"\3\1\1short"],
        }
        secure = []
        for name, (records, signed, ip, _) in self.dane.items():
            zone[(f"{name}.test", "MX")] = [f"10 {name}.mail.test"]
            zone[(f"{name}.mail.test", "A")] = [ip]
            asked = f"_{self.port}._tcp.{name}.mail.test"
            zone[(asked, "TLSA")] = records
            secure += [asked] if signed else []
        # Name: what the host is an alias of, whether validated, records
        # there and at the host, what dane has, and the warning.
        right, wrong = tlsa(3, 1, 1, leaf.public), tlsa(3, 1, 1, other.public)
        self.bases = {
            "to-base": (1, [right], [wrong], {"matches": True, "base": 1},
                        None),
            "to-base-wrong": (1, [wrong], [right], {
                "matches": False, "base": 1}, "dane_mismatch"),
            "to-nothing": (1, [], [right], {"matches": True}, None),
            "to-insecure": (0, [wrong], [right], {"matches": True}, None),
            "to-servfail": (1, "SERVFAIL", [right], {
                "matches": None, "error": "servfail", "secure": True,
                "base": 1}, "dane_failure"),
            "servfail": (None, [], "SERVFAIL", {
                "matches": None, "error": "servfail", "secure": True},
                "dane_failure"),
            "servfail-insecure": (None, [], "SERVFAIL", {
                "matches": None, "error": "servfail", "secure": False}, None),
        }
        for name, (signed, there, here, _, _) in self.bases.items():
            host, base = f"{name}.mail.test", f"base-{name}.mail.test"
            asked = [f"_{self.port}._tcp.{x}" for x in (host, base)]
            zone[(f"{name}.test", "MX")] = [f"10 {host}"]
            if signed is not None:
                zone[(host, "CNAME")] = [base]
            zone[(host if signed is None else base, "A")] = [GOOD]
            zone[(asked[0], "TLSA")] = here
            zone[(asked[1], "TLSA")] = there
            secure += [*asked, base]
            if signed or name == "servfail":
                secure.append(host)
        self.names = NameServer(zone, secure)

    def words(self, domains, *words):
        listing = self.folder / "domains.txt"
        listing.write_text("".join(f"{x}\n" for x in domains))
        return [FLEETSCAN, "scan", "--mx", *self.names.option, "--trust",
                str(self.folder / "root.pem"), "--intermediates", "none",
                "--aia", "off", "--faces", "none", "-t", "9",
                "--retries", "0", "-q", "-p",
                str(self.port), "-l", "domains.txt", *words]

    def scan(self, domains, *words):
        done = subprocess.run(
            self.words(domains, *words), capture_output=True, text=True,
            timeout=60, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def told(record):
    mx = record.get("mx") or {}
    return (record["input"], record["host"], mx.get("preference"),
            record["class"])


def test_hosts(desk):
    domains = ["two.test", "shares.test", "alias.test", "wrong-name.test",
               "plain.mail.test", "null.test", "address.test", "fails.test",
               "gone.test"]
    found = desk.scan(domains, "-o", "run", "--json")
    rows = sorted(map(told, found), key=str)
    want = [
        ("two.test", "mx1.mail.test", 10, "ok"),
        ("two.test", "mx2.mail.test", 20, "missing_intermediate"),
        ("shares.test", "mx1.mail.test", 5, "ok"),
        ("alias.test", "alias.mail.test", 10, "ok"),
        ("wrong-name.test", "mx.elsewhere.test", 10, "name_mismatch"),
        ("plain.mail.test", "plain.mail.test", 0, "no_tls"),
        ("null.test", "null.test", None, "unreachable"),
        ("address.test", GOOD, 10, "unreachable"),
        ("fails.test", "fails.test", None, "unreachable"),
        ("gone.test", "gone.test", None, "unreachable"),
    ]
    check("each MX host of each domain, judged by its own name",
          rows == sorted(want, key=str), rows)
    errors = {r["input"]: (r["status"], r["error"]) for r in found}
    check("a null MX says so", errors["null.test"][0] == "dns-error"
          and "null MX" in errors["null.test"][1], errors["null.test"])
    check("an MX that is an address is not connected to",
          errors["address.test"][0] == "invalid-input", errors["address.test"])
    check("no STARTTLS is in the server's words",
          errors["plain.mail.test"][0] == "starttls-error"
          and "not here" in errors["plain.mail.test"][1],
          errors["plain.mail.test"])
    check("all with smtp", {r["starttls"] for r in found} == {"smtp"})
    check("a host of two domains is scanned once",
          desk.good.connections == 3, desk.good.connections)
    run = desk.folder / "run"
    summary = json.loads((run / "summary.json").read_text())
    check("domains and hosts are counted",
          (summary["run"]["targets"], summary["run"]["records"])
          == (len(domains), len(found)), summary["run"])
    again = subprocess.run(
        [FLEETSCAN, "audit", "run", "--json"], cwd=desk.folder,
        capture_output=True, text=True)
    check("audit judges them again",
          sorted(map(told, map(json.loads, again.stdout.splitlines())),
                 key=str) == rows, again.stderr)
    many = [f"d{n}.test" for n in range(300)]
    desk.names.zone.update({(f"d{n}.test", "MX"): ["10 mx1.mail.test"]
                            for n in range(300)})
    desk.names.names.update(many)
    before = desk.good.connections
    found = desk.scan(many, "--json", "--all-ips")
    check("300 domains of one host: 300 records, one connection",
          len({r["input"] for r in found}) == len(found) == 300
          and desk.good.connections == before + 1,
          (len(found), desk.good.connections - before))
    before = desk.good.connections
    desk.good.talk = lambda connection: (
        greet_smtp(connection) if desk.good.connections > before + 1
        else connection.sendall(b"421 too busy\r\n"))
    found = desk.scan(many, "--json", "--retries", "1")
    check("the others wait while it is tried again",
          [r["class"] for r in found] == ["ok"] * 300
          and desk.good.connections == before + 2,
          (len(found), desk.good.connections - before))
    desk.good.talk = greet_smtp


def test_pool(desk):
    """An MX host with two addresses, in two runs: one is killed."""
    domains = ["pool.test", "shares.test", "two.test"]
    gate = threading.Event()
    desk.alone.talk = lambda connection: (gate.wait(20), greet_smtp(connection))
    process = subprocess.Popen(
        desk.words(domains, "--all-ips", "-o", "cut"), cwd=desk.folder,
        stderr=subprocess.DEVNULL)
    files = [desk.folder / "cut" / name
             for name in ("hosts.ndjson", "pending.ndjson")]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and sum(
            len(f.read_text().splitlines()) for f in files if f.exists()) < 4:
        time.sleep(0.02)
    process.kill()
    process.wait()
    gate.set()
    before = desk.good.connections
    done = subprocess.run(
        [FLEETSCAN, "scan", "--resume", "-o", "cut", "-q"], cwd=desk.folder,
        capture_output=True, text=True, timeout=60)
    found = [json.loads(line) for line in files[0].read_text().splitlines()]
    check("a scan that was killed goes on with the hosts that lack",
          sorted((r["input"], r["host"], r["ip"]) for r in found) == [
              ("pool.test", "mx1.mail.test", GOOD),
              ("pool.test", "pool.mail.test", GOOD),
              ("pool.test", "pool.mail.test", ALONE),
              ("shares.test", "mx1.mail.test", GOOD),
              ("two.test", "mx1.mail.test", GOOD),
              ("two.test", "mx2.mail.test", ALONE)]
          and desk.good.connections == before, (done.stderr, found))
    check("and the addresses of an MX host are compared",
          [(r["host"], r["ip"]) for r in found if any(
              f["id"] == "backend_differs" for f in r["findings"])]
          == [("pool.mail.test", ALONE)])


def test_dane(desk):
    found = {r["input"].removesuffix(".test"): r for r in desk.scan(
        [f"{name}.test" for name in desk.dane], "--json")}
    for name, (records, signed, _, matches) in desk.dane.items():
        record = found[name]
        dane = record["dane"]
        warned = [f["id"] for f in record["findings"]
                  if f["id"] == "dane_mismatch"]
        check(f"DANE: {name}",
              dane["records"] == [
                  f"{r[0]} {r[1]} {r[2]} {r[3:].hex()}" for r in records]
              and dane["secure"] == bool(signed)
              and dane["matches"] is matches
              and bool(warned) == (bool(signed) and matches is False),
              (dane, warned))
    found = {r["input"].removesuffix(".test"): r for r in desk.scan(
        [f"{name}.test" for name in desk.bases], "--json")}
    for name, (_, _, _, want, warning) in desk.bases.items():
        dane = found[name]["dane"]
        if "base" in want:
            want["base"] = f"base-{name}.mail.test"
        warned = [f["id"] for f in found[name]["findings"]
                  if f["id"].startswith("dane_")]
        check(f"DANE: {name}",
              dane is not None and dane == {**dane, **want}
              and ("base" in dane) == ("base" in want)
              and ("error" in dane) == ("error" in want)
              and warned == ([warning] if warning else []), (dane, warned))
    for name, said in (
            ("ee-key", "the chain fits 1 TLSA record, which is validated"),
            ("ee-rollover", "the chain fits one of 2 TLSA records, which are "
             "validated"),
            ("ee-unsigned", "the chain fits none of 1 TLSA record, which is "
             "not validated"),
            ("pkix", "nothing can be said by 2 TLSA records, which are "
             "validated")):
        words = desk.words([f"{name}.test"])
        words.remove("-q")
        text = subprocess.run(words, capture_output=True, text=True,
                              timeout=60, cwd=desk.folder).stdout
        check(f"DANE in words: {name}",
              f"DANE {said}" in " ".join(text.split()), text)
    check("where there are none, dane is null",
          desk.scan(["shares.test"], "--json")[0]["dane"] is None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(pathlib.Path(folder))
        test_hosts(desk)
        test_pool(desk)
        test_dane(desk)
    return 1 if FAILED else 0


sys.exit(main())
