#!/usr/bin/env python3
"""merge is given what is not one run: it says so, and writes nothing."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check_sentences as check

SHARDS = 3


def run(*command):
    return subprocess.run([FLEETSCAN, *map(str, command)], text=True,
                          capture_output=True, timeout=100)


class Night:
    """The shards of one scan, and changed copies of them."""

    def __init__(self, lab, folder):
        self.folder, self.copies, self.merges = folder, 0, 0
        rows = [row for row in lab.hosts if row["trust"] == "fleet"]
        self.lines = [f"{row['name']}:{row['port']}" for row in rows]
        self.options = ["-q", "--trust", lab.trust("fleet"), "-r",
                        f"127.0.0.1:{lab.dns}", "--intermediates", "none",
                        "--aia", "off", "--retries", "0", "-t", "4"]
        self.parts = [self.scan(f"{index}/{SHARDS}") for index in
                      range(SHARDS)]

    def scan(self, shard=None, lines=None, *options):
        self.copies += 1
        path = self.folder / f"scan-{self.copies}"
        listed = self.folder / f"list-{self.copies}"
        listed.write_text("\n".join(lines or self.lines) + "\n")
        done = run("scan", *self.options, *options, "-l", listed, "-o", path,
                   *(["--shard", shard] if shard else []))
        assert done.returncode == 0, done.stderr
        return path

    def copy(self, index, change):
        """The shards, of which one is a copy that was changed."""
        self.copies += 1
        path = self.folder / f"copy-{self.copies}"
        shutil.copytree(self.parts[index], path)
        change(path)
        return [path if at == index else part
                for at, part in enumerate(self.parts)]

    def merge(self, parts, *options):
        self.merges += 1
        path = self.folder / f"merged-{self.merges}"
        return path, run("merge", *parts, "-q", "-o", path, *options)

    def refused(self, name, parts, *words, options=()):
        path, done = self.merge(parts, *options)
        wrong = [] if done.returncode == 2 else [f"exit {done.returncode}"]
        wrong += [f"{word!r} is not in: {done.stderr}" for word in words
                  if word not in done.stderr]
        if done.stderr.count("fleetscan: ") != len(done.stderr.splitlines()):
            wrong.append(f"not in sentences: {done.stderr}")
        if path.exists():
            wrong.append("it wrote something")
        check(f"merge refuses {name}", wrong)


def edit_manifest(**members):
    def change(path):
        manifest = json.loads((path / "run.json").read_text())
        manifest.update(members)
        (path / "run.json").write_text(json.dumps(manifest))
    return change


def cut_records(path):
    text = (path / "hosts.ndjson").read_text()
    (path / "hosts.ndjson").write_text(text[:-20])


def spoil_records(path):
    (path / "hosts.ndjson").write_bytes(b"\0\xff{]" * 100 + b"\n")


def without_hosts(path):
    lines = (path / "hosts.ndjson").read_text().splitlines()
    records = [{**json.loads(line), "host": None} for line in lines]
    (path / "hosts.ndjson").write_text(
        "".join(json.dumps(record, separators=(",", ":")) + "\n"
                for record in records))


def check_conflicts(night):
    first, second, third = night.parts
    night.refused("one shard twice", [first, second, third, first],
                  str(first), "both shard 0/3")
    night.refused("a copy of a shard that claims to be another",
                  [*night.parts[:2], night.copy(0, edit_manifest(
                      shard="2/3"))[0]], "both hold target")
    night.refused("shards of 3 and of 4",
                  [first, second, night.scan("2/4")], "shard 2/4")
    night.refused("a shard and a whole run", [first, night.scan()],
                  "is a shard", "is none")
    night.refused("two whole runs", [night.scan(None, night.lines[:3]),
                                     night.scan(None, night.lines[3:6])],
                  "not the same")
    night.refused("shards of two lists",
                  [first, second, night.scan("2/3", night.lines[:-1])],
                  f"of one of {len(night.lines) - 1}")
    night.refused("a shard of the night before", night.copy(
        1, edit_manifest(clock="2026-01-01T00:00:00Z")), "not the same night")


def check_stores(night, lab):
    def swap(path):
        shutil.copy(lab.trust("r1"), path / "stores" / "trust.pem")

    night.refused("shards that trusted other roots", night.copy(2, swap),
                  'their stores "trust" differ')
    night.refused("shards with other stores", night.copy(
        2, edit_manifest(stores=["trust", "corporate"])), "other stores")
    night.refused("a store that is not there", night.copy(
        2, lambda path: (path / "stores" / "trust.pem").unlink()),
        "trust.pem")
    night.refused("a store's name that leads elsewhere", night.copy(
        0, edit_manifest(stores=["../../x"])), "run.json")


def check_malformed(night):
    night.refused("no run", [night.folder / "absent"], "absent")
    night.refused("an empty run.json", night.copy(
        1, lambda path: (path / "run.json").write_text("")), "run.json")
    night.refused("a run.json of something else", night.copy(
        1, lambda path: (path / "run.json").write_text('{"schema":"x/1"}')),
        "no run of fleetscan")
    night.refused("a last record without its end", night.copy(
        1, cut_records), "records")
    night.refused("records that are none", night.copy(1, spoil_records),
                  "holds 0 of its")


def check_lacking(night):
    night.refused("a set without one shard", night.parts[:2],
                  "shard 2 of 3 is missing", "--partial")
    night.refused("an unfinished shard", night.copy(
        1, edit_manifest(complete=False, finished=None)),
        "is not a finished run", "--partial")
    path, done = night.merge(night.parts[:2], "--partial")
    manifest = json.loads((path / "run.json").read_text())
    wrong = []
    if done.returncode != 3 or manifest["complete"]:
        wrong.append(f"exit {done.returncode}, {manifest}")
    expected = sum(len((part / "hosts.ndjson").read_text().splitlines())
                   for part in night.parts[:2])
    if manifest["records"] != expected:
        wrong.append(f"{manifest['records']} records, not {expected}")
    check("--partial joins two of three, and says that it is not whole",
          wrong)
    night.refused("one shard twice, --partial or not",
                  [night.parts[0]] * 2, "both shard", options=["--partial"])
    lost = night.copy(0, lambda path: (path / "certs.ndjson").write_text(""))
    path, done = night.merge(lost)
    manifest = json.loads((path / "run.json").read_text())
    check("records whose certificates are lost make the merge unfinished",
          [] if done.returncode == 3 and not manifest["complete"] and
          "lacks its host or certificates" in done.stderr
          else [f"exit {done.returncode}: {done.stderr}"])
    lost = night.copy(0, without_hosts)
    path, done = night.merge(lost)
    check("so do records that name no host",
          [] if done.returncode == 3 and
          "lacks its host or certificates" in done.stderr
          else [f"exit {done.returncode}: {done.stderr}"])


def check_whole(night):
    path, done = night.merge(night.parts)
    manifest = json.loads((path / "run.json").read_text())
    wrong = []
    if done.returncode != 0 or not manifest["complete"] or done.stderr:
        wrong.append(f"exit {done.returncode}: {done.stderr}")
    if manifest["records"] != len(night.lines):
        wrong.append(f"{manifest['records']} records")
    again, done = night.merge([path])
    if done.returncode != 0 or (again / "hosts.csv").read_bytes() != \
            (path / "hosts.csv").read_bytes():
        wrong.append(f"merged again: exit {done.returncode} {done.stderr}")
    check("shards that fit are merged without a word", wrong)
    few = night.copy(1, edit_manifest(
        clients=manifest["clients"][:2]))
    for options, warned in (([], True), (["--clients", "default"], False)):
        path, done = night.merge(few, *options)
        again = json.loads((path / "run.json").read_text())
        check(f"shards of other clients, {options}: a warning is {warned}",
              [] if done.returncode == 0 and warned ==
              (f"{few[1]} was judged by other clients" in done.stderr) and
              again["clients"] == manifest["clients"]
              else [f"exit {done.returncode}: {done.stderr}"])


def main():
    with Laboratory("--fleet", "--scenarios") as lab, \
            tempfile.TemporaryDirectory() as name:
        night = Night(lab, pathlib.Path(name))
        check_whole(night)
        check_conflicts(night)
        check_stores(night, lab)
        check_malformed(night)
        check_lacking(night)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
