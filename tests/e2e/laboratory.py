"""A running fleetlab and scans of it, for the end-to-end tests."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile

BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
FLEETSCAN = os.environ.get("FLEETSCAN", str(BUILD / "fleetscan"))


def scan_one(root, target, port, *options):
    """The record of a target at this port of 127.0.0.1; "stderr" is added."""
    done = subprocess.run(
        [FLEETSCAN, "scan", "--json", "--trust", str(root), "--aia", "off",
         "--at", "2026-11-28T00:00:00Z", "--retries", "1", "-t", "8", *options,
         "--resolve", f"*:{port}:127.0.0.1", target],
        capture_output=True, text=True, timeout=60)
    record = json.loads(done.stdout)
    record["stderr"] = done.stderr
    return record


class Laboratory:
    """with Laboratory("--scenarios") as lab: lab.hosts, lab.scan(...)"""

    def __init__(self, *parts):
        self.parts = parts

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.process = subprocess.Popen(
            [str(BUILD / "fleetlab"), *self.parts, "--dir", str(self.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        assert ready and ready[0] == "ready", f"fleetlab said {ready}"
        self.dns = dict(word.split("=") for word in ready[1:])["dns"]
        with (self.path / "scenarios.tsv").open() as rows:
            self.hosts = list(csv.DictReader(rows, delimiter="\t"))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.folder.cleanup()

    def trust(self, store):
        return str(self.path / "trust" / f"{store}.pem")

    def run(self, hosts, store, *options, timeout=100):
        """A finished scan of these rows."""
        lines = "".join(f"{row['host']}:{row['port']}\n" for row in hosts)
        return subprocess.run(
            [FLEETSCAN, "scan", "-q", "-l", "-", "--trust",
             self.trust(store), "-r", f"127.0.0.1:{self.dns}",
             "--aia-allow-private", "-t", "4",
             "--retries", "0",
             *([] if "--intermediates" in options
               else ["--intermediates", "none"]), *options],
            input=lines, capture_output=True, text=True, timeout=timeout)

    def scan(self, hosts, store, *options, timeout=100):
        """The records of these rows, by scenario id."""
        done = self.run(hosts, store, "--json", *options, timeout=timeout)
        assert done.returncode == 0, done.stderr
        ids = {f"{row['name']}:{row['port']}": row["id"] for row in hosts}
        found = {}
        for line in done.stdout.splitlines():
            record = json.loads(line)
            found[ids[f"{record['host']}:{record['port']}"]] = record
        return found

    def scan_all(self, *options):
        """Every host, judged by the store it is to be judged by."""
        found = {}
        for store in sorted({row["trust"] for row in self.hosts}):
            rows = [row for row in self.hosts if row["trust"] == store]
            found.update(self.scan(rows, store, *options))
        return found


class Fleet(Laboratory):
    """The example fleet, scanned from a folder with fleet.scan_in(folder)."""

    def __init__(self):
        super().__init__("--fleet")

    def find(self, name):
        row = next(row for row in self.hosts if row["name"] == name)
        return f"{name}:{row['port']}"

    def scan_in(self, folder, *arguments, down=()):
        """scan with these arguments; nobody listens where `down` are."""
        listing = folder / "hosts.txt"
        listing.write_text("".join(f"{row['name']}:{row['port']}\n"
                                   for row in self.hosts))
        return subprocess.run(
            [FLEETSCAN, "scan", "--trust", self.trust("fleet"),
             "-r", f"127.0.0.1:{self.dns}", "--intermediates", "none",
             "--aia-allow-private", "-t", "4", "--retries", "0",
             *(word for name in down
               for word in ("--resolve", f"{self.find(name)}:127.0.0.1:1")),
             *arguments],
            capture_output=True, text=True, cwd=folder, timeout=60)
