#!/usr/bin/env python3
"""Root programs and their dates: chains to roots of the tests' own, which play
the roles that public roots have in data/roots.json."""
import base64
import csv
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from certificates import Entity, certify, pem, signed_scts, signed_sct_list
from laboratory import FLEETSCAN
from tap import FAILED, check

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = "www.example.com"
OWN = {"chrome", "firefox", "requests", "node"}
ROLES = ("DigiCert Global Root CA", "GlobalSign Root CA",
         "USERTrust RSA Certification Authority", "Izenpe.com",
         "Entrust Root Certification Authority - G2", "ISRG Root X1",
         "DigiCert Global Root G2")
ENTRUST = "Entrust Root Certification Authority - G2"
USERTRUST = "USERTrust RSA Certification Authority"


class World:
    """The program in a folder with roots.json of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "build").mkdir()
        shutil.copy(FLEETSCAN, self.folder / "build" / "fleetscan")
        shutil.copytree(ROOT / "data", self.folder / "data")
        self.keys, self.roots = {}, {}
        for role in ROLES:
            self.keys[role] = Entity(folder, f"{role} of a test")
            self.roots[role] = certify(self.keys[role], self.keys[role])
        self.keys["local"] = Entity(folder, "A company's root")
        self.roots["local"] = certify(self.keys["local"], self.keys["local"])
        self.ca = Entity(folder, "An intermediate")
        self.server = Entity(folder, HOST)
        self.replace_roots()
        self.store("all.pem", *self.roots)

    def replace_roots(self):
        for name in ("roots.json", "distrust.json"):
            path = self.folder / "data" / name
            document = json.loads(path.read_text())
            text = path.read_text()
            for root in json.loads((ROOT / "data" / "roots.json")
                                   .read_text())["roots"]:
                if root["name"] in ROLES:
                    text = text.replace(root["sha256"], hashlib.sha256(
                        self.roots[root["name"]]).hexdigest())
            document = json.loads(text)
            for root in document["roots"] if name == "roots.json" else ():
                if root["name"] in ROLES:
                    root["subject"] = f"CN={root['name']} of a test"
            path.write_text(json.dumps(document))

    def store(self, name, *roles):
        (self.folder / name).write_text(
            pem(*(self.roots[role] for role in roles)))
        return self.folder / name

    def chain(self, role, issued="2026-06-01", logged=(), sends=()):
        """Leaf and intermediate below the root of this role."""
        leaf = certify(self.server, self.ca, issued, "2027-01-01", HOST,
                       logged)
        return [leaf, certify(self.ca, self.keys[role]), *sends]

    def cross(self, subject, issuer):
        return certify(self.keys[subject], self.keys[issuer])

    def call(self, *arguments, store="all.pem"):
        return subprocess.run(
            [self.folder / "build" / "fleetscan", *map(str, arguments)],
            env={**os.environ, "HOME": str(self.folder),
                 "SSL_CERT_FILE": str(self.folder / store),
                 "XDG_CACHE_HOME": str(self.folder / "cache")},
            capture_output=True, text=True, timeout=60)

    def judge(self, chain, *options, store="all.pem"):
        """The record of one chain, every client but Java from one store."""
        (self.folder / "chain.pem").write_text(pem(*chain))
        done = self.call("audit", "--host", HOST, "--json", "--at",
                         "2026-11-28", "--clients", "first", "--store",
                         f"java={self.folder / store}", *options,
                         self.folder / "chain.pem", store=store)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def refused(record):
    return {client for client, verdict in record["clients"].items()
            if verdict["accepts"] is False}


def rows(world):
    """name, chain, options, who refuses, a part of Chrome's reason."""
    chain = world.chain
    dropped = "net::ERR_CERT_AUTHORITY_INVALID: its root {} is not in " \
        "Chrome 156's list (in Debian 12's until ca-certificates 20260816)"
    yield ("DigiCert's root of 2006", chain(ROLES[0]), {}, OWN,
           dropped.format(ROLES[0]))
    yield ("GlobalSign Root CA", chain(ROLES[1]), {}, OWN,
           dropped.format(ROLES[1]))
    yield ("GlobalSign Root CA, sent",
           chain(ROLES[1], sends=[world.roots[ROLES[1]]]), {}, OWN,
           dropped.format(ROLES[1]))
    yield ("Entrust", chain(ENTRUST), {}, OWN | {"java"},
           dropped.format(ENTRUST))
    yield ("Entrust, of before Java's date", chain(ENTRUST, "2024-11-10"), {},
           OWN, dropped.format(ENTRUST))
    yield ("USERTrust RSA, logged in time",
           chain(USERTRUST, logged=["2026-09-30T23:00:00"]), {}, set(), None)
    late = f"net::ERR_CERT_AUTHORITY_INVALID: its root {USERTRUST}: Chrome 156 refuses certificates logged " \
        "after 2026-09-30; this one "
    yield ("USERTrust RSA, logged too late",
           chain(USERTRUST, logged=["2026-10-01T01:00:00"]), {}, {"chrome"},
           late + "was logged on 2026-10-01")
    yield ("USERTrust RSA, one of two SCTs in time",
           chain(USERTRUST, logged=["2026-10-01T01:00:00",
                                    "2026-09-30T01:00:00"]), {}, set(), None)
    yield ("USERTrust RSA, without SCTs", chain(USERTRUST, "2026-10-02"), {},
           {"chrome"}, late + "has no SCT and was issued on 2026-10-02")
    yield ("Izenpe, logged too late",
           chain("Izenpe.com", "2026-04-14", ["2026-04-15T12:00:00"]), {},
           {"chrome"}, "logged after 2026-04-14")
    yield ("Izenpe, issued too late for Mozilla too",
           chain("Izenpe.com", "2026-04-16", ["2026-04-16T12:00:00"]), {},
           {"chrome", "firefox"}, "logged after 2026-04-14")
    yield "a company's root", chain("local"), {}, set(), None
    yield ("a dropped root with a cross-sign to a kept one",
           chain(ROLES[1], sends=[world.cross(ROLES[1], "ISRG Root X1")]), {},
           set(), None)
    yield ("a dated root with a cross-sign to a kept one",
           chain(USERTRUST, "2026-10-02",
                 sends=[world.cross(USERTRUST, "ISRG Root X1")]), {}, set(),
           None)
    dropped_store = world.store("dropped.pem", ROLES[1])
    yield ("--trust is every client's store", chain(ROLES[1]),
           {"options": ["--trust", dropped_store]}, set(), None)
    yield ("--trust-add counts for every client", chain(ROLES[1]),
           {"options": ["--trust-add", dropped_store]}, set(), None)
    world.store("dated.pem", USERTRUST)
    yield ("--trust-add counts whatever the date", chain(USERTRUST,
                                                         "2026-10-02"),
           {"options": ["--trust-add", world.folder / "dated.pem"]}, set(),
           None)
    yield ("--store beside --trust is of the client of that name",
           chain(ROLES[1]), {"options": ["--trust", world.folder / "all.pem",
                                         "--store",
                                         f"chrome={world.folder}/dated.pem"]},
           {"chrome"}, None)
    yield ("--store names a client", chain("ISRG Root X1"),
           {"options": ["--store", f"curl={world.folder}/dated.pem"]},
           {"curl"}, None)
    world.store("few.pem", "local")
    everyone_else = {"openssl", "curl", "python", "python313", "ruby", "php",
                     "perl", "gnutls", "wget", "git", "go", "java"}
    yield ("a root by its fingerprint alone",
           chain("ISRG Root X1", sends=[world.roots["ISRG Root X1"]]),
           {"store": "few.pem"}, everyone_else, None)


def check_rows(world):
    for name, chain, how, clients, reason in rows(world):
        record = world.judge(chain, *how.get("options", ()),
                             store=how.get("store", "all.pem"))
        found = refused(record)
        check(f"{name}: refused by {len(clients)}", found == clients,
              f"{sorted(found)}, expected {sorted(clients)}")
        said = str(record["clients"]["chrome"]["reason"])
        check(f"{name}: why", reason is None or reason in said, said)


def findings(record, name):
    """cause, severity, date, clients of each."""
    told = []
    for finding in record["findings"]:
        if finding["id"] == name:
            evidence = finding["evidence"]
            who = evidence.get("clients", evidence.get("client"))
            told.append((finding["cause"], finding["severity"],
                         evidence["date"],
                         frozenset([who] if isinstance(who, str) else who)))
    return told


def check_look_ahead(world):
    """What hosts have to expect, and what repairs it."""
    chain = world.chain
    chrome, own = frozenset({"chrome"}), frozenset(OWN)
    everyone_else = frozenset({
        "openssl", "curl", "python", "python313", "ruby", "php", "perl",
        "gnutls", "wget", "git", "go"})
    upgrade = ("upgrade", "notice", "2026-11-28", everyone_else)
    dropped = ("dropped", "warning", "2026-11-28", own)
    late = ("dated", "warning", "2026-09-30", chrome)
    soon = ["2026-09-30T23:00:00"]
    cross = world.cross(USERTRUST, "ISRG Root X1")
    old = world.cross(ROLES[1], "ISRG Root X1")
    (world.folder / "cross.pem").write_text(pem(cross, old))
    known = ["--intermediates", world.folder / "cross.pem"]
    for name, record, leaves, distrust in (
            ("a kept root", world.judge(chain("ISRG Root X1")), [], []),
            ("a company's root", world.judge(chain("local")), [], []),
            ("a dropped root", world.judge(chain(ROLES[1])),
             [upgrade, dropped], [dropped]),
            ("a dated root, logged in time",
             world.judge(chain(USERTRUST, logged=soon)), [late], []),
            ("a dated root, logged too late",
             world.judge(chain(USERTRUST, "2026-10-02")), [late], [late]),
            ("a dated root, the date beyond this certificate",
             world.judge(chain("DigiCert Global Root G2")),
             [("dated", "notice", "2027-09-14", chrome)], []),
            ("a dated root and a cross-sign that is sent",
             world.judge(chain(USERTRUST, sends=[cross])), [], []),
            ("a dated root and a cross-sign that is known",
             world.judge(chain(USERTRUST), *known), [late], []),
            ("a dropped root and a cross-sign that is sent",
             world.judge(chain(ROLES[1], sends=[old])), [], []),
            ("--trust-add", world.judge(chain(ROLES[1]), "--trust-add",
                                        world.store("one.pem", ROLES[1])),
             [], []),
            ("--trust", world.judge(chain(USERTRUST), "--trust",
                                    world.store("two.pem", USERTRUST)),
             [], [])):
        check(f"{name}: root_leaves",
              findings(record, "root_leaves") == leaves,
              findings(record, "root_leaves"))
        check(f"{name}: distrusted_by",
              findings(record, "distrusted_by") == distrust,
              findings(record, "distrusted_by"))
    record = world.judge(chain(USERTRUST), *known)
    told = [finding["detail"] for finding in record["findings"]
            if finding["id"] == "root_leaves"]
    check("the known cross-sign is named", told == [
        f"{USERTRUST}: Chrome 156 refuses certificates logged after "
        f"2026-09-30; with CN={USERTRUST} of a test sent too the path ends "
        "at ISRG Root X1, which is kept"], told)


def serve(world, chain):
    """One openssl s_server with this chain; its process and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (world.folder / "leaf.pem").write_text(pem(chain[0]))
    (world.folder / "rest.pem").write_text(pem(*chain[1:]))
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet",
         "-cert", world.folder / "leaf.pem", "-key", world.server.path,
         "-cert_chain", world.folder / "rest.pem"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return server, port


def records_of(run):
    return [json.loads(line) for line in
            (run / "hosts.ndjson").read_text().splitlines()]


def check_run(world, name, *options):
    """A scan, and the saved run judged again, where the store is another."""
    run, again = world.folder / name, world.folder / f"{name}-again"
    server, port = serve(world, world.chain(ROLES[1]))
    try:
        done = world.call("scan", "-o", run, "--resolve",
                          f"{HOST}:{port}:127.0.0.1:{port}", "--at",
                          "2026-11-28", "--aia", "off", "--clients", "first",
                          *options, f"{HOST}:{port}")
    finally:
        server.kill()
        server.wait()
    check(f"{name}: scan", done.returncode == 0, done.stderr)
    saved = world.call("audit", run, "-o", again, store="few.pem")
    check(f"{name}: audit", saved.returncode == 0, saved.stderr)
    first, second = records_of(run)[0], records_of(again)[0]
    check(f"{name}: a saved run is judged as it was",
          first["clients"] == second["clients"]
          and first["findings"] == second["findings"],
          (first["clients"], second["clients"]))
    return first, again


def check_runs(world):
    record, run = check_run(world, "plain")
    check("plain: refused by those with lists of their own",
          OWN <= refused(record), refused(record))
    summary = json.loads((run / "summary.json").read_text())
    told = [(root["cause"], root["hosts"], root["sentence"])
            for root in summary["roots"]]
    check("the summary counts the hosts of a root", told == [
        ("dropped", 1, "1 host depends on GlobalSign Root CA: not in the list "
         "of certifi 2026.10.19, Node.js 26, Chrome 156, NSS 2.92"),
        ("upgrade", 1, "1 host depends on GlobalSign Root CA: no longer in "
         "Debian sid's list (ca-certificates 20260816)")], told)
    page = (run / "report.html").read_text()
    check("the page has them too", "Roots that leave" in page
          and "not in the list of certifi" in page)
    check("the metrics have them too", 'fleetscan_root_leaves_hosts{what='
          in (run / "metrics.prom").read_text())
    record, run = check_run(world, "added", "--trust-add",
                                  world.store("one.pem", ROLES[1]))
    check("added: refused by none of them", OWN.isdisjoint(refused(record)),
          refused(record))
    record, run = check_run(world, "named", "--store",
                                  f"chrome={world.folder}/all.pem")
    check("named: accepted by the client of that store",
          record["clients"]["chrome"]["accepts"], record["clients"])
    record, run = check_run(world, "both", "--trust",
                            world.folder / "all.pem", "--store",
                            f"chrome={world.folder}/dated.pem")
    check("both: refused by the client of the store alone",
          refused(record) == {"chrome"}, refused(record))


def check_absent(world):
    """A root of a program whose certificate is nowhere."""
    record = world.judge(world.chain("ISRG Root X1"), store="few.pem")
    for client in sorted(OWN):
        verdict = record["clients"][client]
        check(f"{client} is not decided where its root is not at hand",
              verdict["accepts"] is None
              and "ISRG Root X1" in verdict["reason"], verdict)
    world.store("late.pem", "ISRG Root X1")
    record = world.judge(world.chain("ISRG Root X1"), "--intermediates",
                         world.folder / "late.pem", store="few.pem")
    check("a root among known certificates is at hand",
          refused(record).isdisjoint(OWN), record["clients"])


def check_extension(world, logs):
    """Timestamps of the TLS extension, as openssl s_server sends them."""
    def embed(tbs):
        return signed_sct_list(tbs, world.ca, [logs["a"], logs["c"]])

    rows = (
        # what, logs sent, root, options of the server and of the scan, what
        # the record has, too few
        ("TLS 1.2 and 1.3", "ac", "ISRG Root X1", [], [], ["tls", "tls"], 0),
        ("one log", "a", "ISRG Root X1", [], [], ["tls"], 1),
        ("none", "", "ISRG Root X1", [], [], [], 1),
        ("TLS 1.2 alone", "ac", "ISRG Root X1", ["-tls1_2"], [],
         ["tls", "tls"], 0),
        ("TLS 1.3 alone", "ac", "ISRG Root X1", ["-tls1_3"], [], None, 0),
        ("--faces none", "ac", "ISRG Root X1", [], ["--faces", "none"], None,
         0),
        ("a local root", "ac", "local", [], [], None, 0),
        ("timestamps in the certificate", "ac", "embedded", [], [], None, 0),
    )
    for what, sent, role, how, options, sources, too_few in rows:
        embedded = role == "embedded"
        leaf = certify(world.server, world.ca, "2026-08-01", "2027-01-01",
                       HOST, embed if embedded else ())
        above = certify(world.ca, world.keys[
            "ISRG Root X1" if embedded else role])
        (world.folder / "leaf.pem").write_text(pem(leaf))
        (world.folder / "above.pem").write_text(pem(above))
        scts = signed_scts(b"\0\0" + len(leaf).to_bytes(3, "big") + leaf,
                           [logs[name] for name in sent])
        info = b"\0\x12" + len(scts).to_bytes(2, "big") + scts
        label = "SERVERINFO FOR SIGNED CERTIFICATE TIMESTAMP"
        (world.folder / "info.pem").write_text(
            f"-----BEGIN {label}-----\n{base64.encodebytes(info).decode()}"
            f"-----END {label}-----\n")
        if sent:
            how = [*how, "-serverinfo", world.folder / "info.pem"]
        record = scan_s_server(world, how, options)
        found = [finding["detail"] for finding in record["findings"]
                 if finding["id"] == "too_few_scts"]
        said = [sct["source"] for sct in record["scts"] if sct["valid"]]
        asked = "scts" in record["tls"]
        check(f"TLS extension: {what}",
              record["class"] == "ok" and len(found) == too_few
              and asked == (sources is not None)
              and said == (["certificate"] * 2 if embedded else sources or []),
              [record["class"], record["tls"], record["scts"], found])


def scan_s_server(world, how, options):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert",
             world.folder / "leaf.pem", "-key", world.server.path,
             "-cert_chain", world.folder / "above.pem", "-quiet", *how],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            done = world.call(
                "scan", f"{HOST}:{port}", "--resolve",
                f"{HOST}:{port}:127.0.0.1", "--json", "--at", "2026-11-28",
                "--aia", "off", *options)
        finally:
            server.kill()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_stores(world):
    """fleetscan stores: counts by program, and what a run depends on."""
    roots = json.loads((world.folder / "data" / "roots.json").read_text())
    newest = {entry["program"]: entry["id"] for entry in roots["lists"]}
    holds = {role: next(root["in"] for root in roots["roots"]
                        if root["name"] == role) for role in ROLES}
    run = world.folder / "plain"
    done = world.call("stores", run, "--json")
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    store = next(row for row in said if row.get("name") == "system")
    check("stores: how many of its roots are in each program's newest list",
          {row["list"]: row["here"] for row in store["lists"]}
          == {name: sum(name in lists for lists in holds.values())
              for name in newest.values()}
          and store["in_no_list"] == 1 + sum(
              not set(lists) & set(newest.values())
              for lists in holds.values())
          and {row["list"]: row["roots"] for row in store["lists"]}
          == {name: sum(name in root["in"] for root in roots["roots"])
              for name in newest.values()}, store)
    row = next(row for row in said if "root" in row)
    check("stores RUN: the lists that lack the root a host depends on",
          row["hosts"] == 1 and row["examples"][0].startswith(HOST) and
          set(row["lacking"]) == set(newest.values()) - set(holds[ROLES[1]])
          and "chrome-156" in row["lacking"], row)
    text = " ".join(world.call("stores", run).stdout.split())
    check("and in words", f"1 {ROLES[1]}: not in " in text
          and "Chrome 156" in text.split(f"{ROLES[1]}: not in ")[1], text)
    rows = list(csv.DictReader(world.call(
        "stores", run, "--csv").stdout.splitlines()))
    check("and as CSV, a row a host", [
        (line["host"], line["root"], line["lacking"].split(";"))
        for line in rows] == [(HOST, row["root"], row["lacking"])], rows)
    many = world.folder / "many"
    shutil.copytree(run, many)
    record = json.loads((run / "hosts.ndjson").read_text())
    (many / "hosts.ndjson").write_text("".join(
        json.dumps({**record, "ordinal": i}, separators=(",", ":")) + "\n"
        for i in range(1, 26)))
    text = " ".join(world.call("stores", many).stdout.split())
    check("hosts that are not named are counted", "and 22 more" in text, text)
    done = world.call("stores", world.folder / "nowhere")
    check("stores: a run that is none is exit 2", done.returncode == 2
          and "nowhere" in done.stderr, done.stderr)


def check_logs(world):
    """Timestamps of Certificate Transparency logs, and Chrome's policy."""
    operators = {"a": "One", "b": "One", "c": "Two", "keyless": "Two"}
    logs = {name: Entity(world.folder, f"log {name}")
            for name in (*operators, "unknown")}
    file = world.folder / "data" / "ct-logs.json"

    def write(date):
        file.write_text(json.dumps({
            "schema": "fleetscan/ct-logs/1", "date": date, "source": "test",
            "logs": [{
                "log_id": b64(hashlib.sha256(logs[name].public).digest()),
                "name": name, "operator": operator, "state": "accepted",
                "key": None if name == "keyless" else b64(
                    logs[name].public), "since": None}
                for name, operator in operators.items()]}))

    def b64(octets):
        return base64.b64encode(octets).decode()

    rows = (
        # logs, last day, root, day of the list, valid, too few
        ("ac", "2027-01-01", "ISRG Root X1", "2026-11-01", [True, True], 0),
        ("ab", "2027-01-01", "ISRG Root X1", "2026-11-01", [True, True], 1),
        ("aa", "2027-01-01", "ISRG Root X1", "2026-11-01", [True, True], 1),
        ("ac", "2027-06-01", "ISRG Root X1", "2026-11-01", [True, True], 1),
        ("abc", "2027-06-01", "ISRG Root X1", "2026-11-01", [True] * 3, 0),
        ("a", "2027-01-01", "ISRG Root X1", "2026-11-01", [True], 1),
        ("a", "2027-01-01", "ISRG Root X1", "2026-07-01", [True], 0),
        ("a", "2027-01-01", "local", "2026-11-01", [True], 0),
        (["a", "unknown"], "2027-01-01", "ISRG Root X1", "2026-11-01",
         [True, None], 0),
        (["a", "keyless"], "2027-01-01", "ISRG Root X1", "2026-11-01",
         [True, None], 0),
        ("forged", "2027-01-01", "ISRG Root X1", "2026-11-01",
         [False, False], 1),
    )
    for names, end, role, date, valid, too_few in rows:
        write(date)
        # "forged": good for a certificate of another issuer
        signer = world.server if names == "forged" else world.ca
        used = [logs[name] for name in
                ("ac" if names == "forged" else names)]
        leaf = certify(
            world.server, world.ca, "2026-08-01", end, HOST,
            lambda tbs, signer=signer, used=used: signed_sct_list(
                tbs, signer, used))
        record = world.judge([leaf, certify(world.ca, world.keys[role])])
        said = [sct["valid"] for sct in record["scts"]]
        found = [finding for finding in record["findings"]
                 if finding["id"] == "too_few_scts"]
        check(f"logs {names} until {end}, {role}, list of {date}",
              said == valid and len(found) == too_few
              and record["class"] == "ok",
              [record["class"], record["cause"], record["scts"], found])
    write("2026-11-01")
    check_extension(world, logs)
    first = record["scts"][0]
    check("a timestamp has its log, operator and time",
          (first["log"], first["operator"], first["source"],
           first["timestamp"]) == ("a", "One", "certificate",
                                   "2026-05-28T20:26:40Z"), first)


def check_local(world):
    (world.folder / "chain.pem").write_text(pem(*world.chain("local")))
    done = world.call("audit", "--host", HOST, world.folder / "chain.pem")
    check("local roots are told once",
          done.stderr.count("CN=A company's root") == 1, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        check_rows(world)
        check_look_ahead(world)
        check_absent(world)
        check_runs(world)
        check_local(world)
        check_stores(world)
        check_logs(world)
    return bool(FAILED)


if __name__ == "__main__":
    raise SystemExit(main())
