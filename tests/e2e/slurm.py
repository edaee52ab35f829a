"""A Slurm of one node in a folder: munged, slurmctld and slurmd of our own."""
import os
import pathlib
import shutil
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
CPUS = 16


def why_not():
    """A sentence where Slurm cannot be run here, else None."""
    lacking = [name for name in PROGRAMS if not shutil.which(name, path=PLACES)]
    if lacking:
        return f"{', '.join(lacking)} not installed"
    return None if os.geteuid() == 0 else "slurmd runs as root only"


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def configuration(folder, controller, node):
    name = socket.gethostname().split(".")[0]
    return f"""ClusterName=lab
SlurmctldHost={name}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0,defer
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
NodeName={name} NodeAddr=127.0.0.1 CPUs={CPUS} RealMemory=1000 State=UNKNOWN
PartitionName=lab Nodes=ALL Default=YES MaxTime=10 State=UP
"""


class Slurm:
    """with Slurm(folder) as slurm: slurm.environment, slurm.wait()"""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []
        self.environment = {**os.environ, "PATH": PLACES,
                            "SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self, name, *options):
        self.processes.append(subprocess.Popen(
            [shutil.which(name, path=PLACES), *map(str, options)],
            env=self.environment, stdin=subprocess.DEVNULL,
            stdout=(self.folder / f"{name}.out").open("w"),
            stderr=subprocess.STDOUT))

    def __enter__(self):
        folder = self.folder
        folder.mkdir(mode=0o755)
        (folder / "state").mkdir()
        (folder / "spool").mkdir()
        (folder / "slurm.conf").write_text(
            configuration(folder, *free_ports(2)))
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self.start("munged", "--foreground", "--force",
                   f"--socket={folder}/munge.socket", f"--key-file={key}",
                   f"--log-file={folder}/munge.log",
                   f"--pid-file={folder}/munge.pid",
                   f"--seed-file={folder}/munge.seed")
        for _ in range(100):
            if (folder / "munge.socket").exists():
                break
            time.sleep(0.05)
        self.start("slurmctld", "-D", "-f", folder / "slurm.conf", "-i")
        self.start("slurmd", "-D", "-f", folder / "slurm.conf")
        return self

    def call(self, *command, **more):
        return subprocess.run([str(word) for word in command], text=True,
                              capture_output=True, timeout=60,
                              env={**self.environment, **more})

    def is_ready(self, seconds=30):
        """Whether the node came up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.call("sinfo", "-h", "-o", "%t").stdout.strip() == "idle":
                return True
            time.sleep(0.1)
        return False

    def wait(self, job, seconds=60):
        """Until a job is over: the word for how it ended, or for what it is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.call("squeue", "-h", "-t", "all", "-j", job, "-o",
                              "%T %r").stdout.strip()
            if not state.startswith(("PENDING", "RUNNING", "COMPLETING")) or \
                    "DependencyNever" in state:
                break
            time.sleep(0.1)
        return state

    def logs(self):
        return "".join(f"--- {path.name}\n{path.read_text()[-2000:]}"
                       for path in sorted(self.folder.glob("*.log"))
                       + sorted(self.folder.glob("*.out")))

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
