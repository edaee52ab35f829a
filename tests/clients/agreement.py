#!/usr/bin/env python3
"""What fleetscan predicts of each client against what the real one does.

Every client that is found in PATH or CLIENTS_DIR visits every host of the lab
(the measured scenarios and further ones); fleetscan scans the same hosts.
Prints the agreement a client, and writes the rows that disagree.

  --verbose     names each difference
  --words       names each reason that is not what the client itself said
  --only A,B    these scenarios
  --clients A,B these clients
  --save FILE   writes who refused what, as {scenario: [client...]}
  --rows FILE   where the rows that disagree go, as TSV
                (BUILD/clients-disagree.tsv)
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "lab/program")]

import browsers  # noqa: E402
from check_clients import Clients  # noqa: E402
from laboratory import BUILD, Laboratory  # noqa: E402
from newer import Newer  # noqa: E402

LEAST = 0.97


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--clients", type=lambda text: text.split(","))
    parser.add_argument("--save", type=pathlib.Path)
    parser.add_argument("--rows", type=pathlib.Path,
                        default=BUILD / "clients-disagree.tsv")
    return parser.parse_args()


def write_hosts(rows, file):
    """/etc/hosts for the clients that can be told an address in no other way."""
    hosts = "127.0.0.1 localhost\n"
    for row in rows:
        hosts += f"{row['ip']} {row['name']}\n"
        if row["host"] != row["name"]:
            hosts += f"{row['ip']} {row['host']}\n"
    file.write_text(hosts, encoding="utf-8")


def visit_all(rows, work, chosen):
    """(accepts, words) by (client, scenario), of every installed client."""
    clients, newer = Clients(work), Newer(work)
    hosts = work / "hosts"
    write_hosts(rows, hosts)
    found = {name: newer for name in newer.installed()}
    found.update((name, clients) for name in clients.installed()
                 if name not in newer.superseded())
    for name, version in newer.versions().items():
        print(f"# {name}: {version}")
    visits = [(name, row) for name in found for row in rows
              if chosen is None or name in chosen]
    with concurrent.futures.ThreadPoolExecutor(
            int(os.environ.get("VISITORS", "6"))) as pool:
        windows = {name: pool.submit(browsers.visit, browser, rows, hosts)
                   for name, browser in browsers.installed().items()
                   if chosen is None or name in chosen}
        answers = pool.map(lambda v: getattr(found[v[0]], v[0])(v[1]), visits)
        seen = {(name, row["id"]): answer
                for (name, row), answer in zip(visits, answers)}
        for name, window in windows.items():
            seen.update({(name, scenario): answer
                         for scenario, answer in window.result().items()})
    return seen


def bare(text):
    return re.sub("[^a-z0-9]+", " ", text.lower())


def says(reason, words):
    """Is the reason in what the client said, whatever stands around it?"""
    said = bare(words)
    return all(bare(part).strip() in said
               for part in re.split(r": |\(|\)", reason) if part.strip())


def print_words(predicted, seen):
    """Every pair of a reason and other words once."""
    told = {}
    for (client, scenario), (accepts, said) in seen.items():
        verdict = predicted[scenario]["clients"][client]
        words = said.decode("utf-8", "replace").strip()
        if not accepts and verdict["accepts"] is False and \
                not says(verdict["reason"], words):
            told.setdefault((client, verdict["reason"]), []).append(
                (scenario, words[-300:]))
    for (client, reason), others in sorted(told.items()):
        print(f"# {client}: {reason!r} where it says")
        for scenario, words in others:
            print(f"#     {scenario}: {words!r}")


def save(file, seen):
    refused = {}
    for (client, scenario), (accepts, _) in seen.items():
        refused.setdefault(scenario, []).extend([client] * (not accepts))
    file.write_text(json.dumps(refused, indent=0) + "\n", encoding="utf-8")


def write_rows(file, predicted, seen):
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, delimiter="\t", lineterminator="\n")
        rows.writerow(["scenario", "client", "predicted", "reason", "did",
                       "said"])
        for (client, scenario), (accepts, said) in sorted(
                seen.items(), key=lambda item: item[0]):
            verdict = predicted[scenario]["clients"][client]
            if verdict["accepts"] == accepts:
                continue
            words = " ".join(said.decode("utf-8", "replace").split())
            rows.writerow([
                scenario, client, {True: "accepts", False: "refuses"}.get(
                    verdict["accepts"], "unknown"), verdict["reason"] or "",
                "accepts" if accepts else "refuses", words[-300:]])


def score(predicted, seen, verbose):
    """The number of clients that are predicted too badly."""
    counts = collections.Counter()
    for (client, scenario), (accepts, said) in seen.items():
        verdict = predicted[scenario]["clients"][client]
        good = verdict["accepts"] == accepts
        counts[client, good] += 1
        if verbose and not good:
            words = said.decode("utf-8", "replace").strip()[-160:]
            print(f"# {client} {scenario}: predicted {verdict}, "
                  f"{'accepts' if accepts else 'refuses'}: {words!r}")
    bad = 0
    for client in sorted({client for client, _ in seen}):
        good, total = counts[client, True], counts[client, True] + \
            counts[client, False]
        enough = good >= LEAST * total
        bad += not enough
        print(f"{'ok' if enough else 'not ok'} - {client}: predicted right "
              f"in {good} of {total} visits")
    return bad


def main():
    options = read_options()
    with Laboratory("--scenarios", "--extras") as lab, \
            tempfile.TemporaryDirectory() as folder:
        if options.only:
            lab.hosts = [r for r in lab.hosts if r["id"] in options.only]
        for row in lab.hosts:
            row["store"] = lab.trust(row["trust"])
        predicted = lab.scan_all("--clients", "all")
        seen = visit_all(lab.hosts, pathlib.Path(folder), options.clients)
    if options.save:
        save(options.save, seen)
    if options.words:
        print_words(predicted, seen)
    write_rows(options.rows, predicted, seen)
    print(f"# rows that disagree: {options.rows}")
    bad = score(predicted, seen, options.verbose)
    profiles = json.loads((TESTS.parent / "data/clients.json").read_text())
    for client in (profile["id"] for profile in profiles["clients"]):
        if not any(name == client for name, _ in seen):
            print(f"skip - {client}: it is not installed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
