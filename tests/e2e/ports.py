#!/usr/bin/env python3
"""No host is blamed when this machine has no local port left to connect from.

In a network namespace with a handful of them, more connections to one address
than it has are asked for at once; a port that was used rests for a while.
"""
import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import sys

from laboratory import Laboratory

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1
PORTS, TARGETS = 20, 70


def enter_namespace():
    """With nothing in it but a loopback device; False where not allowed."""
    flags = NEW_NETWORK | (0 if os.geteuid() == 0 else NEW_USER)
    if ctypes.CDLL(None).unshare(flags) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack_from(
            "16xh", fcntl.ioctl(any_socket, GET_FLAGS, request))[0]
        fcntl.ioctl(any_socket, SET_FLAGS,
                    struct.pack("16sh14x", b"lo", flags | IS_UP))
    return True


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
