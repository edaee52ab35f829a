"""A DNS server and TLS servers of the tests' own, on loopback."""
import socket
import ssl
import threading

from listener import Listener

TYPES = {"A": 1, "CNAME": 5, "MX": 15, "AAAA": 28, "TLSA": 52}
RCODES = {"SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}


def wire_name(name):
    labels = name.rstrip(".").split(".") if name.rstrip(".") else []
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def rdata(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "CNAME":
        return wire_name(value)
    if kind == "MX":
        preference, host = value.split()
        return int(preference).to_bytes(2, "big") + wire_name(host)
    return bytes(value)


class DnsServer(Listener):
    """One port of UDP and TCP: answer_udp(query) is the subclass's, too."""

    def __init__(self):
        while True:  # a port that is free for both
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            try:
                super().__init__(port=self.udp.getsockname()[1])
                break
            except OSError:
                self.udp.close()
        threading.Thread(target=self.serve_udp, daemon=True).start()

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            self.udp.sendto(self.answer_udp(query), peer)


class NameServer(DnsServer):
    """zone: {(name, type): [values] or the word of an rcode}; names in
    `secure` are answered with AD."""

    def __init__(self, zone, secure=()):
        self.zone = {(n.lower(), t): v for (n, t), v in zone.items()}
        self.names = {n for n, _ in self.zone}
        self.secure = set(secure)
        self.asked = []
        super().__init__()

    @property
    def option(self):
        return ("-r", f"127.0.0.1:{self.port}")

    def answer(self, query, most):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels).lower()
        number = int.from_bytes(query[at + 1:at + 3], "big")
        kind = next((k for k, n in TYPES.items() if n == number), None)
        self.asked.append((name, kind))
        flags, records = 0x8180, []
        alias = kind != "CNAME" and self.zone.get((name, "CNAME"))
        if alias:
            records.append((name, "CNAME", alias[0]))
        real = alias[0] if alias else name
        values = self.zone.get((real, kind), [])
        if isinstance(values, str):
            flags |= RCODES[values]
            values = []
        elif name not in self.names:
            flags |= RCODES["NXDOMAIN"]
        records += [(real, kind, value) for value in values]
        if name in self.secure:
            flags |= 0x20
        body = b"".join(
            wire_name(owner) + TYPES[of].to_bytes(2, "big") + b"\0\1"
            + (60).to_bytes(4, "big")
            + len(rdata(of, value)).to_bytes(2, "big") + rdata(of, value)
            for owner, of, value in records)
        count = len(records)
        if len(body) + at + 5 > most:
            flags, count, body = flags | 0x200, 0, b""
        return (query[:2] + flags.to_bytes(2, "big") + b"\0\1"
                + count.to_bytes(2, "big") + bytes(4) + query[12:at + 5]
                + body)

    def answer_udp(self, query):
        return self.answer(query, 1200)

    def serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            while size := stream.read(2):
                query = stream.read(int.from_bytes(size, "big"))
                answer = self.answer(query, 65535)
                stream.write(len(answer).to_bytes(2, "big") + answer)
                stream.flush()


def context(folder, chain, key, newest=None):
    path = folder / f"{abs(hash(chain))}.pem"
    path.write_text(chain)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path, key)
    if newest is not None:
        made.maximum_version = newest
    return made


class Backend(Listener):
    """One address of a service; `talk` is what goes before TLS."""

    def __init__(self, ip, port, tls, talk=None):
        self.tls, self.talk = tls, talk
        super().__init__(ip, port)

    def serve(self, connection):
        try:
            with connection:
                connection.settimeout(10)
                if self.talk is not None:
                    self.talk(connection)
                with self.tls.wrap_socket(connection,
                                          server_side=True) as inside:
                    inside.recv(1)
        except OSError:
            pass
