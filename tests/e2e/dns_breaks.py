#!/usr/bin/env python3
"""Names with a thousand addresses, which come over TCP, while other answers
on the same connection are cut short, reset it or are not DNS at all."""
import collections
import json
import random
import socket
import struct
import subprocess
import sys

from laboratory import FLEETSCAN
from listener import reset
from name_server import DnsServer
from tap import FAILED, check

ADDRESSES, EACH = 1000, 8
WAYS = ["many", "cut", "reset", "junk", "never"]


def question_of(query):
    """The first label, and where the question ends."""
    size = query[12]
    return query[13:13 + size].decode(), query.index(0, 12) + 5


def answer(query, addresses):
    _, end = question_of(query)
    four = query[end - 4:end - 2] == b"\0\1"
    records = [b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([127, 0, 0, 1])
               for _ in range(addresses if four else 0)]
    return query[:2] + b"\x85\x80\0\1" + struct.pack(
        "!HHH", len(records), 0, 0) + query[12:end] + b"".join(records)


class Server(DnsServer):
    @staticmethod
    def answer_udp(query):
        """Everything is too long for UDP."""
        short = bytearray(answer(query, 0))
        short[2] |= 2
        return bytes(short)

    def serve(self, client):
        waiting = b""
        try:
            while octets := client.recv(4096):
                waiting += octets
                while len(waiting) >= 2 and \
                        len(waiting) >= 2 + int.from_bytes(waiting[:2], "big"):
                    size = 2 + int.from_bytes(waiting[:2], "big")
                    query, waiting = waiting[2:size], waiting[size:]
                    if not self.reply(client, query):
                        return
        except OSError:
            pass
        finally:
            client.close()

    def reply(self, client, query):
        """False: the connection ends."""
        way = question_of(query)[0].rstrip("0123456789")
        whole = answer(query, ADDRESSES)
        framed = len(whole).to_bytes(2, "big") + whole
        if way == "cut":
            client.sendall(framed[:1000])
            return False
        if way == "reset":
            client.sendall(framed[:500])
            reset(client)
            return False
        if way == "junk":
            client.sendall(b"\x00\x20" + bytes(32))
        elif way == "many":
            client.sendall(framed)
        return True


def main():
    server = Server()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    names = [f"{way}{number}" for way in WAYS for number in range(EACH)]
    random.Random(14).shuffle(names)
    done = subprocess.run(
        [FLEETSCAN, "scan", "--json", "-l", "-", "-t", "6", "--retries", "1",
         "-4", "-r", f"127.0.0.1:{server.port}"],
        input="".join(f"{name}.test:{port}\n" for name in names),
        text=True, capture_output=True, timeout=100)
    found = collections.Counter()
    for line in done.stdout.splitlines():
        record = json.loads(line)
        found[record["host"].rstrip("0123456789.tes"), record["status"]] += 1
    records = [json.loads(line) for line in done.stdout.splitlines()]
    found = collections.Counter(
        (record["host"].split(".")[0].rstrip("0123456789"), record["status"],
         record["error"]) for record in records)
    for row, count in sorted(found.items()):
        print("#", count, *row)
    good = {row[0]: row[1] for row in found}
    check("every name has its record", len(records) == len(names), done)
    check("names with a thousand addresses are resolved, others fail",
          good == {way: "connection-refused" if way == "many" else "dns-error"
                   for way in WAYS} and len(found) >= len(WAYS), found)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
