#!/usr/bin/env python3
"""The saved run that bench measures with, small: audit finds every fault, and
the same bytes whatever is remembered of earlier runs."""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from laboratory import BUILD, FLEETSCAN
from tap import FAILED, check

RECORDS, LEAVES, AUTHORITIES = 2000, 1000, 40
FAULTS = ["missing_intermediate", "wrong_root", "expired", "name_mismatch",
          "unreachable", "unknown_issuer"]


def class_of(leaf):
    """As saved_fleet.c spreads them."""
    mixed = (leaf * 2654435761 & 0xffffffff) >> 16
    return dict(enumerate(FAULTS)).get(mixed % 100, "ok")


def test_signatures(folder, saved, without):
    """The remembered signatures: what becomes of the file, and no verdict."""
    cache = folder / "cache"
    path = cache / "signatures"
    for name in "cold", "warm", "damaged":
        if name == "damaged":
            path.write_bytes(bytes(4096))
        before = path.stat().st_mtime_ns if path.exists() else None
        done = subprocess.run(
            [FLEETSCAN, "audit", saved, "-q", "--cache", cache,
             "-f", "ndjson", "-o", folder / name],
            capture_output=True, text=True, check=False)
        facts = path.stat()
        check(f"signatures, {name}: the records are the same",
              (folder / name / "hosts.ndjson").read_bytes() == without)
        # A single one that was not found there would be added to it.
        check(f"signatures, {name}: the file is "
              f"{'left' if name == 'warm' else 'made'}",
              (facts.st_mtime_ns == before) == (name == "warm")
              and facts.st_mode & 0o777 == 0o600
              and facts.st_size >= 32 + 28 * (LEAVES * 9 // 10), str(facts))
        check(f"signatures, {name}: one sentence, if any",
              done.stderr.count("\n") == (name == "damaged")
              and ("no file of signatures" in done.stderr)
              == (name == "damaged"), done.stderr)


def test_threads(folder, saved):
    """However many threads judge, the same bytes in the same order."""
    def files(directory):
        return {name: (directory / name).read_bytes() for name in (
            "hosts.ndjson", "certs.ndjson", "hosts.csv", "sites.csv")}

    store = next((saved / "stores").glob("*.pem")).read_text()
    (folder / "few.pem").write_text(
        "".join(part + "-----END CERTIFICATE-----\n" for part in
                store.split("-----END CERTIFICATE-----\n")[:8]))
    alone, against = None, None
    for threads in "1", "2", "5":
        out = folder / f"threads{threads}"
        options = ["--threads", threads, "--cache", folder / "unused",
                   "--intermediates", "none"]
        done = subprocess.run(
            [FLEETSCAN, "audit", saved, "-q", "-o", out, *options],
            capture_output=True, text=True, check=False)
        compared = subprocess.run(
            [FLEETSCAN, "audit", saved, "--against", folder / "few.pem",
             *options], capture_output=True, text=True, check=False)
        if alone is None:
            alone, against = files(out), compared.stdout
        check(f"--threads {threads} gives the same files",
              done.returncode == 0 and files(out) == alone, done.stderr)
        check(f"--against with --threads {threads} says the same",
              "break" in against and compared.stdout == against,
              compared.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        saved, again = folder / "run", folder / "again"
        subprocess.run([BUILD / "saved_fleet", saved, str(RECORDS),
                        str(LEAVES), str(AUTHORITIES)], check=True)
        done = subprocess.run(
            [FLEETSCAN, "audit", saved, "-q", "-o", again, "--cache",
             folder / "unused", "--intermediates", "none"],
            capture_output=True, text=True, check=False)
        check("a generated run is judged", done.returncode == 0, done.stderr)
        check("--intermediates none keeps no cache",
              not (folder / "unused" / "signatures").exists())
        said = collections.Counter(
            json.loads(line)["class"]
            for line in (again / "hosts.ndjson").open())
        truth = collections.Counter(
            class_of(record % LEAVES) for record in range(RECORDS))
        check("each of its faults is found", said == truth,
              f"{dict(said)}, should be {dict(truth)}")
        test_threads(folder, saved)
        test_signatures(folder, saved, (again / "hosts.ndjson").read_bytes())
    return bool(FAILED)


sys.exit(main())
