#!/usr/bin/env python3
"""Interrupted runs go on: killed, cut short, out of space, with other lists.

RESUME_KILLS says how many times a scan is killed at a random moment (8)."""
import contextlib
import csv
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Laboratory
from runs import STREAMS, contents, differences, read_streams, records
from tap import FAILED, check

KILLS = int(os.environ.get("RESUME_KILLS", "8"))
SEED = int(os.environ.get("RESUME_SEED", random.randrange(1 << 30)))
# Not now: a report says by which clock it judged where that is another one.
CLOCK = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))


class Bench:
    """A lab, a list of its hosts, and what a run of it comes to."""

    def __init__(self, lab, folder):
        self.lab = lab
        self.folder = pathlib.Path(folder)
        places = {row["id"]: f"{row['host']}:{row['port']}"
                  for row in lab.hosts}
        self.quick_aia = places["leaf-aia"]
        self.slow_aia = places.pop("aia-slow")
        places.pop("close-at-once")  # reset or closed, as it happens
        self.hosts = list(places.values())[::2]
        self.leave_out_silent_hosts()
        self.list("hosts.txt", ["no host here", *self.hosts])

    def leave_out_silent_hosts(self):
        """Each run would wait for them to the last."""
        self.list("all.txt", self.hosts)
        done = self.run(*self.options("--json", "-t", "4"), "-q", "-l",
                        "all.txt")
        found = map(json.loads, done.stdout.splitlines())
        silent = {r["input"] for r in found if "timeout" in r["status"]}
        self.hosts = [host for host in self.hosts if host not in silent]

    def list(self, name, lines):
        (self.folder / name).write_text("".join(f"{x}\n" for x in lines))
        return name

    def options(self, *more):
        return ["--trust", self.lab.trust("fleet"), "-r",
                f"127.0.0.1:{self.lab.dns}", "--intermediates", "none",
                "--aia-allow-private", "-t", "30", "--retries", "0", "-c",
                "50", "--rate", "400", "--at", CLOCK, *more]

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [FLEETSCAN, "scan", *map(str, arguments)], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def run(self, *arguments, text=None, **more):
        more.setdefault("cwd", self.folder)
        return subprocess.run(
            [FLEETSCAN, "scan", *map(str, arguments)], input=text,
            capture_output=True, text=True, timeout=100, **more)

    def begin(self, out, *more, number=signal.SIGINT, lists=("hosts.txt",),
              hosts=()):
        """A scan that is interrupted once something was written."""
        words = [w for name in lists for w in ("-l", name)]
        process = self.start(*self.options(*more), *words, "-o", out, *hosts)
        wait_for(process, self.folder / out)
        process.send_signal(number)
        said = process.communicate(timeout=60)
        return process.returncode, said[1]


def wait_for(process, out):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if any((out / name).exists() and (out / name).stat().st_size
               for name in ("hosts.ndjson", "pending.ndjson")):
            return
        time.sleep(0.01)


def test_interrupt(bench, want):
    for number in (signal.SIGINT, signal.SIGTERM):
        out = f"run-{number.name}"
        code, said = bench.begin(out, number=number)
        check(f"{number.name} ends with exit 3", code == 3, (code, said))
        check(f"and says how to go on ({number.name})",
              f"fleetscan scan --resume -o {out}" in said, said)
        streams = read_streams(bench.folder / out)
        done = bench.run("--resume", "-o", out)
        check(f"--resume -o DIR alone goes on ({number.name})",
              done.returncode == 0, done.stderr)
        check(f"what was written is not scanned again ({number.name})",
              len(streams["hosts.ndjson"]) + len(streams["pending.ndjson"])
              > 0 and "to be scanned" in done.stderr, done.stderr)
        wrong = differences(bench.folder / out, want)
        check(f"and ends as one run would ({number.name})", not wrong, wrong)


def test_interrupted_settling(bench):
    """While an AIA server does not answer."""
    process = bench.start(*bench.options(), "-o", "settling", bench.slow_aia)
    wait_for(process, bench.folder / "settling")
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=60)
    check("SIGTERM while settling ends with exit 3, soon",
          process.returncode == 3 and time.monotonic() - began < 4
          and "--resume" in said[1], (process.returncode, said))
    done = bench.run("--resume", "-o", "settling")
    found = records(bench.folder / "settling")
    check("and it is settled when it goes on", done.returncode == 0
          and len(found) == 1, done.stderr)


def test_learned(bench):
    """What other runs learn meanwhile is not known to this one."""
    cache = bench.folder / "cache"
    bench.list("learn.txt", [
        bench.quick_aia, *(f"127.0.0.1:{port}" for port in range(1, 31))])
    options = [w for w in bench.options() if w not in (
        "--intermediates", "none", "--trust", bench.lab.trust("fleet"))]
    options += ["--cache", str(cache), "--intermediates",
                bench.lab.trust("r1"), "--trust", bench.lab.trust("r1"),
                "--rate", "30", "-l", "learn.txt"]
    process = bench.start(*options, "-o", "unlearned")
    wait_for(process, bench.folder / "unlearned")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    bench.run(*options, "-o", "learning")
    want = contents(bench.folder / "learning")
    learned = (cache / "intermediates.pem").exists()
    done = bench.run("--resume", "-o", "unlearned")
    wrong = differences(bench.folder / "unlearned", want)
    check("what was learned since is not known", learned and not wrong,
          (learned, done.stderr, wrong))
    bench.run(*options, "-o", "knowing")
    check("but to the next run it is",
          differences(bench.folder / "knowing", want))


def test_policy(bench):
    """The run's own copy counts, whatever becomes of the file."""
    policy = bench.folder / "policy.json"
    rule = {"schema": "fleetscan/policy/1", "ignore": [
        {"hosts": [host.rsplit(":", 1)[0]]} for host in bench.hosts[::9]]}
    policy.write_text(json.dumps(rule))
    words = ["--policy", policy]
    bench.run(*bench.options(*words), "-l", "hosts.txt", "-o", "strict")
    want = contents(bench.folder / "strict")
    bench.begin("by-policy", *words)
    policy.write_text(json.dumps({**rule, "ignore": []}))
    done = bench.run("--resume", "-o", "by-policy")
    wrong = done.stderr if done.returncode else differences(
        bench.folder / "by-policy", want)
    check("a policy is the run's own", want["run.json"]["ignored"] > 0
          and not wrong, wrong)


def test_shard(bench):
    for words in (["--shard", "1/3"], ["--shard", "auto/3"]):
        out = f"shard-{words[1][0]}"
        process = bench.start(
            *bench.options(*words), "-l", "hosts.txt", "-o", out,
            env={**os.environ, "SLURM_ARRAY_TASK_ID": "1"})
        wait_for(process, bench.folder / out)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        bench.run("--resume", "-o", out)
    whole = contents(bench.folder / "one")["hosts.ndjson"]
    first = records(bench.folder / "shard-1")
    check("--shard is kept, and as a number", first and
          len(first) < len(whole)
          and first == records(bench.folder / "shard-a"))


def kill_at_random(bench, out, moment):
    """A run, new or gone on with; killed unless it ended first."""
    if (out / "run.json").exists():
        words = ["--resume", "-o", out]
    else:
        words = [*bench.options(), "-l", "hosts.txt", "-o", out]
    process = bench.start(*words)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    said = process.communicate(timeout=60)
    assert process.returncode in (0, -9), (process.returncode, said)
    return process.returncode == -9


def test_kills(bench, want, seconds):
    """Some of the moments are those of settling and of writing reports."""
    dice = random.Random(SEED)
    kills = runs = 0
    wrong = []
    while kills < KILLS:
        out = bench.folder / f"killed-{runs}"
        while kills < KILLS:
            if not kill_at_random(
                    bench, out, dice.uniform(0, seconds * 1.1)):
                break
            kills += 1
        done = bench.run("--resume", "-o", out)
        if done.returncode != 0:
            wrong.append((runs, done.stderr))
        else:
            wrong += [(runs, name) for name in differences(out, want)]
        runs += 1
    check(f"{kills} kills at random moments, {runs} runs, all as one run "
          f"would be", not wrong, f"seed {SEED}: {wrong}")


def damage(path, change):
    """change() is given the lines."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))


def test_damage(bench, want):
    def torn(lines):
        return [*lines, lines[0][:100]]

    def cut(lines):
        return [*lines[:-1], lines[-1][:-1]]

    def zeroed(lines):
        return [*lines, bytes(4096)]

    def hole(lines):
        middle = len(lines) // 2
        return [*lines[:middle], bytes(len(lines[middle]) - 1), b"\n",
                *lines[middle + 1:]]

    def fewer(lines):
        return lines[:len(lines) // 3]

    rows = (("a torn last line", torn, STREAMS),
            ("a last line without its newline", cut, STREAMS),
            ("zeros at the end", zeroed, STREAMS),
            ("zeros in the middle", hole, STREAMS),
            ("lost certificates", fewer, STREAMS[1:2]))
    bench.begin("damaged")
    for name, change, streams in rows:
        out = bench.folder / name.replace(" ", "-")
        shutil.copytree(bench.folder / "damaged", out)
        for stream in streams:
            if (out / stream).stat().st_size:
                damage(out / stream, change)
        (out / "report.html.tmp.AbCdEf").write_text("of a killed run")
        done = bench.run("--resume", "-o", out)
        wrong = done.stderr if done.returncode else differences(out, want)
        check(f"{name}: mended", not wrong, wrong)


def limit_files(octets):
    return lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (octets, octets))


def end_full(bench, name, done, out, want):
    check(f"{name}: exit 4", done.returncode == 4,
          (done.returncode, done.stderr))
    check(f"{name}: it says how to go on", "--resume" in done.stderr,
          done.stderr)
    found = read_streams(out)
    check(f"{name}: whole lines alone", any(found.values()))


def test_full(bench, want):
    """A limit on the size of files stands in for a small disk."""
    out = bench.folder / "limited"
    done = bench.run(*bench.options(), "-l", "hosts.txt", "-o", out,
                     preexec_fn=limit_files(150000))
    end_full(bench, "a file that may not grow", done, out, want)
    done = bench.run("--resume", "-o", out)
    wrong = done.stderr if done.returncode else differences(out, want)
    check("with room again it goes on", not wrong, wrong)


@contextlib.contextmanager
def small_disk(folder, size):
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True, text=True)
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", str(folder)], check=False)


def test_full_disk(bench, want):
    if os.geteuid() != 0 or not shutil.which("mount"):
        print("skip - a full disk: only root may mount one")
        return
    disk = bench.folder / "disk"
    with small_disk(disk, "400k") as mounted:
        if not mounted:
            print("skip - a full disk: nothing can be mounted here")
            return
        out = disk / "run"
        done = bench.run(*bench.options(), "-l", "hosts.txt", "-o", out)
        end_full(bench, "a full disk", done, out, want)
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)],
                       check=True)
        done = bench.run("--resume", "-o", out)
        wrong = done.stderr if done.returncode else differences(out, want)
        check("a full disk, made larger: it goes on", not wrong, wrong)


def compare_to_one(bench, name, out, *options):
    """Against a run of the same list that nobody interrupted."""
    one = bench.folder / f"{out}-at-once"
    bench.run(*bench.options(), *options, "-o", one)
    found = records(bench.folder / out)
    check(f"{name}: one record a target of the new list",
          found == records(one))
    wrong = differences(bench.folder / out, contents(one))
    check(f"{name}: as one run would be", not wrong, wrong)


def test_other_list(bench):
    bench.begin("changed")
    seen = sorted(records(bench.folder / "changed")) + sorted(
        json.loads(line)["ordinal"] for line in
        (bench.folder / "changed" / "pending.ndjson").open())
    some = bench.hosts[seen[0]:]
    bench.list("other.txt", ["192.0.2.1:bad", *reversed(some),
                             "new.nowhere.test", "no host here"])
    done = bench.run("--resume", "-o", "changed", "-l", "other.txt")
    check("another list is taken", done.returncode == 0, done.stderr)
    check("and it says how many targets left",
          "no longer listed" in done.stderr, done.stderr)
    compare_to_one(bench, "another list", "changed", "-l", "other.txt")

    bench.list("growing.txt", bench.hosts[10:])
    bench.begin("grown", lists=("growing.txt",))
    bench.list("growing.txt", bench.hosts)
    done = bench.run("--resume", "-o", "grown")
    compare_to_one(bench, "a list that grew", "grown", "-l", "growing.txt")


def test_hosts_as_arguments(bench):
    bench.begin("arguments", lists=(), hosts=bench.hosts[:40])
    done = bench.run("--resume", "-o", "arguments")
    check("hosts on the command line are kept too", done.returncode == 0
          and len(records(bench.folder / "arguments")) == 40, done.stderr)


def test_other_options(bench, want):
    bench.begin("options")
    rows = (("--timeout", ["-t", "5"]), ("--threads", ["--threads", "1"]),
            ("-4", ["-4"]), ("--at", ["--at", "+3d"]),
            ("--trust", ["--trust", bench.lab.trust("r1")]),
            ("--shard", ["--shard", "0/2"]),
            ("--trust-add", ["--trust-add", bench.lab.trust("r1")]))
    for name, words in rows:
        done = bench.run("--resume", "-o", "options", *words)
        check(f"another {name} ends with exit 2, and is named",
              done.returncode == 2 and f"{name}:" in done.stderr,
              done.stderr)
    done = bench.run("--resume", "-o", "options", *bench.options(),
                     "-l", "hosts.txt", "-q", "-v", "--progress", "off",
                     "--no-color", "--json")
    wrong = differences(bench.folder / "options", want)
    check("the same options, and others for the eye, are fine",
          done.returncode == 0 and not wrong, (done.stderr, wrong))


def test_elsewhere(bench, want):
    """The list's name is relative to where the run began."""
    bench.begin("elsewhere")
    done = bench.run("--resume", "-o", bench.folder / "elsewhere", cwd="/")
    wrong = differences(bench.folder / "elsewhere", {
        k: v for k, v in want.items()
        if k not in ("run.json", "summary.json", "report.html")})
    check("from another directory", done.returncode == 0 and not wrong,
          (done.stderr, wrong))


def test_stdin(bench):
    text = (bench.folder / "hosts.txt").read_text()
    with (bench.folder / "hosts.txt").open() as listing:
        process = bench.start(*bench.options(), "-l", "-", "-o", "piped",
                              stdin=listing)
        wait_for(process, bench.folder / "piped")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    check("a list on standard input: it says to give it again",
          "-l -" in said, said)
    done = bench.run("--resume", "-o", "piped")
    check("without it exit 2", done.returncode == 2 and
          "standard input" in done.stderr, done.stderr)
    done = bench.run("--resume", "-o", "piped", "-l", "-", text=text)
    check("given again it is read", done.returncode == 0, done.stderr)
    one = bench.folder / "piped-at-once"
    bench.run(*bench.options(), "-l", "-", "-o", one, text=text)
    wrong = differences(bench.folder / "piped", contents(one))
    check("and the run is as one would be", not wrong, wrong)


def test_two_at_once(bench):
    first = bench.start(*bench.options("--rate", "20"), "-l", "hosts.txt",
                        "-o", "shared")
    wait_for(first, bench.folder / "shared")
    rows = (("a second scan", [*bench.options(), "-l", "hosts.txt"]),
            ("a --resume", ["--resume"]))
    for name, words in rows:
        done = bench.run(*words, "-o", "shared")
        check(f"{name} into a directory in use ends with exit 2",
              done.returncode == 2 and "another run" in done.stderr,
              done.stderr)
    check("and leaves the first one alone", first.poll() is None)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)


def test_nothing_to_do(bench, want):
    done = bench.run("--resume", "-o", "one")
    check("a finished run: nothing to do, exit 0", done.returncode == 0 and
          "nothing to do" in done.stderr, done.stderr)
    check("and it is left as it is",
          not differences(bench.folder / "one", want))
    (bench.folder / "empty").mkdir()
    for name in ("empty", "not-there"):
        done = bench.run("--resume", "-o", name)
        check(f"a directory that is {name}: exit 2",
              done.returncode == 2 and "holds no run" in done.stderr
              and not (bench.folder / "not-there").exists(), done.stderr)
    (bench.folder / "empty" / ".lock").touch()
    words = ["--resume", "-o", "empty"]
    check("killed before it kept anything, without a list: exit 2",
          bench.run(*words).returncode == 2)
    done = bench.run(*words, *bench.options(), "-l", "hosts.txt")
    check("with its whole command line it begins", done.returncode == 0
          and not differences(bench.folder / "empty", want), done.stderr)
    done = bench.run("--resume")
    check("--resume without -o: exit 2", done.returncode == 2 and
          "-o DIR" in done.stderr, done.stderr)


def test_strange_manifests(bench):
    """run.json was changed by hand, and members are missing."""
    bench.begin("strange")
    path = bench.folder / "strange" / "run.json"
    manifest = json.loads(path.read_text())
    for name, word in (("command", "command"), ("stores", "trust store")):
        less = {key: manifest[key] for key in manifest if key != name}
        path.write_text(json.dumps(less))
        done = bench.run("--resume", "-o", "strange")
        check(f"a run.json without its {name}: exit 2",
              done.returncode == 2 and f"names no {word}" in done.stderr,
              done.stderr)


def test_latest(bench):
    out = "reports/tonight"
    bench.begin(out)
    latest = bench.folder / "reports" / "latest"
    check("reports/latest is not set by an interrupted run",
          not latest.is_symlink())
    done = bench.run("--resume", "-o", out + "/")
    check("and is when it went on", done.returncode == 0
          and os.readlink(latest) == "tonight", done.stderr)


def test_readers(bench):
    """What is there of an unfinished run can be read, and is called that."""
    bench.begin("part")
    part = bench.folder / "part"
    streams = read_streams(part)
    seen = len(streams["hosts.ndjson"]) + len(streams["pending.ndjson"])
    rows = ((["audit", "part", "--json"], 0), (["sites", "part"], 0),
            (["diff", "one", "part"], 0), (["fix", "part", "-o", "kit"], 0),
            (["merge", "part", "-o", "merged"], 2),
            (["merge", "--partial", "part", "-o", "merged"], 3))
    for words, want in rows:
        done = subprocess.run(
            [FLEETSCAN, *words], cwd=bench.folder, capture_output=True,
            text=True, timeout=60)
        check(f"{words[0]} reads it and says that it is not finished",
              done.returncode == want and "part is not finished"
              in done.stderr, (done.returncode, done.stderr))
        if words[0] == "audit":
            check("audit judges what waits, too",
                  len(done.stdout.splitlines()) == seen,
                  (len(done.stdout.splitlines()), seen))


def test_csv_alone(bench):
    """With -f the streams are the checkpoint, and go at the end."""
    bench.begin("csv", "-f", "csv", "--fail-on", "error")
    done = bench.run("--resume", "-o", "csv")
    files = {p.name for p in (bench.folder / "csv").iterdir()}
    rows = list(csv.DictReader(
        (bench.folder / "csv" / "hosts.csv").open(newline="")))
    check("--fail-on counts the records of before, too",
          done.returncode == 1, (done.returncode, done.stderr))
    check("-f csv is kept", not files & {*STREAMS, "report.html", "aia.ndjson"}
          and len(rows) == len(bench.hosts) + 1, files)


def main():
    print(f"# RESUME_SEED={SEED}", flush=True)
    with Laboratory("--scenarios", "--extras", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as folder:
        bench = Bench(lab, folder)
        began = time.monotonic()
        done = bench.run(*bench.options(), "-l", "hosts.txt", "-o", "one")
        seconds = time.monotonic() - began
        check("one run, not interrupted", done.returncode == 0, done.stderr)
        want = contents(bench.folder / "one")
        test_nothing_to_do(bench, want)
        test_interrupt(bench, want)
        test_interrupted_settling(bench)
        test_kills(bench, want, seconds)
        test_damage(bench, want)
        test_full(bench, want)
        test_full_disk(bench, want)
        test_other_list(bench)
        test_hosts_as_arguments(bench)
        test_other_options(bench, want)
        test_elsewhere(bench, want)
        test_stdin(bench)
        test_two_at_once(bench)
        test_strange_manifests(bench)
        test_latest(bench)
        test_learned(bench)
        test_policy(bench)
        test_shard(bench)
        test_readers(bench)
        test_csv_alone(bench)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
