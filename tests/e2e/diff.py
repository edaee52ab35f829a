#!/usr/bin/env python3
"""Two saved runs with forty known changes of every kind: each is named once,
and nothing else is; and what several nights say of a host."""
import collections
import csv
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check_sentences as check


def diff(*arguments):
    return subprocess.run([FLEETSCAN, "diff", *map(str, arguments)], text=True,
                          capture_output=True, timeout=60)


class Models:
    """One scanned record of each kind, to make hosts of."""

    def __init__(self, lab):
        rows = [row for row in lab.hosts if row["trust"] == "fleet"]
        scanned = lab.scan(rows, "fleet")
        self.ok = scanned["www.example.test"]
        self.missing = scanned["kilas.example.test"]
        self.expired = scanned["photos.velo-rental.test"]
        self.wrong = scanned["wiki.polder-energie.test"]
        self.name = scanned["maps.velo-rental.test"]
        self.weak = scanned["parking.amberfield.test"]
        self.refused = scanned["staging.velo-rental.test"]
        self.plain = scanned["forum.velo-rental.test"]
        self.timeout = self.lost("connection-timeout", "unreachable")
        self.silent = self.lost("io-timeout", "no_tls")
        self.reset = self.lost("connection-reset", "no_tls")

    def lost(self, status, word):
        record = json.loads(json.dumps(self.refused))
        record.update({"status": status, "cause": status, "class": word})
        return record

    def ok_but(self, **leaf):
        """A healthy host with another leaf; sub-objects are merged."""
        record = json.loads(json.dumps(self.ok))
        record["leaf"].update({"sha256": "5" * 64, **leaf})
        record["received"][0] = record["leaf"]["sha256"]
        return record

    def ok_with(self, **members):
        return {**json.loads(json.dumps(self.ok)), **members}


def changes(m):
    """(kind, fields, before, after): None before is new, after is gone."""
    root = json.loads(json.dumps(m.ok["path"]))
    root[-1]["subject"] = "CN=Another Root"
    tls = {**m.ok["tls"], "version": "TLS1.2"}
    later, sooner = "2028-01-01T00:00:00Z", "2026-12-01T00:00:00Z"
    return [
        # worse
        *[("worse", None, m.ok, after) for after in
          (m.missing, m.expired, m.wrong, m.name, m.weak)],
        ("worse", None, m.weak, m.expired),
        ("worse", None, m.missing, m.wrong),
        ("worse", None, m.missing, m.name),
        ("worse", ["class"], m.timeout, m.missing),
        ("worse", ["class"], m.refused, m.expired),
        # new
        *[("new", [], None, after) for after in
          (m.ok, m.missing, m.expired, m.refused, m.timeout)],
        # newly unreachable, for a reason that stays
        *[("unreachable", ["class"], before, after) for before, after in
          ((m.ok, m.refused), (m.ok, m.plain), (m.missing, m.refused),
           (m.wrong, m.plain))],
        # fixed
        *[("better", None, before, m.ok) for before in
          (m.missing, m.expired, m.wrong, m.name, m.weak)],
        ("better", ["class"], m.refused, m.ok),
        # changed
        ("changed", ["leaf"], m.ok, m.ok_but(not_after=later)),
        ("changed", ["leaf"], m.ok, m.ok_but(not_after=sooner)),
        ("changed", ["leaf", "issuer"], m.ok, m.ok_but(
            issuer="CN=Another CA", issuer_cn="Another CA")),
        ("changed", ["leaf", "key"], m.ok, m.ok_but(key="RSA 2048")),
        ("changed", ["leaf", "names"], m.ok, m.ok_but(
            names=["www.example.test", "other.example.test"])),
        ("changed", ["root"], m.ok, m.ok_with(path=root)),
        ("changed", ["tls"], m.ok, m.ok_with(tls=tls)),
        ("changed", ["received"], m.ok, m.ok_with(
            received=m.ok["received"] + ["6" * 64])),
        ("changed", ["cause"], m.refused, {**m.refused,
                                           "cause": "dns-error",
                                           "status": "dns-error"}),
        ("changed", None, m.wrong, m.missing),
        # gone
        *[("gone", [], before, None) for before in
          (m.ok, m.missing, m.expired, m.refused)],
        ("gone", [], m.weak, None),
    ]


def unchanged(m):
    """Nothing to tell: alike, or what one night's load does."""
    return [*((kind, kind) for kind in
              (m.ok, m.missing, m.expired, m.refused, m.plain)),
            (m.ok, {**m.ok, "ip": "127.0.0.99"}),
            (m.ok, {**m.ok, "timestamp": "2026-11-28T00:00:00Z"}),
            (m.ok, m.timeout), (m.ok, m.silent), (m.missing, m.reset),
            (m.timeout, m.ok), (m.silent, m.reset)]


def write_run(path, records, started):
    """A run of (name, record): ordinals by place, the rest as it is."""
    path.mkdir()
    lines = []
    for place, (name, record) in enumerate(records, 1):
        lines.append(json.dumps({**record, "ordinal": place, "host": name,
                                 "input": name, "sni": name, "port": 443},
                                separators=(",", ":"), ensure_ascii=False))
    (path / "hosts.ndjson").write_text("\n".join(lines) + "\n")
    manifest = {"schema": "fleetscan-run/1", "id": path.name, "version": "0",
                "command": "scan", "started": started, "finished": started,
                "complete": True, "clock": started, "options": [],
                "lists": ["hosts.txt"], "stores": ["trust"], "targets": len(lines),
                "records": len(lines), "threads": 1}
    (path / "run.json").write_text(json.dumps(manifest))
    return path


def check_forty(m, folder):
    rows = changes(m)
    hosts = {f"h{i:02}.example.test": row for i, row in enumerate(rows)}
    same = {f"s{i:02}.example.test": row for i, row in
            enumerate(unchanged(m))}
    old = [(name, row[2]) for name, row in hosts.items() if row[2]]
    old += [(name, row[0]) for name, row in same.items()]
    new = [(name, row[3]) for name, row in hosts.items() if row[3]]
    new += [(name, row[1]) for name, row in same.items()]
    older = write_run(folder / "older", old, "2026-11-26T02:00:00Z")
    newer = write_run(folder / "newer", new[::-1], "2026-11-27T02:00:00Z")

    found = [json.loads(line) for line in
             diff(older, newer, "--json").stdout.splitlines()]
    wrong = [] if len(rows) == 40 else [f"{len(rows)} changes"]
    told = collections.Counter(change["host"] for change in found)
    wrong += [f"{name}: told {told[name]} times, not {name in hosts:d}"
              for name in {*told, *hosts, *same}
              if told[name] != (name in hosts)]
    for change in found:
        kind, fields = hosts.get(change["host"], (None, None))[:2]
        if change["change"] != kind or \
                (fields is not None and change["fields"] != fields):
            wrong.append(f"{change['host']}: {change['change']} "
                         f"{change['fields']}, not {kind} {fields}")
    check("--json names each of forty changes once, and nothing else", wrong)

    table = list(csv.DictReader(io.StringIO(
        diff(older, newer, "--csv").stdout)))
    check("--csv has the same rows",
          [f"{row['host']}: {row['change']}" for row, change in
           zip(table, found) if row["host"] != change["host"] or
           row["change"] != change["change"] or
           row["fields"] != ";".join(change["fields"])]
          + ([] if len(table) == len(found) else [f"{len(table)} rows"]))
    text = diff(older, newer).stdout
    check("the text names each once",
          [f"{name}: {text.count(name)} times" for name in {*hosts, *same}
           if text.count(name) != (name in hosts)])
    everything = diff(older, newer, "--json", "--all").stdout.splitlines()
    damped = {json.loads(line)["host"] for line in everything} - set(hosts)
    check("--all also tells what timeouts and resets did",
          [] if damped == {name for name, row in same.items()
                           if row[0] is not row[1] and
                           row[1]["class"] != "ok"}
          | {name for name, row in same.items() if row[0] is m.timeout}
          and len(everything) == len(hosts) + len(damped)
          else [f"{sorted(damped)}"])
    codes = {level: diff(older, newer, "--fail-on", level).returncode
             for level in ("none", "error", "weak", "revoked")}
    check("--fail-on counts what got worse, is new or is lost",
          [] if codes == {"none": 0, "error": 1, "weak": 1, "revoked": 0}
          else [f"{codes}"])


def check_history(m, folder):
    """Five nights of four hosts; the directory also holds what is no run."""
    nights = {"since.example.test": "ok ok bad bad bad",
              "flaps.example.test": "bad ok bad ok bad",
              "busy.example.test": "ok bad late late bad",
              "fine.example.test": "bad ok ok ok ok"}
    kinds = {"ok": m.ok, "bad": m.missing, "late": m.timeout}
    reports = folder / "reports"
    reports.mkdir()
    (reports / "notes.txt").write_text("mine")
    (reports / "empty").mkdir()
    runs = [write_run(reports / f"night-{9 - night}", [
        (name, kinds[words.split()[night]]) for name, words in nights.items()],
        f"2026-11-2{night + 1}T02:00:00Z") for night in range(5)]
    broken = write_run(reports / "unfinished", [
        (name, m.ok) for name in nights], "2026-11-24T12:00:00Z")
    manifest = json.loads((broken / "run.json").read_text())
    manifest.update({"finished": None, "complete": False})
    (broken / "run.json").write_text(json.dumps(manifest))
    (reports / "latest").symlink_to(runs[4].name)

    command = [runs[3], runs[4], "--history", reports]
    found = {row["host"].split(".")[0]: row["history"] for row in
             map(json.loads, diff(*command, "--json").stdout.splitlines())}
    expected = {"since": ("23", "23", "22", 0, 5),
                "flaps": ("21", "25", "24", 2, 5),
                "busy": ("22", "22", "21", 0, 3)}
    wrong = [] if set(found) == set(expected) else [f"{set(found)}"]
    for name, facts in expected.items():
        past = found.get(name)
        told = past and (*(past[key][8:10] for key in
                           ("first_broken", "since", "last_good")),
                         past["flaps"], past["runs"])
        if told != facts:
            wrong.append(f"{name}: {told}, not {facts}")
    check("--history tells first seen, since when, last good and flapping",
          wrong)
    table = list(csv.DictReader(io.StringIO(diff(*command, "--csv").stdout)))
    check("so does the CSV",
          [f"{row['host']}: {row}" for row in table
           for past in [found[row["host"].split(".")[0]]]
           if (row["since"], row["last_good"], row["flaps"]) !=
           (past["since"], past["last_good"], str(past["flaps"]))]
          + ([] if len(table) == 3 else [f"{len(table)} rows"]))


def check_nights(folder):
    """The same nights out of history.db, also when old runs are gone."""
    reports = folder / "reports"
    runs = [reports / f"night-{9 - night}" for night in range(5)]
    done = subprocess.run([FLEETSCAN, "history", "--rebuild", "--reports",
                           reports], capture_output=True, text=True)
    check("history.db is made of the five nights",
          [] if done.returncode == 0 and (reports / "history.db").exists()
          else [done.stderr])
    for gone in runs[:2]:
        shutil.rmtree(gone)
    rows = (  # runs, host, facts of the JSON, words of the text
        ((3, 4), "flaps", ("21", "25", "24", 2, 5),
         "since 2026-11-25, last good 2026-11-24, was good again 2 times"),
        ((2, 3), "flaps", ("21", "23", "22", 2, 4),
         "was broken since 2026-11-23, was good again 1 time before"),
        ((3, 4), "since", None, None), ((3, 4), "fine", None, None))
    for (old, new), host, facts, words in rows:
        name = f"{host}.example.test"
        found = {row["host"]: row.get("history") for row in map(
            json.loads, diff(runs[old], runs[new], "--json")
            .stdout.splitlines())}
        past = found.get(name)
        told = past and (*(past[key][8:10] for key in
                           ("first_broken", "since", "last_good")),
                         past["flaps"], past["runs"])
        text = " ".join(diff(runs[old], runs[new]).stdout.split())
        check(f"diff tells of {host} out of history.db ({old + 1}, {new + 1})",
              [] if told == facts and (words is None or words in text)
              else [f"{told} {text}"])
    mail = " ".join(diff(runs[3], runs[4], "--mail").stdout.split())
    check("so does the mail", [] if rows[0][3] in mail else [mail])
    (reports / "history.db").write_text("no database")
    done = diff(runs[3], runs[4], "--json")
    check("a damaged history.db is warned of, and not needed",
          [] if done.returncode == 0 and "history.db" in done.stderr
          and "flaps.example.test" in done.stdout
          else [done.stderr + done.stdout])


def main():
    with Laboratory("--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        models = Models(lab)
        check_forty(models, pathlib.Path(name))
        check_history(models, pathlib.Path(name))
        check_nights(pathlib.Path(name))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
