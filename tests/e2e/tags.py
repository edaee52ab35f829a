#!/usr/bin/env python3
"""--by-tag: mails, counts and kits for each owner, and --fail-on for one."""
import csv
import email
import email.policy
import json
import pathlib
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check

# What a list may call an owner, and where that is found.
NAMES = {"web": "web", "Team A": "Team_A-", "../../etc": "_._.._etc-",
         "Grüße": "Gr____e-", "a:b": "a_b-"}


class Desk:
    def __init__(self, lab, folder):
        self.folder = folder
        self.options = ["--trust", lab.trust("fleet"), "-r",
                        f"127.0.0.1:{lab.dns}", "--aia-allow-private",
                        "--intermediates", "none", "-t", "4", "--retries",
                        "0", "--faces", "none", "--at", "2026-11-23"]
        # One tag has the broken hosts alone, one the good ones.
        self.tags = {}
        for at, row in enumerate(lab.hosts):
            name = list(NAMES)[at % len(NAMES)]
            self.tags[row["name"]] = {name, "all"}
        lines = [f"{row['name']},{row['port']},"
                 + ";".join(sorted(self.tags[row["name"]]))
                 for row in lab.hosts]
        (folder / "list.csv").write_text(
            "host,port,tags\n" + "\n".join(lines) + "\n")

    def call(self, command, *words, status=0):
        done = subprocess.run(
            [FLEETSCAN, command, *map(str, words)], capture_output=True,
            text=True, timeout=100, cwd=self.folder)
        assert done.returncode == status, (words, done.returncode,
                                           done.stderr)
        return done

    def scan(self, *words, status=0):
        return self.call("scan", *self.options, "-l", "list.csv", *words,
                         status=status)


def records(run):
    return [json.loads(line) for line in
            (run / "hosts.ndjson").read_text().splitlines()]


def test_reports(desk):
    desk.scan("--by-tag", "-o", "run")
    run = desk.folder / "run"
    found = records(run)
    counts = {name: [0, 0, 0, 0] for name in (*NAMES, "all")}
    for record in found:
        level = ("ok", "notice", "warning", "error").index(record["severity"])
        for tag in record["tags"]:
            counts[tag][level] += 1
    with (run / "tags.csv").open() as rows:
        rows = {row["tag"]: row for row in csv.DictReader(rows)}
    check("tags.csv counts the hosts of each tag by severity",
          {tag: [int(row[word]) for word in (
              "ok", "notice", "warning", "error")]
           for tag, row in rows.items()} == counts, (rows, counts))
    check("each has a folder of its own within the run",
          all(row["mail"].startswith(f"by-tag/{NAMES.get(tag, tag)}")
              and row["mail"].count("/") == 2
              and (run / row["mail"]).is_file()
              for tag, row in rows.items())
          and len(list((run / "by-tag").iterdir())) == len(rows), rows)
    wrong = []
    for tag, row in rows.items():
        mail = email.message_from_bytes((run / row["mail"]).read_bytes(),
                                        policy=email.policy.default)
        body = mail.get_content()
        named = {record["host"] for record in found
                 if f" {record['host']}:{record['port']}\n" in body}
        meant = {record["host"] for record in found
                 if tag in record["tags"]
                 and record["severity"] in ("warning", "error")}
        if named != meant or tag not in mail["Subject"] or mail.defects or \
                f"{counts[tag][3]} of {sum(counts[tag])} host" \
                not in mail["Subject"]:
            wrong.append((tag, mail["Subject"], named ^ meant))
    check("each mail names the broken hosts of its tag, and no others",
          not wrong, wrong)
    metrics = (run / "metrics.prom").read_text()
    check("metrics.prom has the tag as a label",
          all(f'fleetscan_tag_hosts{{tag="{tag}",severity="error"}} '
              f"{count[3]}\n" in metrics for tag, count in counts.items()))
    page = (run / "report.html").read_text()
    check("report.html has a section with a link for each", all(
        f'data-tag="{tag}"' in page for tag in counts))
    desk.call("audit", "run", "-o", "plain")
    check("without the option there is none of it",
          not (desk.folder / "plain" / "tags.csv").exists()
          and not (desk.folder / "plain" / "by-tag").exists()
          and "data-tag" not in (
              desk.folder / "plain" / "report.html").read_text())


def test_kits(desk):
    desk.call("fix", "run")
    desk.call("fix", "run", "--by-tag")
    whole = json.loads((desk.folder / "run/fix/fix.json").read_text())
    owner = {record["host"]: set(record["tags"])
             for record in records(desk.folder / "run")}
    kits = {path.name: json.loads((path / "fix.json").read_text())
            for path in (desk.folder / "run" / "fix-by-tag").iterdir()}
    wrong = []
    for tag in (*NAMES, "all"):
        part = [kit for name, kit in kits.items()
                if name.startswith(NAMES.get(tag, tag))]
        mine = {item["sha256"]: {host for host in item["hosts"]
                                 if tag in owner[host.split(":")[0]]}
                for item in whole}
        mine = {sha256: hosts for sha256, hosts in mine.items() if hosts}
        if {item["sha256"]: set(item["hosts"])
                for kit in part for item in kit} != mine:
            wrong.append((tag, part, mine))
    check("a kit for each tag holds what its hosts lack, and names no others",
          not wrong and len(kits) > 1, wrong)


def test_exit_codes(desk):
    found = records(desk.folder / "run")
    broken = {tag for record in found if record["class"] == "expired"
              for tag in record["tags"]}
    for tag in (*NAMES, "none such"):
        desk.call("audit", "run", "-o", f"exit-{abs(hash(tag))}", "--fail-on",
                  f"tag={tag}:expired", status=int(tag in broken))
    check("--fail-on tag=NAME:LEVEL is asked of the hosts with this tag",
          0 < len(broken) < len(NAMES) + 1, broken)
    desk.scan("--json", "-q", "--fail-on", "tag=all:error", status=1)
    desk.scan("--json", "-q", "--fail-on", "tag=nobody:error", "--fail-on",
              "tag=web:revoked", status=0)
    quiet = desk.scan("-q", "-o", "quiet", "--fail-on", "tag=all:expired",
                      status=1)
    expired = sum(record["class"] == "expired" for record in found)
    check("the quiet line counts them",
          f"{expired} hosts at --fail-on tag=all:expired" in quiet.stderr,
          quiet.stderr)
    for words in (("scan", "--fail-on", "tag=web", "127.0.0.1:9"),
                  ("scan", "--fail-on", "tag=web:bad", "127.0.0.1:9"),
                  ("diff", "--fail-on", "tag=web:error", "run", "run")):
        done = desk.call(*words, status=2)
        check(f"{words[2]} of {words[0]}: a sentence",
              "tag=NAME:LEVEL" in done.stderr, done.stderr)


def main():
    with Laboratory("--fleet") as lab, \
            tempfile.TemporaryDirectory() as folder:
        desk = Desk(lab, pathlib.Path(folder))
        for test in (test_reports, test_kits, test_exit_codes):
            test(desk)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
