#!/usr/bin/env python3
"""Sixteen shards, as GNU parallel, Slurm and Kubernetes would run them, with
the lines and files that we hand out: merged, they are the one run."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import slurm
from laboratory import FLEETSCAN, Laboratory
from runs import records
from tap import FAILED, check_sentences as check

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARDS = 16


class Bench:
    """A list, one unsharded run of it, and a `fleetscan` that finds the lab."""

    def __init__(self, lab, folder):
        self.folder = folder
        rows = [row for row in lab.hosts if row["trust"] in ("r1", "fleet")
                and row["id"] != "silent"]
        self.list = folder / "hosts.txt"
        self.list.write_text("".join(f"{row['name']}:{row['port']}\n"
                                     for row in rows) + "no such line here\n")
        trust = folder / "trust.pem"
        trust.write_text("".join(pathlib.Path(lab.trust(name)).read_text()
                                 for name in ("r1", "fleet")))
        # AIA stays off: what is missing can come from the fleet alone.
        self.options = ["--trust", trust, "-r", f"127.0.0.1:{lab.dns}",
                        "--intermediates", "none", "--aia", "off", "-t",
                        "10", "--retries", "0", "--at", "+0s"]
        self.whole = folder / "whole"
        self.run(FLEETSCAN, "scan", "-q", "-l", self.list, "-o", self.whole,
                 *self.options)
        clock = json.loads((self.whole / "run.json").read_text())["clock"]
        self.options[-1] = clock
        self.one = records(self.whole)
        self.write_wrapper()

    def write_wrapper(self):
        """Users' lines name neither the lab's DNS nor its roots."""
        program = self.folder / "bin" / "fleetscan"
        program.parent.mkdir()
        options = " ".join(shlex.quote(str(word)) for word in self.options)
        program.write_text(
            "#!/bin/sh\ncase $1 in\n"
            f'scan) exec {shlex.quote(FLEETSCAN)} "$@" {options} ;;\n'
            f'*) exec {shlex.quote(FLEETSCAN)} "$@" ;;\nesac\n')
        program.chmod(0o755)
        self.path = f"{program.parent}:{os.environ['PATH']}"

    def run(self, *command, want=0, **more):
        done = subprocess.run([str(word) for word in command], text=True,
                              capture_output=True, timeout=100, **more)
        assert done.returncode == want, (command, done.stdout, done.stderr)
        return done

    def shell(self, line, folder, **more):
        return self.run("sh", "-ec", line, cwd=folder,
                        env={**os.environ, "PATH": self.path, **more})

    def differences(self, parts, merged):
        """Between the shards' merge and the one run."""
        wrong = [] if len(parts) == SHARDS else [f"{len(parts)} shards"]
        split = [records(part) for part in parts]
        ordinals = sorted(place for part in split for place in part)
        if ordinals != sorted(self.one):
            wrong.append("a target is in two shards, or in none")
        sites = [{record["site"] for record in part.values()}
                 for part in split]
        if sum(map(len, sites)) != len(set().union(*sites)):
            wrong.append("a site is in two shards")
        found = records(merged)
        wrong += [f"{record['input']}: {record} is {found.get(place)}"[:2000]
                  for place, record in self.one.items()
                  if found.get(place) != record]
        if (merged / "hosts.csv").read_bytes() != \
                (self.whole / "hosts.csv").read_bytes():
            wrong.append("hosts.csv is another")
        if len(found) != len(self.one):
            wrong.append(f"{len(found)} records, not {len(self.one)}")
        return wrong


def check_fleet_sourced(bench, lab):
    """A host and the only one that sends its issuer, in two shards."""
    ports = {row["name"]: row["port"] for row in lab.hosts}
    names = ("kilas.example.test", "www.amberfield.test")
    folder = bench.folder / "two"
    folder.mkdir()
    (folder / "hosts.txt").write_text(
        "".join(f"{name}:{ports[name]}\n" for name in names))
    bench.shell("fleetscan scan -q -l hosts.txt -o whole\n"
                "for i in $(seq 0 15); do fleetscan scan -q -l hosts.txt "
                "--shard $i/16 -o part-$i; done\n"
                "fleetscan merge -q part-* -o merged", folder)
    parts = [records(part) for part in sorted(folder.glob("part-*"))]
    wrong = [] if max(map(len, parts)) == 1 else ["both are in one shard"]
    alone = next(part[1] for part in parts if 1 in part)
    if alone["class"] != "unknown_issuer" or alone["missing"]:
        wrong.append(f"alone, its shard says {alone['class']}")
    joined = records(folder / "merged")
    missing = joined[1]["missing"]
    if joined[1]["class"] != "missing_intermediate" or not missing or \
            missing[0]["from"] != "fleet" or \
            not missing[0]["where"].startswith(names[1]):
        wrong.append(f"merged, it is {joined[1]['class']}, {missing}")
    if joined != records(folder / "whole"):
        wrong.append("the merged records are others")
    check("what a host of another shard sends is found by merge", wrong)


def readme_lines():
    """The README's lines for GNU parallel, as they stand there."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"^ +(parallel .*)\n +(fleetscan merge .*)$", text, re.M)
    assert found, "README.md has no line for GNU parallel"
    return found[1], found[2]


def is_gnu_parallel():
    """moreutils has another program of this name, without --version."""
    if shutil.which("parallel") is None:
        return False
    done = subprocess.run(["parallel", "--version"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    return done.stdout.startswith("GNU parallel")


def check_parallel(bench):
    name = "the README's line for GNU parallel"
    if not is_gnu_parallel():
        print(f"skip - {name}: GNU parallel is not installed")
        return
    folder = bench.folder / "parallel"
    folder.mkdir()
    shutil.copy(bench.list, folder)
    scan, merge = readme_lines()
    bench.shell(scan, folder, PARALLEL=f"-j{SHARDS} --will-cite")
    parts = sorted(folder.glob("part-*"))
    bench.shell(merge, folder)
    check(name, bench.differences(parts, folder / "merged"))


def check_slurm(bench):
    name = "data/slurm-fleetscan.sh in a Slurm of one node"
    why = slurm.why_not()
    if why:
        print(f"skip - {name}: {why}")
        return
    folder = bench.folder / "shared disk"
    with slurm.Slurm(bench.folder / "slurm") as cluster:
        if not cluster.is_ready():
            check(name, [cluster.logs()])
            return
        # Slurm copies a script; one in a folder with spaces is the user's.
        done = cluster.call(
            "sh", ROOT / "data" / "slurm-fleetscan.sh", bench.list, folder,
            PATH=f"{bench.path}:{slurm.PLACES}", SHARDS=str(SHARDS))
        state = cluster.wait(done.stdout.strip() or "0")
        wrong = []
        if not state.startswith("COMPLETED"):
            told = "".join(path.read_text() for path in folder.glob("*.log"))
            wrong = [f"the merge is {state}: {done.stderr}{told}"
                     f"{cluster.logs()}"]
    check(name, wrong or bench.differences(
        sorted(path for path in folder.glob("part-*") if path.is_dir()),
        folder / "merged"))


def container_line(container, runs, lists):
    """The command of a container, its volumes being folders here."""
    assert container["command"][:1] == ["/bin/sh"], container
    mounts = {mount["name"]: mount["mountPath"]
              for mount in container["volumeMounts"]}
    line = container["command"][-1].replace(mounts["runs"], str(runs))
    return line.replace(mounts.get("lists", "\0"), str(lists))


def kubernetes_faults(jobs):
    """What the API server would refuse, or would not run as meant."""
    wrong = []
    for job in jobs:
        spec, pod = job["spec"], job["spec"]["template"]["spec"]
        volumes = {volume["name"] for volume in pod["volumes"]}
        if job["apiVersion"] != "batch/v1" or not job["metadata"]["name"]:
            wrong.append(f"{job['apiVersion']}: {job['metadata']}")
        if pod["restartPolicy"] not in ("Never", "OnFailure"):
            wrong.append(f"restartPolicy {pod['restartPolicy']}")
        for container in pod["containers"] + pod.get("initContainers", []):
            used = {mount["name"] for mount in container["volumeMounts"]}
            if not used <= volumes:
                wrong.append(f"{container['name']} mounts {used - volumes}")
        if not 0 < spec["activeDeadlineSeconds"] < 86400:
            wrong.append("no deadline")
    return wrong


def check_kubernetes(bench):
    name = "data/kubernetes-job.yaml, its commands as the pods run them"
    try:
        import yaml
    except ImportError:
        print(f"skip - {name}: python3-yaml is not installed")
        return
    text = (ROOT / "data" / "kubernetes-job.yaml").read_text()
    claim, scan, merge = yaml.safe_load_all(text)
    wrong = kubernetes_faults([scan, merge])
    if claim["kind"] != "PersistentVolumeClaim" or \
            scan["spec"]["completionMode"] != "Indexed" or \
            scan["spec"]["completions"] != SHARDS:
        wrong.append("no Indexed Job of so many shards")
    runs = bench.folder / "runs"
    runs.mkdir()
    (runs / "part-3").mkdir()
    (runs / "part-3" / "hosts.ndjson").write_text("half a run")
    pod = scan["spec"]["template"]["spec"]
    line = container_line(pod["containers"][0], runs, bench.folder)
    waiting = [subprocess.Popen(
        ["sh", "-ec", line], stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": bench.path,
             "JOB_COMPLETION_INDEX": str(index)})
               for index in range(scan["spec"]["completions"])]
    if any(process.wait(100) for process in waiting):
        wrong.append("a shard failed")
    pod = merge["spec"]["template"]["spec"]
    for container in pod["initContainers"] + pod["containers"]:
        bench.shell(container_line(container, runs, bench.folder),
                    bench.folder)
    check(name, wrong + bench.differences(sorted(runs.glob("part-*")),
                                          runs / "merged"))


def check_indexes(bench):
    """--shard auto/N: each engine's variable, and what is none."""
    wrong = []
    alone = bench.folder / "one.txt"
    alone.write_text("127.0.0.1:1\n")
    cases = [({"JOB_COMPLETION_INDEX": "0"}, 0),
             ({"SLURM_ARRAY_TASK_ID": "0"}, 0),
             ({"AWS_BATCH_JOB_ARRAY_INDEX": "0"}, 0), ({}, 2),
             ({"SLURM_ARRAY_TASK_ID": "1"}, 2),
             ({"SLURM_ARRAY_TASK_ID": "x"}, 2),
             ({"SLURM_ARRAY_TASK_ID": ""}, 2)]
    ours = {name: value for name, value in os.environ.items()
            if not any(name in variables for variables, _ in cases)}
    for variables, code in cases:
        done = subprocess.run(
            [FLEETSCAN, "scan", "--json", "-q", "-l", str(alone), "--shard",
             "auto/1", *map(str, bench.options)], text=True,
            capture_output=True, timeout=60,
            env={**ours, **variables})
        if done.returncode != code or (code == 2 and not done.stderr) or \
                (code == 0 and done.stdout.count("\n") != 1):
            wrong.append(f"{variables}: {done.returncode} {done.stderr}")
    check("--shard auto/N reads the array index of three engines", wrong)


def main():
    with Laboratory("--scenarios", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        bench = Bench(lab, pathlib.Path(name))
        check_parallel(bench)
        check_slurm(bench)
        check_kubernetes(bench)
        check_fleet_sourced(bench, lab)
        check_indexes(bench)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
