#!/usr/bin/env python3
"""--proxy: HTTP CONNECT and SOCKS5, through proxies that are installed
(Debian's tinyproxy, squid, microsocks, dante-server) and through one in this
process that refuses, lies, drips, floods and cuts its answer at every octet.

The names end in .test, which no DNS has: only the proxy knows where they are.
"""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from laboratory import FLEETSCAN
from listener import Listener, free_port, reset
from starttls import DIALOGUES, NAME, Authority, Server, told
from tap import FAILED, check, skip

TIMEOUT_S = 4
START_S = 20
LOGIN = "me", "s3cret/word"
HTTP_OPEN = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n"
SOCKS_OPEN = b"\5\0\0\1\x7f\0\0\1\x12\x34"


def take(client, size):
    octets = b""
    while len(octets) < size:
        more = client.recv(size - len(octets))
        if not more:
            raise OSError("closed")
        octets += more
    return octets


def read_head(client):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += take(client, 1)
    return head


def drip(client, octets):
    for octet in octets:
        client.sendall(bytes([octet]))
        time.sleep(.1)


def flood(client, octets):
    until = time.monotonic() + 1
    while time.monotonic() < until:
        client.sendall(octets)


def stay(client):
    while client.recv(4096):
        pass


def relay(client, server, first=b""):
    def pump(source, sink):
        try:
            while octets := source.recv(65536):
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
    client.sendall(first)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


class Proxy(Listener):
    """Connects to `port` of loopback whatever the name, or does what `ways`
    has for the first label of it: (client, answer that opens)."""

    def __init__(self, kind, port, ways=(), login=None):
        self.kind, self.upstream, self.ways = kind, port, dict(ways)
        self.login, self.asked, self.tunnels = login, [], 0
        super().__init__(backlog=1024)
        self.url = f"{kind}://127.0.0.1:{self.port}"

    def serve(self, client):
        client.settimeout(15)
        try:
            host = (self.read_http if self.kind == "http"
                    else self.read_socks)(client)
            if host is None:
                return
            self.asked.append(host)
            opened = HTTP_OPEN if self.kind == "http" else SOCKS_OPEN
            way = self.ways.get(host.split(".")[0])
            if way:
                way(client, opened)
                return
            self.tunnels += 1
            with socket.create_connection(("127.0.0.1",
                                           self.upstream)) as server:
                # A server that speaks first does so in the same segment.
                server.settimeout(.05 if "greets" in host else 0)
                try:
                    opened += server.recv(4096)
                except (TimeoutError, BlockingIOError):
                    pass
                server.settimeout(15)
                relay(client, server, opened)
        except OSError:
            pass
        finally:
            client.close()

    def read_http(self, client):
        head = read_head(client).decode()
        words = ":".join(self.login or ())
        want = base64.b64encode(words.encode()).decode()
        if self.login and f"Proxy-Authorization: Basic {want}" not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                           b"Proxy-Authenticate: Basic realm=p\r\n\r\n")
            return None
        return head.split()[1].rsplit(":", 1)[0].strip("[]")

    def read_socks(self, client):
        _, count = take(client, 2)
        methods = take(client, count)
        if self.login and 2 not in methods:
            client.sendall(b"\5\xff")
            return None
        client.sendall(b"\5\2" if self.login else b"\5\0")
        if self.login:
            user = take(client, take(client, 2)[1]).decode()
            word = take(client, take(client, 1)[0]).decode()
            client.sendall(b"\1" + bytes([(user, word) != self.login]))
        kind = take(client, 4)[3]
        octets = take(client, {1: 4, 4: 16}.get(kind) or take(client, 1)[0])
        take(client, 2)
        return (octets.decode() if kind == 3 else socket.inet_ntop(
            socket.AF_INET if kind == 1 else socket.AF_INET6, octets))


class Desk:
    def __init__(self, authority):
        self.authority, self.folder = authority, authority.folder

    def start(self, *words, **more):
        return subprocess.Popen(
            [FLEETSCAN, "scan", "-q", "--trust", self.authority.root,
             "--intermediates", self.folder / "ca.pem", "--aia", "off",
             "-t", str(TIMEOUT_S), *map(str, words)],
            cwd=self.folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **more)

    def run(self, *words, text=None, **more):
        process = self.start(*words, stdin=subprocess.PIPE, **more)
        process.out, process.err = process.communicate(text, timeout=100)
        return process

    def records(self, *words, **more):
        done = self.run("--json", "--retries", "0", *words, **more)
        return sorted(map(json.loads, done.out.splitlines()),
                      key=lambda record: record["ordinal"])

    def record(self, *words, **more):
        found = self.records(*words, **more)
        return found[0] if found else {}


def is_judged(record):
    return (record.get("class") == "missing_intermediate"
            and record["status"] == "success")


def check_tunnels(desk, kind, server):
    """Names, an address, further handshakes, a greeting, a login."""
    proxy = Proxy(kind, server.port)
    through = ("--proxy", proxy.url)
    record = desk.record(*through, NAME)
    check(f"{kind}: the proxy resolves the name, and the address is unknown",
          is_judged(record) and record["ip"] is None and proxy.asked == [NAME]
          and record["timing"]["connect_ms"] > 0, (told(record), proxy.asked))
    record = desk.record(*through, f"127.0.0.9:{server.port}", "--sni", NAME)
    check(f"{kind}: an address is asked for as it is",
          is_judged(record) and record["ip"] == "127.0.0.9"
          and proxy.asked[-1] == "127.0.0.9", (told(record), proxy.asked))
    record = desk.record(*through, "--resolve", f"{NAME}:443:::1", NAME)
    check(f"{kind}: --resolve says which address is asked for",
          is_judged(record) and record["ip"] == "::1"
          and proxy.asked[-1] == "::1", (told(record), proxy.asked))
    before = proxy.tunnels
    record = desk.record(*through, "--faces", "all", NAME)
    check(f"{kind}: further handshakes go through it",
          is_judged(record) and proxy.tunnels - before > 2,
          (told(record), proxy.tunnels - before))
    greeter = Server(server.context, *DIALOGUES["smtp"])
    proxy.upstream = greeter.port
    greeter.turns = ((b"EHLO [127.0.0.1]\r\n", greeter.turns[0][1]),
                     greeter.turns[1])
    found = desk.records(*through, f"smtp://{NAME}",
                         f"smtp://greets.{NAME}", "--sni", NAME)
    check(f"{kind}: STARTTLS, with a greeting behind the proxy's answer too",
          len(found) == 2 and all(map(is_judged, found))
          and not greeter.wrong, ([told(r) for r in found], greeter.wrong))
    proxy.upstream = server.port
    proxy.login = LOGIN
    url = f"{kind}://me:s3cret%2Fword@127.0.0.1:{proxy.port}"
    record = desk.record("--proxy", url, NAME)
    check(f"{kind}: with a user name and password", is_judged(record),
          told(record))
    for word, words in ((url.replace("s3c", "S3c"),
                         "the proxy refuses the user name and password"),
                        (proxy.url, "the proxy asks for a user name and "
                                    "password, which --proxy does not name")):
        record = desk.record("--proxy", word, NAME)
        check(f"{kind}: {words.split(',')[0]}",
              record.get("status") == "proxy-error"
              and record["class"] == "unreachable"
              and record["cause"] == "proxy-error"
              and record["error"].startswith(words), told(record))


def say(octets, then=lambda client: None):
    def way(client, _):
        client.sendall(octets)
        then(client)
    return way


def cut(at, then):
    def way(client, opened):
        client.sendall(opened[:at])
        then(client)
    return way


# What the proxy does, and the record's status and words.
HTTP_WAYS = {
    "forbidden": (say(b"HTTP/1.1 403 Filtered\r\n\r\n"), "proxy-error",
                  "the proxy refuses CONNECT: 403 Filtered"),
    "refused": (say(b"HTTP/1.1 503 x\r\nX-Squid-Error: ERR_CONNECT_FAIL 111"
                    b"\r\n\r\n"), "connection-refused", "503 x"),
    "foreign": (say(b"SSH-2.0-x\r\n"), "proxy-error", "does not speak HTTP"),
    "html": (say(b"<html>no</html>"), "proxy-error", "does not speak HTTP"),
    "drip": (lambda client, opened: drip(client, opened + b"x" * 900),
             "proxy-error", "no whole answer to CONNECT in"),
    "headers": (say(b"HTTP/1.1 200 OK\r\n",
                    lambda client: flood(client, b"A: b\r\n" * 999)),
                "proxy-error", "is over 64 KiB"),
    "line": (say(b"HTTP/1.1 200 ", lambda client: flood(client, b"x" * 9999)),
             "proxy-error", "is over 64 KiB"),
    "early": (say(b"HTTP/1.1 100 Continue\r\n\r\n",
                  lambda client: flood(client, b"HTTP/1.1 102 x\r\n\r\n")),
              "proxy-error", "closed the connection instead|reset the "
                             "connection instead|no whole answer|no answer"),
    "silent": (lambda client, opened: stay(client), "connection-timeout",
               "no answer to CONNECT in"),
    "closes": (lambda client, opened: None, "proxy-error",
               "closed the connection instead of an answer to CONNECT"),
}
SOCKS_WAYS = {
    "refused": (say(b"\5\5"), "connection-refused",
                "connection refused (SOCKS5 reply 5)"),
    "ruled": (say(b"\5\2\0\1" + bytes(6)), "proxy-error",
              "not allowed by ruleset"),
    "failed": (say(b"\5\1\0\1" + bytes(6)), "proxy-error", "general SOCKS"),
    "unreached": (say(b"\5\4"), "connection-timeout", "host unreachable"),
    "reply": (say(b"\5\x63\0\1"), "proxy-error", "unknown reply"),
    "type": (say(b"\5\0\0\2" + bytes(9)), "proxy-error",
             "does not speak SOCKS5"),
    "foreign": (say(b"HTTP/1.1 400 No\r\n"), "proxy-error",
                "does not speak SOCKS5; it says: HTTP/1.1 400 No"),
    "drip": (lambda client, opened: drip(client, b"\5\0\0\3\xff" + bytes(99)),
             "proxy-error", "no whole answer to the SOCKS5 request"),
    "silent": (lambda client, opened: stay(client), "connection-timeout",
               "no answer to the SOCKS5 request in"),
    "closes": (lambda client, opened: None, "proxy-error",
               "closed the connection instead of an answer to the SOCKS5"),
}
# What the target does once the proxy has opened is told as without a proxy.
BEHIND = {
    "shut": (lambda client, opened: client.sendall(opened),
             "connection-closed|connection-reset", ""),
    "mute": (lambda client, opened: (client.sendall(opened), stay(client)),
             "io-timeout", "said nothing"),
    "plain": (lambda client, opened: client.sendall(
        opened + b"HTTP/1.1 400 Bad Request\r\n\r\n"), "protocol-error",
        "plain HTTP"),
}


def check_bad_proxies(desk, kind, server, bad, opened):
    """One scan: each target once, in time, and the good ones as ever."""
    rows = dict(bad) | BEHIND
    ways = {name: way for name, (way, *_) in rows.items()}
    for at in range(len(opened)):
        for how, then in (("cut", lambda client: None), ("reset", reset),
                          ("stop", stay)):
            # Silent ones keep a connection for the whole time.
            if how != "stop" or at % 7 == 0:
                ways[f"{how}{at}"] = cut(at, then)
    proxy = Proxy(kind, server.port, ways)
    names = [f"{way}.bad.test" for way in ways]
    names += [f"{way}.good.test" for way in ("a", "b", "c")]
    begun = time.monotonic()
    found = desk.records("--proxy", proxy.url, "-l", "-", "--sni", NAME,
                         "--per-ip", "1", text="\n".join(names))
    seconds = time.monotonic() - begun
    check(f"{kind}: {len(names)} targets, each with one record in time",
          sorted(r["host"] for r in found) == sorted(names)
          and seconds < 3 * TIMEOUT_S + 5, f"{len(found)} in {seconds:.1f} s")
    by_name = {r["host"].split(".")[0]: r for r in found}
    for name, (_, status, words) in rows.items():
        record = by_name.get(name, {})
        check(f"{kind}: {name}", record.get("status") in status.split("|")
              and any(w in record["error"] for w in words.split("|"))
              and record["ip"] is None, told(record))
    wrong = [told(r) for r in found
             if r["host"].startswith(("cut", "reset", "stop"))
             and (r["class"], r["status"]) not in (
                 ("unreachable", "proxy-error"),
                 ("unreachable", "connection-timeout"))]
    check(f"{kind}: an answer that ends early is the proxy's", not wrong,
          wrong[:5])
    check(f"{kind}: good targets beside them are judged",
          all(is_judged(by_name.get(name, {})) for name in "abc"),
          [told(by_name.get(name, {})) for name in "abc"])


def check_unreachable(desk):
    port = free_port()
    for url, words in (
            (f"http://127.0.0.1:{port}",
             "the proxy 127.0.0.1: the connection was refused"),
            ("socks5://proxy.nowhere.test:1080",
             "the proxy proxy.nowhere.test: ")):
        record = desk.record("--proxy", url, NAME, "--resolve",
                             "proxy.nowhere.test:1:127.0.0.1")
        check(f"{url.split(':')[0]}: a proxy that cannot be reached is not "
              "the host's fault",
              record.get("status") == "proxy-error" and record["cause"] ==
              "proxy-error" and record["error"].startswith(words),
              told(record))


def check_usage(desk):
    for words, sentence in (
            (("-4",), "-4 and -6"), (("-6",), "-4 and -6"),
            (("--all-ips",), "--all-ips has no addresses"),
            (("-r", "127.0.0.1"), "--resolver asks for none")):
        done = desk.run("--proxy", "http://127.0.0.1:9", *words, NAME)
        check(f"--proxy with {words[0]}: exit 2 and why",
              done.returncode == 2 and sentence in done.err, done.err)
    for url in ("https://h:1", "socks4://h:1", "http://h:1/x", "ftp://h",
                "http://a:b%00@h:1"):
        done = desk.run("--proxy", url, NAME)
        check(f"--proxy {url}: exit 2", done.returncode == 2 and
              "--proxy: " in done.err, done.err)


def check_connect_to(desk, server):
    """As in curl: the names stay, the address is the one reached."""
    port = server.port
    for last in range(2, 9):
        Listener(f"127.0.0.{last}", port, server.serve)
    rows = (  # values of the option, target with its port, address reached
        ((f"{NAME}:443:127.0.0.2:{port}",), NAME, 443, "127.0.0.2"),
        ((f"{NAME}:443:localhost:{port}",), NAME, 443, "127.0.0.1"),
        ((f"::127.0.0.3:{port}",), NAME, 9, "127.0.0.3"),
        ((f":{port}:127.0.0.4:",), NAME, port, "127.0.0.4"),
        ((f"{NAME.upper()}::127.0.0.5:{port}",), NAME, 443, "127.0.0.5"),
        # The first that fits.
        ((f"other.test::127.0.0.1:{port}", f"{NAME}:9:127.0.0.1:{port}",
          f"::127.0.0.6:{port}", f"{NAME}::127.0.0.1:{port}"), NAME, 443,
         "127.0.0.6"),
        # --resolve is for the name connected to.
        ((f"{NAME}:443:inner.test:{port}",), NAME, 443, "127.0.0.7"),
        ((f"[2001:db8::1]:443:127.0.0.8:{port}",), "2001:db8::1", 443,
         "127.0.0.8"),
        ((f"{NAME}:443:nowhere.test:{port}",), NAME, 443, None),
    )
    for values, host, asked, ip in rows:
        target = f"[{host}]:{asked}" if ":" in host else f"{host}:{asked}"
        record = desk.record(
            *(word for value in values for word in ("--connect-to", value)),
            "--resolve", f"inner.test:{port}:127.0.0.7", "--sni", NAME,
            target)
        check(f"--connect-to {' '.join(values)[:50]}",
              (record["host"], record["port"], record["input"],
               record["ip"]) == (host, asked, target, ip)
              and (is_judged(record) if ip
                   else record["status"] == "dns-error"), record)
    both = desk.records("--connect-to", f"{NAME}::localhost:{port}",
                        "--all-ips", "-4", NAME)
    check("--connect-to with --all-ips", len(both) == 1 and is_judged(both[0])
          and both[0]["name_group"] == NAME, list(map(told, both)))
    proxy = Proxy("http", port)
    record = desk.record("--connect-to", f"{NAME}:443:inner.test:8443",
                         "--proxy", proxy.url, NAME)
    check("--connect-to with --proxy", is_judged(record)
          and proxy.asked == ["inner.test"], (told(record), proxy.asked))
    for wrong in ("", "a", "a:1", "a:1:b", "a:b:c:1", "a:1:b:2:3",
                  "a:1:[::1:2", "a b:1:c:1", "::1:443:b:1"):
        done = desk.run("--connect-to", wrong, NAME)
        check(f"--connect-to {wrong or 'nothing'}: exit 2",
              done.returncode == 2 and "HOST1:PORT1:HOST2:PORT2" in done.err,
              done.err)


def check_environment(desk, server):
    """Directly, whatever the environment says."""
    environment = {**os.environ, **{
        name: "http://127.0.0.1:9" for name in (
            "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
            "ALL_PROXY")}}
    record = desk.record("--resolve", f"{NAME}:{server.port}:127.0.0.1",
                         f"{NAME}:{server.port}", env=environment)
    check("the environment's proxies are not used for targets",
          is_judged(record) and record["ip"] == "127.0.0.1", told(record))


def check_resume(desk, server):
    """run.json has no password, and --resume takes it again."""
    proxy = Proxy("http", server.port, login=LOGIN)
    url = f"http://me:s3cret%2Fword@127.0.0.1:{proxy.port}"
    (desk.folder / "many.txt").write_text(
        "".join(f"h{i}.many.test\n" for i in range(200)))
    process = desk.start("--proxy", url, "-l", "many.txt", "--sni", NAME,
                         "-o", "run", "--rate", "60")
    stream = desk.folder / "run" / "pending.ndjson"
    until = time.monotonic() + START_S
    while time.monotonic() < until and not (
            stream.exists() and stream.stat().st_size > 0):
        time.sleep(.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    run = json.loads((desk.folder / "run" / "run.json").read_text())
    kept = [path.name for path in (desk.folder / "run").rglob("*")
            if path.is_file() and b"s3cret" in path.read_bytes()]
    shown = next((o.get("value") for o in run["options"]
                  if o["name"] == "proxy"), None) if isinstance(
                      run["options"], list) else run["options"].get("proxy")
    check("run.json names the proxy without its password",
          process.returncode == 3 and not kept
          and shown == f"http://me@127.0.0.1:{proxy.port}",
          (process.returncode, kept, shown))
    done = desk.run("--resume", "-o", "run")
    check("--resume without the password says what is missing",
          done.returncode == 2 and "give --proxy with it again" in done.err,
          done.err)
    done = desk.run("--resume", "-o", "run", "--proxy",
                    "http://127.0.0.1:9")
    check("--resume with another proxy is refused", done.returncode == 2
          and "--proxy: " in done.err, done.err)
    done = desk.run("--resume", "-o", "run", "--proxy", url)
    found = [json.loads(line) for line in
             (desk.folder / "run" / "hosts.ndjson").read_text().splitlines()]
    kept = [path.name for path in (desk.folder / "run").rglob("*")
            if path.is_file() and b"s3cret" in path.read_bytes()]
    check("--resume with it goes on through the proxy",
          done.returncode == 0 and len(found) == 200 and not kept
          and all(map(is_judged, found)),
          (done.returncode, done.err, len(found), kept))


class Installed:
    """A proxy of the system on a free port of loopback."""

    def __init__(self, folder, name, words, config=None):
        self.port = free_port()
        path = folder / f"{name}.conf"
        if config:
            path.write_text(config.format(port=self.port, folder=folder))
        self.log = (folder / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            [word.format(port=self.port, config=path) for word in words],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            cwd=folder)

    def __enter__(self):
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(.1)
        raise OSError("it does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Squid's, named by -n: they stay after a kill.
        for left in pathlib.Path("/dev/shm").glob(f"fleet{self.port}-*.shm"):
            left.unlink()


TINYPROXY = """Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 50
Allow 127.0.0.1
"""
SQUID = """http_port 127.0.0.1:{port}
http_access allow all
cache deny all
access_log none
cache_log {folder}/squid.cache.log
pid_filename none
shutdown_lifetime 0 seconds
pinger_enable off
connect_timeout 2 seconds
netdb_filename none
dns_nameservers 127.0.0.1
"""
DANTE = """logoutput: stderr
internal: 127.0.0.1 port = {port}
external: lo
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
"""
# Of what the proxy tells a refused connection is known; of tinyproxy's not.
INSTALLED = (
    ("tinyproxy", "http", ("tinyproxy", "-d", "-c", "{config}"), TINYPROXY,
     "proxy-error"),
    ("squid", "http", ("squid", "-N", "-n", "fleet{port}", "-f", "{config}"),
     SQUID,
     "connection-refused"),
    ("microsocks", "socks5", ("microsocks", "-i", "127.0.0.1", "-p",
                              "{port}"), None, "connection-refused"),
    ("danted", "socks5h", ("danted", "-f", "{config}"), DANTE,
     "connection-refused"),
)


def check_installed(desk, server):
    port = free_port()
    for name, scheme, words, config, status in INSTALLED:
        path = shutil.which(words[0], path=os.environ["PATH"] + ":/usr/sbin")
        if path is None or (config in (SQUID, DANTE) and os.geteuid() != 0):
            skip(f"{name} connects", "not installed, or not root")
            continue
        try:
            with Installed(desk.folder, name, (path, *words[1:]),
                           config) as proxy:
                url = f"{scheme}://127.0.0.1:{proxy.port}"
                found = desk.records(
                    "--proxy", url, f"localhost:{server.port}",
                    f"127.0.0.1:{server.port}", f"localhost:{port}",
                    "--sni", NAME)
        except OSError as why:
            skip(f"{name} connects", why)
            continue
        check(f"{name} connects to a name and to an address",
              len(found) == 3 and all(map(is_judged, found[:2])),
              [told(r) for r in found])
        check(f"{name}'s words where it is refused",
              len(found) == 3 and found[2]["status"] == status
              and "the proxy refuses" in found[2]["error"],
              told(found[-1]) if found else None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(pathlib.Path(folder))
        desk = Desk(authority)
        server = Server(authority.context(), b"")
        for kind in ("http", "socks5"):
            check_tunnels(desk, kind, server)
        check_bad_proxies(desk, "http", server, HTTP_WAYS, HTTP_OPEN)
        check_bad_proxies(desk, "socks5", server, SOCKS_WAYS, SOCKS_OPEN)
        check_unreachable(desk)
        check_usage(desk)
        check_connect_to(desk, server)
        check_environment(desk, server)
        check_resume(desk, server)
        check_installed(desk, server)
    return len(FAILED) > 0


if __name__ == "__main__":
    sys.exit(main())
