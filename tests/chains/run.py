#!/usr/bin/env python3
"""Run the public path-building cases through `fleetscan audit`.

  run.py [FLEETSCAN] [--verbose]

Prints one line a scope ("ok - ..." or "not ok - ...") and, with --verbose,
every case that differs.  Bounds: core 130 of 130 with the reason named, nc at
least 415 of 420, robust 5 of 5.
"""
import base64
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
BOUNDS = {"core": 130, "nc": 415, "robust": 5}
# A suite's reason and the classes or causes that say the same.
REASONS = {
    "bad_purpose": {"purpose"},
    "expired": {"expired"},
    "malformed": {"malformed"},
    "missing_intermediate": {"missing_intermediate", "unknown_issuer"},
    "no_path": {"unknown_issuer", "wrong_root"},
    "not_a_ca": {"not_a_ca"},
    "untrusted_root": {"wrong_root"},
    "weak_signature": {"weak"},
}


def pem(octets):
    text = "\n".join(textwrap.wrap(octets, 64))
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


def audit(program, case, folder):
    chain = folder / "chain.pem"
    trust = folder / "trust.pem"
    chain.write_text("".join(map(pem, [case["peer"], *case["sent"]])))
    trust.write_text("".join(map(pem, case["roots"])))
    begin = time.monotonic()
    done = subprocess.run(
        [program, "audit", "--json", "--host", case["host"],
         "--at", str(case["time"]), "--trust", str(trust),
         "--intermediates", "none", "--aia", "off", str(chain)],
        capture_output=True, text=True, timeout=60)
    seconds = time.monotonic() - begin
    try:
        return json.loads(done.stdout), seconds
    except ValueError:
        return {"class": f"no record: {done.stderr.strip()}"}, seconds


def is_right(case, record):
    accepted = record["class"] == "ok"
    if accepted != (case["expected"] == "accept"):
        return False
    if accepted or not case["reason"] or case["scope"] != "core":
        return True
    said = {record["class"]}
    for finding in record.get("findings", []):
        said |= {finding["id"], finding["cause"]}
    return bool(REASONS.get(case["reason"], {case["reason"]}) & said)


def run_case(program, case):
    with tempfile.TemporaryDirectory() as folder:
        record, seconds = audit(program, case, pathlib.Path(folder))
    return case, record, seconds, is_right(case, record)


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    program = os.path.abspath(arguments[0] if arguments else
                              os.environ.get("FLEETSCAN", "build/fleetscan"))
    verbose = "--verbose" in sys.argv
    cases = [json.loads(line) for line in (HERE / "corpus.jsonl").open()]
    cases = [case for case in cases if case["scope"] in BOUNDS]
    right, total = collections.Counter(), collections.Counter()
    slowest = 0.0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, record, seconds, good in pool.map(
                lambda case: run_case(program, case), cases):
            total[case["scope"]] += 1
            right[case["scope"]] += good
            if case["scope"] == "robust":
                slowest = max(slowest, seconds)
            if verbose and not good:
                print(f"# {case['id']}: expected {case['expected']} "
                      f"{case['reason']}, got {record['class']} "
                      f"{record.get('cause')}")
    failed = False
    for scope, least in BOUNDS.items():
        good = right[scope] >= least
        failed |= not good
        print(f"{'ok' if good else 'not ok'} - chains {scope}: "
              f"{right[scope]} of {total[scope]} (at least {least})")
    print(f"# the slowest hostile chain took {slowest:.2f} s, start included")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
