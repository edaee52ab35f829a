#!/usr/bin/env python3
"""The scan command as users and cron call it: input, output, exit codes."""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Laboratory
from listener import free_port
from tap import FAILED, check


class Bench:
    """A lab and a directory to scan it from."""

    def __init__(self, lab, folder):
        self.lab = lab
        self.folder = pathlib.Path(folder)
        self.hosts = [row for row in lab.hosts if row["trust"] == "fleet"]

    def options(self):
        return ["--trust", self.lab.trust("fleet"), "-r",
                f"127.0.0.1:{self.lab.dns}", "--intermediates", "none",
                "--aia-allow-private", "-t", "4", "--retries", "0"]

    def run(self, *arguments, text="", plain=False):
        options = [] if plain else self.options()
        return subprocess.run(
            [FLEETSCAN, "scan", *options, *arguments], input=text,
            capture_output=True, text=True, cwd=self.folder, timeout=60)

    def listing(self):
        return "".join(f"{r['name']}:{r['port']}\n" for r in self.hosts)

    def find(self, scenario):
        row = next(r for r in self.hosts if r["id"] == scenario)
        return f"{row['name']}:{row['port']}"


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def without_times(record):
    return {k: v for k, v in record.items()
            if k not in ("timestamp", "timing", "attempts")}


def test_run_directory(bench):
    done = bench.run("-l", "-", "-o", "run", text=bench.listing())
    run = bench.folder / "run"
    found = records((run / "hosts.ndjson").read_text())
    check("a list ends with exit 0", done.returncode == 0, done.stderr)
    check("one record a target", len(found) == len(bench.hosts))
    check("the summary names the story's host",
          "Atlas DV TLS CA - G2" in done.stdout, done.stdout)
    rows = list(csv.DictReader((run / "hosts.csv").open(newline="")))
    check("hosts.csv has a row a record, in input order",
          [int(r["ordinal"]) for r in rows]
          == list(range(1, len(found) + 1)))
    summary = json.loads((run / "summary.json").read_text())
    check("summary.json counts them all",
          sum(summary["classes"].values()) == len(found))
    heals = {c["class"]: c["heals"] for c in summary["causes"]}
    check("a cause says whom its repair brings back",
          "curl" in heals["missing_intermediate"]
          and "chrome" not in heals["missing_intermediate"]
          and heals["wrong_root"] == [], heals)
    manifest = json.loads((run / "run.json").read_text())
    check("run.json says that it is complete", manifest["complete"] is True)
    check("nothing is pending", not (run / "pending.ndjson").exists())
    named = {sha for r in found for sha in r["received"]}
    kept = {c["sha256"] for c in
            records((run / "certs.ndjson").read_text())}
    check("every certificate received is kept", named <= kept)
    check("stores/ holds the anchors",
          any((run / "stores").glob("*.pem")))
    again = bench.run("-l", "-", "-o", "run", text=bench.listing())
    check("a directory with a run is refused with exit 2",
          again.returncode == 2, str(again.returncode))


def test_threads(bench):
    """By one clock: a day may end between two runs."""
    runs = []
    clock = str(int(time.time()) + 60)
    for threads in ("1", "2"):
        done = bench.run("--json", "-l", "-", "--threads", threads,
                         "--at", clock, text=bench.listing())
        runs.append(sorted(map(json.dumps, map(
            without_times, records(done.stdout)))))
    check("one thread and two say the same", runs[0] == runs[1],
          sorted(set(runs[0]) ^ set(runs[1])))


def test_json_keeps_nothing(bench):
    before = set(bench.folder.iterdir())
    done = bench.run("--json", bench.find("kilas.example.test"))
    record = records(done.stdout)[0]
    check("--json alone keeps nothing", set(bench.folder.iterdir()) == before)
    check("the cause is named", record["class"] == "missing_intermediate"
          and record["cause"] == "leaf_only", done.stdout)
    check("a sender of the missing one or its AIA is named",
          record["missing"] and record["missing"][0]["where"])


def test_bad_lines(bench):
    good = bench.find("kilas.example.test")
    text = f"\ufeff# a comment\r\n\r\n{good}\r\n{good}\nno host here\n"
    done = bench.run("--json", "-l", "-", text=text)
    found = records(done.stdout)
    check("a bad line is reported with its number",
          "stdin:5:" in done.stderr, done.stderr)
    check("and stays as invalid-input",
          [r["status"] for r in sorted(found, key=lambda r: r["ordinal"])]
          == ["success", "invalid-input"], done.stdout)
    strict = bench.run("--json", "--strict", "-l", "-", text=text)
    check("--strict ends with exit 2", strict.returncode == 2)


def test_exit_codes(bench):
    broken = bench.find("kilas.example.test")
    rows = (
        ("--fail-on error", ["--json", "--fail-on", "error", broken], 1),
        ("--fail-on another class",
         ["--json", "--fail-on", "expired", broken], 0),
        ("no target", ["--json"], 2),
        ("an unknown option", ["--no-such-option"], 2),
        ("a list that is not there", ["-l", "not-there.txt"], 2),
        ("a store that is not there",
         ["--json", "--trust", "not-there.pem", broken], 2),
    )
    for name, arguments, want in rows:
        done = bench.run(*arguments)
        check(f"{name} ends with exit {want}", done.returncode == want,
              f"{done.returncode} {done.stderr}")
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [FLEETSCAN, "scan", *bench.options(), "--json", broken],
                stdout=full, stderr=subprocess.PIPE, cwd=bench.folder,
                timeout=60)
        check("a full disk ends with exit 4", done.returncode == 4,
              str(done.returncode))


def test_last_word_is_dns(bench):
    """The last target of a worker ends inside the resolver's callback."""
    names = "".join(f"no-such-{i}.nowhere.test\n" for i in range(5))
    for threads in ("1", "2"):
        done = bench.run("--json", "-l", "-", "--threads", threads, text=names)
        check(f"a list of unknown names ends well, {threads} threads",
              done.returncode == 0 and len(records(done.stdout)) == 5,
              done.stderr)


def test_signals(bench):
    """Slow targets: addresses that nothing listens on, and the fleet."""
    slow = "".join(f"127.0.0.1:{i}\n" for i in range(1, 50))
    silent = "".join(f"silent{i}.nowhere.test\n" for i in range(2000))
    for number, want in ((signal.SIGINT, 3), (signal.SIGKILL, -9)):
        out = bench.folder / f"signal-{int(number)}"
        process = subprocess.Popen(
            [FLEETSCAN, "scan", *bench.options(), "-q", "-c", "20",
             "--rate", "200", "-o", str(out), "-l", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, cwd=bench.folder)
        process.stdin.write(bench.listing() + slow + silent)
        process.stdin.flush()
        deadline = time.monotonic() + 20
        journal = out / "hosts.ndjson"
        while time.monotonic() < deadline and not (
                journal.exists() and journal.stat().st_size):
            time.sleep(0.05)
        process.send_signal(number)
        process.stdin.close()
        code = process.wait(30)
        process.stderr.close()
        check(f"{number.name} ends with {want}", code == want, str(code))
        text = journal.read_text()
        check(f"after {number.name} every line is whole",
              text.endswith("\n") and records(text))


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout",
         str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-days", "90"], check=True, capture_output=True)


def wait_for(path, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists() and path.stat().st_size:
            return True
        time.sleep(0.05)
    return False


def visit_real(bench, name, port):
    rows = (("its certificate trusted", str(bench.folder / "cert.pem"), "ok"),
            ("another store", bench.lab.trust("fleet"), "wrong_root"))
    for what, trust, want in rows:
        for _ in range(50):
            done = subprocess.run(
                [FLEETSCAN, "scan", "--json", "-q", "--trust", trust,
                 "--intermediates", "none", "--resolve",
                 f"localhost:{port}:127.0.0.1", f"localhost:{port}"],
                capture_output=True, text=True, timeout=60)
            record = records(done.stdout)[0]
            if record["status"] != "connection-refused":
                break
            time.sleep(0.1)
        check(f"{name}, {what}: {want}", record["class"] == want,
              done.stdout)


def test_real_servers(bench):
    if not shutil.which("openssl"):
        print("skip - real servers: openssl is not installed")
        return
    certificate(bench.folder)
    port = free_port()
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert",
         "cert.pem", "-key", "key.pem", "-quiet"], cwd=bench.folder,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    visit_real(bench, "openssl s_server", port)
    server.terminate()
    server.wait(10)
    if not shutil.which("nginx"):
        print("skip - nginx: it is not installed")
        return
    port = free_port()
    (bench.folder / "nginx.conf").write_text(f"""
daemon off; pid {bench.folder}/nginx.pid; error_log stderr crit;
events {{}}
http {{ access_log off; client_body_temp_path {bench.folder}/t1;
proxy_temp_path {bench.folder}/t2; fastcgi_temp_path {bench.folder}/t3;
uwsgi_temp_path {bench.folder}/t4; scgi_temp_path {bench.folder}/t5;
server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {bench.folder}/cert.pem;
ssl_certificate_key {bench.folder}/key.pem; return 204; }} }}
""")
    server = subprocess.Popen(
        ["nginx", "-p", str(bench.folder), "-c",
         str(bench.folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    if wait_for(bench.folder / "nginx.pid", server):
        visit_real(bench, "nginx", port)
    else:
        print("skip - nginx: it does not start here")
    server.terminate()
    server.wait(10)


def main():
    with Laboratory("--fleet") as lab, \
            tempfile.TemporaryDirectory() as folder:
        bench = Bench(lab, folder)
        test_run_directory(bench)
        test_threads(bench)
        test_json_keeps_nothing(bench)
        test_bad_lines(bench)
        test_exit_codes(bench)
        test_last_word_is_dns(bench)
        test_signals(bench)
        test_real_servers(bench)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
