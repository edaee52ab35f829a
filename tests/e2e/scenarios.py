#!/usr/bin/env python3
"""Every scenario of the lab, scanned: its class and its findings.

With --verbose, also what differs in the predictions for single clients.
"""
import collections
import json
import pathlib
import sys

from laboratory import Laboratory

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "clients"))

from evidence import known_rules  # noqa: E402

VERBOSE = "--verbose" in sys.argv


def differs(want, record):
    """A sentence, or None when the record is right."""
    right = {want["class"], *want.get("also_right", [])}
    if record is None:
        return "no record"
    if record["class"] not in right:
        return (f"{record['class']}/{record['cause']} ({record['error']}) "
                f"instead of {sorted(right)}")
    said = set()
    for finding in record["findings"]:
        said |= {finding["id"], finding["cause"]}
    lacking = set(want.get("finding", [])) - said
    if lacking:
        return f"no finding {sorted(lacking)}"
    needless = set(want.get("no_finding", [])) & said
    return f"the finding {sorted(needless)}" if needless else None


def check(name, wanted, found):
    wrong = 0
    for scenario, want in wanted.items():
        sentence = differs(want, found.get(scenario))
        if sentence:
            wrong += 1
            print(f"# {scenario}: {sentence}")
    print(f"{'not ok' if wrong else 'ok'} - {name}: class and findings of "
          f"{len(wanted) - wrong} of {len(wanted)}")
    return wrong


def clients(name, wanted, found, ids, least):
    """Agreement with what real clients did: all verdicts, and disputed."""
    score = collections.Counter()
    for scenario, want in wanted.items():
        if "rejected_by" not in want:
            continue
        verdicts = found.get(scenario, {}).get("clients", {})
        disputed = 0 < len(want["rejected_by"]) < len(ids)
        for client in ids:
            verdict = verdicts.get(client)
            good = verdict is not None and \
                verdict["accepts"] == (client not in want["rejected_by"])
            for kind in ["all"] + ["disputed"] * disputed:
                score[kind, good] += 1
            if VERBOSE and not good:
                print(f"# {scenario}: {client} {verdict}")
    bad = 0
    for kind, bound in zip(("all", "disputed"), least):
        total = score[kind, True] + score[kind, False]
        share = 100 * score[kind, True] / total if total else 0
        bad += share < bound
        print(f"{'ok' if share >= bound else 'not ok'} - {name}, {kind}: "
              f"{share:.1f} % of {total} verdicts (at least {bound} %)")
    return bad


def shaken_twice(lab):
    """A reset or silence after the chain counts when it lasts."""
    rows = [row for row in lab.hosts
            if row["id"] in ("raw-then-reset", "raw-then-silent")]
    out = lab.path / "twice"
    done = lab.run(rows, "r1", "-o", str(out), "--retries", "1", "-t", "2",
                   "--fail-on", "error")
    good = done.returncode == 1
    lines = (out / "hosts.ndjson").read_text().splitlines()
    for record in map(json.loads, lines):
        failed = [finding for finding in record["findings"]
                  if finding["id"] == "handshake_failed"]
        good = good and (
            record["class"] == "ok" and record["severity"] == "error" and
            record["attempts"] == 2 and len(failed) == 1 and
            failed[0]["evidence"] == {"stage": "key_exchange"})
    summary = json.loads((out / "summary.json").read_text())
    good = good and len(lines) == 2 and summary["severities"]["error"] == 2
    causes = [(row["class"], row["cause"], row["hosts"])
              for row in summary["causes"]]
    good = good and causes == [("ok", "handshake_failed", 2)]
    page = (out / "report.html").read_text()
    good = good and "all ok" not in page
    print(f"{'ok' if good else 'not ok'} - twice reset or silent after the "
          f"chain: an error of class ok ({causes}, exit {done.returncode})")
    return 0 if good else 1


def stopped_early(lab):
    """--handshake certificate does not see what comes after the chain."""
    wrong = 0
    rows = [row for row in lab.hosts
            if row["id"] in ("raw-then-alert", "raw-then-closed")]
    for kind, code in (("full", 1), ("certificate", 0)):
        done = lab.run(rows, "r1", "--json", "--handshake", kind,
                       "--fail-on", "error")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        failed = [record["host"] for record in records
                  for finding in record["findings"]
                  if finding["id"] == "handshake_failed"]
        good = (done.returncode == code and len(records) == 2 and
                len(failed) == 2 * code and all(
                    record["class"] == "ok" and
                    (record["severity"] == "error") == (code == 1) and
                    record["clients"]["curl"]["accepts"] == (code == 0)
                    for record in records))
        wrong += not good
        print(f"{'ok' if good else 'not ok'} - fails after its chain, "
              f"--handshake {kind}: {len(failed)} errors")
    return wrong


# What the record says of each AIA URL, and a part of why.
AIA = {
    "leaf-aia": [("found", None)],
    "aia-404": [("failed", "404")],
    "aia-other-first": [("not_the_issuer", "another CA"), ("found", None)],
    "aia-second-ok": [("failed", "no connection"), ("found", None)],
    "aia-upper-dead": [("found", None), ("failed", "404"),
                       ("failed", "no connection")],
    "aia-middle": [("found", None)],
    "aia-two-private": [("found", None), ("not_asked", "another URL led"),
                        ("found", None)],
}


# What clients say of a faulty chain and an alert after it, as seen of the real
# ones: most stop at the certificates, some look at them after the handshake.
STOPPED = {
    "raw-alert-leaf-only": {
        "openssl": "20 ", "curl": "(60)", "python": "unable to get local",
        "node": "alert internal error", "ruby": "unable to get local",
        "php": "unable to get local", "perl": "unable to get local",
        "gnutls": "issuer is unknown", "wget": "internal error",
        "git": "internal error", "go": "unknown authority",
        "java": "unable to find valid",
    },
    "raw-alert-other-name": {
        "openssl": "62 ", "curl": "(35) alert", "python": "ostname mismatch",
        "node": "alert internal error", "ruby": "ostname mismatch",
        "php": "alert internal error", "perl": "ostname",
        "gnutls": "does not match", "wget": "internal error",
        "git": "internal error", "go": "valid for other names",
        "java": "No subject alternative",
    },
    "aia-two-private": {"chrome": "AUTHORITY_INVALID"},
    "leaf-last": {
        "openssl": "26 ", "curl": "(60)", "python313": "unsuitable",
        "ruby": "unsuitable", "node": "handshake", "java": "KeyUsage",
    },
}


def reasons(found):
    wrong = 0
    for scenario, want in STOPPED.items():
        clients = found[scenario]["clients"]
        for client, words in want.items():
            if words not in (clients[client]["reason"] or ""):
                wrong += 1
                print(f"# {scenario}: {client} {clients[client]}")
    print(f"{'not ok' if wrong else 'ok'} - reasons are those that "
          f"clients come to first")
    return wrong


def looked_up(found):
    wrong = 0
    for scenario, want in AIA.items():
        rows = found[scenario].get("aia", [])
        good = len(rows) == len(want) and all(
            row["result"] == result and
            (row["why"] is None if why is None else why in (row["why"] or ""))
            for row, (result, why) in zip(rows, want))
        if not good:
            wrong += 1
            print(f"# {scenario}: {rows}")
    print(f"{'not ok' if wrong else 'ok'} - what AIA led to is in the record")
    return wrong


def main():
    scenarios = json.loads((TESTS / "chains/scenarios.json").read_text())
    extras = json.loads((TESTS / "lab/extras.json").read_text())
    newer = json.loads((TESTS / "chains/clients-2026.json").read_text())
    later = json.loads((TESTS / "lab/extras-2026.json").read_text())
    profiles = json.loads((TESTS.parent / "data/clients.json").read_text())
    known_rules(profiles)  # ends where evidence.json names a rule that is not
    first = [profile["id"] for profile in profiles["clients"]
             if profile.get("standing") == "first"]
    added = [profile["id"] for profile in profiles["clients"]
             if profile["id"] not in first]
    with Laboratory("--scenarios", "--extras") as lab:
        found = lab.scan_all("--clients", "all")
        wrong = shaken_twice(lab) + stopped_early(lab)
    wrong += check("measured scenarios", scenarios, found)
    wrong += check("further scenarios", extras, found)
    wrong += looked_up(found)
    wrong += reasons(found)
    wrong += clients("first clients", scenarios, found, first, (98, 95))
    wrong += clients("first clients, further scenarios", extras, found, first,
                     (98, 95))
    wrong += clients("added clients", newer, found, added, (99, 97))
    wrong += clients("added clients, further scenarios", later["scenarios"],
                     found, later["clients"], (98, 95))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
