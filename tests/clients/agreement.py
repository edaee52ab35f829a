#!/usr/bin/env python3
"""What fleetscan predicts of each client against what the real one does.

Every installed client visits every host of the lab (the measured scenarios and
further ones that nobody tuned for); fleetscan scans the same hosts.  Prints the
agreement a client; --verbose names each difference.
"""
import collections
import concurrent.futures
import pathlib
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "lab/program")]

from check_clients import Clients  # noqa: E402
from laboratory import Laboratory  # noqa: E402

VERBOSE = "--verbose" in sys.argv
LEAST = 0.97


def visit_all(lab, work):
    clients = Clients(work)
    names = clients.installed()
    hosts = "127.0.0.1 localhost\n"
    for row in lab.hosts:
        row["store"] = lab.trust(row["trust"])
        hosts += f"{row['ip']} {row['name']}\n"
        if row["host"] != row["name"]:
            hosts += f"{row['ip']} {row['host']}\n"
    (work / "hosts").write_text(hosts)
    visits = [(name, row) for name in names for row in lab.hosts]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda v: getattr(clients, v[0])(v[1]), visits)
        return {(name, row["id"]): answer
                for (name, row), answer in zip(visits, answers)}


def main():
    with Laboratory("--scenarios", "--extras") as lab, \
            tempfile.TemporaryDirectory() as folder:
        predicted = lab.scan_all()
        seen = visit_all(lab, pathlib.Path(folder))
    score = collections.Counter()
    for (client, scenario), (accepts, said) in seen.items():
        verdict = predicted[scenario]["clients"][client]
        good = verdict["accepts"] == accepts
        score[client, good] += 1
        if VERBOSE and not good:
            words = said.decode("utf-8", "replace").strip()[-160:]
            print(f"# {client} {scenario}: predicted {verdict}, "
                  f"{'accepts' if accepts else 'refuses'}: {words!r}")
    bad = 0
    for client in sorted({client for client, _ in seen}):
        good, total = score[client, True], score[client, True] + \
            score[client, False]
        enough = good >= LEAST * total
        bad += not enough
        print(f"{'ok' if enough else 'not ok'} - {client}: predicted right "
              f"in {good} of {total} visits")
    for client in ("curl", "openssl", "python", "gnutls", "wget", "git",
                   "node", "java", "go"):
        if not any(name == client for name, _ in seen):
            print(f"skip - {client}: it is not installed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
