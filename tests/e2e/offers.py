#!/usr/bin/env python3
"""Servers that choose what some clients do not offer: do those clients get on?

Rows of the lab first, then servers that behave otherwise on the second
connection, and one that counts how many connections it sees at a time.
"""
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from laboratory import FLEETSCAN, Laboratory
from listener import Listener
from tap import FAILED, check

SSL = ["openssl", "curl", "python", "requests", "node", "ruby", "php", "perl"]
GNU = ["gnutls", "wget", "git"]
WEB = ["go", "chrome", "firefox"]
ALL = SSL + ["python313"] + GNU + WEB + ["java"]
UPSTREAM = ["python313"]  # the cipher list of Python itself, not Debian's

# scenario: who refuses it, how many further connections that takes
ROWS = {
    "ok": ([], 0),
    "tls12": ([], 0),
    "tls13": ([], 0),
    "tls11": (set(ALL) - set(GNU), 1),
    "tls10": (set(ALL) - set(GNU), 1),
    "rsa-kx": (UPSTREAM, 1),
    "dh1024": (set(SSL) - {"node"} | set(UPSTREAM + WEB), 1),
    "dh2048": (WEB, 1),
    "cbc-only": (UPSTREAM, 1),
    "3des-only": (set(ALL) - {"go"}, 1),
    "prefers-rsa-kx": ([], 1),
    # Judged at the end of the run, when AIA has been asked.
    "leaf-only-rsa-kx": (set(ALL) - {"chrome"}, 1),
    "prefers-dhe": ([], 1),
    # OpenSSL offers DHE, is given it, and finds the prime too small.
    "prefers-dhe-1024": (set(SSL) - {"node"} | set(UPSTREAM), 1),
    "dhe-or-rsa": ([], 1),
    "prefers-cbc": ([], 1),
    "prefers-cbc-sha2": ([], 1),
    "cbc-sha2-only": (GNU + WEB, 1),
    "prefers-3des": ([], 1),
    "3des-or-rsa-cbc": (UPSTREAM, 2),
    "rc4-only": (ALL, 1),
    "camellia-only": (set(ALL) - {"php"}, 1),
    "ccm-only": (set(ALL) - set(GNU) - {"node", "php", "requests"}, 1),
    "p521-group-only": (["chrome"], 1),
    "x448-group-only": (WEB, 1),
    "ffdhe-group-only": (["go", "chrome"], 1),
    "prefers-x448-group": ([], 1),
    # A certificate of theirs is what all lack; no offer changes that.
    "client-cert-12": (ALL, 0),
}


def who(record, accepts):
    return {c for c, verdict in record["clients"].items()
            if verdict["accepts"] is accepts}


def offers(record):
    return (record["tls"] or {}).get("offers", [])


def check_rows(lab):
    rows = [row for row in lab.hosts if row["id"] in ROWS]
    check("the lab has every row", len(rows) == len(ROWS),
          set(ROWS) - {row["id"] for row in rows})
    full = lab.scan(rows, "r1", "--clients", "first")
    short = lab.scan(rows, "r1", "--clients", "first",
                     "--handshake", "certificate")
    for name, (refusing, further) in ROWS.items():
        record = full[name]
        good = (who(record, False) == set(refusing) and
                who(record, None) == set() and
                len(offers(record)) == further and
                record["error"] is None or name == "client-cert-12")
        check(f"{name}: refused by {len(refusing)}, asked {further} times "
              "more", good, (who(record, False), who(record, None),
                             offers(record), record["error"]))
        # Before the key exchange neither prime nor group is known.
        if not {"x448", "p521", "1024", "cert"} & set(
                name.replace("dh1", "dh-1").split("-")):
            check(f"{name}: the same when stopped at the certificate",
                  who(short[name], False) == set(refusing) and
                  not who(short[name], None),
                  (who(short[name], False), offers(short[name])))


class Authority:
    """A CA made with openssl, and a context with RSA and EC leaves."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "root.pem"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes",
                     "-keyout", "root.key", "-out", "root.pem", "-days", "30",
                     "-subj", "/CN=Offers Root", "-addext",
                     "keyUsage=critical,keyCertSign,cRLSign")
        (folder / "leaf.ext").write_text(
            "subjectAltName=DNS:*.offers.test\n"
            "keyUsage=digitalSignature,keyEncipherment\n"
            "extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
            "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
        self.leaf("rsa", "rsa:2048")
        self.leaf("ec", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True,
                       capture_output=True)

    def leaf(self, name, *key):
        self.openssl("req", "-newkey", *key, "-nodes", "-keyout",
                     f"{name}.key", "-out", f"{name}.csr", "-subj",
                     f"/CN={name}")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem",
                     "-CAkey", "root.key", "-CAcreateserial", "-days", "20",
                     "-extfile", "leaf.ext", "-out", f"{name}.pem")

    def context(self, ciphers, *leaves):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        for leaf in leaves or ("rsa",):
            context.load_cert_chain(self.folder / f"{leaf}.pem",
                                    self.folder / f"{leaf}.key")
        return context


CLOSE_WAIT, CLOSED = 8, 7  # of TCP_INFO: the client has gone


def has_left(sock):
    state = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state in (CLOSE_WAIT, CLOSED)


class Server(Listener):
    """Each connection is served by the manner that stands for its number.

    The last manner stays.  `most` is how many were open at once.
    """

    def __init__(self, context, *manners, together=1):
        self.context, self.manners = context, manners
        self.together = together
        self.lock = threading.Condition()
        self.open, self.most = set(), 0
        super().__init__(backlog=512)

    def begin(self, sock):
        with self.lock:
            self.open = {s for s in self.open if not has_left(s)}
            self.open.add(sock)
            self.most = max(self.most, len(self.open))
            self.lock.notify_all()
        super().begin(sock, self.manners[min(self.connections,
                                             len(self.manners)) - 1])

    def serve(self, sock, manner):
        try:
            sock.settimeout(20)
            # The first ones wait until so many are open at the same time.
            with self.lock:
                self.lock.wait_for(lambda: self.most >= self.together, 5)
            getattr(self, manner)(sock)
        except OSError:
            pass
        with self.lock:
            self.open.discard(sock)
            sock.close()

    def talk(self, sock):
        # A duplicate is wrapped: the count looks at the socket itself.
        with self.context.wrap_socket(sock.dup(), server_side=True) as tls:
            tls.recv(1)

    def slow(self, sock):
        time.sleep(0.5)
        self.talk(sock)

    def shut(self, sock):
        sock.recv(4096)

    def reset(self, sock):
        sock.recv(4096)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        b"\1\0\0\0\0\0\0\0")

    def silent(self, sock):
        while sock.recv(4096):
            pass

    def plain(self, sock):
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 503 Go away\r\n\r\n")

    def close(self):
        self.listener.close()


def scan(authority, servers, *options, hosts=1):
    """The records, by server and then in the order of the names."""
    lines, where = "", []
    for index, server in enumerate(servers):
        for number in range(hosts):
            lines += f"h{number}-{index}.offers.test:{server.port}\n"
        where += ["--resolve", f"*:{server.port}:127.0.0.1"]
    done = subprocess.run(
        [FLEETSCAN, "scan", "--json", "-q", "-l", "-", "--clients", "first",
         "--trust",
         str(authority.root), "--intermediates", "none", *where, *options],
        input=lines, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = sorted(map(json.loads, done.stdout.splitlines()),
                   key=lambda record: record["ordinal"])
    assert len(found) == hosts * len(servers), done.stdout
    return [found[i:i + hosts] for i in range(0, len(found), hosts)]


RSA_FIRST = "AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"


def check_manners(authority):
    """A failed further connection leaves the first one's result as it is."""
    context = authority.context(RSA_FIRST)
    manners = {"talk": 0, "slow": 0, "shut": 1, "reset": 1, "silent": 1, "plain": 1}
    servers = [Server(context, "talk", manner) for manner in manners]
    answers = scan(authority, servers, "-t", "4", "--retries", "1")
    for (manner, unknown), (record,) in zip(manners.items(), answers):
        good = (record["status"] == "success" and record["error"] is None and
                record["class"] == "ok" and record["tls"]["proof"] and
                record["attempts"] == 1 and not who(record, False) and
                len(who(record, None)) == unknown and
                len(offers(record)) == 1)
        check(f"the second connection: {manner}", good, record)
        if unknown:
            offer, = offers(record)
            check(f"the second connection: {manner}, and why",
                  offer["accepted"] is None and offer["error"] and
                  record["clients"]["python313"]["reason"], offer)
    for server in servers:
        check(f"two connections and no more ({server.manners[1]})",
              server.connections == 2, server.connections)
        server.close()


def is_pending(pid, number):
    """Has the process not yet taken the signal?"""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("ShdPnd:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def check_interrupted(authority):
    """An interrupt does not wait for a further connection that hangs."""
    server = Server(authority.context(RSA_FIRST), "talk", "silent")
    scanning = subprocess.Popen(
        [FLEETSCAN, "scan", "--json", "-q", "-t", "60", "--clients", "first",
         "--trust",
         str(authority.root), "--intermediates", "none", "--resolve",
         f"*:{server.port}:127.0.0.1", f"h.offers.test:{server.port}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while server.connections < 2 and scanning.poll() is None:
        time.sleep(0.01)
    scanning.send_signal(signal.SIGINT)
    while is_pending(scanning.pid, signal.SIGINT):
        time.sleep(0.01)
    scanning.send_signal(signal.SIGINT)
    try:
        scanning.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        scanning.kill()
    check("interrupted while a further connection hangs",
          scanning.returncode == 3, scanning.returncode)
    server.close()


def check_two_chains(authority):
    """RSA key exchange with one certificate, ECDSA with another."""
    server = Server(authority.context(
        "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256", "rsa", "ec"),
        "talk")
    folder = authority.folder / "run"
    (record,), = scan(authority, [server], "-t", "4", "-o", str(folder))
    offer, = offers(record)
    check("another chain is named", offer["accepted"] and
          len(offer["received"]) == 1 and
          offer["received"] != record["received"] and
          not who(record, False), record["tls"])
    certificates = {json.loads(line)["sha256"]
                    for line in (folder / "certs.ndjson").open()}
    check("another chain is kept", set(offer["received"]) <= certificates)
    again = authority.folder / "again"
    subprocess.run([FLEETSCAN, "audit", str(folder), "-q", "-o", str(again)],
                   check=True, timeout=60)
    same = json.loads((again / "hosts.ndjson").read_text())
    check("offers survive an audit", same["tls"] == record["tls"] and
          same["clients"] == record["clients"], same["tls"])
    check("another chain survives an audit", certificates == {
        json.loads(line)["sha256"]
        for line in (again / "certs.ndjson").open()})
    server.close()


def check_saved_before(authority):
    """A run that did not ask cannot say what would have been answered."""
    folder, again = authority.folder / "run", authority.folder / "older"
    record = json.loads((folder / "hosts.ndjson").read_text())
    del record["tls"]["offers"], record["tls"]["mac"]
    (folder / "hosts.ndjson").write_text(
        json.dumps(record, separators=(",", ":")) + "\n")
    subprocess.run([FLEETSCAN, "audit", str(folder), "-q", "-o", str(again)],
                   check=True, timeout=60)
    judged = json.loads((again / "hosts.ndjson").read_text())
    check("a run of before leaves it open",
          who(judged, None) == set(UPSTREAM) and not who(judged, False) and
          "mac" not in judged["tls"], judged["clients"])


def scan_one_address(authority, most):
    """Three tries: a busy kernel may deliver a FIN after a later SYN."""
    for _ in range(3):
        server = Server(authority.context(RSA_FIRST), "reset", "talk", "talk",
                        "reset", "shut", "talk", together=most)
        records, = scan(authority, [server], "--per-ip", str(most), "-c",
                        "64", "--threads", "2", "-t", "10", hosts=40)
        server.close()
        if server.most <= most:
            break
    return server, records


def check_per_address(authority):
    """Retries and further connections obey --per-ip too."""
    for most in (1, 3):
        server, records = scan_one_address(authority, most)
        check(f"--per-ip {most}: never more at once, and never idle",
              server.most == most, server.most)
        good = sum(len(offers(record)) == 1 for record in records)
        check(f"--per-ip {most}: all were asked twice",
              server.connections >= 80 and good >= 36, (server.connections, good))


def main():
    with Laboratory("--scenarios", "--extras") as lab:
        check_rows(lab)
    with tempfile.TemporaryDirectory() as name:
        authority = Authority(pathlib.Path(name))
        check_manners(authority)
        check_interrupted(authority)
        check_two_chains(authority)
        check_saved_before(authority)
        check_per_address(authority)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
