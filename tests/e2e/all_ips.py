#!/usr/bin/env python3
"""--all-ips: every address of a name has its record, and the one that differs
is named in every report."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

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

    def words(self, *words):
        return [FLEETSCAN, "scan", "--all-ips", *self.names.option, "--trust",
                str(self.folder / "root.pem"), "--intermediates", "none",
                "--aia", "off", "--faces", "none", "-t", "5",
                "--retries", "0", "-p",
                str(self.port), *words]

    def scan(self, *words):
        done = subprocess.run(
            self.words(*words), capture_output=True, text=True, timeout=60,
            cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done

    def start(self, *words):
        return subprocess.Popen(
            self.words(*words), cwd=self.folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)


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


def run_of(desk, name):
    return records((desk.folder / name / "hosts.ndjson").read_text())


def differing(found):
    return {r["ip"]: f["detail"] for r in found for f in r["findings"]
            if f["id"] == "backend_differs"}


def test_reports(desk):
    said = desk.scan("-o", "old", HOST).stdout
    found = run_of(desk, "old")
    wrong = differing(found)
    words = f"7 of 8 addresses send the intermediate; {WRONG} does not"
    check("the one that differs has the warning, and it says what differs",
          set(wrong) == {WRONG} and wrong[WRONG].startswith(words), wrong)
    check("its evidence has it for programs",
          [f["evidence"] for r in found for f in r["findings"]
           if f["id"] == "backend_differs"]
          == [{"ip": WRONG, "differs": "chain,class", "alike": "7",
               "addresses": "8"}])
    flat = " ".join(said.split())
    check("the terminal shows the addresses of one name together",
          "8 addresses, 1 is not like the others" in flat
          and f"! {WRONG} missing intermediate 1 sent" in flat
          and words in flat, said[:2000])
    flat = " ".join(desk.scan(
        HOST, "half.fleet.test", *FOUR).stdout.split())
    check("of several names the summary has those with such an address",
          "an address that is not like the others: 1 of" in flat
          and f"{HOST}:{desk.port} at {WRONG} {words}" in flat, flat[:2000])
    run = desk.folder / "old"
    with (run / "hosts.csv").open() as rows:
        check("hosts.csv has a row for each, in the order of the addresses",
              [(row["ip"], row["class"]) for row in csv.DictReader(rows)]
              == [(ip, "missing_intermediate" if ip == WRONG else "ok")
                  for ip in (*FOUR, "::1")])
    summary = json.loads((run / "summary.json").read_text())
    check("summary.json counts names and addresses, and names the one",
          (summary["run"]["targets"], summary["run"]["records"],
           summary["addresses"]["names"],
           [row["ip"] for row in summary["addresses"]["differ"]])
          == (1, 8, 1, [WRONG]), summary["addresses"])
    page = (run / "report.html").read_text()
    section = page[page.index('<section id="addresses"'):]
    section = section[:section.index("</section>")]
    check("the page shows the addresses of the name together",
          words in section and all(f"<td>{ip}</td>" in section
                                   for ip in (*FOUR, "::1")), section)
    lines = subprocess.run([FLEETSCAN, "sites", "old"], cwd=desk.folder,
                           capture_output=True, text=True).stdout
    site = json.loads(subprocess.run(
        [FLEETSCAN, "sites", "old", "--json"], cwd=desk.folder,
        capture_output=True, text=True).stdout)
    check("sites names it", f"at {WRONG}" in " ".join(lines.split())
          and [(row["ip"], row["backend"].startswith(words))
               for row in site["outliers"]] == [(WRONG, True)], lines)


def test_later(desk):
    """Another address is the wrong one now; the run is judged again."""
    desk.backends[WRONG].tls = desk.whole
    desk.backends[FOUR[1]].tls = desk.alone
    desk.scan("-o", "new", HOST)
    found = [json.loads(line) for line in subprocess.run(
        [FLEETSCAN, "diff", "old", "new", "--json"], cwd=desk.folder,
        capture_output=True, text=True).stdout.splitlines()]
    check("diff follows the addresses",
          sorted((row["change"], row["ip"]) for row in found)
          == [("better", WRONG), ("worse", FOUR[1])], found)
    said = subprocess.run([FLEETSCAN, "diff", "old", "new"], cwd=desk.folder,
                          capture_output=True, text=True).stdout
    check("and names them", f"at {WRONG}" in said and f"at {FOUR[1]}" in said,
          said)
    for command in (["audit", "new"], ["merge", "new"]):
        done = subprocess.run(
            [FLEETSCAN, *command, "-q", "-o", command[0]], cwd=desk.folder,
            capture_output=True, text=True)
        again = run_of(desk, command[0])
        check(f"{command[0]} finds the same",
              done.returncode == 0 and len(again) == 8
              and differing(again) == differing(run_of(desk, "new")),
              done.stderr)
    summary = json.loads((desk.folder / "audit/summary.json").read_text())
    check("and counts one target", summary["run"]["targets"] == 1
          and summary["run"]["records"] == 8, summary["run"])


def test_shards(desk):
    names = [HOST, "half.fleet.test", "one.elsewhere.test"]
    (desk.folder / "names.txt").write_text("".join(f"{n}\n" for n in names))
    for part in range(2):
        desk.scan("-q", "-o", f"part{part}", "--shard", f"{part}/2", "-l",
                  "names.txt")
    done = subprocess.run(
        [FLEETSCAN, "merge", "part0", "part1", "-q", "-o", "whole"],
        cwd=desk.folder, capture_output=True, text=True)
    found = run_of(desk, "whole") if done.returncode == 0 else []
    check("shards join, each with all addresses of its names",
          sorted(r["input"] for r in found)
          == sorted([HOST] * 8 + ["half.fleet.test"] * 2 + names[2:]),
          done.stderr)
    done = subprocess.run([FLEETSCAN, "fix", "whole", "-o", "kit"],
                          cwd=desk.folder, capture_output=True, text=True)
    check("fix repairs the one that differs, once",
          done.returncode == 0 and [
              p.name for p in (desk.folder / "kit/server").iterdir()
              if p.name.startswith("www")] == [f"{HOST}_{desk.port}"],
          (done.stderr, sorted((desk.folder / "kit/server").iterdir())))


def test_resume(desk):
    """Two addresses wait; the scan is killed, and goes on."""
    gate = threading.Event()
    slow = [FOUR[0], "::1"]
    for ip in slow:
        desk.backends[ip].talk = lambda connection: gate.wait(10)
    for backend in desk.backends.values():
        backend.connections = 0
    listing = desk.folder / "list.txt"
    listing.write_text(f"{HOST}\nmany.fleet.test:1\nno host\n")
    process = desk.start("-q", "-o", "cut", "-l", "list.txt", "-t", "9")
    pending = desk.folder / "cut" / "pending.ndjson"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (
            not pending.exists()
            or len(pending.read_text().splitlines()) < 1006):
        time.sleep(0.02)
    process.kill()
    process.communicate()
    gate.set()
    done = subprocess.run(
        [FLEETSCAN, "scan", "--resume", "-o", "cut"], cwd=desk.folder,
        capture_output=True, text=True, timeout=60)
    found = run_of(desk, "cut")
    keys = [(r["ordinal"], r["ip"]) for r in found]
    check("a scan that was killed goes on with the addresses that lack",
          done.returncode == 0 and len(set(keys)) == len(keys) == 1009,
          (done.stderr, len(keys), len(set(keys))))
    check("the others are not connected to again",
          {ip: b.connections for ip, b in desk.backends.items()
           if ip not in slow} == {ip: 1 for ip in FOUR[1:]},
          {ip: b.connections for ip, b in desk.backends.items()})
    check("and all are compared", set(differing(found)) == {FOUR[1]},
          differing(found))
    summary = json.loads((desk.folder / "cut/summary.json").read_text())
    check("three targets, each with its records",
          (summary["run"]["targets"], summary["run"]["records"])
          == (3, 1009), summary["run"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(pathlib.Path(folder))
        test_records(desk)
        test_reports(desk)
        test_later(desk)
        test_shards(desk)
        test_resume(desk)
    return 1 if FAILED else 0


sys.exit(main())
