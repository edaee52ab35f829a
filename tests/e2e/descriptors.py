#!/usr/bin/env python3
"""Scans under a small limit of descriptors: every record, or a refusal.

Thirty targets: refused at once, or a server that accepts and says nothing.
A scan that starts writes all records within its deadlines and without keeping
a processor busy; one that cannot start says so before it makes its directory.
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

from laboratory import FLEETSCAN
from tap import FAILED, check

TARGETS, SILENT, TIMEOUT_S = 30, 3, 1


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


def problem(folder, limit, lines, where):
    """What is wrong under this limit, or None; and whether it was a run."""
    code, error, wall, used = scan(folder, limit, lines, where)
    if code == 2:
        refused = "file descriptors" in error and not folder.exists()
        return None if refused else f"exit 2: {error}", False
    if code != 0:
        return f"exit {code}: {error}", True
    records = [json.loads(line) for line in (folder / "hosts.ndjson").open()]
    statuses = sorted(record["status"] for record in records)
    expected = ["connection-refused"] * (TARGETS - SILENT) + \
        ["io-timeout"] * SILENT
    if statuses != expected:
        return str(collections.Counter(statuses)), True
    # At worst the silent ones are waited for one after the other.
    if wall > 20 or used > wall / 2 + 0.5:
        return f"{wall:.1f} s, {used:.1f} s of processor", True
    return None, True


def main():
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    started = set()
    for limit in [*range(8, 44, 3), 52, 64, 100]:
        # A new one each time, for it never accepts.
        silent = socket.create_server(("127.0.0.1", 0), backlog=64)
        ports = [closed.getsockname()[1], silent.getsockname()[1]]
        lines = "".join(f"h{number}.test:{ports[number < SILENT]}\n"
                        for number in range(TARGETS))
        where = [word for port in ports
                 for word in ("--resolve", f"*:{port}:127.0.0.1")]
        with tempfile.TemporaryDirectory() as name:
            wrong, ran = problem(
                pathlib.Path(name) / "run", limit, lines, where)
        started.add(ran)
        check(f"{limit} descriptors", wrong is None, wrong)
        silent.close()
    check("some limits are refused, some are enough",
          started == {False, True}, started)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
