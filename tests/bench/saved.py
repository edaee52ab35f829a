"""A saved run judged again and read: the cases `saved` and `million` of bench.py."""
import shutil
import subprocess

import network
import tables
from runner import (ALL_CORES, BASE, BUILD, CLIENTS, HOSTS, RESULTS, ROUNDS,
                    measure)

LONGEST_S = 3600
SAVED = RESULTS / "saved"
STORE = RESULTS / "saved" / "stores" / "trust.pem"

# What each program does in its turn, in this order: {work} is a directory of
# its own; cache: is emptied before.  Later steps read what earlier ones wrote.
AUDIT = "audit {saved} -q --cache {work}/cache"
STEPS = [
    ("audit, empty cache", AUDIT + " -o {work}/now", True),
    ("audit, kept cache", AUDIT + " -o {work}/again", False),
    ("audit --at +60d", AUDIT + " --at +60d -o {work}/later", False),
    ("audit --against", AUDIT + " --against {half}", False),
    ("diff", "diff {work}/now {work}/later --csv", False),
    ("sites", "sites {work}/now --csv", False),
    ("fix", "fix {work}/now -o {work}/kit", False),
]
MILLION = [("audit", AUDIT + " -o {work}/now", True)]


def make_saved(records, authorities):
    shutil.rmtree(SAVED, ignore_errors=True)
    subprocess.run([BUILD / "saved_fleet", SAVED, str(records),
                    str(records // 2), str(max(1, authorities))], check=True)
    # Every second root: a store that loses half of them.
    blocks = STORE.read_text().split("-----END CERTIFICATE-----\n")[:-1]
    (RESULTS / "half.pem").write_text("".join(
        block + "-----END CERTIFICATE-----\n" for block in blocks[::2]))


def programs():
    """Name, how it is called, and what only this one understands."""
    own = ("fleetscan", "fleetscan", f" --clients {CLIENTS} --crl off")
    return [("base", "$BASE", ""), own] if BASE else [own]


def row_of(name, program, step, words, records):
    """Its ratios are to the same step of the base, if there is one."""
    against = "base" if BASE else "fleetscan"
    return {"name": f"{name}: {step}", "against": f"{against}: {step}",
            "runs": [], "wrong": [], "hosts": records, "trouble": "",
            "command": f"{program} {words}"}


def fill_in(command, work):
    return command.format(saved=SAVED, work=work, half=RESULTS / "half.pem")


def records_of(run):
    with open(run / "hosts.csv") as rows:
        return sum(1 for _ in rows) - 1


def play(name, rows, steps, records):
    """One turn of one program."""
    work = RESULTS / f"work-{name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for (_, _, empty), row in zip(steps, rows):
        if empty:
            shutil.rmtree(work / "cache", ignore_errors=True)
        run = measure([], fill_in(row["command"], work), LONGEST_S, ALL_CORES)
        if run is None:
            raise network.Trouble(f"not done after {LONGEST_S} s: "
                                  f"{row['command']}")
        if run["exit"] not in (0, 1):
            raise network.Trouble(f"exit {run['exit']}: {row['command']}: "
                                  + (RESULTS / "err").read_text()[-300:])
        run["answered"] = records
        row["runs"].append(run)
    if records_of(work / "now") != records:
        rows[0]["wrong"].append(f"{records_of(work / 'now'):,} records came "
                                f"of {records:,}")
    return (work / "now" / "report.html").stat().st_size


def ratio_notes(steps, table):
    """Of each step to the same of the base, CPU and time, by rounds."""
    notes = []
    for i, (step, _, _) in enumerate(steps):
        cpu, wall = (tables.ratio_of_rounds(table["fleetscan"][i],
                                            table["base"][i], key)
                     for key in ("cpu", "seconds"))
        notes.append(f"{step}: CPU {cpu} and time {wall} of the base")
    return notes


def run_steps(name, title, records, authorities, steps, rounds):
    table = {who: [row_of(who, program, step, words + (
                       options if words.startswith("audit") else ""), records)
                   for step, words, _ in steps]
             for who, program, options in programs()}
    sizes = {}
    try:
        make_saved(records, authorities)
        for _ in range(rounds):
            for who, rows in table.items():
                sizes[who] = play(who, rows, steps, records)
    finally:
        for path in [SAVED, *(RESULTS / f"work-{who}" for who in table)]:
            shutil.rmtree(path, ignore_errors=True)
        (RESULTS / "half.pem").unlink(missing_ok=True)
    for rows in table.values():
        for row in rows:
            row["median"] = tables.summarize(row["runs"], records)
    notes = [f"{who}: report.html has {size / 1e6:.2f} MB"
             for who, size in sizes.items()]
    if BASE:
        notes += ratio_notes(steps, table)
    interleaved = [row for step in zip(*table.values()) for row in step]
    return {"name": name, "title": title, "rounds": rounds,
            "rows": interleaved, "notes": notes}


def run_saved():
    records = 20 * HOSTS
    return run_steps("saved", f"a saved run of {records:,} records, half as "
                     "many leaves, all cores", records, records // 200, STEPS,
                     ROUNDS)


def run_million():
    records = 200 * HOSTS
    return run_steps("million", f"a saved run of {records:,} records judged "
                     "again, with all reports", records, records // 500,
                     MILLION, 1)
