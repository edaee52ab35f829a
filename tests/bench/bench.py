#!/usr/bin/env python3
"""make bench: what a host costs, in CPU, time and memory, and beside others.

CASES="clients rsa ..." chooses among the rows of CASES below, HOSTS scales
them (5000), ROUNDS says how often each client's turn comes (3).  BASE=PATH is
an older fleetscan to compare with, in `second-night` and `saved`.  OTHER="name:
command" adds a client of one's own to the cases that compare; {hosts},
{bundle}, {root} and {fleet} (the directory) are filled in.  README=FILE puts
the table between that file's marks (tests/bench/RESULTS.md has them).  As root,
for the namespaces; nothing leaves the machine and nothing stays behind.
"""
import csv
import dataclasses
import json
import os
import shutil
import sys

import network
import saved
import tables
from runner import (BASE, BUILD, CLIENTS, HOSTS, RESULTS, ROUNDS, count_signs,
                    measure)

PEERS = BUILD.parent / "build" / "peers"
OTHER = os.environ.get("OTHER", "")
README = os.environ.get("README", "")
CERTIFICATES = 600
LONGEST_S = 300           # for a client; more where the hosts are many

TOOLS = {"nginx": "nginx-light", "dnsmasq": "dnsmasq-base", "ip": "iproute2",
         "ss": "iproute2", "unshare": "util-linux", "nsenter": "util-linux",
         "taskset": "util-linux"}


@dataclasses.dataclass
class Client:
    name: str
    command: str
    sign: str                 # in its output once for each host that answered
    hosts: int = 0            # 0: all of the case's
    rounds: int = 0           # 0: as the case
    optional: bool = True     # skipped where it is not installed
    base: bool = False        # ratios are to this one
    against: str = ""         # to this one's, where it is not the base
    cache: str = ""           # a directory that it keeps from run to run
    empty: bool = False       # which is emptied before each


def fleetscan(options="-c 100 --threads 1", name="fleetscan", **more):
    return Client(name, "fleetscan scan --json -q -l {hosts} --trust {bundle} "
                  f"--aia off --intermediates none {options}",
                  '"status":"success"', optional=False, **more)


FULL = fleetscan(base=True)
CERTIFICATE = fleetscan("-c 100 --threads 1 --handshake certificate",
                        "fleetscan, certificate")
TLSX = Client("tlsx", "tlsx -l {hosts} -c 100 -r " + network.DNS +
              " -silent -json -disable-update-check", '"probe_status":true')
# With --root-cas it reads the whole bundle again for every host.
ZGRAB2 = Client("zgrab2", "zgrab2 tls -f {hosts} -s 100", '"status":"success"')
SCANNERS = [
    Client("tls-scan", "tls-scan --infile={hosts} --port=443 "
           "--concurrency=100 --cacert={bundle}", '"verifyCertResult"'),
    TLSX, ZGRAB2,
]
# A process or a connection pool a host is slow: few hosts are enough.
TOOLS_OF_THE_DAY = [
    Client("curl", "sed 's|.*|url=https://&/|' {hosts} | curl -sZ "
           "--parallel-max 100 --cacert {bundle} -w '%{{http_code}}\\n' "
           "-o /dev/null -K -", "204", hosts=300),
    Client("openssl", "xargs -a {hosts} -P 100 -I NAME openssl s_client "
           "-connect NAME:443 -servername NAME -CAfile {bundle} </dev/null",
           "BEGIN CERTIFICATE", hosts=300),
]


def nights(who, program, options, against):
    """The same fleet twice: with an empty cache directory, and with what the
    first run left there."""
    command = (f"{program} scan --json -q -l {{hosts}} --trust {{bundle}} "
               f"--aia off --cache {{cache}}{options} -c 100 --threads 1")
    return [Client(f"{who}, {night} night", command, '"status":"success"',
                   optional=False, against=f"{against}, {night} night",
                   cache=who, empty=night == "first")
            for night in ("first", "second")]


NIGHTS = [*(nights("base", "$BASE", "", "base") if BASE else []),
          *nights("fleetscan", "fleetscan", f" --clients {CLIENTS} "
                  "--faces none --crl off", "base" if BASE else "fleetscan"),
          *nights("fleetscan, its defaults", "fleetscan", "",
                  "base" if BASE else "fleetscan"), TLSX, ZGRAB2]
if OTHER:
    SCANNERS.append(Client(OTHER.split(":", 1)[0],
                           OTHER.split(":", 1)[1].strip(), "\n"))


@dataclasses.dataclass
class Case:
    title: str
    clients: list
    hosts: int = HOSTS
    certificates: int = CERTIFICATES
    key: str = "ec"
    tls: str = "1.3"
    dead: int = 0             # of a hundred hosts
    delay_ms: float = None    # round trip; None: beside the servers
    arithmetic: dict = None   # concurrency, timeout_s: compare with the bound


def far(concurrency, timeout_s):
    return fleetscan(f"-c {concurrency} -t {timeout_s} --threads 1", base=True)


def scale():
    sizes = [fleetscan(name=f"{size:,} targets", hosts=size,
                       base=size == HOSTS, rounds=1 if size > 5 * HOSTS else 0)
             for size in (HOSTS // 5, HOSTS, 2 * HOSTS, 20 * HOSTS)]
    return [*sizes, fleetscan("-c 1000 --threads 1", f"{HOSTS:,}, -c 1000",
                              hosts=HOSTS)]


CASES = {
    "clients": Case("EC P-256, TLS 1.3, 600 shared certificates",
                    [FULL, CERTIFICATE, *SCANNERS, *TOOLS_OF_THE_DAY]),
    "tls12": Case("EC P-256, TLS 1.2, 600 shared certificates",
                  [FULL, CERTIFICATE, *SCANNERS], tls="1.2"),
    "rsa": Case("RSA 2048, TLS 1.3, 600 shared certificates",
                [FULL, CERTIFICATE, *SCANNERS], key="rsa"),
    "rsa12": Case("RSA 2048, TLS 1.2, 600 shared certificates",
                  [FULL, CERTIFICATE], key="rsa", tls="1.2"),
    "distinct": Case("EC P-256, TLS 1.3, every host its own certificate",
                     [FULL, CERTIFICATE, *SCANNERS], certificates=HOSTS),
    "scale": Case("EC P-256, TLS 1.3, more and more targets", scale(),
                  hosts=20 * HOSTS),
    "dead": Case("5 % dead hosts, -c 500 -t 5", [far(500, 5)], dead=5,
                 delay_ms=0, arithmetic={"concurrency": 500, "timeout_s": 5}),
    "latency50": Case("50 ms round trip, -c 2000", [far(2000, 5)],
                      delay_ms=50,
                      arithmetic={"concurrency": 2000, "timeout_s": 5}),
    "latency200": Case("200 ms round trip, -c 2000", [far(2000, 5)],
                       delay_ms=200,
                       arithmetic={"concurrency": 2000, "timeout_s": 5}),
    "far": Case("200 ms round trip, 5 % dead hosts, -c 2000 -t 5",
                [far(2000, 5)], hosts=2 * HOSTS, dead=5, delay_ms=200,
                arithmetic={"concurrency": 2000, "timeout_s": 5}),
    "night-distinct": Case("EC P-256, TLS 1.3, every host its own certificate",
                           NIGHTS, certificates=HOSTS),
    "night-shared": Case("EC P-256, TLS 1.3, 600 shared certificates", NIGHTS),
    "night-rsa": Case("RSA 2048, TLS 1.3, 600 shared certificates", NIGHTS,
                      key="rsa"),
    "quick": Case("EC P-256, TLS 1.3, few hosts",
                  [FULL, CERTIFICATE, *SCANNERS, *TOOLS_OF_THE_DAY],
                  hosts=min(HOSTS, 1000), certificates=120),
}
OF_SAVED_RUNS = {"saved": saved.run_saved, "million": saved.run_million}
GROUPS = {"second-night": ["night-distinct", "night-shared", "night-rsa"]}
ON_REQUEST = {"quick", "million"}

# Round trips a host needs: DNS, TCP, and TLS until the server's flight is in.
TRIPS = {"1.3": 3, "1.2": 4}
SLOW_STARTS_A_SECOND = 200   # of the second pass, in src/scan/pace.c


def check_tools():
    if os.geteuid() != 0:
        raise network.Trouble(
            "the fleet needs network namespaces: run as root")
    for tool, package in TOOLS.items():
        if shutil.which(tool) is None:
            raise network.Trouble(
                f"needs {tool} (Debian package {package})")
    if not (BUILD / "fleetscan").exists():
        raise network.Trouble(f"needs {BUILD}/fleetscan: run make")
    if BASE and not os.access(BASE, os.X_OK):
        raise network.Trouble(f"BASE={BASE} cannot be run")
    if README and not tables.has_marks(README):
        raise network.Trouble(f"{README} has no marks for the table: "
                              + " ".join(tables.MARKS).strip())


def is_there(client):
    return (not client.optional or OTHER.startswith(client.name + ":") or
            shutil.which(client.name) is not None)


def cache_of(client):
    return RESULTS / "caches" / client.cache.replace(" ", "-")


def fill_in(client, fleet, hosts):
    """The first of the list, as {hosts}."""
    lines = (fleet.directory / "hosts.txt").read_text().splitlines(True)
    (fleet.directory / "list").write_text("".join(lines[:hosts]))
    return client.command.format(
        hosts=fleet.directory / "list", fleet=fleet.directory,
        bundle=fleet.directory / "bundle.pem", cache=cache_of(client),
        root=fleet.directory / "root.pem")


def wrong_answers(fleet, hosts):
    """Speed counts only where the answers are right."""
    with open(fleet.directory / "truth.csv") as rows:
        truth = dict(list(csv.reader(rows))[:hosts])
    with open(RESULTS / "out") as out:
        said = {record["host"]: record["class"]
                for record in map(json.loads, out)}
    return [f"{host} is {said.get(host)}, should be {truth[host]}"
            for host in truth if said.get(host) != truth[host]]


def hosts_of(client, case):
    return min(client.hosts or case.hosts, case.hosts)


def run_client(client, case, fleet, row):
    hosts = hosts_of(client, case)
    place = "near" if case.delay_ms is None else "far"
    longest_s = max(LONGEST_S, hosts // 50)
    if client.empty:
        shutil.rmtree(cache_of(client), ignore_errors=True)
    run = measure(fleet.inside(place, []), fill_in(client, fleet, hosts),
                  longest_s)
    if run is None:
        row["trouble"] = f"not done after {longest_s} s"
        return
    run["answered"] = count_signs(client.sign)
    row["runs"].append(run)
    if not client.optional:
        row["wrong"] = wrong_answers(fleet, hosts)


def row_of(client, case):
    kind = {"against": client.against} if client.against else {
        "base": client.base}
    return {"name": client.name, **kind, "runs": [], "wrong": [],
            "hosts": hosts_of(client, case),
            "trouble": "" if is_there(client) else "not installed",
            "command": client.command.replace("{{", "{").replace("}}", "}")}


def play_rounds(case, fleet, rows):
    for turn in range(ROUNDS):
        for client, row in zip(case.clients, rows):
            if not row["trouble"] and turn < (client.rounds or ROUNDS):
                run_client(client, case, fleet, row)


def bound_notes(case, row):
    """What latency and timeouts alone would take, the second pass included."""
    slots, limit = (case.arithmetic[key] for key in ("concurrency",
                                                     "timeout_s"))
    dead = case.hosts * case.dead // 100
    living = case.hosts - dead
    trips = TRIPS[case.tls]
    latency = max(1, living / slots) * trips * case.delay_ms / 1000
    first = max(limit, dead * limit / slots) if dead else 0
    second = (dead - 1) / SLOW_STARTS_A_SECOND + limit if dead else 0
    wall = row["median"]["seconds"]
    bound = max(latency, first + second)
    notes = [
        f"latency-bound: max(1, {living:,} hosts / {slots:,} at a time) x "
        f"{trips} round trips (DNS, TCP, TLS) x {case.delay_ms / 1000:g} s = "
        f"{latency:.2f} s"]
    if dead:
        notes.append(
            f"timeout-bound: first pass max({limit} s, {dead:,} dead x "
            f"{limit} s / {slots:,}) = {first:.2f} s, second pass {dead - 1:,}"
            f" / {SLOW_STARTS_A_SECOND} starts a second + {limit} s = "
            f"{second:.2f} s, together {first + second:.2f} s")
    ours = row["median"]["cpu_us"] * case.hosts / 1e6
    notes.append(f"took {wall:.2f} s; the scanner's one core was busy for "
                 f"{ours:.2f} s of it")
    if bound:
        notes.append(f"ratio to the larger bound: {wall / bound:.2f}; to the "
                     f"larger of bound and CPU: {wall / max(bound, ours):.2f}")
    return notes


def night_notes(rows):
    """Each night to the same of the base, and to tlsx, by rounds."""
    tlsx = next(row for row in rows if row["name"] == TLSX.name)
    notes = []
    for row in rows:
        base = next((other for other in rows
                     if other["name"] == row.get("against")), row)
        words = [f"{tables.ratio_of_rounds(row, other, 'cpu')} of {name}"
                 for other, name in ((base, "the base"), (tlsx, "tlsx"))
                 if other is not row and other["runs"]]
        if row["runs"] and words:
            notes.append(f"{row['name']}: CPU " + ", ".join(words))
    return notes


def notes_of(case, rows):
    notes = []
    for client, row in zip(case.clients, rows):
        if row["wrong"]:
            notes.append(f"WRONG: {row['name']}: {len(row['wrong'])} of "
                         f"{row['hosts']:,} classes: "
                         + "; ".join(row["wrong"][:3]))
        elif not client.optional and row["runs"]:
            notes.append(f"{row['name']}: every class is right")
    if case.clients is NIGHTS:
        notes += night_notes(rows)
    if case.arithmetic and rows[0]["median"]:
        notes += bound_notes(case, rows[0])
    return notes


def run_case(name, case):
    print(f"{name} ...", file=sys.stderr, flush=True)
    rows = [row_of(client, case) for client in case.clients]
    with network.Fleet(BUILD, RESULTS / "fleet", case.hosts,
                       case.certificates, case.key, case.tls, case.dead,
                       case.delay_ms) as fleet:
        play_rounds(case, fleet, rows)
    shutil.rmtree(RESULTS / "fleet")
    shutil.rmtree(RESULTS / "caches", ignore_errors=True)
    for row in rows:
        row["median"] = (tables.summarize(row["runs"], row["hosts"])
                         if row["runs"] else None)
    return {"name": name, "title": case.title, "rounds": ROUNDS,
            "rows": rows, "notes": notes_of(case, rows)}


def chosen():
    known = [*CASES, *OF_SAVED_RUNS]
    asked = os.environ.get("CASES", "").replace(",", " ").split()
    names = [name for word in asked for name in GROUPS.get(word, [word])]
    for name in names:
        if name not in known:
            raise network.Trouble(f"no case is called {name}; there are "
                                  + ", ".join([*known, *GROUPS]))
    return names or [name for name in known if name not in ON_REQUEST]


def run_all():
    check_tools()
    RESULTS.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = os.pathsep.join(
        [str(BUILD), str(PEERS), os.environ["PATH"]])
    done, left_out = [], False
    for name in chosen():
        try:
            done.append(OF_SAVED_RUNS[name]() if name in OF_SAVED_RUNS
                        else run_case(name, CASES[name]))
        except network.Trouble as trouble:
            print(f"\n{name}: left out: {trouble}")
            left_out = True
            continue
        tables.print_case(done[-1])
        tables.write(RESULTS, done)
    if README:
        tables.put_between_marks(README, tables.compact(done))
    print(f"\nwritten: {RESULTS}/table.md, {RESULTS}/results.json")
    return left_out or any(row["wrong"] for case in done
                           for row in case["rows"])


def main():
    network.die_cleanly()
    try:
        return int(run_all())
    except network.Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130


sys.exit(main())
