"""Where bench.py's results go, and one command measured."""
import os
import pathlib
import signal
import subprocess

import network

BUILD = pathlib.Path(os.environ.get("B", "build")).resolve()
RESULTS = BUILD / "bench"
HOSTS = int(os.environ.get("HOSTS", "5000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
BASE = os.environ.get("BASE", "")

FIRST_CORE = ["taskset", "-c", "0"]
ALL_CORES = []

# Those that an older build has, so that both do the same work.
CLIENTS = ("openssl,curl,python,python313,requests,node,ruby,php,perl,gnutls,"
           "wget,git,go,java,chrome,firefox")


def read_measure(path):
    seconds, cpu, peak, status = path.read_text().split()
    return {"seconds": float(seconds), "cpu": float(cpu),
            "peak_kib": int(peak), "exit": int(status)}


def end_group(process):
    """It leads a session of its own: nobody else is in this group."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def measure(prefix, command, longest_s, cores=FIRST_CORE):
    """seconds, CPU seconds, peak KiB, exit status; None: took too long."""
    figures = RESULTS / "figures"
    figures.unlink(missing_ok=True)
    with open(RESULTS / "out", "w") as out, open(RESULTS / "err", "w") as err:
        process = subprocess.Popen(
            [*prefix, *cores, BUILD / "measure", figures, "sh",
             "-c", f"ulimit -n 20000; {command}"], stdout=out, stderr=err,
            stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(longest_s)
        except subprocess.TimeoutExpired:
            end_group(process)
            return None
        except BaseException:
            end_group(process)
            raise
    if not figures.exists():
        raise network.Trouble(f"could not be run: {command}: "
                              + (RESULTS / "err").read_text()[-500:])
    return read_measure(figures)


def count_signs(sign):
    with open(RESULTS / "out", errors="replace") as out:
        return sum(line.count(sign) for line in out)
