#!/usr/bin/env python3
"""Which rule of data/clients.json rests on what was seen where.

Scans the lab once, then judges the saved runs again with one rule of a client
taken out at a time.  Prints for each rule the scenarios that are predicted
worse without it.  Then the score with each third of the scenarios left out, in
two ways.  First, a rule that no scenario of the other two thirds needs is
dropped before the third is judged, even where its source is a manual: a lower
bound for hosts that nobody has seen yet.  Second, the rules stay that
evidence.json names: they are known from the source text or the manual of the
client's library, or from one of the sixteen clients that were measured before
and uses the same library (`of`).

  --clients A,B  the rules of these entries, and what was measured of them
"""
import argparse
import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "e2e"))

from laboratory import FLEETSCAN, Laboratory  # noqa: E402

LISTS = ("refuses", "takes", "anchor_takes", "reads", "ignores")
# What describes a client and is no rule, or is read by all of them.
NO_RULES = ("id", "like", "title", "version", "date", "standing", "source",
            "store", "roots", "offers", "withholds", "words", "prefix",
            "handshake_prefix", "tells_first")


def read_truth(profiles, chosen):
    """{scenario: {client: refuses}} of those that were measured there."""
    truth = {}
    first = [profile["id"] for profile in profiles["clients"]
             if profile.get("standing") == "first"]
    added = [profile["id"] for profile in profiles["clients"]
             if profile["id"] not in first]
    later = json.loads((TESTS / "lab/extras-2026.json").read_text())
    for rows, clients in (
            (json.loads((TESTS / "chains/scenarios.json").read_text()), first),
            (json.loads((TESTS / "lab/extras.json").read_text()), first),
            (json.loads((TESTS / "chains/clients-2026.json").read_text()),
             added),
            (later["scenarios"], later["clients"])):
        for scenario, row in rows.items():
            if "rejected_by" in row:
                truth.setdefault(scenario, {}).update(
                    (client, client in row["rejected_by"])
                    for client in clients if not chosen or client in chosen)
    return {scenario: row for scenario, row in truth.items() if row}


def heirs(profiles, entry):
    """The ids of the clients that are this entry, or like it."""
    found, before = {entry}, set()
    while found != before:
        before = set(found)
        found |= {profile["id"]
                  for group in ("families", "clients")
                  for profile in profiles[group]
                  if profile.get("like") in found}
    return found & {profile["id"] for profile in profiles["clients"]}


def rules_of(profiles, chosen):
    """(group, index, key, item) of every rule; item None for a number."""
    for group in ("families", "clients"):
        for index, profile in enumerate(profiles[group]):
            if profile["id"] == "any" or \
                    chosen and profile["id"] not in chosen:
                continue
            for key, value in profile.items():
                if key in LISTS:
                    for item in value:
                        yield group, index, key, item
                elif key not in NO_RULES:
                    yield group, index, key, None


def chain_of(profiles, entry):
    """The entry and those that it is like, the nearest first."""
    entries = {profile["id"]: profile
               for group in ("families", "clients")
               for profile in profiles[group]}
    while entry:
        yield entries[entry]
        entry = entries[entry].get("like")


def shares(profiles, entry, key, value):
    """Does this entry, with what it inherits, do what the rule says?"""
    opposite = {"takes": "refuses", "refuses": "takes",
                "reads": "ignores", "ignores": "reads"}.get(key)
    for profile in chain_of(profiles, entry):
        if key not in LISTS and key in profile:
            return profile[key] == value
        if key in LISTS and value in profile.get(key, []):
            return True
        if value in profile.get(opposite, []):
            return False
    return key in ("takes", "ignores") or value is False


def known_rules(profiles):
    """The rules that evidence.json names; ends where it names none."""
    indexes = {profile["id"]: index
               for index, profile in enumerate(profiles["clients"])}
    first = {profile["id"] for profile in profiles["clients"]
             if profile.get("standing") == "first"}
    known = set()
    table = json.loads((TESTS / "clients/evidence.json").read_text())
    for client, notes in table.items():
        profile = profiles["clients"][indexes[client]]
        for note, name in ((n, name) for n in notes for name in n["rules"]):
            key, _, item = name.partition(".")
            value = profile.get(key)
            items = [item] if item else value if key in LISTS else [None]
            if value is None or item and item not in value:
                sys.exit(f"evidence.json: {client} has no rule {name}")
            if "of" in note and (note["of"] not in first or any(
                    not shares(profiles, note["of"], key,
                               value if one is None else one)
                    for one in items)):
                sys.exit(f"evidence.json: {note['of']} does not share "
                         f"{name} of {client}")
            known |= {("clients", indexes[client], key, one)
                      for one in items}
    return known


def batches(profiles, chosen, ids):
    """[{rule: clients that it can change}], no client twice in one."""
    found = []
    for rule in rules_of(profiles, chosen):
        clients = heirs(profiles, profiles[rule[0]][rule[1]]["id"]) & ids
        room = next((batch for batch in found
                     if not any(clients & other for other in batch.values())),
                    None)
        if room is None:
            room = {}
            found.append(room)
        room[rule] = clients
    return found


def without(profiles, rules):
    less = copy.deepcopy(profiles)
    for group, index, key, item in rules:
        if item is None:
            del less[group][index][key]
        else:
            less[group][index][key].remove(item)
    return less


class Judge:
    """The lab's hosts, scanned once, judged by any profiles."""

    def __init__(self, lab, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "bin").mkdir()
        (self.folder / "data").mkdir()
        self.program = shutil.copy(FLEETSCAN, self.folder / "bin")
        for file in (TESTS.parent / "data").glob("*.*"):
            shutil.copy(file, self.folder / "data")
        self.ids, self.runs = {}, []
        for store in sorted({row["trust"] for row in lab.hosts}):
            rows = [row for row in lab.hosts if row["trust"] == store]
            run = self.folder / f"run-{len(self.runs)}"
            self.runs.append(run)
            self.scan(lab, rows, store, run)
            self.ids.update((f"{row['name']}:{row['port']}", row["id"])
                            for row in rows)

    def scan(self, lab, rows, store, run):
        lines = "".join(f"{row['host']}:{row['port']}\n" for row in rows)
        subprocess.run(
            [self.program, "scan", "-q", "-l", "-", "-o", run, "--trust",
             lab.trust(store), "-r", f"127.0.0.1:{lab.dns}",
             "--aia-allow-private", "-t", "4", "--retries", "0",
             "--intermediates", "none", "-f", "ndjson", "--clients", "all"],
            input=lines, text=True, check=True, capture_output=True)

    def refused(self, profiles, clients):
        """{scenario: set of clients}, by these clients"""
        (self.folder / "data/clients.json").write_text(json.dumps(profiles))
        found = {}
        for run in self.runs:
            done = subprocess.run([self.program, "audit", run, "--json",
                                   "--clients", ",".join(sorted(clients))],
                                  text=True, check=True, capture_output=True)
            for line in done.stdout.splitlines():
                record = json.loads(line)
                found[self.ids[f"{record['host']}:{record['port']}"]] = {
                    client for client, verdict in record["clients"].items()
                    if not verdict["accepts"]}
        return found


def wrong(truth, refused, clients):
    """How many of these clients are predicted wrongly, by scenario."""
    return {scenario: sum((client in refused.get(scenario, set())) != refuses
                          for client, refuses in row.items()
                          if client in clients)
            for scenario, row in truth.items()}


def third_of(scenario):
    return zlib.crc32(scenario.encode()) % 3


def share(truth, errors, scenarios):
    total = sum(len(truth[s]) for s in scenarios)
    bad = sum(errors[s] for s in scenarios)
    return 100 * (total - bad) / total if total else 100.0


def leave_out(judge, truth, profiles, worse, ids, known):
    """Prints the score of each third by the rules that the others need, or
    that are known."""
    table = json.loads((TESTS / "chains/scenarios.json").read_text())
    for third in range(3):
        needed = {rule for rule, scenarios in worse.items()
                  if rule in known or
                  any(third_of(s) != third for s in scenarios)}
        errors = wrong(truth, judge.refused(
            without(profiles, set(worse) - needed), ids), ids)
        left = [s for s in truth if third_of(s) == third]
        disputed = [s for s in left if len(set(truth[s].values())) > 1]
        tabled = [s for s in disputed if s in table]
        print(f"ok - third {third + 1} left out: "
              f"{share(truth, errors, left):.1f} % of the verdicts, "
              f"{share(truth, errors, disputed):.1f} % of the "
              f"disputed ones, {share(truth, errors, tabled):.1f} % of those "
              f"of tests/chains, with {len(needed)} of {len(worse)} rules")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default=[],
                        type=lambda text: text.split(","))
    chosen = parser.parse_args().clients
    profiles = json.loads((TESTS.parent / "data/clients.json").read_text())
    truth = read_truth(profiles, chosen)
    known = known_rules(profiles)
    with Laboratory("--scenarios", "--extras") as lab, \
            tempfile.TemporaryDirectory() as folder:
        judge = Judge(lab, folder)
        ids = {client for row in truth.values() for client in row}
        refused = judge.refused(profiles, ids)
        worse = {}
        for batch in batches(profiles, chosen, ids):
            changed = set().union(*batch.values())
            less = judge.refused(without(profiles, batch), changed)
            for (group, index, key, item), clients in batch.items():
                base = wrong(truth, refused, clients)
                errors = wrong(truth, less, clients)
                rule = group, index, key, item
                worse[rule] = [s for s in truth if errors[s] > base[s]]
                print(f"# {profiles[group][index]['id']}.{key}"
                      f"{f' {item}' if item else ''}: "
                      f"{' '.join(worse[rule]) or 'no scenario'}")
        for title, stay in (("every rule may be dropped", set()),
                            ("what evidence.json names stays", known)):
            print(f"# {title}")
            leave_out(judge, truth, profiles, worse, ids, stay)


if __name__ == "__main__":
    main()
