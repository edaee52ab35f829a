#!/usr/bin/env python3
"""Writes data/ct-logs.json: the Certificate Transparency logs that the
Chromium here is built with, read out of its program file.

Its table (CTLogInfo: key, its length, name, operator) has pointers, which are
in the program's relocations; a log's id is the SHA-256 of its key (RFC 6962
3.2), so that the table cannot be misread unnoticed."""
import array
import base64
import datetime
import email.utils
import gzip
import hashlib
import json
import mmap
import pathlib
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path("/usr/lib/chromium/chromium")
CHANGES = pathlib.Path("/usr/share/doc/chromium/changelog.Debian.gz")
# SubjectPublicKeyInfo of P-256, up to the point; its size.
P256 = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004")
SIZE = 91
LOAD, RELA, RELATIVE = 1, 4, 8


class Program:
    def __init__(self, path):
        with path.open("rb") as file:
            self.octets = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.segments = [row[2:6] for row in self.table(32, 54, "<IIQQQQ")
                         if row[0] == LOAD]
        self.pointers, self.places = {}, {}
        for row in self.table(40, 58, "<IIQQQQ"):
            if row[1] == RELA:
                self.read_relocations(row[4], row[5])

    def table(self, at, sizes, form):
        start = struct.unpack_from("<Q", self.octets, at)[0]
        size, count = struct.unpack_from("<HH", self.octets, sizes)
        return [struct.unpack_from(form, self.octets, start + i * size)
                for i in range(count)]

    def read_relocations(self, offset, size):
        words = array.array("Q")
        words.frombytes(self.octets[offset:offset + size])
        for i in range(0, len(words), 3):
            if words[i + 1] & 0xffffffff == RELATIVE:
                self.pointers[words[i]] = words[i + 2]
                self.places.setdefault(words[i + 2], []).append(words[i])

    def address(self, offset):
        for start, address, _, size in self.segments:
            if start <= offset < start + size:
                return address + offset - start
        return None

    def offset(self, address):
        for start, first, _, size in self.segments:
            if first <= address < first + size:
                return start + address - first
        return None

    def text(self, address):
        start = self.offset(address)
        return self.octets[start:self.octets.find(b"\0", start)].decode()

    def logs(self):
        at = self.octets.find(P256)
        while at >= 0:
            for place in self.places.get(self.address(at), []):
                name = self.pointers.get(place + 16)
                operator = self.pointers.get(place + 32)
                size = struct.unpack_from(
                    "<Q", self.octets, self.offset(place + 8))[0]
                if size == SIZE and name and operator:
                    yield (self.octets[at:at + SIZE], self.text(name),
                           self.text(operator))
            at = self.octets.find(P256, at + 1)


def main():
    if not PROGRAM.exists():
        sys.exit("ct_logs.py: Debian's chromium is not here")
    version = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "chromium"],
        capture_output=True, text=True, check=True).stdout
    changes = gzip.decompress(CHANGES.read_bytes()).decode()
    built = email.utils.parsedate_to_datetime(
        re.search(r"^ -- .*>  (.*)$", changes, re.MULTILINE)[1])
    logs = sorted({
        base64.b64encode(hashlib.sha256(key).digest()).decode(): (
            name, operator, base64.b64encode(key).decode())
        for key, name, operator in Program(PROGRAM).logs()}.items(),
        key=lambda log: (log[1][1], log[1][0]))
    assert len(logs) > 20, "the table of logs was not found"
    document = {
        "schema": "fleetscan/ct-logs/1",
        "date": built.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "source": f"chromium {version}",
        "logs": [{"log_id": log_id, "name": name, "operator": operator,
                  "key": key, "state": "accepted", "since": None}
                 for log_id, (name, operator, key) in logs],
    }
    (ROOT / "data" / "ct-logs.json").write_text(
        json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(logs)} logs of {document['source']}, {document['date']}")


main()
