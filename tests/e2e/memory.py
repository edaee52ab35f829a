#!/usr/bin/env python3
"""Allocations of `audit` fail, once and for good, of one chain and of a run.

The answer is the right one with exit 0, or exit 4 with a sentence.  ATTACK=1:
every allocation of one chain and many of the run, instead of a few; ATTACK=N:
every N-th.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from laboratory import BUILD, FLEETSCAN, Laboratory
from tap import FAILED, check, skip

PRELOAD = BUILD / "failing_memory.so"
FEW, HOSTS = 24, 50
STEP = int(os.environ.get("ATTACK") or 0)
CHANGING = ["timestamp"]
# Beside other tests one at a time.
WORKERS = os.cpu_count() if STEP else 1


def judge(arguments, **variables):
    environment = {**os.environ, "LD_PRELOAD": str(PRELOAD)}
    environment.update({name: str(value) for name, value in variables.items()})
    return subprocess.run(
        [FLEETSCAN, "audit", *map(str, arguments), "--intermediates", "none",
         "--at", "2026-11-01T00:00:00Z"],
        capture_output=True, text=True, env=environment, timeout=120)


def records(text):
    found = [json.loads(line) for line in text.splitlines()]
    for record in found:
        for name in CHANGING:
            record.pop(name, None)
    return sorted(found, key=lambda record: record["ordinal"])


class Case:
    def __init__(self, arguments, output, folder):
        self.arguments, self.output, self.folder = arguments, output, folder
        self.counted = folder / "count"
        first = output and output / "first"
        self.good = self.read(self.run(first, FAIL_COUNT=self.counted), first)
        self.allocations = int(self.counted.read_text())
        # The program's own malloc must be the one that fails here.
        assert self.allocations > 5000, self.allocations

    def run(self, output=None, **variables):
        return judge([*self.arguments, *(["-o", output] if output else [])],
                     **variables)

    def read(self, done, output=None):
        if output is None:
            return records(done.stdout)
        return records((output / "hosts.ndjson").read_text())

    def try_one(self, place):
        at, forever = place
        output = self.output and self.output / f"{at}-{len(forever)}"
        word = self.outcome(self.run(output, FAIL_AT=at, **forever), output)
        if output is not None:
            shutil.rmtree(output, ignore_errors=True)
        return place, word

    def outcome(self, done, output):
        """A word for what came of it; "wrong" is followed by why."""
        last = (done.stderr.splitlines() or [""])[-1]
        if done.returncode == 0:
            return "right" if self.read(done, output) == self.good else \
                "wrong: another verdict"
        if done.returncode == 4:
            spoken = last.startswith("fleetscan: ") and len(last) > 20
            return "refused" if spoken else f"wrong: exit 4, {last}"
        last = re.sub(r"[0-9]+|/\S+", "*", last)
        return f"wrong: exit {done.returncode}, {last}"

    def check(self, name, places):
        counts, examples = collections.Counter(), {}
        tries = [(at, forever) for forever in [{}, {"FAIL_FOREVER": 1}]
                 for at in places]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
            for place, word in workers.map(self.try_one, tries):
                counts[word] += 1
                examples.setdefault(word, place)
        print(f"# {name}: {dict(counts)} of {self.allocations} allocations")
        wrong = {word: examples[word] for word in counts if "wrong" in word}
        check(f"{name}: a verdict or exit 4", not wrong,
              "\n".join(f"{word} at {at}" for word, at in wrong.items()))


def chain_of(record, run, path):
    """The received certificates as PEM."""
    certificates = {}
    for line in (run / "certs.ndjson").open():
        row = json.loads(line)
        certificates[row["sha256"]] = row["der"]
    path.write_text("".join(
        f"-----BEGIN CERTIFICATE-----\n{certificates[digest]}\n"
        "-----END CERTIFICATE-----\n" for digest in record["received"]))


def main():
    if not PRELOAD.exists():
        skip("failing memory", f"{PRELOAD} is not built")
        return 0
    with tempfile.TemporaryDirectory() as name, \
            Laboratory("--scenarios") as lab:
        folder = pathlib.Path(name)
        run, trust = folder / "run", lab.trust("r1")
        hosts = [row for row in lab.hosts if row["trust"] == "r1"][:HOSTS]
        lab.run(hosts, "r1", "-o", str(run))
        first = json.loads((run / "hosts.ndjson").read_text().splitlines()[0])
        chain_of(first, run, folder / "chain.pem")
        one = Case(["--host", first["host"], folder / "chain.pem", "--json",
                    "--trust", trust], None, folder)
        step = STEP or one.allocations // FEW
        one.check("one chain", range(step // 2 + 1, one.allocations, step))
        (folder / "out").mkdir()
        many = Case([run, "-q", "-f", "ndjson"], folder / "out", folder)
        step = STEP * 20 or many.allocations // FEW
        many.check("a run of 50", range(step // 2 + 1, many.allocations, step))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
