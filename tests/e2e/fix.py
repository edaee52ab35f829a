#!/usr/bin/env python3
"""The repair kit of a run: does it repair, and nothing but what it may?

Each chain is held against OpenSSL, and served by a real nginx to a real curl;
each script does its work in a folder of its own.
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from laboratory import FLEETSCAN, Laboratory
from listener import free_port
from tap import FAILED, check_sentences as check, skip

SCRIPTS = ("debian.sh", "rhel.sh", "requests.sh", "node.sh", "java.sh",
           "macos.sh")


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=60, **options)


def fix(directory, *options):
    return run(FLEETSCAN, "fix", directory, *options)


class Run:
    """One scanned store of the lab, and its kit."""

    def __init__(self, lab, path, store):
        self.store, self.lab = store, lab
        self.directory = path / store
        self.rows = {row["id"]: row for row in lab.hosts
                     if row["trust"] == store}
        # Runs of one list that begin in the same second are one night.
        self.records = lab.scan(self.rows.values(), store, "-o",
                                self.directory, "--list-name", store)
        self.done = fix(self.directory)
        self.kit = self.directory / "fix"
        assert self.done.returncode == 0, self.done.stderr
        self.items = json.loads((self.kit / "fix.json").read_text())

    def chain(self, record):
        return (self.kit / "server" / f"{record['host']}_{record['port']}" /
                "fullchain.pem")

    def of_class(self, word):
        return {id: record for id, record in self.records.items()
                if record["class"] == word}


def certificates(pem):
    return re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----", pem, re.S)


def check_chains(runs):
    """Every missing_intermediate host: a chain that OpenSSL takes."""
    wrong, count = [], 0
    for one in runs:
        trust = one.lab.trust(one.store)
        for id, record in one.of_class("missing_intermediate").items():
            count += 1
            path = one.chain(record)
            if not path.exists():
                wrong.append(f"{id}: no chain; {one.done.stderr}")
                continue
            done = run("openssl", "verify", "-CAfile", trust, "-untrusted",
                       path, path)
            if done.returncode != 0:
                wrong.append(f"{id}: {done.stderr or done.stdout}")
            # The chain alone does not repair one that fails after it too.
            if not any(finding["id"] == "handshake_failed"
                       for finding in record["findings"]) and not any(
                           record["host"] in host for item in one.items
                           for host in item["hosts"]):
                wrong.append(f"{id}: in no item's hosts")
    check(f"{count} hosts with something missing have a chain that OpenSSL "
          "accepts", wrong if count > 20 else [f"only {count} hosts"])


def check_order(runs):
    wrong = []
    for one in runs:
        for path in one.kit.glob("server/*/fullchain.pem"):
            chain = certificates(path.read_text())
            names = [run("openssl", "x509", "-noout", "-subject", "-issuer",
                         "-nameopt", "RFC2253", input=pem).stdout.split("\n")
                     for pem in chain]
            pairs = [(a.removeprefix("subject="), b.removeprefix("issuer="))
                     for a, b, *_ in names]
            for above, below in zip(pairs[1:], pairs):
                if above[0] != below[1]:
                    wrong.append(f"{path}: {above[0]} follows {below}")
            if any(a == b for a, b in pairs[1:]) or len(pairs) < 2:
                wrong.append(f"{path}: {pairs}")
    check("chains go from the leaf upwards and hold no root", wrong)


def check_restraint(runs):
    """wrong_root and what was never missing: nothing is proposed."""
    wrong, count = [], 0
    for one in runs:
        offered = {host for item in one.items
                   for host in item["hosts"] + item["other_faults"]}
        for id, record in one.records.items():
            if record["class"] in ("wrong_root", "ok", "unknown_issuer"):
                count += 1
                host = f"{record['host']}:{record['port']}"
                if host in offered or one.chain(record).exists():
                    wrong.append(f"{id} ({record['class']}) is offered")
        for item in one.items:
            if item["root"] or not item["proven"]:
                wrong.append(f"{item['subject']} is in the kit")
        counts = [len(item["hosts"]) for item in one.items]
        if counts != sorted(counts, reverse=True):
            wrong.append(f"items are not sorted: {counts}")
    check(f"nothing is offered for {count} hosts that lack nothing found",
          wrong)


def check_expired(runs):
    one = next(run for run in runs if run.store == "r1")
    record = one.records["expired-leaf-only"]
    readme = (one.kit / "README.txt").read_text()
    wrong = []
    if record["class"] != "expired" or not record["missing"]:
        wrong.append(f"{record['class']}, {record['missing']}")
    if len(certificates(one.chain(record).read_text())) != 2:
        wrong.append("its chain is not complete")
    if not re.search(r"expired-leaf-only\S* +completes .* still: expired",
                     readme):
        wrong.append("README.txt does not say that it stays expired")
    if any(record["host"] in host for item in one.items
           for host in item["hosts"]):
        wrong.append("it is called repaired")
    check("an expired host gets its chain, and is not called repaired", wrong)


def nginx_conf(folder, servers):
    blocks = "".join(
        f"server {{ listen 127.0.0.1:{port} ssl; server_name {name};\n"
        f"ssl_certificate {chain}; ssl_certificate_key {key};\n"
        "location / { return 200 repaired; } }\n"
        for name, port, chain, key in servers)
    return (f"daemon off; pid {folder}/pid; error_log {folder}/log;\n"
            "events { worker_connections 512; }\n"
            f"http {{ access_log off; server_names_hash_bucket_size 128;\n"
            f"client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;\n"
            f"fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4;\n"
            f"scgi_temp_path {folder}/5;\n{blocks}}}\n")


def curl(server, trust):
    name, port = server[:2]
    return run("curl", "-sS", "--noproxy", "*", "--cacert", trust, "--resolve",
               f"{name}:{port}:127.0.0.1", f"https://{name}:{port}/")


def wait_for(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def check_served(lab, one, path):
    name = f"store {one.store}: curl accepts what nginx serves of the kit"
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("curl") is None:
        skip(name, "nginx or curl is not installed")
        return
    servers = [(record["host"], free_port(), one.chain(record),
                lab.path / "keys" / f"{id}.pem")
               for id, record in one.of_class("missing_intermediate").items()]
    folder = path / f"nginx-{one.store}"
    folder.mkdir()
    (folder / "conf").write_text(nginx_conf(folder, servers))
    process = subprocess.Popen(
        [nginx, "-e", folder / "log", "-p", folder, "-c", folder / "conf"],
        stderr=subprocess.PIPE, text=True)
    wait_for(servers[-1][1])
    wrong = []
    for server in servers:
        done = curl(server, lab.trust(one.store))
        if done.stdout != "repaired":
            wrong.append(f"{server[0]}: {done.stderr}")
    process.terminate()
    _, said = process.communicate(timeout=20)
    check(f"{name}, {len(servers)} hosts", wrong + ([said] if wrong else []))


def environment(folder, **more):
    return {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder), "FLEETSCAN_ROOT": str(folder / "root"),
            **more}


def script(kit, name, folder, *verb, **more):
    return run("sh", kit / "client" / name, *verb,
               env=environment(folder, **more))


def check_system_scripts(kit, path, own):
    """own: what stood there before and is to stay."""
    for name, place, prefix, command in (
            ("debian.sh", "usr/local/share/ca-certificates/fleetscan", "",
             "update-ca-certificates"),
            ("rhel.sh", "etc/pki/ca-trust/source/anchors", "fleetscan-",
             "update-ca-trust")):
        folder = path / name
        store = folder / "root" / place
        store.parent.mkdir(parents=True)
        (store.parent / own).write_text("mine")
        want = {prefix + file.name for file in (kit / "client").glob("*.crt")}
        wrong = []
        for _ in range(2):
            done = script(kit, name, folder)
            if done.returncode != 0 or command not in done.stdout:
                wrong.append(f"{done.stdout}{done.stderr}")
            if {file.name for file in store.iterdir()} != want:
                wrong.append(f"{sorted(store.iterdir())}, not {want}")
        script(kit, name, folder, "undo")
        if list(store.parent.rglob("*.crt")) != []:
            wrong.append("undo leaves certificates")
        if not (store.parent / own).exists():
            wrong.append("undo takes what is not the kit's")
        if script(kit, name, folder, "nonsense").returncode != 2:
            wrong.append("a verb there is not is no error")
        check(f"{name} puts in, twice, and takes out", wrong)


def check_bundles(kit, path):
    """In a folder whose name has blanks and quotes."""
    folder = path / "it's a $HOME"
    folder.mkdir()
    base = folder / "base.pem"
    base.write_text("# the base")
    count = len(list((kit / "client").glob("*.crt")))
    for name, variable in (("requests.sh", "REQUESTS_CA_BUNDLE"),
                           ("node.sh", "NODE_EXTRA_CA_CERTS")):
        bundle = folder / f"{name}.pem"
        wrong = []
        for _ in range(2):
            done = script(kit, name, folder, FLEETSCAN_BUNDLE=str(bundle),
                          **{variable: str(base)})
            told = run("sh", "-c", f'eval "$1"; printf %s "${variable}"',
                       "sh", done.stdout).stdout
            if done.returncode != 0 or told != str(bundle):
                wrong.append(f"{done.stdout}{done.stderr} means {told}")
            text = bundle.read_text()
            if len(certificates(text)) != count or "# the base" not in text:
                wrong.append(f"the bundle is {text}")
        script(kit, name, folder, "undo", FLEETSCAN_BUNDLE=str(bundle))
        if bundle.exists():
            wrong.append("undo leaves the bundle")
        check(f"{name} joins what there is and these, and undoes it", wrong)


def check_java(kit, path):
    keytool = shutil.which("keytool")
    name = "java.sh puts in, twice, and takes out"
    if keytool is None:
        skip(name, "keytool is not installed")
        return
    store = path / "cacerts"
    made = run(keytool, "-genkeypair", "-alias", "own", "-keyalg", "EC",
               "-dname", "CN=own", "-keystore", store, "-storepass",
               "changeit", "-keypass", "changeit")
    wrong = [made.stderr] if made.returncode != 0 else []

    def aliases():
        told = run(keytool, "-list", "-keystore", store, "-storepass",
                   "changeit").stdout
        return len(re.findall(r"^fleetscan-", told, re.M)), "own," in told
    count = len(list((kit / "client").glob("*.crt")))
    for verb, want in (("install", count), ("install", count), ("undo", 0)):
        done = script(kit, "java.sh", path, verb,
                      FLEETSCAN_CACERTS=str(store))
        if done.returncode != 0 or aliases() != (want, True):
            wrong.append(f"{verb}: {aliases()}, not {want}: "
                         f"{done.stdout}{done.stderr}")
    check(name, wrong)


def check_foreign_root(kit, path):
    """Below another root no command of this machine changes this machine."""
    folder = path / "foreign root"
    tools, log = folder / "bin", folder / "log"
    tools.mkdir(parents=True)
    for name in ("update-ca-certificates", "update-ca-trust", "security",
                 "keytool"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{log}"\n')
        (tools / name).chmod(0o755)
    variables = {"PATH": f"{tools}:/usr/bin:/bin",
                 "FLEETSCAN_BUNDLE": str(folder / "bundle.pem"),
                 "REQUESTS_CA_BUNDLE": str(kit / "client" / "x.pem")}
    (kit / "client" / "x.pem").write_text("")
    none = script(kit, "java.sh", folder, **variables)
    wrong = [] if none.returncode == 1 and "no cacerts" in none.stderr and \
        not log.exists() else [f"no keystore there: {none}"]
    store = folder / "root/etc/ssl/certs/java/cacerts"
    store.parent.mkdir(parents=True)
    store.write_text("")
    for name in SCRIPTS:
        for verb in ("install", "undo"):
            done = script(kit, name, folder, verb, **variables)
            if done.returncode != 0:
                wrong.append(f"{name} {verb}: {done}")
    (kit / "client" / "x.pem").unlink()
    for line in log.read_text().splitlines():
        if not line.startswith("keytool ") or f"-keystore {store}" not in line:
            wrong.append(f"on this machine: {line}")
    check("below another root every script leaves this machine alone", wrong)


def check_scripts(one, path):
    wrong = [f"{name}: {done.stderr}" for name in SCRIPTS
             for done in [run("sh", "-n", one.kit / "client" / name)]
             if done.returncode != 0]
    check("every script is one for sh", wrong)
    check_system_scripts(one.kit, path, "mine.crt~")
    check_bundles(one.kit, path)
    check_foreign_root(one.kit, path)
    if one.store == "fleet":
        check_java(one.kit, path)


def check_wrong_system(one):
    """Without FLEETSCAN_ROOT a script of another system changes nothing."""
    wrong = []
    for name, lack in (("macos.sh", "this is not macOS"),
                       ("rhel.sh", "there is no update-ca-trust"),
                       ("java.sh", "there is no /nowhere/bin/keytool"),
                       ("requests.sh", "/nowhere/python has no certifi")):
        if name == "rhel.sh" and shutil.which("update-ca-trust"):
            continue
        done = run("sh", one.kit / "client" / name,
                   env={"PATH": os.environ["PATH"], "JAVA_HOME": "/nowhere",
                        "PYTHON": "/nowhere/python"})
        if (done.returncode != 1 or lack not in done.stderr or
                "nothing was changed" not in done.stderr):
            wrong.append(f"{name}: {done.returncode} {done.stderr}")
    check("a script says that it is on the wrong system", wrong)


def check_lint(one):
    name = "shellcheck finds nothing in the scripts"
    if shutil.which("shellcheck") is None:
        skip(name, "it is not installed")
        return
    done = run("shellcheck", *(one.kit / "client" / file for file in SCRIPTS))
    check(name, [done.stdout] if done.returncode != 0 else [])


def check_directory(one, path):
    wrong = []
    before = (one.kit / "fix.json").read_bytes()
    if fix(one.directory).returncode != 0:
        wrong.append("a kit is not replaced")
    if (one.kit / "fix.json").read_bytes() != before:
        wrong.append("another kit of the same run")
    foreign = path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("mine")
    done = fix(one.directory, "-o", foreign)
    if done.returncode != 2 or "thesis.tex" not in done.stderr:
        wrong.append(f"foreign files: {done.returncode} {done.stderr}")
    if [file.name for file in foreign.iterdir()] != ["thesis.tex"]:
        wrong.append("something was written there all the same")
    deep = path / "deep"
    fix(one.directory, "-o", deep)
    (deep / "server" / "notes").mkdir()
    (deep / "server" / "notes" / "mine.txt").write_text("mine")
    done = fix(one.directory, "-o", deep)
    if done.returncode != 2 or "server/notes/mine.txt" not in done.stderr:
        wrong.append(f"foreign files inside: {done.returncode} {done.stderr}")
    (path / "file").write_text("mine")
    for place, code, said in ((path / "file", 2, "is no directory"),
                              (path / "file" / "kit", 4, "File exists"),
                              ("/proc/kit", 4, "No such file")):
        done = fix(one.directory, "-o", place)
        if done.returncode != code or said not in done.stderr:
            wrong.append(f"{place}: {done.returncode} {done.stderr}")
    (path / "empty").mkdir()
    if fix(one.directory, "-o", path / "empty").returncode != 0:
        wrong.append("an empty directory is refused")
    if [file for file in path.iterdir() if ".tmp." in file.name]:
        wrong.append("temporary directories stay")
    for arguments in ((), (path / "none",), (one.directory, "more")):
        if run(FLEETSCAN, "fix", *arguments).returncode != 2:
            wrong.append(f"fix {arguments} is not refused")
    check("a kit is replaced, another's directory is not", wrong)


def check_roots(one, path):
    record = one.records["intranet.polder-energie.test"]
    root = record["path"][-1]["sha256"]
    leaf = record["received"][0]
    wrong = []
    for bad in ("abc", "0" * 64, leaf):
        done = fix(one.directory, "-o", path / "bad", "--trust-root", bad)
        if done.returncode != 2 or (path / "bad").exists():
            wrong.append(f"{bad}: {done.returncode}")
    done = fix(one.directory, "-o", path / "rooted", "--trust-root", root)
    items = json.loads((path / "rooted" / "fix.json").read_text())
    rooted = [item for item in items if item["root"]]
    if done.returncode != 0 or [item["sha256"] for item in rooted] != [root]:
        wrong.append(f"{done.stderr}{rooted}")
    hosts = {host.split(":")[0] for item in rooted for host in item["hosts"]}
    want = {record["host"] for record in one.of_class("wrong_root").values()
            if record["path"][-1]["sha256"] == root}
    if hosts != want or any("curl" not in item["heals"] for item in rooted):
        wrong.append(f"heals {hosts}, not {want}: {rooted}")
    check("a root goes in only when it is named, and is a root of the run",
          wrong)


def main():
    with Laboratory("--scenarios", "--extras", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        stores = sorted({row["trust"] for row in lab.hosts})
        runs = [Run(lab, path, store) for store in stores]
        fleet = next(run for run in runs if run.store == "fleet")
        check_chains(runs)
        check_order(runs)
        check_restraint(runs)
        check_expired(runs)
        for one in runs:
            if one.store in ("fleet", "r1"):
                check_served(lab, one, path)
        check_scripts(fleet, path)
        check_wrong_system(fleet)
        check_lint(fleet)
        check_directory(fleet, path)
        check_roots(fleet, path)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
