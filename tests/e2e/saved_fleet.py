#!/usr/bin/env python3
"""The saved run that bench measures with, small: audit finds every fault."""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from laboratory import BUILD, FLEETSCAN
from tap import FAILED, check

RECORDS, LEAVES, AUTHORITIES = 4000, 2000, 40
FAULTS = ["missing_intermediate", "wrong_root", "expired", "name_mismatch",
          "unreachable", "unknown_issuer"]


def class_of(leaf):
    """As saved_fleet.c spreads them."""
    mixed = (leaf * 2654435761 & 0xffffffff) >> 16
    return dict(enumerate(FAULTS)).get(mixed % 100, "ok")


def main():
    with tempfile.TemporaryDirectory() as folder:
        saved, again = pathlib.Path(folder) / "run", pathlib.Path(folder) / "again"
        subprocess.run([BUILD / "saved_fleet", saved, str(RECORDS),
                        str(LEAVES), str(AUTHORITIES)], check=True)
        done = subprocess.run([FLEETSCAN, "audit", saved, "-q", "-o", again],
                              capture_output=True, text=True, check=False)
        check("a generated run is judged", done.returncode == 0, done.stderr)
        said = collections.Counter(
            json.loads(line)["class"]
            for line in (again / "hosts.ndjson").open())
        truth = collections.Counter(
            class_of(record % LEAVES) for record in range(RECORDS))
        check("each of its faults is found", said == truth,
              f"{dict(said)}, should be {dict(truth)}")
    return bool(FAILED)


sys.exit(main())
