#!/usr/bin/env python3
"""sites and diff as people and cron call them, over the run of a demo."""
import base64
import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tap import FAILED, check

FLEETSCAN = os.environ["FLEETSCAN"]


def call(*arguments):
    done = subprocess.run([FLEETSCAN, *map(str, arguments)],
                          capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def records(run):
    return lines((run / "hosts.ndjson").read_text())


def rewrite(run, copy, change):
    """The run once more, each record as `change` gives it back."""
    shutil.copytree(run, copy)
    kept = [change(record) for record in records(run)]
    (copy / "hosts.ndjson").write_text("".join(
        json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n"
        for record in kept if record))
    return copy


def check_sites(run):
    code, out, _ = call("sites", run, "--json")
    sites = lines(out)
    check("sites: each site of the run is one line", code == 0 and
          {site["site"] for site in sites} ==
          {record["site"] for record in records(run)}, out)
    named = {(odd["host"], odd["port"]) for site in sites
             for odd in site["outliers"]}
    broken = {(record["host"], record["port"]) for record in records(run)
              if record["class"] != "ok"}
    check("sites: every broken host is an outlier", broken <= named,
          str(broken - named))
    code, out, _ = call("sites", run)
    first = sites[0]["outliers"][0]
    check("sites: the first line names the host that differs",
          code == 0 and first["host"] in out.splitlines()[0], out)
    code, story, _ = call("sites", run, "example.test")
    words = ("kilas.example.test", ": missing intermediate; issuer Atlas DV "
             "TLS CA - G2")
    check("sites: the story's first line names the host and why",
          code == 0 and all(word in story.splitlines()[0] for word in words)
          and "siblings have Meridian TLS Issuing CA 2025" in story and
          "sends 1 certificate, siblings send 2" in story, story)
    check("sites: no line is over 80 columns",
          max(map(len, out.splitlines())) <= 80, out)
    code, _, error = call("sites", run, "absent.example")
    check("sites: a site that is not there is exit 2",
          code == 2 and "absent.example" in error, error)


def write_pem(path, certificates):
    path.write_text("".join(
        "-----BEGIN CERTIFICATE-----\n" +
        base64.encodebytes(base64.b64decode(der)).decode() +
        "-----END CERTIFICATE-----\n" for der in certificates))
    return path


def ask_openssl(run, folder, record, ders):
    """The first error that openssl verify has with what was sent."""
    sent = [ders[sha256] for sha256 in record["received"]]
    command = ["openssl", "verify", "-purpose", "sslserver",
               "-auth_level", "2", "-verify_hostname", record["host"],
               "-CAfile", next((run / "stores").glob("*.pem")),
               "-no-CApath", "-no-CAstore"]
    if len(sent) > 1:
        command += ["-untrusted", write_pem(folder / "rest", sent[1:])]
    done = subprocess.run([*command, write_pem(folder / "leaf", sent[:1])],
                          capture_output=True, text=True)
    found = re.search(r"error (\d+) at (\d+) depth lookup: ?(.*)",
                      done.stdout + done.stderr)
    if not found:
        return 0, 0, "ok"
    return int(found[1]), int(found[2]), found[3]


def check_openssl(run, folder):
    """What the side by side view quotes is what openssl itself says."""
    if shutil.which("openssl") is None:
        print("skip - sites: openssl's own words: it is not installed")
        return
    ders = {row["sha256"]: row["der"]
            for row in lines((run / "certs.ndjson").read_text())}
    asked, differ = 0, []
    for site in {record["site"] for record in records(run)}:
        _, out, _ = call("sites", run, site)
        for block in out.split("\n\n"):
            for record in records(run):
                start = f"{record['host']}:{record['port']}   "
                if not record["received"] or not block.startswith(start):
                    continue
                quoted = re.search(
                    r"depth=(\d+).*\nverify error:num=(\d+):(.*)", block)
                ours = ((int(quoted[2]), int(quoted[1]), quoted[3])
                        if quoted else (0, 0, "ok"))
                if "\nerror: " in block:
                    continue
                theirs = ask_openssl(run, folder, record, ders)
                asked += 1
                if ours != theirs:
                    differ.append((record["host"], ours, theirs))
    check("sites: openssl itself says what is quoted for each host",
          asked > 10 and not differ, f"{asked} asked: {differ}")


HOSTILE = ["a\nSubject: b\r\n\r\nBcc: c@d", "bücher.test\u202e", "x" * 3000,
           "é" * 3000, "\x1b[2J", "=?utf-8?q?a?="]


def check_mail(run, folder, host, bad):
    """RFC 5322 and 2045: a header of ours alone, lines that a server takes."""
    runs = []
    for label, pattern in (("quiet", None), ("broken", bad)):
        first = next(record for record in records(run)
                     if record["host"] == host)
        rows = iter(HOSTILE)

        def rename(record):
            name = next(rows, None)
            if name is None:
                return None
            return {**(pattern or first), "ordinal": record["ordinal"],
                    "host": name, "input": name, "sni": name,
                    "port": first["port"]}
        runs.append(rewrite(run, folder / label, rename))
    mail = subprocess.run([FLEETSCAN, "diff", *runs, "--mail"],
                          capture_output=True).stdout
    message = email.message_from_bytes(mail, policy=email.policy.SMTP)
    text = message.get_content()
    check("diff: hostile names stay in the mail's body",
          message.keys() == ["Subject", "MIME-Version", "Content-Type",
                             "Content-Transfer-Encoding"]
          and message["subject"] == f"fleetscan: {len(HOSTILE)} hosts got "
          f"worse, 0 better ({len(HOSTILE)} scanned)"
          and max(map(len, mail.split(b"\n"))) <= 998
          and "bücher.test\\E2\\80\\AE" in text and "\x1b" not in text
          and text.count("é") == 3000 and text.count("x") >= 3000,
          mail[:600])


def check_diff(run, folder):
    code, out, _ = call("diff", run, run, "--json")
    check("diff: a run and itself have no difference",
          code == 0 and out == "", out)
    good = [record["host"] for record in records(run)
            if record["class"] == "ok"]
    bad = next(record for record in records(run)
               if record["class"] == "missing_intermediate")

    def worsen(record):
        if record["host"] == good[0]:
            return {**bad, "ordinal": record["ordinal"],
                    "host": record["host"], "input": record["input"],
                    "port": record["port"], "sni": record["sni"]}
        return None if record["host"] == good[1] else record

    newer = rewrite(run, folder / "newer", worsen)
    code, out, _ = call("diff", run, newer, "--json")
    found = {(row["change"], row["host"]) for row in lines(out)}
    check("diff: what got worse and what is gone, and no more",
          code == 0 and found == {("worse", good[0]), ("gone", good[1])} and
          len(lines(out)) == 2, out)
    cases = [("error", 1), ("none", 0), ("missing_intermediate", 1),
             ("expired", 0), ("nonsense", 2)]
    for level, expected in cases:
        code, out, error = call("diff", run, newer, "--fail-on", level)
        check(f"diff: --fail-on {level} is exit {expected}",
              code == expected, f"{code} {out} {error}")
    code, out, _ = call("diff", newer, run, "--fail-on", "notice")
    check("diff: what got better is exit 0", code == 0, f"{code} {out}")
    code, out, _ = call("diff", run, newer, "--mail")
    check("diff: the mail begins with its subject", code == 0 and
          out.startswith("Subject: fleetscan: 1 host got worse, 0 better"),
          out)
    check("diff: a mail of ASCII has no other header",
          "MIME" not in out and "\n\n" in out, out)
    check_mail(run, folder, good[0], bad)
    code, out, _ = call("diff", newer, run, "--mail")
    check("diff: no mail when nothing got worse", code == 0 and out == "", out)
    code, out, _ = call("diff", run, newer, "--csv")
    check("diff: the CSV has a row a change", code == 0 and
          out.count("\n") == 3 and out.startswith("change,host,port,"), out)
    code, out, _ = call("diff", run, newer, "--history", folder)
    check("diff: the history adds since when",
          code == 0 and "still broken" in out and "since 20" in out, out)
    code, _, error = call("diff", run)
    check("diff: one run is exit 2", code == 2, error)
    code, _, error = call("diff", run, folder / "absent")
    check("diff: no run is exit 2", code == 2 and "absent" in error, error)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run = folder / "run"
        code, out, error = call("demo", "-o", run)
        check("a run to look at", code == 0, out + error)
        if code == 0:
            check_sites(run)
            check_openssl(run, folder)
            check_diff(run, folder)
    sys.exit(1 if FAILED else 0)


main()
