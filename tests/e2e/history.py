#!/usr/bin/env python3
"""history.db beside the runs: which runs write it, what `history` prints of
it, that it outlives runs which --keep removes, and how it is made again.
"""
import csv
import io
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

from tap import FAILED, check

FLEETSCAN = os.environ["FLEETSCAN"]
HOSTS = ("a.example.test", "b.example.test", "c.other.test")
RESOLVE = [word for host in HOSTS
           for word in ("--resolve", f"{host}:9:127.0.0.1")]


def call(folder, *arguments, **more):
    return subprocess.run([FLEETSCAN, *map(str, arguments)], cwd=folder,
                          capture_output=True, text=True, timeout=60, **more)


def scan(folder, hosts, *options):
    """A night; the next one starts in another second."""
    (folder / "hosts.txt").write_text("".join(f"{host}:9\n" for host in hosts))
    done = call(folder, "scan", "-q", "-l", "hosts.txt", *RESOLVE, *options)
    time.sleep(1 - time.time() % 1)
    return done


def lines(folder, *arguments):
    return [json.loads(line) for line in call(
        folder, "history", "--json", *arguments).stdout.splitlines()]


def check_nights(folder):
    done = call(folder, "history")
    check("before the first night it says what makes it",
          done.returncode == 2 and "a finished scan of a list" in done.stderr,
          done.stderr)
    for nothing in (("scan", "-q", HOSTS[0] + ":9", *RESOLVE),
                    ("scan", "--json", "-l", "-", *RESOLVE)):
        call(folder, *nothing, input=HOSTS[0] + ":9\n")
    check("no list, or --json without -o: nothing is written",
          not list(folder.glob("**/history.db*")))
    scan(folder, HOSTS)
    scan(folder, HOSTS[:2])
    scan(folder, HOSTS[:2], "--keep", "1")
    runs = [path for path in (folder / "reports").iterdir()
            if path.is_dir() and not path.is_symlink()]
    nights = lines(folder)
    check("three nights, though one run is left", len(runs) == 1 and [
        (night["list"], night["records"], night["classes"]["unreachable"])
        for night in nights] == [("hosts.txt", 3, 3)] + [("hosts.txt", 2, 2)]
        * 2, nights)
    page = (folder / "reports" / "latest" / "report.html").read_text()
    check("the page has them, and since when hosts are broken",
          page.count("<polyline") == 1 and "(3 nights)" in page)
    metrics = (folder / "reports" / "latest" / "metrics.prom").read_text()
    check("metrics of the comparison", "fleetscan_worse_hosts 0\n" in metrics
          and "fleetscan_better_hosts 0\n" in metrics)
    return nights


def check_hosts(folder, nights):
    host, = lines(folder, HOSTS[0])
    check("a host", host == {
        "host": HOSTS[0], "port": 9, "ip": None, "list": "hosts.txt",
        "since": nights[0]["night"], "class": "unreachable",
        "cause": "connection-refused", "changes": 0, "nights_broken": 3}, host)
    check("HOST:PORT is the same", lines(folder, HOSTS[0] + ":9") == [host])
    check("a site", [row["host"] for row in lines(folder, "example.test")]
          == list(HOSTS[:2]))
    check("a class", len(lines(folder, "unreachable")) == 2)
    gone, = lines(folder, "gone")
    check("what left the list", (gone["host"], gone["nights_broken"]) ==
          (HOSTS[2], 1), gone)
    rows = list(csv.DictReader(io.StringIO(
        call(folder, "history", "--csv").stdout)))
    check("CSV", [row["unreachable"] for row in rows] == ["3", "2", "2"], rows)
    rows = list(csv.DictReader(io.StringIO(
        call(folder, "history", "--csv", HOSTS[0]).stdout)))
    check("CSV of a host", [(row["host"], row["class"], row["since"],
                             row["nights_broken"]) for row in rows]
          == [(HOSTS[0], "unreachable", host["since"], "3")], rows)
    shown = call(folder, "history").stdout.splitlines()
    check("nights for people", shown[0] == "hosts.txt"
          and [line.split()[-4:] for line in shown[2:]]
          == [["3", "3", "3", "unreachable"]]
          + [["2", "2", "2", "unreachable"]] * 2,
          shown)
    shown = call(folder, "history", HOSTS[0]).stdout
    check("for people", f"{HOSTS[0]}:9\n  broken since " in shown and
          "(3 nights), unreachable (connection-refused)" in shown, shown)
    done = call(folder, "history", "nobody.example.test")
    check("a host that is not there is said", done.returncode == 0 and
          "no host, site or class" in done.stderr, done.stderr)


def check_rebuilt(folder, nights):
    done = call(folder, "history", "--rebuild")
    check("--rebuild replaces only nights whose runs exist",
          "1 night made anew" in done.stderr and lines(folder) == nights,
          done.stderr)
    database = folder / "reports" / "history.db"
    database.write_bytes(b"this is no database" * 100)
    for beside in ("-wal", "-shm"):
        pathlib.Path(f"{database}{beside}").unlink(missing_ok=True)
    done = scan(folder, HOSTS)
    damaged = list((folder / "reports").glob("history.db.damaged-*"))
    check("a damaged file is renamed, said and not fatal",
          done.returncode == 0 and "is damaged" in done.stderr and
          len(damaged) == 1 and len(lines(folder)) == 1, done.stderr)
    database.unlink()
    database.mkdir()
    done = scan(folder, HOSTS)
    check("nor is one that cannot be opened", done.returncode == 0 and
          "history.db" in done.stderr, done.stderr)
    database.rmdir()
    done = call(folder, "history", "--rebuild")
    check("it is made from the runs that are there", len(lines(folder)) == 3,
          done.stderr)


def check_writers(folder):
    """Two scans that end at once, and two lists on standard input."""
    running = [subprocess.Popen(
        [FLEETSCAN, "scan", "-q", "-l", "-", "--list-name", name, *RESOLVE,
         "-o", f"reports/{name}"], cwd=folder, stdin=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True) for name in ("east", "west")]
    for job in running:
        job.stdin.write("".join(f"{host}:9\n" for host in HOSTS))
        job.stdin.close()
    said = [(job.wait(60), job.stderr.read()) for job in running]
    with sqlite3.connect(folder / "reports" / "history.db") as base:
        names = [name for name, in base.execute(
            "SELECT name FROM lists JOIN nights ON lists.id = list "
            "WHERE name IN ('east', 'west') ORDER BY name")]
    check("two writers at once: each list has its night",
          said == [(0, "")] * 2 and names == ["east", "west"],
          f"{said} {names}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        nights = check_nights(folder)
        check_hosts(folder, nights)
        check_rebuilt(folder, nights)
        check_writers(folder)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
