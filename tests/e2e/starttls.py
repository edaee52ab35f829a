#!/usr/bin/env python3
"""STARTTLS: each protocol's dialogue against a server that sends its leaf
alone, and servers that split, delay, refuse, inject, or say nothing."""
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN
from listener import Listener
from tap import FAILED, check

NAME = "mx.starttls.test"
XMPP = "urn:ietf:params:xml:ns:xmpp-tls"
STREAM = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams' id='1' "
          "from='x' version='1.0'>")
LDAP_GO = bytes.fromhex("300c02010178070a010004000400")
MYSQL = (b"\x0a" b"5.5.5-10.11.19\0" b"\x01\0\0\0" b"abcdefgh" b"\0"
         b"\xfe\xff\x2d\x02\0\xff\xc1\x15" + bytes(10) + b"abcdefghijkl\0"
         b"mysql_native_password\0")
MYSQL = len(MYSQL).to_bytes(3, "little") + b"\0" + MYSQL
RDP = bytes.fromhex("030000130ed000000000000201080001000000")

# What the server says first, then after each of the client's turns, which
# must begin with the words given.
DIALOGUES = {
    "smtp": (b"220-mx\r\n220 mx ESMTP\r\n",
             (b"EHLO [127.0.0.1]\r\n", b"250-mx\r\n250 STARTTLS\r\n"),
             (b"STARTTLS\r\n", b"220 go\r\n")),
    "lmtp": (b"220 mx\r\n", (b"LHLO [", b"250 STARTTLS\r\n"),
             (b"STARTTLS\r\n", b"220 go\r\n")),
    "imap": (b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
             (b"a STARTTLS\r\n", b"a OK go\r\n")),
    "pop3": (b"+OK ready\r\n", (b"STLS\r\n", b"+OK go\r\n")),
    "sieve": (b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK\r\n',
              (b"STARTTLS\r\n", b'OK "go"\r\n')),
    "ftp": (b"220-a\r\n b\r\n220 c\r\n", (b"AUTH TLS\r\n", b"234 go\r\n")),
    "nntp": (b"200 ready\r\n", (b"STARTTLS\r\n", b"401 MODE-READER\r\n"),
             (b"MODE READER\r\n", b"200 ready\r\n"),
             (b"STARTTLS\r\n", b"382 go\r\n")),
    "xmpp-client": (b"", (b"<?xml", (STREAM + "<stream:features/>").encode()),
                    (b"<starttls", f"<proceed xmlns='{XMPP}'/>".encode())),
    "xmpp-server": (b"", (b"<?xml", (STREAM + "<stream:features><starttls "
                                     f"xmlns='{XMPP}'/></stream:features>")
                          .encode()),
                    (b"<starttls", f"<proceed xmlns='{XMPP}'/>".encode())),
    "ldap": (b"", (b"\x30\x1d\x02\x01\x01\x77", LDAP_GO)),
    "irc": (b":i NOTICE * :*** wait\r\n",
            (b"CAP LS 302\r\n", b":i CAP * LS :tls\r\n"),
            (b"STARTTLS\r\n", b":i 670 * :go\r\n")),
    "postgres": (b"", (b"\0\0\0\x08\x04\xd2\x16\x2f", b"S")),
    "mysql": (MYSQL, (b"\x20\0\0\x01", b"")),
    "rdp": (b"", (b"\x03\0\0\x13", RDP)),
}


class Authority:
    """A root, an intermediate, and a leaf for NAME, made with openssl."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "root.pem"
        run = self.openssl
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
            "root.key", "-out", "root.pem", "-days", "30", "-subj",
            "/CN=STARTTLS Root", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign")
        for name, subject, issuer, extensions in (
                ("ca", "/CN=STARTTLS CA", "root",
                 "basicConstraints=critical,CA:TRUE\n"
                 "keyUsage=critical,keyCertSign\n"),
                ("leaf", f"/CN={NAME}", "ca",
                 f"subjectAltName=DNS:{NAME}\nbasicConstraints=CA:FALSE\n"
                 "keyUsage=digitalSignature,keyEncipherment\n"
                 "extendedKeyUsage=serverAuth\n")):
            (folder / "ext").write_text(
                extensions + "subjectKeyIdentifier=hash\n"
                "authorityKeyIdentifier=keyid\n")
            run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout",
                f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
            run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem",
                "-CAkey", f"{issuer}.key", "-CAcreateserial", "-days", "20",
                "-extfile", "ext", "-out", f"{name}.pem")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True,
                       capture_output=True)

    def context(self, ciphers=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "leaf.pem",
                                self.folder / "leaf.key")
        if ciphers:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
        return context


class Server(Listener):
    """One dialogue at a free port, for as many connections as come."""

    def __init__(self, context, greeting, *turns, piece=0, pause=0.0,
                 greets_after=0.0, tls=True, after=b""):
        self.context, self.greeting, self.turns = context, greeting, turns
        self.piece, self.pause, self.tls = piece, pause, tls
        self.greets_after, self.after, self.wrong = greets_after, after, []
        super().__init__()

    def say(self, connection, octets):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = self.piece or len(octets) or 1
        for at in range(0, len(octets), step):
            connection.sendall(octets[at:at + step])
            time.sleep(self.pause)

    def serve(self, connection):
        connection.settimeout(20)
        try:
            time.sleep(self.greets_after)
            self.say(connection, self.greeting)
            for expected, answer in self.turns:
                # TLS follows at once where no answer comes: MySQL.
                said = connection.recv(4096 if answer else 36)
                if not said.startswith(expected):
                    self.wrong.append((expected, said))
                self.say(connection, answer)
            if self.after:
                connection.sendall(self.after)
            if not self.tls:
                while connection.recv(4096):
                    pass
                return
            with self.context.wrap_socket(connection,
                                          server_side=True) as secured:
                secured.recv(100)
        except OSError:
            pass
        finally:
            connection.close()


def told(record):
    return {key: record.get(key) for key in (
        "starttls", "port", "status", "error", "class", "cause",
        "starttls_early")}


class Desk:
    def __init__(self, authority):
        self.authority = authority

    def scan(self, *words, options=("-t", "5")):
        """Records by input."""
        done = subprocess.run(
            [FLEETSCAN, "scan", "--json", "-q", "--trust",
             str(self.authority.root), "--intermediates",
             str(self.authority.folder / "ca.pem"), "--aia", "off",
             "--retries", "0", *options, *words],
            capture_output=True, text=True, timeout=120,
            cwd=self.authority.folder)
        return {r["input"]: r for r in map(json.loads,
                                           done.stdout.splitlines())}

    def record(self, protocol, server, *options):
        target = f"{protocol}://{NAME}:{server.port}"
        return self.scan("--resolve", f"*:{server.port}:127.0.0.1", *options,
                         target).get(target, {})


def each_protocol(desk, context):
    for protocol, dialogue in DIALOGUES.items():
        for how, extra in (("", {}),
                           (" octet by octet", {"piece": 1, "pause": .001})):
            server = Server(context, *dialogue, **extra)
            record = desk.record(protocol, server)
            check(f"{protocol}{how}: the chain is judged",
                  record.get("class") == "missing_intermediate"
                  and record["starttls"] == protocol
                  and record["status"] == "success" and not server.wrong,
                  (told(record), server.wrong))


def words_and_faults(desk, context):
    smtp = DIALOGUES["smtp"]
    turns = smtp[1:2] + ((b"STARTTLS\r\n",
                          b"454 4.7.0 TLS not available\r\n"),)
    record = desk.record("smtp", Server(context, smtp[0], *turns, tls=False))
    check("a refusal is in the server's words",
          record["status"] == "starttls-error"
          and record["error"] == "server refuses STARTTLS: 454 4.7.0 TLS not "
          "available" and record["class"] == "no_tls"
          and record["cause"] == "starttls-error", told(record))
    turns = smtp[1:2] + ((b"STARTTLS\r\n", b"220 go\r\n250 injected\r\n"),)
    record = desk.record("smtp", Server(context, smtp[0], *turns))
    found = [f for f in record["findings"] if f["id"] == "starttls_injection"]
    check("octets behind the go-ahead are told, and the chain is judged",
          record["class"] == "missing_intermediate" and len(found) == 1
          and found[0]["severity"] == "warning"
          and found[0]["evidence"] == {"octets": "14",
                                       "text": "250 injected\\0D\\0A"}
          and record["starttls_early"]["octets"] == 14, told(record))
    turns = smtp[1:2] + ((b"STARTTLS\r\n",
                          b"220 go\r\n\x15\x03\x03\0\x02\x02\x50"),)
    record = desk.record("smtp", Server(context, smtp[0], *turns, tls=False))
    check("one whole alert there is the server's",
          record["status"] == "starttls-error"
          and "TLS alert 80" in record["error"], told(record))
    record = desk.record("smtp", Server(
        context, *smtp, after=b"250 injected\r\n"))
    # It may also come after the ClientHello is out: then it is no TLS.
    check("octets in a segment of their own behind it are told too",
          record.get("starttls_early", {}).get("octets") == 14
          or "250 injected" in (record["error"] or ""), told(record))
    record = desk.record("irc", Server(
        context, b"", (b"CAP LS", b":i CAP * LS :multi-prefix\r\n"),
        tls=False), "-t", "8")
    check("silence of an IRC server without STARTTLS",
          record["status"] == "starttls-error"
          and "does not offer it" in record["error"], told(record))
    record = desk.record("imap", Server(context, b"* BYE too busy\r\n",
                                        tls=False))
    check("a greeting that refuses",
          record["error"] == "server refuses the connection: * BYE too busy",
          told(record))
    busy = Server(context, b"421 4.7.0 Too many connections\r\n", tls=False)
    record = desk.record("smtp", busy, "--retries", "1")
    check("421 passes: asked once more", busy.connections == 2
          and record["attempts"] == 2 and "421" in record["error"],
          (told(record), busy.connections))
    record = desk.record("smtp", Server(context, b"", tls=False), "-t", "1")
    check("no greeting", record["status"] == "io-timeout"
          and record["error"].startswith("no SMTP greeting in 1 s"), told(record))
    record = desk.record("tls", Server(context, smtp[0], *smtp[1:]))
    check("a server that speaks SMTP first is named, with the option",
          record["status"] == "protocol-error"
          and "--starttls smtp" in record["error"], told(record))
    record = desk.record("tls", Server(context, MYSQL, tls=False))
    check("and so is MySQL, whose greeting is binary",
          "--starttls mysql" in (record["error"] or ""), told(record))


def further_and_slow(desk, authority, context):
    old = Server(authority.context("AES128-SHA"), *DIALOGUES["imap"])
    record = desk.record("imap", old)
    check("a further offer goes through the dialogue again",
          len(record["tls"]["offers"]) >= 1 and old.connections >= 2
          and not old.wrong, (told(record), old.wrong))
    slow = Server(context, *DIALOGUES["smtp"], greets_after=11)
    target = f"smtp://{NAME}:{slow.port}"
    record = desk.scan("--resolve", f"*:{slow.port}:127.0.0.1", target,
                       options=()).get(target, {})
    check("a greeting may take longer than a target",
          record.get("class") == "missing_intermediate", told(record))


def by_port(desk, context):
    server = Server(context, *DIALOGUES["pop3"])
    found = desk.scan("--resolve", f"{NAME}:110:127.0.0.1:{server.port}",
                      "--starttls", "auto", f"{NAME}:110")
    check("auto goes by the port", found[f"{NAME}:110"]["starttls"] == "pop3"
          and found[f"{NAME}:110"]["class"] == "missing_intermediate", found)
    found = desk.scan("--resolve", f"{NAME}:110:127.0.0.1:{server.port}",
                      "--starttls", "pop3", NAME)
    check("the port follows from the protocol", found[NAME]["port"] == 110
          and found[NAME]["class"] == "missing_intermediate", found)


def main():
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(pathlib.Path(folder))
        context, desk = authority.context(), Desk(authority)
        each_protocol(desk, context)
        words_and_faults(desk, context)
        further_and_slow(desk, authority, context)
        by_port(desk, context)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
