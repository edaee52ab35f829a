#!/usr/bin/env python3
"""No host is blamed when this machine has no local port left to connect from.

In a network namespace with a handful of them, more connections to one address
than it has are asked for at once; a port that was used rests for a while.
"""
import pathlib
import sys

from laboratory import Laboratory
from namespace import enter_namespace

PORTS, TARGETS = 20, 70


def leave_few_ports():
    pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text(
        f"50000 {50000 + PORTS - 1}")


def main():
    if not enter_namespace():
        print("skip - ports run out: no network namespace may be made here")
        return 0
    with Laboratory("--scenarios") as lab:
        served = next(row for row in lab.hosts if row["id"] == "ok")
        targets = [{"id": str(i), "name": f"host{i}.lab.test",
                    "host": f"host{i}.lab.test", "port": served["port"]}
                   for i in range(TARGETS)]
        leave_few_ports()
        found = lab.scan(
            targets, served["trust"], "-c", str(TARGETS), "--per-ip",
            str(TARGETS), "--resolve", f"*:{served['port']}:{served['ip']}")
    blamed = [record["error"] for record in found.values()
              if record["status"] != "success" or record["attempts"] != 1]
    good = len(found) == TARGETS and not blamed
    print(f"{'ok' if good else 'not ok'} - {TARGETS} connections from {PORTS} "
          "ports")
    for error in sorted(set(map(str, blamed))):
        print(f"# {error}")
    return not good


sys.exit(main())
