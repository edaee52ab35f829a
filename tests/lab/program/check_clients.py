#!/usr/bin/env python3
"""Puts the real clients of this machine before the lab and compares.

  check_clients.py FLEETLAB TRUTH.json [--only ID,ID] [--clients a,b] [-v]

Starts FLEETLAB, lets every installed client visit every scenario with the
scenario's own trust store, and prints how often each did what TRUTH (the
measured scenarios, with rejected_by) says.  Exit 1 if a client that was
measured in the same major version agrees in less than 95 % of its visits.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TIMEOUT = 8
CLEAN = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}

PYTHON = """
import http.client, socket, ssl, sys
host, name, ip, port, store = sys.argv[1:]
context = ssl.create_default_context(cafile=store)
real = socket.create_connection
socket.create_connection = lambda address, *rest, **more: real((ip, int(port)), 4)
connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=4)
connection.request("GET", "/")
sys.exit(0 if connection.getresponse().status == 200 else 1)
"""

REQUESTS = """
import socket, sys, requests
host, name, ip, port, store = sys.argv[1:]
real = socket.getaddrinfo
socket.getaddrinfo = lambda h, p, *rest, **more: real(ip, p, *rest, **more)
answer = requests.get(f"https://{host}:{port}/", verify=store, timeout=4)
sys.exit(0 if answer.status_code == 200 else 1)
"""

NODE = """
const [host, name, ip, port, store] = process.argv.slice(1);
const net = require("net"), family = net.isIP(ip);
const request = require("https").get(`https://${host}:${port}/`, { timeout: 4000,
  ca: require("fs").readFileSync(store), agent: false,
  lookup: (h, o, done) => o.all ? done(null, [{ address: ip, family }]) : done(null, ip, family) },
  answer => { answer.resume(); answer.on("end", () => process.exit(answer.statusCode == 200 ? 0 : 1)); });
request.on("timeout", () => process.exit(1));
request.on("error", error => { console.error(error.code || error.message); process.exit(1); });
"""

GO = """
package main
import ("context"; "crypto/tls"; "crypto/x509"; "net"; "net/http"; "os"; "time"; "fmt")
func main() {
	host, ip, port, store := os.Args[1], os.Args[3], os.Args[4], os.Args[5]
	pem, _ := os.ReadFile(store)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	dial := func(c context.Context, n, a string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(c, "tcp", net.JoinHostPort(ip, port)) }
	client := &http.Client{Timeout: 4 * time.Second, Transport: &http.Transport{
		DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	answer, err := client.Get("https://" + net.JoinHostPort(host, port) + "/")
	if err != nil { fmt.Fprintln(os.Stderr, err); os.Exit(1) }
	if answer.StatusCode != 200 { os.Exit(1) }
}
"""

JAVA = """
import java.io.*; import java.net.*; import java.security.*; import java.security.cert.*; import javax.net.ssl.*;
public class Visit {
	public static void main(String[] a) throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		int n = 0;
		try (InputStream in = new FileInputStream(a[4])) {
			for (java.security.cert.Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in))
				store.setCertificateEntry("c" + n++, c);
		}
		TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		f.init(store);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, f.getTrustManagers(), null);
		HttpsURLConnection u = (HttpsURLConnection) new URL("https://" + a[0] + ":" + a[3] + "/").openConnection();
		u.setSSLSocketFactory(context.getSocketFactory());
		u.setConnectTimeout(4000); u.setReadTimeout(4000);
		System.exit(u.getResponseCode() == 200 ? 0 : 1);
	}
}
"""

PHP = """
[, $host, $name, $ip, $port, $store] = $argv;
$context = stream_context_create(["ssl" => ["cafile" => $store], "http" => ["timeout" => 4]]);
exit(file_get_contents("https://$host:$port/", false, $context) === false ? 1 : 0);
"""

RUBY = """
require "net/http"
host, name, ip, port, store = ARGV
uri = URI("https://#{host}:#{port}/")
http = Net::HTTP.new(uri.host, uri.port)
http.use_ssl = true
http.ca_file = store
http.open_timeout = http.ssl_timeout = http.read_timeout = 4
exit http.get("/").code == "200"
"""

PERL = """
use IO::Socket::SSL;
my ($host, $name, $ip, $port, $store) = @ARGV;
my $socket = IO::Socket::SSL->new(PeerHost => $host, PeerPort => $port, Timeout => 4, SSL_ca_file => $store,
    SSL_verifycn_scheme => "http") or die "$SSL_ERROR\n";
print $socket "GET / HTTP/1.0\r\n\r\n";
exit((<$socket> // "") =~ / 200 / ? 0 : 1);
"""


def run(command, send=b"", env=None, timeout=TIMEOUT):
    try:
        done = subprocess.run(command, input=send, capture_output=True,
                              timeout=timeout, env={**CLEAN, **(env or {})})
        return done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        return 124, b"timeout"


def is_ip(text):
    return text.replace(".", "").isdigit()


class Clients:
    """A method a client: the command's exit and words, or None to skip."""

    def __init__(self, work):
        self.work = work

    def openssl(self, s):
        check = ["-verify_ip", s["host"]] if is_ip(s["host"]) else ["-verify_hostname", s["host"].rstrip(".")]
        sni = ["-noservername"] if is_ip(s["host"]) else ["-servername", s["name"]]
        code, said = run(["openssl", "s_client", "-connect", f"{s['ip']}:{s['port']}", *sni, "-CAfile", s["store"],
                          "-no-CApath", "-no-CAstore", "-verify_return_error", "-ign_eof", *check],
                         b"GET / HTTP/1.0\r\n\r\n")
        return b"200 OK" in said, said

    def curl(self, s):
        return self._curl(s, ["curl", "-sS", "-m", "5", "-o", "/dev/null"])

    def _curl(self, s, command):
        code, said = run([*command, "--cacert", s["store"], "--capath", "/nonexistent", "--resolve",
                          f"{s['host']}:{s['port']}:{s['ip']}", "--resolve", f"{s['name']}:{s['port']}:{s['ip']}",
                          f"https://{s['host']}:{s['port']}/"])
        return code == 0, said

    def python(self, s):
        return self._script(s, [self.interpreter, "-I", "-c", PYTHON])

    def python313(self, s):
        return self._script(s, [self.interpreter313, "-I", "-c", PYTHON])

    def requests(self, s):
        return self._script(s, [self.interpreter, "-c", REQUESTS])

    def node(self, s):
        return self._script(s, ["node", "-e", NODE, "--"])

    def go(self, s):
        return self._script(s, [str(self.work / "visit-go")])

    def java(self, s):
        return self._script(s, ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                                f"-Djdk.net.hosts.file={self.work}/hosts", "-cp", str(self.work), "Visit"], 15)

    def php(self, s):
        return self._script(s, [*self._with_hosts(), "php", "-n", "-r", PHP, "--"])

    def ruby(self, s):
        return self._script(s, [*self._with_hosts(), "ruby", "-e", RUBY, "--"])

    def perl(self, s):
        return self._script(s, [*self._with_hosts(), "perl", "-e", PERL, "--"])

    def _with_hosts(self):
        """What runs a command that can be told an address in /etc/hosts only."""
        return ["unshare", "-m", "sh", "-c", 'mount --bind "$1" /etc/hosts && shift && exec "$@"', "sh",
                str(self.work / "hosts")]

    def _script(self, s, command, timeout=TIMEOUT):
        code, said = run([*command, s["host"], s["name"], s["ip"], s["port"], s["store"]], timeout=timeout)
        return code == 0, said

    def gnutls(self, s):
        code, said = run(["gnutls-cli", "--x509cafile", s["store"], "-p", s["port"], "--sni-hostname", s["name"],
                          "--verify-hostname", s["host"].rstrip("."), s["ip"]], b"GET / HTTP/1.0\r\n\r\n")
        return b"Handshake was completed" in said, said

    def git(self, s):
        return self._git(s, "git")

    def _git(self, s, program):
        code, said = run([program, "-c", f"http.curloptResolve={s['host']}:{s['port']}:{s['ip']}", "-c",
                          f"http.curloptResolve={s['name']}:{s['port']}:{s['ip']}", "-c",
                          f"http.sslCAInfo={s['store']}", "-c", "http.sslCAPath=/nonexistent", "ls-remote",
                          f"https://{s['host']}:{s['port']}/x"], env={"GIT_TERMINAL_PROMPT": "0"})
        return b"not valid: is this a git repository" in said or b"not found" in said, said

    def wget(self, s):
        code, said = run([*self._with_hosts(), "wget", "-q", "-O", "/dev/null", "-t", "1", "-T", "5",
                          f"--ca-certificate={s['store']}", "--ca-directory=/nonexistent", "--no-hsts",
                          f"https://{s['host']}:{s['port']}/"])
        return code == 0, said

    def installed(self):
        self.interpreter = self.interpreter313 = None
        for name in ("/usr/bin/python3", "python3", "python3.13"):
            path = shutil.which(name)
            code, version = run([path, "-c", "import sys; print(sys.version_info[1])"]) if path else (1, b"")
            if code == 0 and int(version) >= 13:
                self.interpreter313 = path
            elif code == 0:
                self.interpreter = self.interpreter or path
        have = [c for c, program in (("openssl", "openssl"), ("curl", "curl"), ("gnutls", "gnutls-cli"),
                                     ("git", "git"), ("node", "node")) if shutil.which(program)]
        if self.interpreter:
            have.append("python")
            if run([self.interpreter, "-c", "import requests"])[0] == 0:
                have.append("requests")
        if self.interpreter313:
            have.append("python313")
        if os.geteuid() == 0 and run(["unshare", "-m", "true"])[0] == 0:
            have += [c for c in ("wget", "php", "ruby") if shutil.which(c)]
            if run(["perl", "-MIO::Socket::SSL", "-e", "1"])[0] == 0:
                have.append("perl")
        go = shutil.which("/usr/lib/go-1.19/bin/go") or shutil.which("go")
        if go:
            (self.work / "visit.go").write_text(GO)
            if run([go, "build", "-o", str(self.work / "visit-go"), str(self.work / "visit.go")],
                   env={"HOME": str(self.work), "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}, timeout=180)[0] == 0:
                have.append("go")
        if shutil.which("javac"):
            (self.work / "Visit.java").write_text(JAVA)
            if run(["javac", "-d", str(self.work), str(self.work / "Visit.java")], timeout=60)[0] == 0:
                have.append("java")
        return have


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("fleetlab")
    parser.add_argument("truth")
    parser.add_argument("--only")
    parser.add_argument("--clients")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    truth = json.loads(pathlib.Path(options.truth).read_text())
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        lab = subprocess.Popen([options.fleetlab, "--scenarios", "--dir", directory],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if not lab.stdout.readline().startswith("ready"):
                sys.exit("the lab did not start")
            with open(work / "scenarios.tsv", encoding="utf-8") as rows:
                scenarios = list(csv.DictReader(rows, delimiter="\t"))
            return compare(scenarios, truth, work, options)
        finally:
            lab.stdin.close()
            lab.wait()


def compare(scenarios, truth, work, options):
    clients = Clients(work)
    chosen = options.clients.split(",") if options.clients else None
    names = [c for c in clients.installed() if chosen is None or c in chosen]
    (work / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
        f"{s['ip']} {s['name']}\n" + f"{s['ip']} {s['host']}\n" * (s["host"] != s["name"]) for s in scenarios))
    for scenario in scenarios:
        scenario["store"] = str(work / "trust" / (scenario["trust"] + ".pem"))
    missing = [i for i in truth if i not in {s["id"] for s in scenarios}]
    if missing:
        print("not in the lab:", " ".join(missing))
    only = options.only.split(",") if options.only else None
    visits = [(c, s) for c in names for s in scenarios
              if s["id"] in truth and (only is None or s["id"] in only)]
    score, wrong = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for (client, s), (accepts, said) in zip(visits, pool.map(lambda v: getattr(clients, v[0])(v[1]), visits)):
            agrees = accepts != (client in truth[s["id"]]["rejected_by"])
            score[client, agrees] += 1
            if not agrees:
                wrong.append((client, s["id"], accepts, said))
    for client, scenario, accepts, said in wrong:
        print(f"{client:10} {scenario:24} {'accepts' if accepts else 'refuses'}, was measured otherwise")
        if options.v:
            print("    " + said.decode("utf-8", "replace").strip()[-400:].replace("\n", "\n    "))
    failed = False
    for client in names:
        good, total = score[client, True], score[client, True] + score[client, False]
        print(f"{client:10} agrees in {good} of {total}")
        failed = failed or good < 0.95 * total
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
