#!/usr/bin/env python3
"""Saved runs judged again: audit equals scan, merged shards equal one run."""
import json
import pathlib
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from runs import records
from tap import FAILED, check

SHARDS = 4


def run(*arguments, text=None, want=0):
    done = subprocess.run([FLEETSCAN, *map(str, arguments)], input=text,
                          capture_output=True, text=True, timeout=100)
    assert done.returncode == want, (arguments, done.returncode, done.stderr)
    return done.stdout


def main():
    with Laboratory("--scenarios", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        hosts = "".join(f"{r['name']}:{r['port']}\n" for r in lab.hosts
                        if r["trust"] in ("r1", "fleet"))
        both = folder / "both.pem"
        both.write_text(pathlib.Path(lab.trust("r1")).read_text()
                        + pathlib.Path(lab.trust("fleet")).read_text())
        options = ["-q", "--trust", both, "-r", f"127.0.0.1:{lab.dns}",
                   "--aia-allow-private", "--intermediates", "none", "-t",
                   "4", "--retries", "0", "--at", "+0s", "-l", "-"]
        whole = folder / "whole"
        run("scan", *options, "-o", whole, text=hosts)
        clock = json.loads((whole / "run.json").read_text())["clock"]
        options[options.index("+0s")] = clock
        one = records(whole)
        check("the run is whole", len(one) == len(hosts.splitlines()))

        run("audit", whole, "-q", "--intermediates", "none", "-o",
            folder / "again")
        check("audit says what scan said", records(folder / "again") == one)
        check("and writes the same table",
              (folder / "again/hosts.csv").read_bytes()
              == (whole / "hosts.csv").read_bytes())

        parts = []
        for shard in range(SHARDS):
            parts.append(folder / f"shard-{shard}")
            run("scan", *options, "--shard", f"{shard}/{SHARDS}", "-o",
                parts[-1], text=hosts)
        split = [records(part) for part in parts]
        check("no target is in two shards, none in no shard",
              sorted(o for s in split for o in s) == sorted(one))
        sites = [{r["site"] for r in s.values()} for s in split]
        check("no site is split", sum(map(len, sites))
              == len(set().union(*sites)))
        run("merge", *parts, "-q", "-o", folder / "merged")
        merged = records(folder / "merged")
        wrong = [(k, one[k]["host"]) for k in one if merged.get(k) != one[k]]
        check("merged shards equal one run", not wrong and len(merged)
              == len(one), str(wrong[:5]))

        later = run("audit", whole, "--json", "-q", "--at", "+4000d")
        check("in ten years nothing is ok",
              all(json.loads(line)["class"] != "ok"
                  for line in later.splitlines()))
        said = run("audit", whole, "--trust", lab.trust("r1"), "--against",
                   "trust")
        check("a root taken away breaks hosts, and repairs none",
              "hosts break" in said and "\n0 hosts are repaired" in said, said)
        run("audit", folder / "nothing", want=2)
        run("merge", whole, want=2)
        check("wrong calls end with exit 2", True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
