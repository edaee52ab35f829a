#!/usr/bin/env python3
"""A long scan of hostile and healthy servers: memory and descriptors stay.

soak.py [PROBES]  (200000), BUILD= is the build directory.
"""
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from certificates import Entity, certify, pem  # noqa: E402
from hostile import Recorder, Servers, replays  # noqa: E402
from laboratory import FLEETSCAN  # noqa: E402

PROBES = int(sys.argv[1]) if len(sys.argv) > 1 else 200000
MOST_GROWTH_KB, SEED = 2048, 14


def resident_kb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def descriptors(process):
    return len(list(pathlib.Path(f"/proc/{process.pid}/fd").iterdir()))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        root, leaf = Entity(folder, "Root"), Entity(folder, "leaf")
        (folder / "trust.pem").write_text(pem(certify(root, root)))
        recorder = Recorder(folder, leaf.path,
                            [certify(leaf, root, host="*.hostile.test")])
        servers = Servers(recorder, replays(recorder))
        choose, kinds = random.Random(SEED), list(servers.ways)
        listing = folder / "hosts.txt"
        with listing.open("w") as out:
            for number in range(PROBES):
                kind = choose.choice(kinds) if number % 2 else "healthy"
                # The label before the kind makes each a target of its own.
                out.write(f"n{number}-{kind}.hostile.test:{servers.port}\n")
        process = subprocess.Popen(
            [FLEETSCAN, "scan", "-q", "-l", listing, "-o", folder / "run",
             "-f", "ndjson", "--trust", folder / "trust.pem",
             "--intermediates", "none", "-t", "20", "--retries", "0",
             "-c", "500", "--per-ip", "500", "--threads", "1", "--faces",
             "none", "--resolve", f"*:{servers.port}:127.0.0.1"])
        stream, marks, seen = folder / "run/hosts.ndjson", [], 0
        began = time.monotonic()
        while not stream.exists():
            time.sleep(0.1)
        with stream.open() as lines:
            while process.poll() is None and seen < PROBES * 0.98:
                got = sum(1 for _ in lines)
                seen += got
                if seen >= PROBES * (0.25 + 0.7 * len(marks)):
                    marks.append((resident_kb(process), descriptors(process)))
                    print(f"{seen} probes: {marks[-1][0]} kB, "
                          f"{marks[-1][1]} descriptors", flush=True)
                time.sleep(0.2)
        code = process.wait()
        count = collections.Counter()
        healthy = collections.Counter()
        for line in stream.open():
            row = json.loads(line)
            count[row["ordinal"]] += 1
            if "-healthy." in row["host"]:
                healthy[row["status"], row["class"]] += 1
    print(f"exit {code}, {len(count)} targets in "
          f"{time.monotonic() - began:.0f} s, healthy {dict(healthy)}")
    good = (code == 0 and len(count) == PROBES and set(count.values()) == {1}
            and set(healthy) == {("success", "ok")} and len(marks) >= 2
            and marks[1][0] - marks[0][0] <= MOST_GROWTH_KB
            and marks[1][1] <= marks[0][1] + 8)
    print("ok" if good else "not ok")
    return not good


if __name__ == "__main__":
    sys.exit(main())
