#!/usr/bin/env python3
"""Servers that mean harm, some hundreds in one scan beside healthy ones.

A TLS 1.2 and a TLS 1.3 server end at an octet of all that they say, by a close
or a reset; their first flight comes with flipped bits, with lengths that lie;
and there are floods, drips and announcements without end.  Each has one record in time, and
the healthy ones are judged as ever.  ATTACK=1: every offset, and more seeds.
"""
import collections
import json
import os
import pathlib
import random
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from listener import Listener, reset
from tap import FAILED, check

LONG = bool(os.environ.get("ATTACK"))
SEED, TIMEOUT_S = 14, 4
STEP, FLIPS, HEALTHY = (1, 2000, 200) if LONG else (97, 60, 20)
FLOOD_S = 1
NAMES = 10000


def record(kind, body, version=b"\3\3"):
    return bytes([kind]) + version + len(body).to_bytes(2, "big") + body


def message(kind, size, body):
    """A handshake message whose header says `size`."""
    return record(22, bytes([kind]) + size.to_bytes(3, "big") + body)


class Recorder:
    """The octets that a real server answers this ClientHello with."""

    def __init__(self, folder, key, certificates):
        path = folder / "chain.pem"
        path.write_text(pem(*certificates))
        self.path, self.key = path, key

    def context(self, version):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        context.maximum_version = version
        return context

    def begin(self, hello, version):
        """A server that was given this ClientHello, and its two pipes."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context(version).wrap_bio(
            incoming, outgoing, server_side=True)
        incoming.write(hello)
        return tls, incoming, outgoing

    def answer(self, hello, version):
        """The first flight."""
        tls, _, outgoing = self.begin(hello, version)
        advance(tls)
        return outgoing.read()

    def converse(self, client, hello, version, most):
        """The whole handshake, of which `most` octets are sent."""
        tls, incoming, outgoing = self.begin(hello, version)
        ended = False
        while not ended and most > 0:
            ended = advance(tls)
            octets = outgoing.read()[:most]
            client.sendall(octets)
            most -= len(octets)
            if not ended and most > 0:
                incoming.write(client.recv(16384) or b"\x15\3\3\0\2\1\0")

    def size(self, version):
        """How many octets the server says, all flights and tickets."""
        context = ssl._create_unverified_context()
        back, forth = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(back, forth, server_hostname="a.test")
        advance(client)
        tls, incoming, outgoing = self.begin(forth.read(), version)
        size, ended = 0, False
        while not ended:
            ended = advance(tls)
            octets = outgoing.read()
            size += len(octets)
            back.write(octets)
            advance(client)
            incoming.write(forth.read())
        return size


def advance(tls):
    """A step of the handshake; is it over?"""
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        pass
    return True


def read_hello(client):
    hello = client.recv(5, socket.MSG_WAITALL)
    if len(hello) < 5:
        return b""
    size = int.from_bytes(hello[3:], "big")
    return hello + client.recv(size, socket.MSG_WAITALL)


def send_forever(client, octets):
    until = time.monotonic() + FLOOD_S
    while time.monotonic() < until:
        client.sendall(octets)


class Servers(Listener):
    """One port; the name in the ClientHello says how to answer."""

    def __init__(self, recorder, ways, version=ssl.TLSVersion.TLSv1_3):
        self.recorder, self.ways = recorder, ways
        self.contexts = recorder.context(version)
        super().__init__(backlog=4096)

    def serve(self, client):
        client.settimeout(10)
        try:
            hello = client.recv(16384, socket.MSG_PEEK)
            name = next((name for name in self.ways
                         if name.encode() + b".hostile" in hello), None)
            if name is None:
                with self.contexts.wrap_socket(client, server_side=True) as tls:
                    tls.recv(1)
                return
            self.ways[name](client, read_hello(client))
        except OSError:
            pass
        finally:
            client.close()


def replays(recorder):
    """Ways to send a recorded answer wrongly, by name."""
    choose, ways = random.Random(SEED), {}

    def way(version, change):
        def serve(client, hello):
            client.sendall(change(recorder.answer(hello, version)))
        return serve

    def shortened(version, offset, ends_by_reset):
        def serve(client, hello):
            recorder.converse(client, hello, version, offset)
            if ends_by_reset:
                reset(client)
        return serve

    def flipped(seed):
        def change(octets):
            chance, out = random.Random(seed), bytearray(octets)
            for _ in range(chance.randrange(1, 4)):
                out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
            return bytes(out)
        return change

    def lying(seed):
        """A length field of a message or record is another."""
        def change(octets):
            chance, out = random.Random(seed), bytearray(octets)
            at = chance.choice([3, 4, 6, 7, 8, 43, chance.randrange(
                len(out) - 2)])
            out[at:at + 2] = chance.choice([b"\0\0", b"\xff\xff", b"\0\1"])
            return bytes(out)
        return change

    for word, version in (("a", ssl.TLSVersion.TLSv1_2),
                          ("b", ssl.TLSVersion.TLSv1_3)):
        for offset in range(0, recorder.size(version), STEP):
            for how in ("cut", "reset"):
                ways[f"{how}{word}{offset}x"] = shortened(
                    version, offset, how == "reset")
        for number in range(FLIPS):
            seed = choose.randrange(1 << 30)
            ways[f"flip{word}{number}x"] = way(version, flipped(seed))
            ways[f"lie{word}{number}x"] = way(version, lying(seed))
    return ways


def floods(recorder):
    def certificate_request(client, hello):
        """RFC 5246 7.4.4: names of CAs, as many as 64 KB hold."""
        said = recorder.answer(hello, ssl.TLSVersion.TLSv1_2)
        names = b"".join(struct.pack("!H", 30) + bytes(30)
                         for _ in range(2000))[:65500]
        body = b"\1\1\0\2\4\1" + struct.pack("!H", len(names)) + names
        whole = b"\x0d" + len(body).to_bytes(3, "big") + body
        client.sendall(said[:-9])
        for at in range(0, len(whole), 16000):
            client.sendall(record(22, whole[at:at + 16000]))

    def drip(client, hello):
        said = recorder.answer(hello, ssl.TLSVersion.TLSv1_2)
        for octet in said:
            client.sendall(bytes([octet]))
            time.sleep(0.05)

    return {
        "emptyrecords": lambda client, _: send_forever(
            client, record(22, b"") * 500),
        "emptydata": lambda client, _: send_forever(
            client, record(23, b"") * 500),
        "alerts": lambda client, _: send_forever(
            client, record(21, b"\1\x70") * 500),
        "requests": lambda client, _: send_forever(
            client, message(0, 0, b"") * 500),
        "changes": lambda client, _: send_forever(
            client, record(20, b"\1") * 500),
        "megabytes": lambda client, _: send_forever(
            client, message(11, 0xffffff, bytes(16000))),
        "bighello": lambda client, _: send_forever(
            client, message(2, 0xffffff, bytes(16000))),
        "casnames": certificate_request,
        "drip": drip,
        "web": lambda client, _: client.sendall(b"HTTP/1.1 400 No\r\n" * 999),
    }


def scan(folder, servers, names, *options):
    return subprocess.run(
        [FLEETSCAN, "scan", "--json", "-l", "-", "--trust",
         folder / "trust.pem", "--intermediates", "none", "-t",
         str(TIMEOUT_S), "--retries", "0", "-c", "64", "--per-ip", "64",
         "--faces", "none", "--resolve", f"*:{servers.port}:127.0.0.1",
         *options],
        input="".join(f"{name}.hostile.test:{servers.port}\n"
                      for name in names),
        text=True, capture_output=True, timeout=1000)


def processor_s():
    """What children took so far."""
    times = os.times()
    return times.children_user + times.children_system


def check_names(folder, root, leaf):
    """A leaf of 10,000 names holds nobody up: GnuTLS, which would take some
    25 ms twice, does not read it.  So the handshake costs what one costs that
    ends at the certificate."""
    (folder / "wide").mkdir()
    names = ["*.hostile.test", *(f"h{n}.example.test" for n in range(NAMES))]
    recorder = Recorder(folder / "wide", leaf.path,
                        [certify(leaf, root, host=names)])
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        servers = Servers(recorder, {}, version)
        names = [f"wide{n}x" for n in range(8)]
        least = processor_s()
        scan(folder, servers, names, "--handshake", "certificate")
        least = processor_s() - least
        cost = processor_s()
        done = scan(folder, servers, names)
        cost = processor_s() - cost
        records = [json.loads(line) for line in done.stdout.splitlines()]
        whole = {(record["status"], record["class"], record["tls"]["proof"],
                  len(record["leaf"]["names"])) for record in records}
        shortest = min((record["timing"]["tls_ms"] for record in records),
                       default=0)
        print(f"# {version.name}, {NAMES} names: {cost:.2f} s of processor, "
              f"{least:.2f} of handshakes that end there, {shortest} ms")
        check(f"{version.name}, {NAMES} names: judged, and nobody is held up",
              whole == {("success", "ok", False, NAMES + 1)}
              and len(records) == 8 and cost < 2 * least, (whole, cost, least))


def check_earlier(folder, recorder):
    """A try that got the certificates counts more than a later one that got
    none."""
    count = collections.Counter()

    def once(client, hello):
        count["tries"] += 1
        if count["tries"] == 1:
            client.sendall(recorder.answer(hello, ssl.TLSVersion.TLSv1_2))
            client.recv(1)
        reset(client)

    servers = Servers(recorder, {"oncex": once})
    done = scan(folder, servers, ["oncex"], "--retries", "1")
    record = json.loads(done.stdout)
    check("certificates of a try that was reset are judged",
          (record["attempts"], record["status"], record["class"],
           len(record["received"])) == (2, "connection-reset", "ok", 1)
          and count["tries"] == 2, (record, count))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        root, leaf = Entity(folder, "Root"), Entity(folder, "leaf")
        (folder / "trust.pem").write_text(pem(certify(root, root)))
        chain = [certify(leaf, root, host="*.hostile.test")]
        recorder = Recorder(folder, leaf.path, chain)
        ways = {**replays(recorder), **floods(recorder)}
        servers = Servers(recorder, ways)
        names = [*ways, *(f"healthy{n}x" for n in range(HEALTHY))]
        random.Random(SEED).shuffle(names)
        began, before = time.monotonic(), os.times()
        done = scan(folder, servers, names)
        took, after = time.monotonic() - began, os.times()
        check_names(folder, root, leaf)
        check_earlier(folder, recorder)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    count = collections.Counter(record["host"] for record in records)
    statuses = collections.Counter(record["status"] for record in records)
    print(f"# seed {SEED}: {len(names)} servers in {took:.0f} s, "
          f"{after.children_user - before.children_user:.1f} s of processor, "
          f"{dict(statuses)}")
    check("every server has one record", done.returncode == 0
          and len(records) == len(names) and set(count.values()) == {1},
          (done.returncode, done.stderr[-300:], len(records)))
    bad = [(record["host"], record["status"], record["class"])
           for record in records if record["host"].startswith("healthy")
           and (record["status"], record["class"]) != ("success", "ok")]
    check("healthy servers are judged as ever", not bad, bad[:5])
    good = [record["host"] for record in records
            if record["status"] == "success"
            and record["host"].split(".")[0] in floods(recorder)]
    check("no flood is a success", not good, good)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
