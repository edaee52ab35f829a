#!/usr/bin/env python3
"""Scans under a small limit of descriptors: every record, or a refusal.

Thirty targets: names that the lab's DNS server knows, hosts whose intermediate
an HTTP server has, refused ones, and a server that accepts and says nothing.
A scan that starts writes all records within its deadlines and without keeping
a processor busy; one that cannot start says so before it makes its directory.
ATTACK=1: every limit from 8 to 64 instead of a few.
"""
import collections
import json
import os
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check

PLAIN, SILENT, REFUSED, TIMEOUT_S = 17, 2, 6, 3
FETCHED = ["leaf-aia", "aia-p7c", "aia-pem", "aia-redirect", "aia-second-ok"]
LIMITS = range(8, 65) if os.environ.get("ATTACK") else \
    [8, 26, 27, 28, 31, 48]


def scan(folder, limit, lines, where):
    """Exit code, standard error, wall and processor seconds."""
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [FLEETSCAN, "scan", "-q", "-l", "-", "-t", str(TIMEOUT_S),
         "--retries", "0", "-o", str(folder), *where], input=lines,
        capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit)))
    after = os.times()
    used = (after.children_user + after.children_system -
            before.children_user - before.children_system)
    return done.returncode, done.stderr, time.monotonic() - began, used


def outcomes(folder):
    """How often each status, class and origin of what was missing came."""
    records = map(json.loads, (folder / "hosts.ndjson").open())
    return collections.Counter(
        (record["status"], record["class"],
         *(row["from"] for row in record["missing"])) for record in records)


def problem(folder, limit, lines, where, expected):
    """What is wrong under this limit, or None; and whether it was a run."""
    code, error, wall, used = scan(folder, limit, lines, where)
    if code == 2:
        refused = "file descriptors" in error and not folder.exists()
        return None if refused else f"exit 2: {error}", False
    if code != 0:
        return f"exit {code}: {error}", True
    found = outcomes(folder)
    if found != expected:
        return f"{found - expected} instead of {expected - found}", True
    # At worst the silent ones are waited for one after the other.
    if wall > SILENT * TIMEOUT_S + 20 or used > wall / 2 + 1:
        return f"{wall:.1f} s, {used:.1f} s of processor", True
    return None, True


def main():
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    started, expected = set(), None
    with Laboratory("--scenarios") as lab, \
            tempfile.TemporaryDirectory() as name:
        hosts = [row for row in lab.hosts if row["id"] in FETCHED] + \
            [row for row in lab.hosts if row["trust"] == "r1"][:PLAIN]
        for limit in [1024, *LIMITS]:
            # A new one each time, for it never accepts.
            silent = socket.create_server(("127.0.0.1", 0), backlog=64)
            ports = [closed.getsockname()[1]] * REFUSED + \
                [silent.getsockname()[1]] * SILENT
            lines = "".join(
                [f"{row['name']}:{row['port']}\n" for row in hosts] +
                [f"h{number}.test:{port}\n"
                 for number, port in enumerate(ports)])
            where = [word for port in set(ports)
                     for word in ("--resolve", f"*:{port}:127.0.0.1")]
            where += ["-r", f"127.0.0.1:{lab.dns}", "--trust",
                      lab.trust("r1"), "--intermediates", "none",
                      "--aia-allow-private"]
            folder = pathlib.Path(name) / str(limit)
            if expected is None:
                code, error, *_ = scan(folder, limit, lines, where)
                assert code == 0, error
                expected = outcomes(folder)
                continue
            wrong, ran = problem(folder, limit, lines, where, expected)
            started.add(ran)
            check(f"{limit} descriptors", wrong is None, wrong)
            silent.close()
    check("some limits are refused, some are enough",
          started == {False, True}, started)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
