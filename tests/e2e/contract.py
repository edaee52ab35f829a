#!/usr/bin/env python3
"""What scripts and dashboards rely on: every spelling of every option, the
members of each file, the columns, the exit codes, the forms of a target.
"""
import csv
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from laboratory import FLEETSCAN, Fleet
from promises import (
    CAUSE, CERTIFICATE, CHANGE, CLASSES, CLIENT, CLIENTS, FINDING, FLAGS,
    HOST_COLUMNS, LEAF, MISSING, OUTLIER, RECORD, REPAIR, SITE,
    SITE_COLUMNS, SITE_COUNT, STATUSES, STEP, STORE, SUMMARY, TLS, VALUES,
    WEEK, WRONG)

FAILED = []


def check(name, good, why=""):
    print(f"{'ok' if good else 'not ok'} - {name}{'' if good else ': '}"
          f"{'' if good else why}")
    if not good:
        FAILED.append(name)


def lacking(value, shape, place=""):
    """The first member of the shape that the value lacks or has wrongly."""
    for name, types in shape.items():
        here = f"{place}.{name}"
        if name not in value:
            return f"no {here}"
        if isinstance(types, dict):
            found = lacking(value[name], types, here)
            if found:
                return found
        elif type(value[name]).__name__ not in types.split("/"):
            return f"{here} is {value[name]!r}"
    return None


def check_shape(name, values, shape):
    values = list(values)
    why = next(filter(None, (lacking(v, shape) for v in values)), None)
    check(f"{name} has its members", values and not why, why or "none found")


class Desk:
    """The example fleet, and a folder to scan it from."""

    def __init__(self, fleet, folder):
        self.fleet = fleet
        self.folder = folder
        self.pem = fleet.trust("fleet")
        self.known = str(folder / "cache")
        self.www = fleet.find("www.example.test")
        self.odd = fleet.find("kilas.example.test")
        (folder / "one.txt").write_text(self.www + "\n")
        (folder / "stores").mkdir()
        (folder / "stores" / "a.pem").write_bytes(
            pathlib.Path(self.pem).read_bytes())

    def run(self, *arguments, text="", environment=None):
        clean = {k: v for k, v in os.environ.items() if k != "SSL_CERT_FILE"
                 and not k.endswith(("_TASK_ID", "_INDEX"))}
        return subprocess.run(
            [FLEETSCAN, *arguments], input=text, capture_output=True,
            text=True, cwd=self.folder, timeout=60,
            env={**clean, "XDG_CACHE_HOME": self.known,
                 **(environment or {})})

    def scan(self, *arguments, trust=True, text="", environment=None):
        return self.run(
            "scan", "-r", f"127.0.0.1:{self.fleet.dns}", "-t", "4",
            "--retries", "0", *(["--trust", self.pem] if trust else []),
            *arguments, text=text, environment=environment)

    def records(self, *arguments, **named):
        done = self.scan("--json", *arguments, **named)
        return sorted((json.loads(line) for line in done.stdout.splitlines()),
                      key=lambda record: record["ordinal"])

    def record(self, *arguments, **named):
        return self.records(*arguments, **named)[0]


def clear(folder):
    """Runs may be written again to where one was."""
    for path in sorted(folder.glob("run/**/*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if (folder / "run").exists():
        (folder / "run").rmdir()


def spellings(letter, name, value):
    yield [f"--{name}", value]
    yield [f"--{name}={value}"]
    if letter:
        yield [f"-{letter}", value]


def test_spellings(desk):
    for letter, name, values in VALUES:
        wrong = []
        for value in values:
            value = value.format(pem=desk.pem, dns=desk.fleet.dns,
                                 folder=desk.folder / "stores")
            for words in spellings(letter, name, value):
                clear(desk.folder)
                done = desk.scan(*words, *([] if name == "out" else
                                           ["--json"]), desk.www)
                if done.returncode != 0 or desk.www not in done.stdout:
                    wrong.append(f"{words}: {done.returncode} {done.stderr}")
        check(f"--{name} in each spelling", not wrong, "; ".join(wrong))
    for flag in FLAGS:
        done = desk.scan(flag, desk.www)
        check(flag, done.returncode == 0, done.stderr)


def test_refusals(desk):
    for words in WRONG:
        done = desk.scan(*words.split(), desk.www)
        check(f"{words}: exit 2, one sentence, nothing printed",
              done.returncode == 2 and not done.stdout
              and done.stderr.startswith("fleetscan: "),
              f"{done.returncode} {done.stdout[:200]} {done.stderr}")


def test_run(desk):
    listing = desk.folder / "fleet.txt"
    listing.write_text("".join(
        f"{row['name']}:{row['port']}\n" for row in desk.fleet.hosts)
        + "bad host\n127.0.0.1:1\n")
    done = desk.scan("-l", str(listing), "-o", "fleet",
                     "--aia-allow-private", "--intermediates", "none")
    check("a list is scanned", done.returncode == 0, done.stderr)
    run = desk.folder / "fleet"
    records = [json.loads(line) for line in
               (run / "hosts.ndjson").read_text().splitlines()]
    check_records(records)
    check_shape("certs.ndjson", (
        json.loads(line) for line in
        (run / "certs.ndjson").read_text().splitlines()), CERTIFICATE)
    check_summary(json.loads((run / "summary.json").read_text()),
                  len(records))
    for file, columns in (("hosts.csv", HOST_COLUMNS),
                          ("sites.csv", SITE_COLUMNS)):
        with (run / file).open(newline="") as rows:
            check(f"{file} has its columns in order",
                  next(csv.reader(rows)) == columns.split(","))
    with (run / "hosts.csv").open(newline="") as rows:
        ordinals = [int(row["ordinal"]) for row in csv.DictReader(rows)]
    check("hosts.csv has one row a record, by ordinal",
          ordinals == sorted(record["ordinal"] for record in records))
    check("and all files of a run are there, none more", sorted(
        path.name for path in run.iterdir()) == sorted((
            "aia.ndjson", "certs.ndjson", "hosts.csv", "hosts.ndjson",
            "metrics.prom", "report.html", "run.json", "sites.csv",
            "stores", "summary.json")), str(list(run.iterdir())))


def check_records(records):
    check_shape("a record", records, RECORD)
    check_shape("tls", (r["tls"] for r in records if r["tls"]), TLS)
    check_shape("leaf", (r["leaf"] for r in records if r["leaf"]), LEAF)
    for member, shape in (("findings", FINDING), ("path", STEP),
                          ("missing", MISSING)):
        check_shape(member, (item for r in records for item in r[member]),
                    shape)
    for member, shape in (("stores", STORE), ("clients", CLIENT)):
        check_shape(member, (item for r in records
                             for item in r[member].values()), shape)
    check("every client is in every record but invalid input", all(
        list(r["clients"]) == ([] if r["status"] == "invalid-input"
                               else CLIENTS) for r in records))
    check("without a chain they refuse with the status", all(
        v == {"accepts": False, "reason": r["status"]} for r in records
        if not r["received"] for v in r["clients"].values()))
    check("status, class and severity are words of their lists", all(
        r["status"] in STATUSES and r["class"] in CLASSES and
        r["severity"] in ("ok", "notice", "warning", "error")
        for r in records))
    check("an error has a sentence, and only an error", all(
        (r["error"] is None) == (r["status"] == "success") for r in records))
    check("the class is one of the findings, or ok", all(
        r["class"] in ["ok", *(f["id"] for f in r["findings"])]
        for r in records))


def check_summary(summary, count):
    check_shape("summary.json", [summary], SUMMARY)
    check_shape("a cause", summary["causes"], CAUSE)
    check_shape("a site of the summary", summary["sites"], SITE_COUNT)
    check_shape("a week", summary["expiring"]["weeks"], WEEK)
    check("every class, status and client is counted",
          list(summary["classes"]) == CLASSES
          and list(summary["statuses"]) == STATUSES
          and list(summary["clients"]) == CLIENTS)
    check("the counts are those of the records", all(
        sum(summary[name].values()) == count
        for name in ("classes", "statuses", "severities"))
        and summary["run"]["records"] == count)
    hosts = [cause["hosts"] for cause in summary["causes"]]
    outliers = [site["outliers"] for site in summary["sites"]]
    check("causes and sites begin with the most",
          hosts == sorted(hosts, reverse=True)
          and outliers == sorted(outliers, reverse=True))


def objects(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_commands(desk):
    sites = objects(desk.run("sites", "fleet", "--json"))
    check_shape("sites --json", sites, SITE)
    outliers = [one for site in sites for one in site["outliers"]]
    check_shape("an outlier", outliers, OUTLIER)
    check_shape("a difference", (d for o in outliers for d in o["differs"]),
                {"field": "str", "value": "str/int/NoneType",
                 "usual": "str/int/NoneType"})
    check("a run is its hosts.ndjson too", objects(
        desk.run("sites", "fleet/hosts.ndjson", "--json")) == sites)

    late = desk.run("audit", "fleet", "--at", "+400d", "-o", "late")
    check("audit", late.returncode == 0, late.stderr)
    changes = objects(desk.run("diff", "fleet", "late", "--json"))
    check_shape("diff --json", changes, CHANGE)
    check("its words", {c["change"] for c in changes} <= {
        "new", "gone", "worse", "better", "changed", "unreachable"})
    check("both sides have a class", all(
        side is None or side["class"] in CLASSES
        for c in changes for side in (c["from"], c["to"])))

    test_against(desk)
    done = desk.run("fix", "fleet", "-o", "kit")
    check("fix", done.returncode == 0, done.stderr)
    repairs = json.loads((desk.folder / "kit" / "fix.json").read_text())
    check_shape("fix.json", repairs, REPAIR)
    hosts = [len(repair["hosts"]) for repair in repairs]
    check("most hosts first, all proven, by client ids",
          hosts == sorted(hosts, reverse=True) and all(
              r["proven"] and set(r["heals"]) <= set(CLIENTS)
              for r in repairs))
    name = desk.odd.replace(":", "_")
    check("the kit's files are where they are said to be",
          (desk.folder / "kit/server" / name / "fullchain.pem").is_file()
          and list((desk.folder / "kit/client").glob("*.crt"))
          and (desk.folder / "kit/README.txt").is_file())


def test_against(desk):
    """Another store: who breaks, who is repaired, by the run's own evidence."""
    words = ("audit", "fleet", "--trust", desk.fleet.trust("fleet-corporate"),
             "--against", "trust")
    changes = objects(desk.run(*words, "--json"))
    found = {c["host"]: c for c in changes if c["change"] == "heals"}
    check("--against: who is repaired was what the run said, and by which root",
          len(found) == 4 and all(
              c["from"] == "wrong_root" and c["to"] == "ok" and
              c["root"].startswith("CN=Polder Energie Root CA,")
              for c in found.values()), str(found))
    text = desk.run(*words).stdout
    check("the words name the root", "4 hosts are repaired" in text and
          "(CN=Meridian Global Root CA)" in text, text)
    for more in (["-o", "never"], ["--host", "a.example"]):
        done = desk.run(*words, *more)
        check(f"--against with {more[0]}: exit 2", done.returncode == 2
              and not done.stdout, str(done))


def test_exit_codes(desk):
    for words, want in ((["--fail-on", "none", desk.odd], 0),
                        (["--fail-on", "error", desk.odd], 1),
                        (["--fail-on", "warning", desk.odd], 1),
                        (["--fail-on", "error", desk.www], 0),
                        (["--fail-on", "expired", desk.odd], 0),
                        (["--fail-on", "expired,unknown_issuer",
                          desk.odd], 1), ([], 2)):
        done = desk.scan("-q", "--json", *words)
        check(f"{' '.join(words[:2])}: exit {want}",
              done.returncode == want, f"{done.returncode} {done.stderr}")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [FLEETSCAN, "scan", "--json", "--trust", desk.pem, "127.0.0.1:1"],
            stdout=full, stderr=subprocess.PIPE, timeout=60)
    check("a full device: exit 4", done.returncode == 4, str(done))
    done = desk.scan("-o", "one.txt/run", desk.www)
    check("no directory there: exit 4", done.returncode == 4, str(done))
    interrupt(desk)


def interrupt(desk):
    """No server answers: the interrupt comes while they are asked."""
    with Silence() as silence:
        process = subprocess.Popen(
            [FLEETSCAN, "scan", "--trust", desk.pem, "-t", "60",
             "--per-ip", "1", "-o", "cut", f"127.0.0.1:{silence.port}"],
            cwd=desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        silence.wait()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    check("interrupted: exit 3", process.returncode == 3,
          str(process.returncode))
    again = desk.scan("-o", "cut", desk.www)
    check("its directory needs --resume: exit 2", again.returncode == 2
          and "--resume" in again.stderr, again.stderr)
    done = desk.run("scan", "--resume", "-o", "cut")
    check("--resume goes on: exit 0", done.returncode == 0
          and "connection-refused" in
          (desk.folder / "cut/hosts.csv").read_text(), done.stderr)


class Silence:
    """A listener that takes connections and says nothing."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(30)
        self.port = self.socket.getsockname()[1]
        return self

    def wait(self):
        self.connection, _ = self.socket.accept()

    def __exit__(self, *_):
        self.connection.close()
        self.socket.close()


def test_targets(desk):
    name, port = desk.www.split(":")
    odd, odd_port = desk.odd.split(":")
    (desk.folder / "list").write_bytes((
        "\ufeff# the fleet\r\n\r\n"
        f"{desk.www}  # a comment\r\n"
        f"{name.upper()}.:{port}\r\n"
        f"https://{name}:{port}/path?query\r\n"
        f"https://user@{odd}:{odd_port}\r\n"
        "b\u00fccher.example.test:1\r\n"
        "bad host\r\n"
        "127.0.0.9\r\n[::1]:2\r\n127.0.0.20/31\r\nno.example.test").encode())
    done = desk.scan("--json", "-p", "3", "-l", "list")
    found = sorted(map(json.loads, done.stdout.splitlines()),
                   key=lambda record: record["ordinal"])
    check("all forms of a line, each host once",
          [f"{r['host']}:{r['port']}" for r in found] == [
              desk.www, desk.odd, "xn--bcher-kva.example.test:1",
              "bad host:3", "127.0.0.9:3", "::1:2", "127.0.0.20:3",
              "127.0.0.21:3", "no.example.test:3"], str(found))
    check("a bad line is said as FILE:LINE, and is a record",
          "list:8: " in done.stderr and found[3]["status"] ==
          "invalid-input" and found[3]["error"], done.stderr)
    done = desk.scan("--json", "--strict", "-l", "list")
    check("--strict: exit 2 and no record", done.returncode == 2
          and not done.stdout and "list:8: " in done.stderr, str(done))
    check("an address has no SNI, a name its own",
          found[4]["sni"] is None and found[0]["sni"] == name)
    test_csv(desk, name, port)


def test_csv(desk, name, port):
    ip = next(row["ip"] for row in desk.fleet.hosts if row["name"] == name)
    record = desk.record("-l", "-", text="tags,sni,ip,port,host\n"
                         f"a;b,{name},{ip},{port},alias.example.test\n")
    check("a CSV with a header, in any order",
          record["host"] == "alias.example.test" and record["ip"] == ip
          and record["sni"] == name and record["tags"] == ["a", "b"]
          and record["class"] == "ok", str(record))
    record = desk.record("-l", "-", text=f"{ip},{name},blue,{port}\n")
    check("a CSV of zgrab2", record["host"] == name and record["ip"] == ip
          and record["tags"] == ["blue"] and record["class"] == "ok",
          str(record))
    done = desk.scan("--json", "-l", "-", "-l", "one.txt", desk.odd,
                     text="127.0.0.1:1\n")
    check("lists, stdin and arguments join", len(objects(done)) == 3)


def test_lists(desk):
    """Refused before anything is written, or read as is said."""
    name, port = desk.www.split(":")
    ranked = f"1,{name}\n"
    (desk.folder / "blocks.conf").write_text("allow-large = yes\n")
    for arguments, text, code, said in (
            (("-l", "-"), "", 2, "no target in the list"),
            (("-l", "-"), "443\n0x7f000001\n", 2, "no target in the list"),
            (("-l", "/dev/zero"), "", 2, "no text"),
            (("-l", "/"), "", 2, "Is a directory"),
            (("-l", "/dev/full"), "", 2, "no text"),
            (("-l", "-"), "y" * 300000, 2,
             "no line end in its first 256 KiB"),
            (("-l", "-"), desk.www + "\n" + "y" * 5000 + "\n", 0,
             "stdin:2: a line of more than 4096 octets"),
            (("--policy", "/dev/zero", desk.www), "", 2,
             "larger than 1 MiB, which no policy is"),
            (("--config", "/dev/zero", desk.www), "", 2, "File too large"),
            (("--config", "/", desk.www), "", 2, "Is a directory"),
            (("--intermediates", "/dev/zero", desk.www), "", 2,
             "File too large"),
            (("--store", "zero=/dev/zero", desk.www), "", 2,
             "File too large"),
            (("-l", "-"), "host,host\na.test,b.test\n", 2,
             'the column "host" twice'),
            (("-l", "-"), "443,a.test\n443,b.test\n", 2,
             "--list-form rank or --list-form port-host"),
            (("-l", "-", "--list-form", "frob"), ranked, 2,
             "--list-form: is not one of csv, file-sd, json"),
            (("-l", "-"), "10.0.0.0/15\n", 2, "needs --allow-large"),
            (("-l", "-", "-p", port), ranked, 0, "a rank and a host"),
            (("-l", "-", "-p", port, "-q"), ranked, 0, ""),
            (("-l", "-", "--shard", "0/2"), desk.www, 0, ""),
            (("-l", "-", "--shard", "1/2"), desk.www, 0, "")):
        clear(desk.folder)
        done = desk.scan(*arguments, "-o", "run", text=text)
        check(f"{' '.join(arguments)} of {text[:30]!r}: {code}, {said!r}",
              done.returncode == code and said in done.stderr
              and (code == 0 or not (desk.folder / "run").exists()),
              str(done))
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(desk.www + "\n",))
    writer.start()
    done = desk.scan("--json", "-l", pipe)
    writer.join()
    check("a pipe is read to its end",
          done.returncode == 0 and len(objects(done)) == 1, str(done))
    waits = subprocess.Popen([FLEETSCAN, "scan", "-q", "--json", "-l", pipe],
                             stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    waits.terminate()
    check("a pipe that nobody writes to ends with a signal",
          waits.wait(20) == 3, waits.returncode)
    pipe.unlink()
    clear(desk.folder)
    # A millionth of 131,072 addresses: hardly any is scanned.
    done = desk.scan("--config", "blocks.conf", "--strict", "-l", "-", "-o",
                     "run", "--shard", "7/1000000", text="127.0.0.0/15\n")
    check("a config file may set allow-large", done.returncode == 0
          and "allow-large" not in done.stderr, str(done))


def test_trust(desk):
    record = desk.record(desk.www)
    check("--trust is the one store, for every client",
          list(record["stores"]) == ["trust"] and
          all(c["accepts"] for c in record["clients"].values()))
    record = desk.record("--store", f"mine={desk.pem}", desk.www)
    check("--store still adds", list(record["stores"]) == ["trust", "mine"])
    record = desk.record(desk.www, trust=False,
                         environment={"SSL_CERT_FILE": desk.pem})
    check("SSL_CERT_FILE is the system's store", record["class"] == "ok"
          and record["stores"]["system"]["trusted"])
    done = desk.scan("--json", desk.www, trust=False,
                     environment={"SSL_CERT_FILE": "/no/such.pem"})
    check("no store: exit 2", done.returncode == 2 and not done.stdout,
          done.stderr)
    done = desk.scan("--json", "--trust", "stores", desk.www, trust=False)
    check("--trust takes a directory", objects(done)[0]["class"] == "ok")


def test_missing(desk):
    cache = desk.folder / "untouched"
    desk.known = str(cache)
    plain = ("--intermediates", "none")
    record = desk.record(*plain, "--aia", "off", desk.odd)
    check("--aia off: who looks further is not guessed",
          record["class"] == "unknown_issuer"
          and record["clients"]["chrome"]["accepts"] is None
          and record["clients"]["curl"]["accepts"] is False, str(record))
    record = desk.record(*plain, desk.odd)
    check("AIA does not reach loopback", record["class"] == "unknown_issuer",
          str(record["missing"]))
    record = desk.record(*plain, "--aia-allow-private", desk.odd)
    check("unless allowed: missing, found by AIA",
          record["class"] == "missing_intermediate"
          and record["missing"][0]["from"] == "aia"
          and record["missing"][0]["where"].startswith("http://")
          and record["clients"]["chrome"]["accepts"] is True, str(record))
    check("--intermediates none writes no cache", not cache.exists())
    desk.record("--aia-allow-private", desk.odd)
    record = desk.record("--aia", "cache", desk.odd)
    check("what was learned is known to the next run",
          record["class"] == "missing_intermediate"
          and record["missing"][0]["from"] == "known", str(record))
    record = desk.record(*plain, "--aia", "off", desk.odd)
    check("--intermediates none reads no cache",
          record["class"] == "unknown_issuer", str(record["missing"]))
    record = desk.record(*plain, "--aia", "off", desk.odd,
                         desk.fleet.find("archive.amberfield.test"))
    check("another host of the run is a source", record["missing"] and
          record["missing"][0]["from"] == "fleet" and
          record["missing"][0]["where"].startswith("archive."), str(record))


def test_options(desk):
    for depth, proof in (("full", True), ("certificate", False)):
        record = desk.record("--handshake", depth, desk.www)
        check(f"--handshake {depth}: proof {proof}",
              record["tls"]["proof"] is proof and record["class"] == "ok",
              str(record["tls"]))
    host, port = desk.www.split(":")
    record = desk.record("--resolve", f"{host}:{port}:127.0.0.1:1", desk.www)
    check("--resolve leads elsewhere, port and all",
          record["status"] == "connection-refused"
          and record["ip"] == "127.0.0.1")
    record = desk.record("-6", desk.www)
    check("-6 does not take an IPv4 address", record["class"] ==
          "unreachable", str(record))
    record = desk.record("--sni", "kilas.example.test", desk.www)
    check("--sni is asked for, and the certificate held against it",
          record["sni"] == "kilas.example.test" and [
              f["detail"].split(" is not a name of ")[0]
              for f in record["findings"] if f["id"] == "name_mismatch"]
          in ([], ["kilas.example.test"]), str(record))
    record = desk.record("--sni", "alias.example.test", desk.www)
    check("also where the host's own name would do",
          record["class"] == "name_mismatch"
          and not record["clients"]["curl"]["accepts"], str(record))
    for when, want in (("+400d", True), ("2199-01-01T00:00:00Z", True),
                       ("7000000000", True), ("+0d", False)):
        record = desk.record("--at", when, desk.www)
        check(f"--at {when}", record["expired"] is want, str(record))
    record = desk.record("--warn-days", "3650", desk.www)
    check("--warn-days", {f["id"] for f in record["findings"]}
          == {"expiring"}, str(record["findings"]))


def test_clients(desk):
    """--clients, from the options, a file, and the run that is judged again."""
    run = desk.folder / "two-clients"
    done = desk.scan("--clients", "rustls,curl", "-o", str(run), "-q",
                     desk.www, desk.odd)
    records = [json.loads(line)
               for line in (run / "hosts.ndjson").open()]
    saved = json.loads((run / "run.json").read_text())["clients"]
    check("--clients: records have the chosen ones alone",
          done.returncode == 0 and len(records) == 2 and
          all(list(r["clients"]) == ["curl", "rustls"] for r in records),
          done.stderr)
    check("run.json names version and date of each",
          [c["id"] for c in saved] == ["curl", "rustls"] and
          all(c["version"] and c["date"] for c in saved), str(saved))
    for options, wanted in (((), ["curl", "rustls"]),
                            (("--clients", "default"), CLIENTS),
                            (("--clients", "go127"), ["go127"])):
        done = desk.run("audit", str(run), "--json", *options)
        found = list(json.loads(done.stdout.splitlines()[0])["clients"])
        check(f"audit {' '.join(options) or 'by the list of the run'}",
              found == wanted, str(found))
    (desk.folder / "clients.conf").write_text("clients = wolfssl\n")
    done = desk.scan("--config", str(desk.folder / "clients.conf"), "--json",
                     desk.www)
    check("--clients from a file",
          list(json.loads(done.stdout)["clients"]) == ["wolfssl"], done.stderr)
    done = desk.scan("--clients", "curl,rustsl", "--json", desk.www)
    check("an unknown client: exit 2 with the nearest",
          done.returncode == 2 and "did you mean rustls?" in done.stderr,
          done.stderr)


def test_streams(desk):
    before = set(desk.folder.iterdir())
    done = desk.scan("--json", desk.www)
    check("--json alone: records, and no file",
          len(objects(done)) == 1 and set(desk.folder.iterdir()) == before)
    check("no progress where there is no terminal", not done.stderr,
          done.stderr)
    done = desk.scan("--json", "-o", "both", desk.www)
    kept = (desk.folder / "both/hosts.ndjson").read_text()
    check("--json with -o: both, the same", done.stdout == kept)
    done = desk.scan("--json", "--progress", "on", desk.www)
    check("--progress on: on stderr", "1/1" in done.stderr, done.stderr)
    done = desk.scan("-q", "-o", "quiet", desk.www)
    check("-q: nothing but the files", not done.stdout and not done.stderr
          and (desk.folder / "quiet/hosts.csv").exists())
    done = desk.scan("-f", "csv", "-o", "csv", desk.www)
    check("-f csv: no page, no metrics", (desk.folder / "csv/hosts.csv")
          .exists() and (desk.folder / "csv/summary.json").exists()
          and not (desk.folder / "csv/report.html").exists()
          and not (desk.folder / "csv/metrics.prom").exists())


def test_latest(desk):
    latest = desk.folder / "reports" / "latest"
    latest.unlink(missing_ok=True)
    desk.scan(desk.www)
    check("one host's run is not the latest", not latest.is_symlink())
    desk.scan("-l", "one.txt")
    first = latest.resolve()
    check("a list's is", (first / "summary.json").is_file())
    desk.scan(desk.www)
    check("and stays it", latest.resolve() == first)


def test_help(desk):
    for words in (["--version"], ["help"], ["--help"], ["help", "scan"],
                  ["scan", "--help"]):
        done = desk.run(*words)
        check(f"{' '.join(words)}: exit 0", done.returncode == 0
              and done.stdout and not done.stderr, str(done))
    for words in ([], ["scna"], ["help", "scna"]):
        done = desk.run(*words)
        check(f"{words}: exit 2", done.returncode == 2, str(done))


def main():
    with Fleet() as fleet, tempfile.TemporaryDirectory() as folder:
        desk = Desk(fleet, pathlib.Path(folder))
        for test in (test_help, test_refusals, test_spellings, test_run,
                     test_commands, test_exit_codes, test_targets, test_lists,
                     test_trust, test_missing, test_options, test_clients,
                     test_streams, test_latest):
            test(desk)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
