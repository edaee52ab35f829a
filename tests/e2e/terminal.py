#!/usr/bin/env python3
"""What scan shows on a terminal of 80 columns: one host, many, what is new,
the night's mail; and that colours come on a terminal alone.
"""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Fleet
from tap import FAILED, check

LATEST = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")


def still(text):
    """The same whenever and at whatever ports it was scanned."""
    text = LATEST.sub("RUN", text)
    text = re.sub(r":\d{4,5}\b", ":PORT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    # Whether two nights began in one second, and so are one in history.db.
    text = re.sub(r",?\s+since DATE, last good DATE,\s+was good again \d+ "
                  r"times?", "", text)
    text = re.sub(r"\b[0-9a-f]{32,64}\b", "HEX", text)
    text = re.sub(r"\b127\.0\.0\.\d+\n", "127.0.0.N\n", text)
    return re.sub(r" in \d+\.\d s", " in N s", text)


def is_narrow(text):
    """No line is wider, but for a path that would be of no use cut short."""
    return all(len(line) <= 80 or max(map(len, line.split())) > 64
               for line in text.splitlines())


def shows(name, text, *wanted):
    found = still(text)
    missing = [piece for piece in wanted if piece not in found]
    check(name, not missing, f"no {missing} in\n{found}")
    check(f"{name}: within 80 columns", is_narrow(text), text)


KILAS = (
    "kilas.example.test:PORT   missing intermediate   "
    "refused by 20 of 21 clients\n\n"
    "  received  0  CN=kilas.example.test                        until DATE\n"
    "               issued by CN=Atlas DV TLS CA - G2,O=Atlas C… not sent\n"
    "  missing   1  CN=Atlas DV TLS CA - G2,O=Atlas Certification AS,C=NO\n"
    "               found at http://127.0.0.1:PORT/der/AtlasDv\n",
    "  anchor    2  CN=Atlas Primary Root CA - G3,O=Atlas Certi… in store "
    "trust\n",
    "  accepts   chrome\n",
    "            For clients that cannot wait: one certificate for their "
    "trust store.\n"
    "            fleetscan fix reports/RUN\n",
)

FAMILY = (
    "               sent by archive.amberfield.test in reports/RUN\n",
    "  siblings  it differs from its 11 siblings in reports/RUN:\n"
    "            issuer Atlas DV TLS CA - G2, siblings have Meridian TLS "
    "Issuing CA\n"
    "            2025; root Atlas Primary Root CA - G3, siblings have "
    "Meridian Global\n"
    "            Root CA; sends 1 certificate, siblings send 2\n",
)

FACTS = (
    "  names     www.velo-rental.test, velo-rental.test\n"
    "  valid     from DATE until DATE\n"
    "  key       EC P-256\n"
    "  serial    HEX\n"
    "  SHA-256   HEX\n"
    "  address   127.0.0.N\n"
    "  TLS       TLS1.3, group X25519\n",
)

WRONG_ROOT = (
    "meters.polder-energie.test:PORT   wrong root   "
    "refused by 21 of 21 clients\n"
    "  ends at CN=Polder Energie Root CA (private, self-signed)\n",
    "  ends at   2  CN=Polder Energie Root CA,O=Polder Energie … not in "
    "store trust\n",
    "            Or trust this root on purpose:\n"
    "            fleetscan fix reports/RUN --trust-root\n",
)

MANY = (
    "51 targets in N s\n"
    "  ok                           32  62.7 %   1 expires within 30 days, "
    "1 within 7\n"
    "  missing intermediate          4   7.8 %   3 causes\n"
    "  wrong root                    5   9.8 %   1 private root\n",
    "Causes, most hosts first\n"
    "      4  end at CN=Polder Energie Root CA (private)\n"
    "             intranet.polder-energie.test:PORT, …\n",
    "      2  miss CN=E7                   sent by builds.ci.tinker-labs.test"
    "   fix 1\n",
    "\nReports in reports/RUN\n"
    "  (hosts.csv, sites.csv, summary.json, report.html, metrics.prom)\n"
    "Repair kit: fleetscan fix reports/RUN\n",
)

NEWS = (
    "\nSince DATE: 2 unreachable, 19 still broken (RUN)\n"
    "unreachable  www.example.test:PORT       ok -> connection-refused\n"
    "unreachable  pay.harbour-bank.test:PORT  ok -> connection-refused\n",
)

MAIL = (
    "Subject: fleetscan: 2 hosts got worse, 0 better (51 scanned)\n\n"
    "unreachable  www.example.test:PORT\n"
    "             ok -> connection-refused\n",
    "/report.html\n",
)


def check_one_host(fleet, folder):
    done = fleet.scan_in(folder, fleet.find("kilas.example.test"))
    shows("one host", done.stdout, *KILAS)
    check("nobody is asked where there is no other run",
          "siblings" not in done.stdout, done.stdout)
    done = fleet.scan_in(folder, fleet.find("meters.polder-energie.test"))
    shows("a wrong root", done.stdout, *WRONG_ROOT)
    check("a wrong root has no kit", "cannot wait" not in done.stdout,
          done.stdout)
    done = fleet.scan_in(folder, fleet.find("maps.velo-rental.test"))
    shows("the facts of a host", done.stdout, *FACTS)
    done = subprocess.run(
        [FLEETSCAN, "scan", "--trust", fleet.trust("fleet"), "-r",
         f"127.0.0.1:{fleet.dns}", "--intermediates", "none", "--cache",
         "empty", fleet.find("kilas.example.test")],
        cwd=folder, capture_output=True, text=True, timeout=60)
    shows("why AIA was not followed", done.stdout,
          "  AIA       http://127.0.0.1:PORT/der/AtlasDv: 127.0.0.1 is not a "
          "public\n"
          "            address (loopback); --aia-allow-private allows it\n")


def scan_night(fleet, folder, *options, **more):
    """history.db knows nights by their second, so each has its own."""
    time.sleep(1.05 - time.time() % 1)
    return fleet.scan_in(folder, *options, **more)


def check_nights(fleet, folder):
    done = scan_night(fleet, folder, "-l", "hosts.txt", "--diff-last")
    shows("many hosts", done.stdout, *MANY)
    check("the first night has no news", "Since" not in done.stdout and
          done.stdout.endswith("\nNo earlier run of this list to compare "
                               "with.\n"), done.stdout)
    kit = subprocess.run([FLEETSCAN, "fix", "reports/latest"], cwd=folder,
                         capture_output=True, text=True, timeout=60)
    check("fix has the same numbers",
          re.search(r"fix 1 +CN=E7,", kit.stdout) is not None, kit.stdout)
    done = scan_night(fleet, folder, fleet.find("kilas.example.test"))
    shows("one host and its siblings", done.stdout, *KILAS, *FAMILY)
    done = scan_night(fleet, folder, fleet.find("www.example.test"))
    shows("a host like its siblings", done.stdout,
          "  siblings  it is like its 11 siblings in reports/RUN\n")
    quiet = ("-q", "--diff-last", "-l", "hosts.txt")
    done = scan_night(fleet, folder, *quiet)
    check("a night like the last is quiet",
          (done.returncode, done.stdout, done.stderr) == (0, "", ""),
          done.stdout + done.stderr)
    down = ("www.example.test", "pay.harbour-bank.test")
    done = scan_night(fleet, folder, "-l", "hosts.txt", down=down)
    shows("the news", done.stdout, *NEWS)
    scan_night(fleet, folder, "-q", "-l", "hosts.txt")
    done = scan_night(fleet, folder, *quiet, down=down)
    shows("the night's mail", done.stdout, *MAIL)
    check("the mail changes no exit code", done.returncode == 0,
          done.returncode)
    done = scan_night(fleet, folder, *quiet, "--fail-on", "error")
    check("a better night is quiet, --fail-on as ever",
          (done.returncode, done.stdout, done.stderr) == (1, "", ""),
          done.stdout + done.stderr)
    for words, line in (
            (("--fail-on", "error"), "18 hosts at --fail-on error: reports/"
                                     "RUN/report.html"),
            (("--fail-on", "expired,weak", "-fcsv"),
             "4 hosts at --fail-on expired,weak: reports/RUN"),
            (("--fail-on", "revoked"), None)):
        done = scan_night(fleet, folder, "-q", "-l", "hosts.txt", *words)
        check(f"why a quiet job fails: {words[1]}",
              (done.returncode, done.stdout, still(done.stderr)) ==
              ((1, "", f"fleetscan: {line}\n") if line else (0, "", "")),
              done.stdout + done.stderr)
    kit = subprocess.run([FLEETSCAN, "fix", "reports/latest", "-o", "kit"],
                         cwd=folder, capture_output=True, text=True,
                         timeout=60)
    first = next(night["night"] for night in map(json.loads, subprocess.run(
        [FLEETSCAN, "history", "--json"], cwd=folder, capture_output=True,
        text=True, timeout=60).stdout.splitlines())
        if night["list"] == "hosts.txt")
    items = json.loads((folder / "kit" / "fix.json").read_text())
    check("fix says since when the hosts are broken",
          items and all(item["since"] == first for item in items)
          and f", since {first[:10]}" in kit.stdout
          and f"fullchain.pem  broken since {first[:10]}"
          in (folder / "kit" / "README.txt").read_text(),
          (first, [item["since"] for item in items], kit.stdout))
    done = scan_night(fleet, folder, "--diff-last", "-l", "hosts.txt",
                      down=down)
    check("without -q the summary and every change", still(
        done.stdout).endswith("ok -> connection-refused\n")
        and "51 targets in" in done.stdout,
        done.stdout)


def check_strangers(fleet, folder):
    """Another list, a lone host and a shard are no nights of this list."""
    (folder / "one.txt").write_text(fleet.find("dev.example.test") + "\n")
    fleet.scan_in(folder, "-q", "-l", "one.txt")
    fleet.scan_in(folder, "-q", fleet.find("www.example.test"))
    done = fleet.scan_in(folder, "-l", "hosts.txt", "--shard", "0/2")
    check("a first shard has no news", "Since" not in done.stdout,
          done.stdout)
    done = fleet.scan_in(folder, "-l", "hosts.txt")
    check("a list is compared with itself", "2 better" in done.stdout and
          "gone" not in done.stdout, done.stdout)
    for part in ("0", "1"):
        fleet.scan_in(folder, "-q", "-l", "hosts.txt", "--shard", f"{part}/2",
                      "-o", f"part-{part}")
    for night in ("first", "second"):
        done = subprocess.run(
            [FLEETSCAN, "merge", "part-0", "part-1", "-o", f"merged/{night}"],
            cwd=folder, capture_output=True, text=True, timeout=60)
    check("merged runs are compared with each other",
          "19 still broken (first)" in done.stdout, done.stdout)
    done = fleet.scan_in(folder, "-l", "hosts.txt", "-o", "other/first")
    check("runs elsewhere are no nights either", "Since" not in done.stdout,
          done.stdout)


def check_refusals(fleet, folder):
    for words, why in (
            (("--diff-last", "--json", "-l", "hosts.txt"), "--json"),
            (("--diff-last", "-fcsv,html", "-l", "hosts.txt"), "ndjson"),
            (("--diff-last", fleet.find("www.example.test")), "-l FILE")):
        done = fleet.scan_in(folder, *words)
        check(f"refused: {' '.join(words[:2])}",
              done.returncode == 2 and why in done.stderr, done.stderr)


def on_terminal(fleet, folder, **environment):
    """The same scan with a terminal for its output."""
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [FLEETSCAN, "scan", "--trust", fleet.trust("fleet"), "-r",
         f"127.0.0.1:{fleet.dns}", "--intermediates", "none", "--progress",
         "off", fleet.find("meters.polder-energie.test")],
        cwd=folder, stdout=writer, stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", **environment})
    os.close(writer)
    shown = b""
    try:
        while block := os.read(reader, 65536):
            shown += block
    except OSError:
        pass
    process.wait(60)
    os.close(reader)
    return shown.decode()


def check_colours(fleet, folder):
    try:
        os.close(os.open("/dev/ptmx", os.O_RDWR))
    except OSError:
        print("skip - colours: there are no terminals (is /dev/pts mounted?)")
        return
    shown = on_terminal(fleet, folder, NO_COLOR="")
    check("a terminal has colours", "\033[31mwrong root\033[0m" in shown or
          "\033[31munknown issuer\033[0m" in shown, shown)
    shown = on_terminal(fleet, folder, NO_COLOR="1")
    check("but not with NO_COLOR", "\033" not in shown and
          "refused by" in shown, shown)
    shown = on_terminal(fleet, folder, TERM="dumb", NO_COLOR="")
    check("nor where it is dumb", "\033" not in shown and
          "refused by" in shown, shown)


def main():
    with tempfile.TemporaryDirectory() as name, Fleet() as fleet:
        folder = pathlib.Path(name)
        check_one_host(fleet, folder)
        check_nights(fleet, folder)
        check_strangers(fleet, folder)
        check_refusals(fleet, folder)
        check_colours(fleet, folder)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
