#!/usr/bin/env python3
"""--all-ips: every address of a name has its record, and the one that differs
is named in every report."""
import json
import pathlib
import subprocess
import sys
import tempfile

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from name_server import Backend, NameServer, context
from tap import FAILED, check

HOST = "www.fleet.test"
FOUR = [f"127.0.3.{n}" for n in range(1, 8)]
WRONG = "127.0.3.5"


class Desk:
    def __init__(self, folder):
        self.folder = folder
        root, middle = Entity(folder, "Root"), Entity(folder, "Middle")
        leaf = Entity(folder, HOST)
        trust = certify(root, root)
        chain = [certify(leaf, middle, host=HOST), certify(middle, root)]
        (folder / "root.pem").write_text(pem(trust))
        self.whole = context(folder, pem(*chain), leaf.path)
        self.alone = context(folder, pem(chain[0]), leaf.path)
        self.backends = {}
        port = 0
        for ip in (*FOUR, "::1"):
            self.backends[ip] = Backend(
                ip, port, self.alone if ip == WRONG else self.whole)
            port = self.backends[ip].port
        self.port = port
        self.names = NameServer({
            (HOST, "A"): [*FOUR[::-1], FOUR[0]],
            (HOST, "AAAA"): ["::1"],
            ("half.fleet.test", "A"): FOUR[:2],
            ("half.fleet.test", "AAAA"): "SERVFAIL",
            ("many.fleet.test", "A"): [
                f"127.9.{n // 250}.{n % 250 + 1}" for n in range(1000)],
        })

    def scan(self, *words):
        done = subprocess.run(
            [FLEETSCAN, "scan", "--all-ips", *self.names.option, "--trust",
             str(self.folder / "root.pem"), "--intermediates", "none",
             "--aia", "off", "-t", "5", "--retries", "0", "-p",
             str(self.port), *words],
            capture_output=True, text=True, timeout=60, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def test_records(desk):
    found = records(desk.scan("--json", "-q", HOST).stdout)
    check("a record for each address, each once",
          sorted(r["ip"] for r in found) == sorted([*FOUR, "::1"]),
          [r["ip"] for r in found])
    check("name_group joins them",
          {(r["name_group"], r["addresses"], r["ordinal"], r["host"])
           for r in found} == {(HOST, 8, 1, HOST)}, found)
    check("-4 and -6 choose the family",
          [r["ip"] for r in records(desk.scan("--json", "-6", HOST).stdout)]
          == ["::1"])
    check("an address, and a name with an address of its own, have one record",
          [(r["ip"], r["name_group"]) for r in records(desk.scan(
              "--json", FOUR[0], "--resolve",
              f"{HOST}:{desk.port}:{FOUR[1]}", HOST).stdout)]
          in ([(FOUR[0], None), (FOUR[1], None)],
              [(FOUR[1], None), (FOUR[0], None)]))
    check("a family whose servers fail does not take the other's records",
          sorted(r["ip"] for r in records(desk.scan(
              "--json", "half.fleet.test").stdout)) == FOUR[:2])
    many = records(desk.scan("--json", "many.fleet.test").stdout)
    check("a name with a thousand addresses has a thousand records",
          len({r["ip"] for r in many}) == len(many) == 1000, len(many))


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(pathlib.Path(folder))
        test_records(desk)
    return 1 if FAILED else 0


sys.exit(main())
