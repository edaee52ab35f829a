#!/usr/bin/env python3
"""What a nightly job needs: options out of a file for every command, old runs
removed, messages that say what to do next.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from tap import FAILED, check

FLEETSCAN = os.environ["FLEETSCAN"]
COMMANDS = ("scan", "audit", "sites", "diff", "fix", "merge", "stores",
            "history", "demo")


def call(folder, *arguments):
    return subprocess.run([FLEETSCAN, *map(str, arguments)], cwd=folder,
                          capture_output=True, text=True, timeout=60)


def test_keep(folder):
    """Runs of one second have the same start: ids tell them apart."""
    reports = folder / "reports"
    (reports / "notes").mkdir(parents=True)
    old = [f"2020-01-0{day}T000000Z" for day in range(1, 5)]
    call(folder, "demo", "-q", "-o", reports / old[0])
    for name, day in zip(old[1:], range(2, 5)):
        (reports / name).mkdir()
        manifest = json.loads((reports / old[0] / "run.json").read_text())
        manifest["started"] = f"2020-01-0{day}T00:00:00Z"
        manifest["finished"] = (manifest["started"] if day != 3 else None)
        (reports / name / "run.json").write_text(json.dumps(manifest))
    manifest["started"] = manifest["finished"] = "2020-01-01T00:00:00Z"
    (reports / old[0] / "run.json").write_text(json.dumps(manifest))
    done = call(folder, "demo", "-v", "--keep", "2")
    left = sorted(path.name for path in reports.iterdir())
    newest = os.readlink(reports / "latest")
    check("--keep 2 keeps this run, one before it, and what is unfinished",
          left == sorted([old[2], old[3], newest, "latest", "notes"]),
          str(left))
    check("-v says what was removed", done.returncode == 0 and
          all(f"removed reports/{name}" in done.stderr for name in old[:2]),
          done.stderr)
    done = call(folder, "demo", "-q", "--keep", "1")
    check("without -v nothing is said of it", done.stderr == "", done.stderr)


def test_config(folder):
    """Every command reads a file, and names the line it cannot read."""
    bad = folder / "bad.conf"
    bad.write_text("# options\n\nno-such-option = 1\n")
    for command in COMMANDS:
        done = call(folder, command, "--config", bad)
        check(f"{command}: a bad line is named",
              done.returncode == 2 and f"{bad}:3: no-such-option: unknown "
              "option" in done.stderr, done.stderr)
    run = folder / "reports" / "latest"
    good = folder / "good.conf"
    good.write_text("json\n")
    done = call(folder, "sites", run, "--config", good)
    check("sites: a flag out of a file",
          all(json.loads(line)["site"] for line in done.stdout.splitlines())
          and done.stdout, done.stdout)
    good.write_text(f"out = {folder / 'from-file'}\nat = +60d\nquiet = yes\n")
    call(folder, "audit", run, "--config", good, "-o", folder / "typed")
    check("audit: the command line wins",
          (folder / "typed" / "summary.json").exists() and
          not (folder / "from-file").exists())
    manifest = json.loads((folder / "typed" / "run.json").read_text())
    check("audit: what the file alone says holds",
          manifest["clock"] > manifest["finished"], str(manifest))


def test_next_step(folder):
    """A message ends with what to do."""
    rows = (
        (("scna",), 'did you mean "fleetscan scan"?'),
        (("www.example.test",), '"fleetscan scan www.example.test"'),
        (("frobnicate",), '"fleetscan help" lists them'),
        (("scan", "--concurency=3", "a"), "did you mean --concurrency?"),
        (("scan", "--frobnicate", "a"), '"fleetscan help scan" lists them'),
        (("fix",), '"fleetscan fix reports/latest"'),
        (("sites",), '"fleetscan sites reports/latest"'),
        (("diff", "a"), '"fleetscan diff OLD NEW"'),
        (("scan",), "-l FILE"),
    )
    for arguments, wanted in rows:
        done = call(folder, *arguments)
        check(f"{' '.join(arguments)}: {wanted}",
              done.returncode == 2 and wanted in done.stderr, done.stderr)


def test_help(folder):
    """80 columns, an example, and the same whichever way it is asked for."""
    check("help fits", max(map(len, call(
        folder, "help").stdout.splitlines())) <= 80)
    for command in COMMANDS:
        text = call(folder, "help", command).stdout
        check(f"help {command}: narrow, with an example",
              max(map(len, text.splitlines())) <= 80 and
              f"  fleetscan {command}" in text.split("\nExamples\n")[-1])
        check(f"{command} --help is the same",
              call(folder, command, "--help").stdout == text)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        test_keep(folder)
        test_config(folder)
        test_next_step(folder)
        test_help(folder)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
