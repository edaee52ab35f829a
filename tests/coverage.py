#!/usr/bin/env python3
"""Sums up what tests ran, of a build with --coverage: lines of each folder of
src, and the files that lack most.

coverage.py BUILD [LEAST...], LEAST as FOLDER=PERCENT: exit 1 below.  -v lists
the lines that did not run.
"""
import collections
import json
import pathlib
import subprocess
import sys

SHOWN, PER_CALL = 25, 40


def read(build):
    """Of each source file its lines, and whether each ran in any program."""
    lines = collections.defaultdict(dict)
    notes = [str(path.resolve())
             for path in sorted(pathlib.Path(build, "src").glob("*/*.gcno"))]
    for at in range(0, len(notes), PER_CALL):
        out = subprocess.run(
            ["gcov", "--json-format", "--stdout", *notes[at:at + PER_CALL]],
            capture_output=True, check=True).stdout
        for text in out.splitlines():
            for file in json.loads(text)["files"]:
                if not file["file"].startswith("src/"):
                    continue
                rows = lines[file["file"]]
                for line in file["lines"]:
                    number = line["line_number"]
                    rows[number] = rows.get(number, False) or line["count"] > 0
    return lines


def percent(rows):
    return 100 * sum(rows) / len(rows) if rows else 100


def ranges(rows):
    """12-14, 20: what did not run."""
    missed, out = sorted(n for n, ran in rows.items() if not ran), []
    known = sorted(rows)
    for number in missed:
        if out and known.index(number) == known.index(out[-1][1]) + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def main():
    verbose = "-v" in sys.argv
    build, *least = [word for word in sys.argv[1:] if word != "-v"]
    files = read(build)
    folders = collections.defaultdict(list)
    for name, rows in files.items():
        folders["src"] += rows.values()
        folders[str(pathlib.Path(name).parent)] += rows.values()
    for name, rows in sorted(folders.items()):
        print(f"{percent(rows):5.1f} %  {sum(rows)} of {len(rows)}  {name}")
    worst = sorted(files, key=lambda name: -sum(
        not ran for ran in files[name].values()))
    for name in worst[:None if verbose else SHOWN]:
        rows = list(files[name].values())
        print(f"{percent(rows):5.1f} %  {len(rows) - sum(rows)} lines of "
              f"{name}{': ' + ranges(files[name]) if verbose else ''}")
    low = [word for word in least
           if percent(folders[word.split("=")[0]]) < float(
               word.split("=")[1])]
    if low:
        print(f"below {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
