#!/usr/bin/env python3
"""--expect: a host that serves an older certificate than the one on disk, or
than another address of its name."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from name_server import Backend, NameServer, context
from tap import FAILED, check

HOST = "www.fleet.test"
OTHER = "shop.fleet.test"
PARK = "127.0.3.9"
OLD, NEW = "2026-01-01", "2026-10-01"
JUDGED = "2026-11-01"


class Desk:
    """Each name has an address of its own, but for two of the first one."""

    def __init__(self, folder):
        self.folder = folder
        self.root = Entity(folder, "Root")
        self.leaf = Entity(folder, HOST)
        (folder / "root.pem").write_text(pem(certify(self.root, self.root)))
        self.names = {}
        self.port = 0

    def make(self, hosts, begin, end="2036-01-01"):
        return certify(self.leaf, self.root, begin, end, hosts)

    def serve(self, name, ip, der, port=None):
        backend = Backend(ip, self.port if port is None else port, context(
            self.folder, pem(der), self.leaf.path))
        if port is not None:
            return backend.port
        self.port = backend.port
        self.names.setdefault((name, "A"), []).append(ip)

    def expect(self, folder, files):
        """Paths to what is in them."""
        for path, content in files.items():
            path = self.folder / folder / path
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, pathlib.Path):
                path.symlink_to(os.path.relpath(content, path.parent))
            else:
                path.write_text(content)
        return str(self.folder / folder)

    def run(self, command, *words, status=0):
        done = subprocess.run(
            [FLEETSCAN, command, *words], capture_output=True, text=True,
            timeout=60, cwd=self.folder)
        check(f"{command} {words[-1]}: exit {status}",
              done.returncode == status, done.stderr)
        return done

    def scan(self, *words, status=0):
        return self.run(
            "scan", *self.server.option, "--trust", "root.pem",
            "--intermediates", "none", "--aia", "off", "--faces", "none",
            "-t", "5", "--retries", "0", "-p", str(self.port), "--at", JUDGED,
            *words, status=status)


def stale(run):
    lines = (run / "hosts.ndjson").read_text().splitlines()
    return {(r["host"], r["ip"]): f for r in map(json.loads, lines)
            for f in r["findings"] if f["id"] == "stale_certificate"}


def set_up(desk):
    old, new = desk.make([HOST, "fleet.test"], OLD), \
        desk.make(["fleet.test", HOST], NEW)
    shop = desk.make([OTHER], OLD)
    grown = desk.make([OTHER, "new.fleet.test"], NEW)
    both = desk.make(["one.fleet.test"], OLD)
    wild = desk.make(["*.fleet.test"], NEW)
    expired = desk.make(["gone.fleet.test"], OLD, "2026-09-01")
    desk.serve(HOST, "127.0.3.1", old)
    desk.serve(HOST, "127.0.3.2", new)
    desk.serve(OTHER, "127.0.3.3", shop)
    desk.serve("new.fleet.test", "127.0.3.4", shop)
    desk.serve("one.fleet.test", "127.0.3.5", both)
    desk.serve("gone.fleet.test", "127.0.3.6", expired)
    desk.serve("next.fleet.test", "127.0.3.7",
               desk.make(["next.fleet.test"], OLD))
    # Another port of a host serves the newer one.
    desk.other = desk.serve("two.fleet.test", "127.0.3.8",
                            desk.make(["two.fleet.test"], NEW), port=0)
    desk.serve("two.fleet.test", "127.0.3.8",
               desk.make(["two.fleet.test"], OLD))
    desk.server = NameServer(desk.names)
    key = desk.leaf.path.read_text()
    archive = desk.folder / "disk" / "archive"
    desk.disk = desk.expect("disk", {
        "archive/www/cert1.pem": pem(old),
        "archive/www/cert2.pem": key + pem(new, certify(desk.root, desk.root)),
        "live/www.pem": archive / "www" / "cert2.pem",
        "live/loop": desk.folder / "disk",
        "shop/cert.pem": pem(grown),
        "shop/key.pem": key,
        "one.pem": pem(both),
        "wild/fullchain.pem": pem(wild),
        "gone.pem": pem(desk.make(["gone.fleet.test"], NEW)),
        "next.pem": pem(desk.make(["next.fleet.test"], "2026-11-02")),
        "broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n",
        "README.txt": "what is in here",
    })
    os.mkfifo(desk.folder / "disk" / "pipe")


HOSTS = (HOST, OTHER, "new.fleet.test", "one.fleet.test", "gone.fleet.test",
         "next.fleet.test")


def test_disk(desk):
    (desk.folder / "list").write_text("\n".join(HOSTS) + "\n")
    done = desk.scan("--all-ips", "-l", "list", "--expect", desk.disk,
                     "-o", "run")
    found = stale(desk.folder / "run")
    check("older than on disk: the renewed name, a name added, an expired one",
          {at: f["evidence"].get("file") for at, f in found.items()} == {
              (HOST, "127.0.3.1"): "live/www.pem",
              (OTHER, "127.0.3.3"): "shop/cert.pem",
              ("new.fleet.test", "127.0.3.4"): "shop/cert.pem",
              ("gone.fleet.test", "127.0.3.6"): "gone.pem"}, found)
    check("the sentence has both days and the file",
          found[HOST, "127.0.3.1"]["detail"] ==
          f"it serves the certificate of {OLD}; the one of {NEW} is in "
          "live/www.pem" and
          found[HOST, "127.0.3.1"]["severity"] == "warning",
          found.get((HOST, "127.0.3.1")))
    run = json.loads((desk.folder / "run" / "run.json").read_text())
    check("run.json counts what was expected",
          run["expected"]["certificates"] == 7, run.get("expected"))
    check("no key is kept", not any(
        b"PRIVATE" in path.read_bytes()
        for path in (desk.folder / "run").rglob("*") if path.is_file()))
    said = desk.scan("gone.fleet.test", "--expect", desk.disk).stdout
    check("the repair of the expired one is to reload the server",
          "Reload the server" in said.split("repair")[1], said)
    check("what cannot be read is said once",
          done.stderr.count("broken.pem: a certificate cannot be") == 1, done.stderr)


def test_saved(desk):
    whole = stale(desk.folder / "run")
    desk.run("audit", "run", "-o", "again")
    check("audit judges by what the run keeps",
          stale(desk.folder / "again") == whole)
    desk.run("audit", "run", "--expect", "none", "-o", "without")
    check("--expect none: only another address is newer",
          {at: f["evidence"].get("at") for at, f in stale(
              desk.folder / "without").items()}
          == {(HOST, "127.0.3.1"): "127.0.3.2"})
    for part in "01":
        desk.scan("--all-ips", "-l", "list", "--expect", desk.disk, "--shard",
                  f"{part}/2", "-o", f"part-{part}")
    desk.run("merge", "part-0", "part-1", "-o", "joined")
    check("merge joins shards that were judged by the same",
          stale(desk.folder / "joined") == whole)
    desk.scan("-l", "list", "--all-ips", "--shard", "1/2", "-o", "other")
    check("and refuses others", "--expect" in desk.run(
        "merge", "part-0", "other", "-o", "bad", status=2).stderr)


def test_ports(desk):
    found = {}
    for at, hosts in enumerate((
            ("two.fleet.test", f"two.fleet.test:{desk.other}"),
            (f"two.fleet.test:{desk.other}", "two.fleet.test"))):
        (desk.folder / "two").write_text("\n".join(hosts) + "\n")
        desk.scan("-l", "two", "--expect", desk.disk, "-o", f"two-{at}")
        desk.run("audit", f"two-{at}", "-o", f"again-{at}")
        for run in (f"two-{at}", f"again-{at}"):
            lines = (desk.folder / run / "hosts.ndjson").read_text()
            found[run] = {
                r["port"]: f["evidence"].get("at")
                for r in map(json.loads, lines.splitlines())
                for f in r["findings"] if f["id"] == "stale_certificate"}
    check("another port of the host serves a newer one, in either order",
          list(found.values()) == 4 * [
              {desk.port: f"127.0.3.8, port {desk.other}"}], found)


def test_errors(desk):
    for path, words in (("nowhere", "No such file"),
                        ("disk/README.txt", "no certificate for a host"),
                        ("disk/pipe", "neither a directory nor a file")):
        check(f"{path}: a sentence", words in desk.scan(
            HOST, "--expect", path, status=2).stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(pathlib.Path(folder))
        set_up(desk)
        for test in (test_disk, test_saved, test_ports, test_errors):
            test(desk)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
