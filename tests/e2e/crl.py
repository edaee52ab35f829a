#!/usr/bin/env python3
"""CRLs: who is revoked, what proves nothing, one download for a fleet, and
nothing asked that was not allowed."""
import contextlib
import datetime
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

from certificates import Entity, certify, pem, revocation_list, tlv
from laboratory import FLEETSCAN
from listener import HttpHandler, serve_http
from name_server import Backend, context
from revocation import by_name, lines, records, run_in, wrong_records
from tap import FAILED, check, check_sentences

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 200
NOW = datetime.datetime.now(datetime.timezone.utc).replace(
    tzinfo=None, microsecond=0)


def day(days):
    return (NOW + datetime.timedelta(days=days)).isoformat()


class Lists(HttpHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        asked = self.server.asked
        asked[self.path] = asked.get(self.path, 0) + 1
        time.sleep(self.server.delays.get(self.path, 0))
        body = self.server.lists.get(self.path)
        with contextlib.suppress(OSError):  # the one who asked is gone
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")


# Host -> list, and what the record says: class, status, and the cause of the
# finding revocation_evidence or a part of the detail.
HOSTS = {
    "good": ("ca", "ok", "good", None),
    "revoked": ("ca", "revoked", "revoked", None),
    "hold": ("hold", "revoked", "revoked", None),
    "stale": ("stale", "ok", "unknown", "stale"),
    "forged": ("forged", "ok", "unknown", "forged"),
    "foreign": ("foreign", "ok", "unknown", "foreign"),
    "scope": ("scope", "ok", "unknown", "wrong_scope"),
    "garbage": ("garbage", "ok", "unknown", "malformed"),
    "removed": ("removed", "ok", "good", None),
    "point": ("point", "ok", "good", None),
    "elsewhere": ("elsewhere", "ok", "unknown", "wrong_scope"),
    "indirect": ("indirect", "ok", "unknown", "several issuers"),
    "gone": ("gone", "ok", "unknown", "the server answers 404"),
    "ldap": (None, "ok", "not_checked", "only http"),
    "none": ("", "ok", "not_checked", "names no CRL"),
    "below": ("sub", "revoked", "revoked", None),
}
SERIALS = {host: b"\x21" + bytes([n]) for n, host in enumerate(HOSTS)}
URI = 0x86
# Of the fleet four hosts have one certificate; every tenth is revoked.
REVOKED = {f"h{n}" for n in range(MANY) if n // 4 % 10 == 0}


class World:
    def __init__(self, folder):
        self.folder = folder
        self.server = serve_http(Lists, asked={}, lists={}, delays={})
        self.at = f"http://127.0.0.1:{self.server.server_port}/"
        self.root, self.ca = Entity(folder, "Root"), Entity(folder, "CA")
        self.bad, self.leaf = Entity(folder, "Bad CA"), Entity(folder, "leaf")
        (folder / "root.pem").write_text(pem(certify(self.root, self.root)))
        middle = certify(self.ca, self.root, urls=[self.at + "root"],
                         serial=b"\x11")
        below = certify(self.bad, self.root, urls=[self.at + "root"],
                        serial=b"\x12")
        self.make_lists()
        self.contexts = {}
        for host, (where, *_) in HOSTS.items():
            urls = [self.at + where] if where else []
            if where is None:
                urls = ["ldap://127.0.0.1/crl"]
            issuer = self.bad if host == "below" else self.ca
            self.add(host, issuer, below if issuer is self.bad else middle,
                     urls, SERIALS[host])
        for host in ("cut", "late"):
            self.add(host, self.ca, middle, [self.at + host], b"\x44")
        for group in range(MANY // 4):
            self.add(f"*.g{group}", self.ca, middle, [self.at + "many"],
                     b"\x33" + group.to_bytes(2, "big"))
        self.backend = Backend("127.0.0.1", 0, by_name(
            self.choose, self.last, self.leaf.path))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.deaf = self.listener.getsockname()[1]  # accepts and is silent

    def choose(self, host):
        wildcard = "*" + host[host.index("."):]
        return self.contexts.get(host, self.contexts.get(wildcard))

    def add(self, host, issuer, above, urls, serial):
        full = f"{host}.crl.test"
        der = certify(self.leaf, issuer, host=full, urls=urls, serial=serial)
        self.contexts[full] = context(
            self.folder, pem(der, above), self.leaf.path)
        self.last = self.folder / "last.pem"
        self.last.write_text(pem(der, above))

    def make_lists(self):
        def crl(entries=(), issuer=self.ca, begin=-1, end=1, scope=None):
            return revocation_list(issuer, dict(entries), day(begin),
                                   day(end), scope)

        def point(url):
            return tlv(0xa0, tlv(0xa0, tlv(URI, url.encode())))

        def only(number):
            return tlv(0x80 | number, b"\xff")

        def one(host, reason=None):
            return {SERIALS[host]: reason}

        forged = bytearray(crl(one("forged")))
        forged[60] ^= 1
        self.server.lists |= {"/" + name: body for name, body in {
            "root": crl({b"\x12": 2}, self.root),
            "ca": crl(one("revoked", 1) | {b"\x55": None}),
            "hold": crl(one("hold", 6)),
            "stale": crl(one("stale"), begin=-9, end=-2),
            "forged": bytes(forged),
            "foreign": crl(one("foreign"), self.root),
            "scope": crl(one("scope"), scope=only(2)),
            "garbage": b"<html>not found</html>",
            "removed": crl(one("removed", 8)),
            "point": crl(scope=point(self.at + "point") + only(1)),
            "elsewhere": crl(scope=point(self.at + "point")),
            "indirect": crl(scope=only(4)),
            "sub": crl(issuer=self.bad),
            "cut": crl(),
            "late": crl(),
            "many": crl({b"\x33" + group.to_bytes(2, "big"): 4
                         for group in range(0, MANY // 4, 10)}),
        }.items()}

    def run(self, *words, code=0):
        return run_in(self.folder, words, code, 200)

    def scan(self, hosts, out, *words, code=0):
        rows = [f"{host}.crl.test,{self.backend.port},127.0.0.1"
                for host in hosts]
        listed = self.folder / "list.csv"
        listed.write_text("\n".join(["host,port,ip", *rows, ""]))
        self.server.asked.clear()
        self.run("scan", "-l", listed, "-o", out, "--trust", "root.pem",
                 "--intermediates", "none", "--aia", "off", "--per-ip", 32,
                 "-t", 20, *words, code=code)
        return records(self.folder / out)


def test_verdicts(world):
    found = world.scan(HOSTS, "all", "--crl", "fetch", "--aia-allow-private")
    check_sentences("each host is judged by its CRL",
                    list(wrong_records(HOSTS, found)))
    revoked = found["revoked"]
    evidence = [finding["evidence"] for finding in revoked["findings"]
                if finding["id"] == "revoked"]
    check("the finding has the entry and its list",
          revoked["cause"] == "crl" and revoked["revoked"]
          and revoked["revocation"]["source"] == "crl"
          and revoked["revocation"]["reason"] == "keyCompromise"
          and evidence[0]["serial"] == SERIALS["revoked"].hex()
          and evidence[0]["url"] == world.at + "ca", revoked)
    check("of an intermediate its place is told",
          [finding["cert"] for finding in found["below"]["findings"]
           if finding["id"] == "revoked"] == [1], found["below"]["findings"])
    check("each URL is asked once",
          set(world.server.asked.values()) == {1}, world.server.asked)
    notes = {row["url"].rsplit("/", 1)[1]: row for row in map(
        json.loads, (world.folder / "all/crls.ndjson").read_text()
        .splitlines())}
    check("crls.ndjson has each list with what it said",
          {name: row["result"] for name, row in notes.items()} == {
              "root": "good", "ca": "good", "hold": "good", "stale": "stale",
              "forged": "forged", "foreign": "foreign", "scope": "good",
              "garbage": "malformed", "removed": "good", "point": "good",
              "elsewhere": "good", "indirect": "indirect", "gone": "failed",
              "sub": "good"}
          and [entry["serial"] for entry in notes["ca"]["revoked"]]
          == [SERIALS["revoked"].hex()], notes)


def test_later_runs(world):
    """After test_verdicts: its lists are in the cache."""
    before = lines(world.folder / "all")
    world.server.asked.clear()
    world.run("audit", "all", "-o", "again", "--cache", "empty")
    again = records(world.folder / "again")
    check("audit needs neither network nor cache",
          before == lines(world.folder / "again")
          and not world.server.asked,
          [row["host"] for host, row in records(world.folder / "all").items()
           if row != again[host]])
    world.run("merge", "all", "-o", "joined")
    check("merge keeps the verdicts and what they rest on",
          before == lines(world.folder / "joined")
          and (world.folder / "all/crls.ndjson").read_bytes()
          == (world.folder / "joined/crls.ndjson").read_bytes())
    (world.folder / "other.pem").write_text(pem(certify(
        world.leaf, world.leaf)))
    told = world.run("audit", "all", "--against", "other.pem", "--json")
    repaired = [json.loads(line)["host"].split(".")[0]
                for line in told.stdout.splitlines()]
    check("--against knows who is revoked",
          sorted(repaired) == sorted(
              host for host, row in HOSTS.items() if row[1] == "ok"),
          repaired)
    off = world.run("audit", "all", "-o", "off", "--crl", "off")
    check("--crl off leaves them out",
          {row["class"] for row in records(world.folder / "off").values()}
          == {"ok"}, off.stdout)
    late = world.run("audit", "all", "-o", "late", "--at", "+3d")
    check("on another day the list is out of date",
          records(world.folder / "late")["revoked"]["revocation"]["status"]
          == "unknown", late.stdout)
    cached = world.scan(HOSTS, "cached")
    check("the default asks nothing, and uses the cache",
          not world.server.asked
          and cached["revoked"]["class"] == "revoked"
          and cached["stale"]["revocation"]["status"] == "not_checked",
          [cached["revoked"]["revocation"], world.server.asked])
    cold = world.scan(HOSTS, "cold", "--cache", "empty")
    check("without a cache nothing is known, and nothing is asked",
          {row["revocation"]["status"] for row in cold.values()}
          == {"not_checked"} and not world.server.asked
          and not (world.folder / "cold/crls.ndjson").exists(),
          world.server.asked)
    private = world.scan(["good"], "private", "--crl", "fetch", "--cache",
                         "empty")
    check("a private address is refused",
          "loopback" in (private["good"]["revocation"]["detail"] or "")
          and not world.server.asked, private["good"]["revocation"])


def test_fleet(world):
    hosts = [f"h{n}.g{n // 4}" for n in range(MANY)]
    found = world.scan(hosts, "many", "--crl", "fetch",
                       "--aia-allow-private", "-q")
    check(f"{MANY} hosts of one CA cost one download",
          world.server.asked.get("/many") == 1, world.server.asked)
    revoked = {host for host, row in found.items() if row["revoked"]}
    check("and each has its own verdict",
          len(found) == MANY
          and revoked == REVOKED, revoked)


def test_resume(world):
    """Interrupted once it has some records; the list is in the cache then."""
    out = world.folder / "halves"
    world.server.asked.clear()
    with subprocess.Popen(
            [FLEETSCAN, "scan", "-l", "list.csv", "-o", out, "--trust",
             "root.pem", "--intermediates", "none", "--aia", "off", "--crl",
             "fetch", "--aia-allow-private", "--rate", "100", "--per-ip", "32",
             "--cache", "halves-cache", "-q"],
            cwd=world.folder) as scan:
        stream = out / "hosts.ndjson"
        while scan.poll() is None and not (
                stream.exists() and stream.read_bytes().count(b"\n") > 20):
            time.sleep(0.1)
        scan.send_signal(signal.SIGINT)
    world.run("scan", "--resume", "-o", out, "-q")
    found = records(out)
    check("an interrupted run ends alike, with one download",
          scan.returncode == 3
          and {host for host, row in found.items() if row["revoked"]}
          == REVOKED
          and {row["revocation"]["status"] for row in found.values()}
          == {"good", "revoked"} and len(found) == MANY
          and world.server.asked.get("/many") == 1,
          [scan.returncode, len(found), world.server.asked])
    world.run("audit", out, "-o", "resumed", "--cache", "empty")
    check("and is judged alike again",
          lines(out) == lines(world.folder / "resumed"))


def test_slow_list(world):
    """It takes longer than the run has."""
    world.server.delays |= {"/cut": 8, "/late": 3}
    words = ["--crl", "fetch", "--aia-allow-private", "--fetch-timeout", "0"]
    found = world.scan(["late"], "tardy", *words)
    world.server.delays.pop("/late")
    again = world.folder / "tardy"
    world.run("scan", "--resume", "-o", again, "-q")
    resumed = records(again)["late"]["revocation"]
    check("what came too late is asked for again by --resume",
          found["late"]["revocation"]["late"]
          and found["late"]["revocation"]["status"] == "unknown"
          and resumed["status"] == "good" and "late" not in resumed,
          [found["late"]["revocation"], resumed])
    with subprocess.Popen(
            [FLEETSCAN, "scan", f"cut.crl.test:{world.backend.port}",
             "never.crl.test", "--resolve",
             f"cut.crl.test:{world.backend.port}:127.0.0.1", "--resolve",
             f"never.crl.test:443:127.0.0.1:{world.deaf}", "-o", "cut",
             "--trust", "root.pem", "--aia", "off", "-q", *words],
            cwd=world.folder) as scan:
        while scan.poll() is None and "/cut" not in world.server.asked:
            time.sleep(0.05)
        began = time.monotonic()
        scan.send_signal(signal.SIGINT)
        scan.wait()
    took = time.monotonic() - began
    check("an interruption does not wait for a download",
          # three seconds are for the targets under way
          scan.returncode == 3 and took < 5, [scan.returncode, took])


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder))
        test_verdicts(world)
        test_later_runs(world)
        test_fleet(world)
        test_resume(world)
        test_slow_list(world)
    sys.exit(1 if FAILED else 0)


main()
