#!/usr/bin/env python3
"""Fetching is bounded: in time, by server, and by the descriptors there are.

Each host's leaf names a URL of its own, at a server of its own name.
ATTACK=1: some thousand hosts.
"""
import base64
import json
import os
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Entity, certify, pem
from laboratory import FLEETSCAN
from listener import HttpHandler, serve_http
from name_server import NameServer
from tap import FAILED, check, skip

HOSTS = 2000 if os.environ.get("ATTACK") else 40
LIMITS = range(24, 65) if os.environ.get("ATTACK") else [29, 31, 36]


class Issuer(HttpHandler):
    """Whatever the path is: the intermediate."""
    der = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.der)))
        self.end_headers()
        self.wfile.write(self.der)


class Tls(threading.Thread):
    """One port; the name that the client sends chooses the certificate."""

    def __init__(self, folder, key):
        super().__init__(daemon=True)
        self.folder, self.key, self.made = folder, key, {}
        self.leaves = {}
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        self.base = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.base.sni_callback = self.choose

    def choose(self, connection, name, _):
        path = self.folder / "leaf.pem"
        if name not in self.leaves:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        path.write_text(pem(self.leaves[name]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, self.key)
        connection.context = context
        return None

    def run(self):
        while True:
            client, _ = self.socket.accept()
            client.settimeout(5)
            try:
                with self.base.wrap_socket(client, server_side=True) as tls:
                    tls.recv(1)
            except OSError:
                pass


class World:
    def __init__(self, folder):
        self.folder = folder
        self.root = Entity(folder, "Fetch Root")
        self.inner = Entity(folder, "Fetch Intermediate")
        self.leaf = Entity(folder, "leaf")
        self.trust = folder / "trust.pem"
        self.trust.write_text(pem(certify(self.root, self.root)))
        Issuer.der = certify(self.inner, self.root)
        self.tls = Tls(folder, self.leaf.path)
        self.tls.start()

    def add(self, number, url):
        host = f"h{number}.fetch.test"
        self.tls.leaves[host] = certify(
            self.leaf, self.inner, host=host, aia=url)
        return f"{host}:{self.tls.port}\n"

    def scan(self, run, lines, port, *options, limit=None):
        """The finished process and the seconds it took."""
        began = time.monotonic()
        done = subprocess.run(
            [FLEETSCAN, "scan", "-q", "-l", "-", "-o", run, "--trust",
             self.trust, "--intermediates", "none", "--aia-allow-private",
             "--retries", "0", "--resolve", f"*:{self.tls.port}:127.0.0.1",
             "--resolve", f"*:{port}:127.0.0.1", *options],
            input=lines, text=True, capture_output=True, timeout=300,
            preexec_fn=lambda: limit and resource.setrlimit(
                resource.RLIMIT_NOFILE, (limit, limit)))
        return done, time.monotonic() - began


def records(run):
    return [json.loads(line) for line in (run / "hosts.ndjson").open()]


def causes(run):
    return {(record["class"], record["cause"]) for record in records(run)}


def not_late(record):
    """What is wrong with the record of a host that lacked time, or None."""
    if (record["class"], record["cause"]) != \
            ("unknown_issuer", "fetch_deadline"):
        return record["class"], record["cause"]
    if [row["result"] for row in record["aia"]] != ["not_asked"]:
        return record["aia"]
    if record["clients"]["chrome"]["accepts"] is not None:
        return record["clients"]["chrome"]
    return None


def check_silence(world):
    """Silent servers, each of its own name, until the time is over."""
    silent = socket.create_server(("127.0.0.1", 0), backlog=1)
    port = silent.getsockname()[1]
    run, before = world.folder / "silent", world.folder / "before"
    lines = "".join(world.add(n, f"http://a{n}.test:{port}/i.der")
                    for n in range(HOSTS))
    done, took = world.scan(run, lines, port, "--fetch-timeout", "0.5")
    wrong = [bad for bad in map(not_late, records(run)) if bad]
    check("the time for fetching ends a run", done.returncode == 0 and
          len(records(run)) == HOSTS and not wrong and
          took < 15 + HOSTS / 20, f"{done} {took:.1f} s {wrong[:2]}")
    # The same servers, when each answers.
    silent.close()
    issuer = serve_http(Issuer, port)
    found, _ = world.scan(before, lines, port)
    compared = subprocess.run([FLEETSCAN, "diff", before, run, "--json"],
                              text=True, capture_output=True, timeout=100)
    check("hosts that lacked time have not changed",
          causes(before) == {("missing_intermediate", "leaf_only")} and
          compared.returncode == 0 and compared.stdout == "",
          f"{causes(before)} {found} {compared}")
    again, _ = world.scan(run, lines, port, "--resume", "--fetch-timeout",
                          "0.5")
    check("resume asks for them again", again.returncode == 0 and
          len(records(run)) == HOSTS and causes(run) == causes(before),
          f"{again} {causes(run)}")
    wrong = []
    for limit in LIMITS:
        few = world.folder / f"few{limit}"
        done, took = world.scan(few, "".join(lines.splitlines(True)[:30]),
                                port, limit=limit)
        if done.returncode == 2 and not few.exists():
            continue
        if done.returncode != 0 or causes(few) != causes(before) or took > 20:
            wrong.append((limit, done, few.exists() and causes(few), took))
    check("with few descriptors all is fetched", not wrong, wrong)
    issuer.shutdown()
    issuer.server_close()


def check_one_server(world):
    """Many URLs of one silent server: two are enough to know it."""
    silent = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = silent.getsockname()[1]
    run = world.folder / "one"
    lines = "".join(world.add(f"one{n}", f"http://one.test:{port}/{n}.der")
                    for n in range(12))
    done, took = world.scan(run, lines, port, "--fetch-timeout", "20")
    whys = [row["why"] for record in records(run) for row in record["aia"]]
    silenced = sum("silent twice" in why for why in whys)
    # One request may begin between the ends of the first two.
    check("a server that is silent twice is not asked again",
          done.returncode == 0 and took < 15 and
          len(whys) == 12 and silenced in (9, 10),
          f"{done} {took:.1f} s {whys}")
    silent.close()


class Proxy(Issuer):
    """Answers in the place of every host, to who has the password."""
    asked = []

    def do_GET(self):
        word = base64.b64encode(b"me:s3cret").decode()
        if self.headers["Proxy-Authorization"] != f"Basic {word}":
            self.send_error(407)
            return
        self.asked.append(self.path)
        super().do_GET()


def check_proxy(world):
    """The proxy resolves the name, where private addresses will do."""
    server = serve_http(Proxy)
    url = f"http://me:s3cret@127.0.0.1:{server.server_port}"
    run = world.folder / "proxy"
    aia = "http://only.proxy.test/i.der"
    done, _ = world.scan(run, world.add("proxy", aia), 1, "--fetch-proxy", url)
    kept = [path.name for path in run.rglob("*")
            if path.is_file() and b"s3cret" in path.read_bytes()]
    check("AIA is fetched through a proxy, whose password is not kept",
          done.returncode == 0 and Proxy.asked == [aia] and not kept
          and causes(run) == {("missing_intermediate", "leaf_only")},
          f"{done} {Proxy.asked} {kept} {causes(run)}")
    run = world.folder / "locked"
    done, _ = world.scan(run, world.add("locked", aia), 1, "--fetch-proxy",
                         url.replace("s3cret", "other"))
    check("what the proxy answers is told",
          [row["why"] for record in records(run) for row in record["aia"]]
          == ["the proxy or the server answers 407"], done)
    server.shutdown()
    server.server_close()


def check_guard(folder):
    """Only a host with public addresses alone is asked for by default.  They
    are never connected to: nothing leaves this network namespace."""
    dns = NameServer({("public.test", "A"): ["1.2.3.4"],
                      ("mixed.test", "A"): ["1.2.3.4", "10.0.0.1"],
                      ("inner.test", "A"): ["10.0.0.1"]})
    server = serve_http(Proxy)
    world = World(folder)
    run = folder / "run"
    lines = "".join(world.add(name, f"http://{name}.test/i.der")
                    for name in ("public", "mixed", "inner", "unknown"))
    done = subprocess.run(
        [FLEETSCAN, "scan", "-q", "-l", "-", "-o", run, "--trust",
         world.trust, "--intermediates", "none", "--retries", "0",
         "--fetch-proxy", f"http://me:s3cret@127.0.0.1:{server.server_port}",
         "--resolve", f"*:{world.tls.port}:127.0.0.1", *dns.option],
        input=lines, text=True, capture_output=True, timeout=100)
    why = {record["host"].split(".")[0][1:]: row["why"]
           for record in records(run) for row in record["aia"]}
    check("through a proxy only hosts with public addresses are asked",
          Proxy.asked == ["http://public.test/i.der"]
          and "10.0.0.1 is not a public address" in why["mixed"]
          and "10.0.0.1 is not a public address" in why["inner"]
          and "NXDOMAIN" in why["unknown"], f"{done} {Proxy.asked} {why}")


def main():
    with tempfile.TemporaryDirectory() as name:
        if sys.argv[1:] == ["guard"]:
            check_guard(pathlib.Path(name))
            return 1 if FAILED else 0
        world = World(pathlib.Path(name))
        check_proxy(world)
        if os.geteuid() == 0 and subprocess.run(
                ["unshare", "-n", "true"]).returncode == 0:
            subprocess.run(["unshare", "-n", "sh", "-c", "ip link set lo up &&"
                            f" exec {sys.executable} {__file__} guard"],
                           timeout=100)
        else:
            skip("through a proxy only hosts with public addresses are asked",
                 "no network namespace")
        check_silence(world)
        check_one_server(world)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
