"""The fleet that bench.py measures against, and the network namespaces that it runs in.

nginx and dnsmasq run in a network and mount namespace of their own, scanners
beside them or at the far end of a delay line.  Everything started here ends
with this process, however that ends: the keeper of a namespace, the first
process in it, reads a pipe of ours, and with it the kernel ends the others.
"""
import os
import pathlib
import signal
import subprocess
import time

SYSTEM_ROOTS = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
DNS = "10.0.0.53"
PROTOCOLS = {"1.2": "TLSv1.2", "1.3": "TLSv1.2 TLSv1.3"}

# $1: the fleet's directory.  All of 10/8 is local to the namespace, 198.18/15
# has no host.
SHARED_SETUP = """
set -e
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/hosts" /etc/hosts
ip link set lo up
echo "1024 65000" >/proc/sys/net/ipv4/ip_local_port_range
echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse
echo 16384 >/proc/sys/net/core/somaxconn
echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
"""
# /proc is that of the parent namespace: this is the process id in that one.
KEEP = """
read number rest </proc/self/stat
echo "ready $number"
exec cat
"""
NEAR_SETUP = SHARED_SETUP + f"""
ip address add {DNS}/32 dev lo
ip route add local 10.0.0.0/8 dev lo
ip route add blackhole 198.18.0.0/15
""" + KEEP
FAR_SETUP = SHARED_SETUP + KEEP
NEAR_END = """
ip address add 192.0.2.1 peer 192.0.2.2 dev far0
ip link set far0 txqueuelen 20000 up
"""
FAR_END = """
ip address add 192.0.2.2 peer 192.0.2.1 dev far0
ip link set far0 txqueuelen 20000 up
ip route add 10.0.0.0/8 dev far0
ip route add 198.18.0.0/15 dev far0
"""

NGINX = """daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid nginx.pid;
error_log error.log crit;
events {{ worker_connections 16000; }}
http {{
access_log off;
keepalive_timeout 0;
server_names_hash_max_size 65536;
server_names_hash_bucket_size 128;
ssl_protocols {protocols};
ssl_session_tickets off;
server {{ listen 443 ssl default_server backlog=16384;
ssl_certificate c00000.pem; ssl_certificate_key c00000.pem; return 204; }}
include servers.conf;
}}
"""


class Trouble(Exception):
    """A sentence for whoever started the bench."""


class Fleet:
    """with Fleet(...) as fleet: fleet.inside("near", [command])."""

    def __init__(self, build, directory, hosts, certificates, key="ec",
                 tls="1.3", dead=0, delay_ms=None):
        self.build, self.directory = build, directory
        self.sizes = [str(hosts), str(certificates), key, str(dead)]
        self.tls, self.delay_ms = tls, delay_ms
        self.processes = []
        self.keepers = {}

    def __enter__(self):
        try:
            self.write_files()
            self.open_namespace("near", NEAR_SETUP)
            if self.delay_ms is not None:
                self.open_namespace("far", FAR_SETUP)
                self.lay_line()
            self.start_servers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.stdin is not None:
                process.stdin.close()
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []

    def write_files(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.build / "fleet_files", self.directory,
                        *self.sizes], check=True)
        root = (self.directory / "root.pem").read_text()
        system = SYSTEM_ROOTS.read_text() if SYSTEM_ROOTS.exists() else ""
        self.write("bundle.pem", system + root)
        self.write("resolv.conf", f"nameserver {DNS}\n")
        self.write("hosts", "127.0.0.1 localhost\n")
        self.write("nginx.conf", NGINX.format(protocols=PROTOCOLS[self.tls]))
        self.write("dnsmasq.conf",
                   "no-resolv\nno-hosts\nuser=root\nbind-interfaces\n"
                   f"addn-hosts={self.directory}/dns.hosts\n"
                   f"local=/fleet.test/\nlisten-address={DNS},127.0.0.1\n")

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def start(self, command, **options):
        """In a session of its own: Ctrl-C is for us alone."""
        process = subprocess.Popen([str(part) for part in command],
                                   start_new_session=True, **options)
        self.processes.append(process)
        return process

    def start_until_ready(self, command, what):
        """What it says after that word."""
        process = self.start(command, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
        words = process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise Trouble(f"{what} could not be set up")
        return words[1:]

    def open_namespace(self, place, setup):
        [self.keepers[place]] = self.start_until_ready(
            ["unshare", "--net", "--mount", "--pid", "--fork",
             "--kill-child", "sh", "-c", setup, "keeper", self.directory],
            "a network namespace")

    def inside(self, place, command):
        return ["nsenter", "--target", self.keepers[place], "--net", "--mount",
                "--pid", "--wd=" + os.getcwd(), "--", *map(str, command)]

    def lay_line(self):
        """Half of the round trip each way."""
        self.start_until_ready(
            self.on_last_core([self.build / "delay_line",
                               self.keepers["near"], self.keepers["far"],
                               self.delay_ms / 2]), "the delay line")
        for place, setup in ("near", NEAR_END), ("far", FAR_END):
            subprocess.run(self.inside(place, ["sh", "-e", "-c", setup]),
                           check=True)

    @staticmethod
    def on_last_core(command):
        return ["taskset", "-c", os.cpu_count() - 1, *command]

    def start_servers(self):
        for name, command in (
                ("nginx", ["nginx", "-p", self.directory, "-c",
                           self.directory / "nginx.conf"]),
                ("dnsmasq", ["dnsmasq", "-k", "-C",
                             self.directory / "dnsmasq.conf"])):
            with open(self.directory / f"{name}.log", "w") as log:
                server = self.start(
                    self.inside("near", self.on_last_core(command)),
                    stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            self.wait_for(server, name, {"nginx": ":443", "dnsmasq": ":53"}[name])

    def wait_for(self, server, name, port):
        # nginx reads thousands of certificates, maybe on a busy machine.
        for _ in range(1200):
            if server.poll() is not None:
                break
            listening = subprocess.run(
                self.inside("near", ["ss", "-Hln"]), text=True,
                capture_output=True, check=True).stdout
            if f"{port} " in listening:
                return
            time.sleep(0.1)
        log = (self.directory / f"{name}.log").read_text().strip()
        raise Trouble(f"{name} did not start: {log or 'it says nothing'}")


def die_cleanly():
    """SIGTERM unwinds like Ctrl-C, through every `with`."""
    def leave(number, _):
        raise SystemExit(128 + number)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
