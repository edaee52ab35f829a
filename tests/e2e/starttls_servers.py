#!/usr/bin/env python3
"""STARTTLS against the servers that are installed: each with its leaf alone,
with the whole chain, and set up wrongly, where its words are the result.  They
start beside one another on free ports of loopback; root starts them, for most
change to a user of their own.  The packages of Debian: postfix,
exim4-daemon-light, dovecot-imapd, -pop3d, -managesieved, -lmtpd, -submissiond,
vsftpd, proftpd-mod-crypto, slapd, prosody, postgresql, mariadb-server, inn2,
inspircd, ngircd, xrdp; postfix and exim, vsftpd and proftpd side by side only
with dpkg --force-conflicts."""
import concurrent.futures
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing

from laboratory import FLEETSCAN
from starttls import NAME, Authority, told
from tap import FAILED, check, skip

PATHS = os.pathsep.join((
    "/usr/sbin", "/usr/bin", "/usr/lib/postfix/sbin", "/usr/lib/news/bin",
    *map(str, sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
                     reverse=True))))
START_S = 25
LEAF, FULL = "leaf", "full"
HOW_JUDGED = {LEAF: "missing_intermediate", FULL: "ok"}


class Missing(Exception):
    """The server is not installed, or cannot run here."""


class Door(typing.NamedTuple):
    """A port of a server, and the result: a key of HOW_JUDGED, or words."""
    scheme: str
    port: int
    result: str
    how: str = ""
    host: str = NAME

    @property
    def target(self):
        return f"{self.scheme}://{self.host}:{self.port}"


def program(name):
    found = shutil.which(name, path=PATHS)
    if found is None:
        raise Missing("not installed")
    if os.geteuid() != 0:
        raise Missing("needs root")
    return found


def user(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise Missing(f"there is no user {name}") from None


class Place:
    """One server's folder, its certificates and its processes."""

    def __init__(self, folder, authority):
        self.folder, self.processes = folder, []
        folder.mkdir(mode=0o755)
        for name in ("leaf.pem", "leaf.key", "ca.pem"):
            shutil.copy(authority / name, folder)
            (folder / name).chmod(0o644)
        (folder / "full.pem").write_text(
            (folder / "leaf.pem").read_text()
            + (folder / "ca.pem").read_text())

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def make(self, *names, owner="root"):
        for name in names:
            (self.folder / name).mkdir(parents=True)
            shutil.chown(self.folder / name, owner)

    def private_key(self, owner):
        """Some refuse a key that others may read."""
        key = self.folder / "private.key"
        shutil.copy(self.folder / "leaf.key", key)
        key.chmod(0o600)
        shutil.chown(key, owner)
        return key

    def start(self, *words, **options):
        log = (self.folder / f"output-{len(self.processes)}").open("wb")
        self.processes.append(subprocess.Popen(
            list(map(str, words)), cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True, **options))
        log.close()

    def run(self, *words, **options):
        subprocess.run(list(map(str, words)), cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=START_S, **options)

    def await_ports(self, doors):
        until = time.monotonic() + START_S
        for port in {door.port for door in doors}:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(.05)
        return doors

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def said(self):
        return "\n".join(
            f"{path.name}: {line[:160]}"
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and ("output" in path.name or "log" in path.name)
            and path.stat().st_size < 100000
            for line in path.read_text(errors="replace").splitlines()[-6:])


# Below those that Linux gives to clients, which connect meanwhile.
CANDIDATES = iter(range(20000 + os.getpid() % 8000, 32000))


def take(count):
    """Free ports, no two alike."""
    ports = []
    while len(ports) < count:
        port = next(CANDIDATES)
        try:
            socket.create_server(("127.0.0.1", port)).close()
            ports.append(port)
        except OSError:
            continue
    return ports


def postfix(place):
    master = program("master")
    user("postfix")
    f = place.folder
    place.make("queue", "queue/pid")
    place.make("data", *(f"queue/{name}" for name in (
        "private", "public", "active", "incoming", "maildrop", "deferred")),
        owner="postfix")
    ways = ((LEAF, "smtpd_tls_cert_file", f / "leaf.pem"),
            (FULL, "smtpd_tls_cert_file", f / "full.pem"),
            (FULL, "smtpd_tls_CAfile", f / "ca.pem"),
            ("refuses STARTTLS: 454 4.7.0 TLS not available",
             "smtpd_tls_cert_file", f / "ca.pem"),
            ("refuses STARTTLS: 502 5.5.1", "smtpd_tls_security_level",
             "none"))
    doors = [Door("smtp", port, result, f"{option}={pathlib.Path(value).name}")
             for port, (result, option, value) in zip(take(len(ways)), ways)]
    (slow,) = take(1)
    place.write("main.cf", f"""
compatibility_level = 3.6
queue_directory = {f}/queue
data_directory = {f}/data
myhostname = {NAME}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
maillog_file = {f}/log
maillog_file_prefixes = {f}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {f}/leaf.pem
smtpd_tls_key_file = {f}/leaf.key
""")
    place.write("master.cf", "".join(
        f"127.0.0.1:{door.port} inet n - n - - smtpd -o {option}={value}\n"
        for door, (_, option, value) in zip(doors, ways)) + f"""
127.0.0.1:{slow} inet n - n - 1 postscreen -o postscreen_access_list=
smtpd pass - - n - - smtpd
tlsproxy unix - - n - 0 tlsproxy
dnsblog unix - - n - 0 dnsblog
postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
""")
    place.start(master, "-c", f, "-d")
    # Which ends its greeting after 6 seconds.
    return [*doors, Door("smtp", slow, LEAF, "postscreen")]


def exim(place):
    exim4 = program("exim4")
    user("Debian-exim")
    f, doors = place.folder, []
    for port, (result, more) in zip(take(4), (
            (LEAF, f"tls_certificate = {f}/leaf.pem"),
            (FULL, f"tls_certificate = {f}/full.pem"),
            ("refuses STARTTLS: 454 TLS currently unavailable",
             f"tls_certificate = {f}/nothing.pem"),
            ("refuses STARTTLS: 503 STARTTLS command used when not advertised",
             "tls_advertise_hosts ="))):
        place.make(f"spool-{port}", owner="Debian-exim")
        place.start(exim4, "-bdf", "-C", place.write(f"conf-{port}", f"""
primary_hostname = {NAME}
spool_directory = {f}/spool-{port}
log_file_path = {f}/spool-{port}/log-%s
pid_file_path = {f}/spool-{port}/pid
local_interfaces = 127.0.0.1.{port}
host_lookup =
rfc1413_query_timeout = 0s
tls_privatekey = {f}/leaf.key
{"" if "advertise" in more else "tls_advertise_hosts = *"}
{more}
"""))
        doors.append(Door("smtp", port, result, more.split("/")[-1]))
    return doors


def dovecot(place):
    binary, f, doors = program("dovecot"), place.folder, []
    for result, tls in ((LEAF, "yes"), (FULL, "yes"), ("off", "no")):
        imap, pop3, sieve, lmtp, submission = take(5)
        place.make(f"{result}-run")
        place.start(binary, "-F", "-c", place.write(f"{result}.conf", f"""
base_dir = {f}/{result}-run
state_dir = {f}/{result}-run
log_path = {f}/{result}-log
protocols = imap pop3 lmtp sieve submission
listen = 127.0.0.1
ssl = {tls}
ssl_cert = <{f}/{"leaf" if result == "off" else result}.pem
ssl_key = <{f}/leaf.key
mail_location = maildir:{f}/mail
submission_relay_host = 127.0.0.1
passdb {{
  driver = static
  args = nopassword=y
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = {sieve}
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""))
        for scheme, port, words in (
                ("imap", imap, "a BAD TLS support isn't enabled."),
                ("pop3", pop3, "-ERR TLS support isn't enabled."),
                ("sieve", sieve, "NO \"TLS support isn't enabled.\""),
                ("lmtp", lmtp, "502 5.5.1 TLS support is not enabled."),
                ("smtp", submission, "502 5.5.1 TLS support is not enabled.")):
            doors.append(Door(scheme, port,
                              words if result == "off" else result,
                              "ssl=no" if result == "off" else ""))
    return doors


def vsftpd(place):
    binary, f, doors = program("vsftpd"), place.folder, []
    place.make("empty")
    for port, (result, how, empty) in zip(take(4), (
            (LEAF, f"rsa_cert_file={f}/leaf.pem", "empty"),
            (FULL, f"rsa_cert_file={f}/full.pem", "empty"),
            ("refuses AUTH TLS: 530 Please login with USER and PASS.",
             "ssl_enable=NO", "empty"),
            ("refuses the connection: 500 OOPS", "ssl_enable=NO", "gone"))):
        place.start(binary, place.write(f"{port}.conf", f"""
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
local_enable=YES
anonymous_enable=NO
secure_chroot_dir={f}/{empty}
ssl_enable=YES
rsa_private_key_file={f}/leaf.key
{how}
""".lstrip()))
        doors.append(Door("ftp", port, result,
                          "no secure_chroot_dir" if empty == "gone"
                          else how.split("/")[-1]))
    return doors


def proftpd(place):
    binary, f, doors = program("proftpd"), place.folder, []
    if not pathlib.Path("/usr/lib/proftpd/mod_tls.so").exists():
        raise Missing("without mod_tls")
    for port, (result, how) in zip(take(5), (
            (LEAF, f"TLSEngine on\nTLSRSACertificateFile {f}/leaf.pem"),
            (LEAF, f"TLSEngine on\nTLSRSACertificateFile {f}/full.pem"),
            (FULL, f"TLSEngine on\nTLSRSACertificateFile {f}/leaf.pem\n"
             f"TLSCertificateChainFile {f}/ca.pem"),
            ("refuses AUTH TLS: 431 Necessary security resource unavailable",
             "TLSEngine on"),
            ("refuses AUTH TLS and AUTH SSL: 500 AUTH not understood",
             "TLSEngine off"))):
        place.start(binary, "-n", "-c", place.write(f"{port}.conf", f"""
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
ServerType standalone
ServerName {NAME}
UseIPv6 off
DefaultAddress 127.0.0.1
SocketBindTight on
Port {port}
User nobody
Group nogroup
PidFile {f}/{port}.pid
ScoreboardFile {f}/{port}.scoreboard
SystemLog {f}/{port}.log
DelayEngine off
WtmpLog off
{how}
{f"TLSRSACertificateKeyFile {f}/leaf.key" if result in HOW_JUDGED else ""}
"""))
        doors.append(Door("ftp", port, result, how.split("/")[-1]
                          if result != LEAF or "full" in how else ""))
    return doors


def slapd(place):
    binary, f, doors = program("slapd"), place.folder, []
    for port, (result, lines) in zip(take(3), (
            (LEAF, f"TLSCertificateFile {f}/leaf.pem\n"
             f"TLSCertificateKeyFile {f}/leaf.key\n"),
            (FULL, f"TLSCertificateFile {f}/full.pem\n"
             f"TLSCertificateKeyFile {f}/leaf.key\n"),
            ("refuses StartTLS: 2 protocolError: unsupported extended "
             "operation", ""))):
        place.start(
            binary, "-d", "0", "-h", f"ldap://127.0.0.1:{port}/", "-f",
            place.write(f"{port}.conf", f"pidfile {f}/{port}.pid\n"
                        f"argsfile {f}/{port}.args\n{lines}"))
        doors.append(Door("ldap", port, result, "" if lines else "no TLS"))
    return doors


def prosody(place):
    binary, f, doors = program("prosody"), place.folder, []
    for result, ssl in ((LEAF, f'certificate = "{f}/leaf.pem"; '
                         f'key = "{f}/leaf.key"'),
                        (FULL, f'certificate = "{f}/full.pem"; '
                         f'key = "{f}/leaf.key"'),
                        ("alert", "")):
        c2s, s2s = take(2)
        place.make(f"{result}-data")
        place.start(binary, "-F", "--config", place.write(f"{result}.lua", f"""
run_as_root = true
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
s2s_ports = {{ {s2s} }}
data_path = "{f}/{result}-data"
pidfile = "{f}/{result}.pid"
certificates = "{f}/{result}-data"
modules_enabled = {{ "tls", "saslauth", "dialback" }}
log = {{ info = "{f}/{result}-log" }}
ssl = {{ {ssl} }}
VirtualHost "{NAME}"
"""))
        doors += [Door("xmpp-client", c2s, result),
                  Door("xmpp-server", s2s, result)]
    return [door._replace(how="no certificate") if door.result == "alert"
            else door for door in doors] + [
        Door(door.scheme, door.port, "host-unknown (asked for the domain "
             "other.starttls.test)", "another domain", "other.starttls.test")
        for door in doors[:2]]


def postgres(place):
    initdb, binary = program("initdb"), program("postgres")
    owner, f, doors = user("postgres"), place.folder, []
    becomes = {"user": owner.pw_uid, "group": owner.pw_gid,
               "extra_groups": [], "env": {"LC_ALL": "C"}}
    key = place.private_key("postgres")
    shutil.chown(f, "postgres")
    place.run(initdb, "-D", f / "data", "-N", "-A", "trust", **becomes)
    for port, result in zip(take(3), (LEAF, FULL, "refuses TLS: N")):
        data = f / f"data-{port}"
        place.run("cp", "-r", f / "data", data, **becomes)
        place.start(
            binary, "-D", data, "-p", port, "-h", "127.0.0.1", "-k", "", "-F",
            *([] if result.startswith("refuses") else
              ["-c", "ssl=on", "-c", f"ssl_cert_file={f}/{result}.pem",
               "-c", f"ssl_key_file={key}"]), **becomes)
        doors.append(Door("postgres", port, result,
                          "ssl=off" if result.startswith("refuses") else ""))
    version = subprocess.run([binary, "-V"], capture_output=True, text=True,
                             check=True).stdout.split()[2]
    # Since 17 also without its dialogue.
    return doors + [
        Door("tls", door.port, door.result
             if int(version.split(".")[0]) >= 17 else "closed", version)
        for door in doors[:2]]


def mariadb(place):
    binary, f, doors = program("mariadbd"), place.folder, []
    for port, result in zip(take(3), (LEAF, FULL,
                                      "refuses TLS: no TLS in version")):
        place.make(f"data-{port}")
        # Without grant tables an empty folder is enough.
        place.start(
            binary, "--no-defaults", "--user=root", "--skip-innodb",
            f"--datadir={f}/data-{port}", "--bind-address=127.0.0.1",
            f"--port={port}", f"--socket={f}/{port}.socket",
            f"--pid-file={f}/{port}.pid", "--skip-grant-tables",
            "--default-storage-engine=Aria",
            *(["--skip-ssl"] if result.startswith("refuses") else
              [f"--ssl-cert={f}/{result}.pem", f"--ssl-key={f}/leaf.key"]))
        doors.append(Door("mysql", port, result,
                          "skip-ssl" if result.startswith("refuses") else ""))
    return [*doors, Door("tls", doors[0].port, "use --starttls mysql",
                         "without its dialogue")]


def nnrpd(place):
    binary, f, doors = program("nnrpd"), place.folder, []
    owner = user("news")
    key = place.private_key("news")
    shutil.chown(f, "news")
    for port, result in zip(take(3), (
            LEAF, FULL, "refuses STARTTLS: 580 Error initializing TLS")):
        etc = f"etc-{port}"
        place.make(etc, owner="news")
        place.write(f"{etc}/readers.conf", """
auth "all" {
    hosts: "*"
    default: "all"
}
access "all" {
    users: "*"
    newsgroups: "*"
}
""")
        for name in ("active", "newsgroups", "group.index"):
            place.write(f"{etc}/{name}", "")
        place.write(f"{etc}/storage.conf", "method trash {\n"
                    "    newsgroups: *\n    class: 0\n}\n")
        place.start(
            binary, "-D", "-f", "-b", "127.0.0.1", "-p", port,
            user=owner.pw_uid, group=owner.pw_gid, extra_groups=[],
            env={"INNCONF": place.write(f"{etc}/inn.conf", f"""
mta: "/bin/true"
pathhost: {NAME}
domain: starttls.test
hismethod: hisv6
ovmethod: tradindexed
pathnews: /usr/lib/news
pathetc: {f}/{etc}
pathdb: {f}/{etc}
pathlog: {f}/{etc}
pathrun: {f}/{etc}
pathspool: {f}/{etc}
pathoverview: {f}/{etc}
tlscertfile: {f}/{"gone" if result.startswith("refuses") else result}.pem
tlskeyfile: {key}
tlscapath: {f}
""")})
        doors.append(Door("nntp", port, result, "no certificate"
                          if result.startswith("refuses") else ""))
    return doors


def inspircd(place):
    binary, f, doors = program("inspircd"), place.folder, []
    for port, result in zip(take(3), (LEAF, FULL, "does not offer it")):
        tls = f"""
<module name="ssl_gnutls">
<sslprofile name="one" provider="gnutls" certfile="{f}/{result}.pem"
 keyfile="{f}/leaf.key">
<module name="starttls">
<starttls provider="one">
""" if result in HOW_JUDGED else ""
        place.start(binary, "--nofork", "--nopid", "--runasroot", "--config",
                    place.write(f"{port}.conf", f"""
<server name="{NAME}" description="test" network="test">
<admin name="a" nick="a" email="a@{NAME}">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" resolvehostnames="no">
<log method="file" type="*" level="default" target="{f}/{port}.log">
<module name="cap">
{tls}"""))
        doors.append(Door("irc", port, result,
                          "" if tls else "without its module"))
    return doors


def ngircd(place):
    binary, (port,) = program("ngircd"), take(1)
    place.start(binary, "-n", "-f", place.write("conf", f"""
[Global]
Name = {NAME}
Info = test
AdminInfo1 = test
AdminEMail = a@{NAME}
Listen = 127.0.0.1
Ports = {port}
[Options]
DNS = no
Ident = no
PAM = no
"""))
    return [Door("irc", port, "does not offer it")]


def xrdp(place):
    binary, f, doors = program("xrdp"), place.folder, []
    for port, (result, chain) in zip(take(3), (
            (LEAF, "leaf"), (FULL, "full"),
            ("refuses TLS: classic RDP security only", "gone"))):
        place.start(binary, "-n", "-c", place.write(f"{port}.ini", f"""
[Globals]
ini_version=1
port=tcp://127.0.0.1:{port}
security_layer=negotiate
certificate={f}/{chain}.pem
key_file={f}/leaf.key
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile={f}/{port}.log
LogLevel=INFO
EnableSyslog=false
[Xorg]
name=Xorg
lib=libxup.so
"""))
        doors.append(Door("rdp", port, result,
                          "no certificate" if chain == "gone" else ""))
    return doors


SERVERS = (postfix, exim, dovecot, vsftpd, proftpd, slapd, prosody, postgres,
           mariadb, nnrpd, inspircd, ngircd, xrdp)


def scan(authority, doors, *words, text=""):
    """Records by input."""
    done = subprocess.run(
        [FLEETSCAN, "scan", "--json", "-q", "--trust", authority.root,
         "--intermediates", authority.folder / "ca.pem", "--aia", "off",
         "--retries", "0", "--per-ip", "100", "-t", "15",
         *(word for door in doors for word in (
             "--resolve", f"*:{door.port}:127.0.0.1")), *words],
        input=text, capture_output=True, text=True, timeout=60,
        cwd=authority.folder)
    assert done.stdout, done.stderr
    return {r["input"]: r for r in map(json.loads,
                                       done.stdout.splitlines())}


def judge(title, door, record):
    if door.result in HOW_JUDGED:
        good = (record.get("class") == HOW_JUDGED[door.result]
                and record["status"] == "success")
    else:
        good = (record.get("class") == "no_tls"
                and door.result in (record["error"] or ""))
    check(f"{title} {door.scheme}{' ' * bool(door.how)}{door.how}: "
          f"{HOW_JUDGED.get(door.result, door.result)}",
          good and (record["starttls"] or "tls") == door.scheme, told(record))
    return good


def judge_all(authority, started):
    doors = [door for _, some in started.values() for door in some]
    found = scan(authority, doors, *(door.target for door in doors))
    for title, (place, some) in started.items():
        if not all([judge(title, door, found.get(door.target, {}))
                    for door in some]):
            print("# " + place.said().replace("\n", "\n# "), flush=True)
    leaves = [door for door in doors
              if door.result == LEAF and door.scheme != "tls"]
    if not leaves:
        return
    table = "host,port,starttls\n" + "".join(
        f"{door.host},{door.port},{door.scheme}\n" for door in leaves)
    check_leaves("the list's column says how to ask", leaves, scan(
        authority, leaves, "-l", "-", text=table))
    first = [door for door in leaves if door.scheme == leaves[0].scheme]
    check_leaves("so does the option", first, scan(
        authority, first, "--starttls", first[0].scheme,
        *(f"{door.host}:{door.port}" for door in first)))


def check_leaves(name, doors, found):
    wrong = [told(record) for record in found.values()
             if record["class"] != HOW_JUDGED[LEAF]]
    check(name, len(found) == len(doors) and not wrong, wrong)


def main():
    # Users other than ours must come in, and paths of sockets be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        (folder / "authority").mkdir()
        authority = Authority(folder / "authority")
        places = {server.__name__: Place(folder / server.__name__,
                                         authority.folder)
                  for server in SERVERS}
        started = {}
        try:
            with concurrent.futures.ThreadPoolExecutor(len(SERVERS)) as pool:
                running = {server.__name__: pool.submit(
                    lambda server=server: places[server.__name__].await_ports(
                        server(places[server.__name__])))
                    for server in SERVERS}
            for title, future in running.items():
                try:
                    started[title] = places[title], future.result()
                except Missing as missing:
                    skip(title, missing)
                except (OSError, subprocess.SubprocessError) as error:
                    check(f"{title} starts", False,
                          f"{error!r}\n{places[title].said()}")
            if started:
                judge_all(authority, started)
        finally:
            for place in places.values():
                place.stop()
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
