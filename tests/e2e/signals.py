#!/usr/bin/env python3
"""SIGINT and SIGTERM at any moment: exit 3, or the code of a finished run.

What is left can be resumed.  Nobody who reads standard output: exit 4.  The
moment is counted from where the program handles signals: before that, the
kernel and the loader are at work.  ATTACK=N: N signals instead of a
few, 1 is 300.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check

ATTACK = int(os.environ.get("ATTACK") or 0)
SIGNALS = {0: 10, 1: 300}.get(ATTACK, ATTACK)
HOSTS, SEED = 20, 14


def handles(process, number):
    """Does the process handle the signal, or block it for its thread?"""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return True
    masks = dict(line.split(":", 1) for line in status.splitlines()
                 if ":" in line)
    caught = int(masks["SigCgt"], 16) >> (number - 1) & 1
    return caught == 1 or masks["State"].strip().startswith("Z")


class Scans:
    def __init__(self, lab, folder):
        rows = [row for row in lab.hosts if row["trust"] == "r1"][:HOSTS]
        self.list = folder / "hosts.txt"
        self.list.write_text("".join(f"{row['name']}:{row['port']}\n"
                                     for row in rows))
        self.run = folder / "run"
        self.command = [
            FLEETSCAN, "scan", "-q", "-l", str(self.list), "-o",
            str(self.run), "--trust", lab.trust("r1"), "-r",
            f"127.0.0.1:{lab.dns}", "--intermediates", "none",
            "--aia-allow-private", "--retries", "0", "--threads", "1"]

    def start(self, *more, **how):
        return subprocess.Popen([*self.command, *more], text=True,
                                stderr=subprocess.PIPE, **how)

    def is_whole(self):
        """True after --resume, or anew where nothing had begun; else what is
        wrong."""
        begun = (self.run / "run.json").exists()
        resumed = subprocess.run(
            [*self.command, *(["--resume"] if begun else [])], text=True,
            capture_output=True, timeout=100)
        stream = self.run / "hosts.ndjson"
        lines = stream.read_text().splitlines() if stream.exists() else []
        ordinals = {json.loads(line)["ordinal"] for line in lines}
        return (resumed.returncode == 0 and
                (len(lines), len(ordinals)) == (HOSTS, HOSTS)) or \
            f"{len(lines)} records, {resumed}"

    def interrupt(self, number, delay):
        """None, or what is wrong; and the exit code."""
        shutil.rmtree(self.run, ignore_errors=True)
        process = self.start(stdout=subprocess.DEVNULL)
        while not handles(process, number):
            time.sleep(0.0005)
        time.sleep(delay)
        process.send_signal(number)
        error = process.communicate(timeout=60)[1]
        if process.returncode not in (0, 3):
            return f"exit {process.returncode} {error}", process.returncode
        whole = self.is_whole()
        return None if whole is True else whole, process.returncode


def check_signals(scans):
    choose = random.Random(SEED)
    began = time.monotonic()
    process = scans.start(stdout=subprocess.DEVNULL)
    process.communicate(timeout=100)
    whole = time.monotonic() - began
    wrong, codes = [], {}
    for turn in range(SIGNALS):
        number = choose.choice([signal.SIGINT, signal.SIGTERM])
        delay = whole * 1.1 * turn / SIGNALS + choose.random() * 0.01
        bad, code = scans.interrupt(number, delay)
        codes[code] = codes.get(code, 0) + 1
        if bad:
            wrong.append(f"{number.name} after {delay:.4f} s: {bad}")
    print(f"# {whole:.2f} s a scan, exit codes {codes}, seed {SEED}")
    check("a signal at any moment", not wrong and 3 in codes,
          "\n".join(wrong[:5]))


def check_pipe(scans):
    shutil.rmtree(scans.run, ignore_errors=True)
    reader, writer = os.pipe()
    os.close(reader)
    process = scans.start("--json", stdout=writer)
    os.close(writer)
    error = process.communicate(timeout=100)[1]
    check("nobody reads standard output: exit 4 with a sentence",
          process.returncode == 4 and "Broken pipe" in error,
          f"{process.returncode} {error}")
    whole = scans.is_whole()
    check("that run can be resumed", whole is True, whole)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([FLEETSCAN, "help"], stdout=writer, text=True,
                          stderr=subprocess.PIPE, timeout=60)
    check("help that nobody reads: exit 4", done.returncode == 4, done)


def main():
    with tempfile.TemporaryDirectory() as name, \
            Laboratory("--scenarios") as lab:
        scans = Scans(lab, pathlib.Path(name))
        check_signals(scans)
        check_pipe(scans)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
