#!/usr/bin/env python3
"""What one run learns of intermediates, the next one knows."""
import os
import pathlib
import sys
import tempfile

from laboratory import Laboratory
from tap import FAILED, check


def scan(lab, scenario, *options):
    row = next(row for row in lab.hosts if row["id"] == scenario)
    return lab.scan([row], "r1", *options)[scenario]


def main():
    with Laboratory("--scenarios") as lab, \
            tempfile.TemporaryDirectory() as folder:
        cache = pathlib.Path(folder) / "cache"
        known = ("--cache", str(cache), "--intermediates",
                 str(lab.path / "trust" / "r1.pem"))
        record = scan(lab, "leaf-aia", *known)
        check("AIA finds it the first time",
              record["missing"] and record["missing"][0]["from"] == "aia",
              str(record["missing"]))
        check("and it is learned", (cache / "intermediates.pem").exists())
        record = scan(lab, "aia-404", *known, "--aia", "off")
        check("the next run knows it, for another host, with no network",
              record["class"] == "missing_intermediate"
              and record["missing"][0]["from"] == "known", str(record))
        record = scan(lab, "aia-404", "--cache", str(cache),
                      "--intermediates", "none", "--aia", "off")
        check("but not with --intermediates none",
              record["class"] == "unknown_issuer", record["class"])
        before = os.stat(cache / "intermediates.pem").st_mtime_ns
        scan(lab, "untrusted-leaf-aia", *known)
        check("what leads to no trusted root is not learned",
              os.stat(cache / "intermediates.pem").st_mtime_ns == before)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
