#!/usr/bin/env python3
"""The stores of a machine that is made for it: what each holds, until when,
where it differs, and what is said of one that cannot be read."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check_sentences as check, skip

DATE = 1600000000  # 2020-09-13


class Machine:
    """A system's store, a virtual environment and a Java, all in a folder."""

    def __init__(self, lab, folder):
        self.folder = folder
        self.roots = {name: pathlib.Path(lab.trust(name)).read_text()
                      for name in ("r1", "rs1", "fleet", "r5old")}
        self.fleet = self.roots["fleet"].count("BEGIN CERT")
        self.system = self.put("system.pem", "r1", "fleet", "r5old")
        self.certifi = self.put(
            "venv/lib/python3.11/site-packages/certifi/cacert.pem", "r1",
            "rs1")
        self.cacerts = folder / "java/lib/security/cacerts"
        self.keytool = folder / "java/bin/keytool"
        self.cacerts.parent.mkdir(parents=True)
        self.keytool.parent.mkdir()
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "SSL_CERT_FILE": str(self.system),
            "VIRTUAL_ENV": str(folder / "venv"),
            "JAVA_HOME": str(folder / "java")}

    def put(self, name, *stores):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(self.roots[store] for store in stores))
        os.utime(path, (DATE, DATE))
        return path

    def lie(self, claimed, *stores):
        """A keytool that claims so many entries and lists these."""
        self.cacerts.write_bytes(b"\xfe\xed\xfe\xed" + os.urandom(8))
        pems = self.put("listed.pem", *stores)
        self.keytool.write_text(
            "#!/bin/sh\n"
            f"echo 'Your keystore contains {claimed} entries'\n"
            f"cat '{pems}'\n")
        self.keytool.chmod(0o755)

    def run(self, *options, **more):
        return subprocess.run(
            [FLEETSCAN, *map(str, options)], text=True, capture_output=True,
            timeout=60, env={**self.environment, **more})

    def stores(self, *options, **more):
        done = self.run("stores", "--json", *options, **more)
        assert done.returncode == 0, done.stderr
        return {store["name"]: store for store in
                map(json.loads, done.stdout.splitlines())}


def facts(store, *names):
    return tuple(store[name] for name in names)


def check_found(machine):
    machine.lie(2, "r1", "rs1")
    found = machine.stores()
    wrong = []
    if list(found) != ["system", "certifi", "java"]:
        wrong.append(f"found {list(found)}")
    for name, path, count, expired in (
            ("system", machine.system, 2 + machine.fleet, 1),
            ("certifi", machine.certifi, 2, 0),
            ("java", machine.cacerts, 2, 0)):
        told = facts(found[name], "path", "anchors", "intermediates",
                     "unusable", "expired", "error")
        if told != (str(path), count, 0, 0, expired, None):
            wrong.append(f"{name}: {told}")
    check("system, certifi and Java are found, and counted", wrong)

    system = found["system"]
    ends = sorted(subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601"],
        input=pem, text=True, capture_output=True).stdout.strip()
        .removeprefix("notAfter=").replace(" ", "T")
        for pem in re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----",
                              machine.system.read_text(), re.S))
    told = facts(system, "earliest_not_after", "latest_not_after",
                 "file_date")
    check("dates are the first and last end, and the file's",
          [] if told == (ends[0], ends[-1], "2020-09-13T12:26:40Z")
          else [f"{told}, not {ends}"])
    other = found["certifi"]
    wrong = []
    if other["compared_with"] != "system" or len(other["only_here"]) != 1 or \
            len(other["only_there"]) != machine.fleet + 1:
        wrong.append(f"{other}")
    if found["java"]["only_here"] != other["only_here"] or \
            "only_here" in system:
        wrong.append(f"{found['java']}, {system}")
    check("differences are those from the first store", wrong)


def check_text(machine):
    text = machine.run("stores").stdout
    wrong = [word for word in (
        f"  {machine.system}\n", "(VIRTUAL_ENV)", "(JAVA_HOME)",
        "certifi against system\n  only in certifi: 1\n",
        f"  only in system: {machine.fleet + 1}\n", "2020-09-13")
        if word not in text]
    check("the table says the same", [f"no {word!r} in {text}"
                                      for word in wrong])
    shutil.move(machine.certifi, machine.folder / "kept")
    machine.certifi.symlink_to(machine.system)
    found = machine.stores()["certifi"]
    machine.certifi.unlink()
    shutil.move(machine.folder / "kept", machine.certifi)
    check("a certifi that is a link to the system's says so",
          [] if found["same_as"] == "system" else [f"{found}"])


def check_keytool(machine):
    for claimed, stores in ((3, ("r1", "rs1")), (1, ("r1", "rs1"))):
        machine.lie(claimed, *stores)
        java = machine.stores()["java"]
        wrong = []
        if not java["error"] or f"holds {claimed} entries" not in \
                java["error"] or "anchors" in java:
            wrong.append(f"{java}")
        if "cannot be read" not in machine.run("stores").stdout:
            wrong.append("the table does not say it")
        check(f"a keytool that gives 2 certificates and claims {claimed} is "
              "not believed", wrong)
    real = shutil.which("keytool")
    if real is None:
        skip("Java's own cacerts", "keytool is not installed")
        return
    machine.cacerts.unlink()
    machine.keytool.unlink()
    machine.keytool.symlink_to(real)
    for name in ("r1", "rs1"):
        subprocess.run(
            [real, "-importcert", "-noprompt", "-alias", name, "-file",
             machine.put(f"{name}.pem", name), "-keystore", machine.cacerts,
             "-storepass", "changeit"], capture_output=True, check=True)
    first = machine.stores()["java"]
    machine.keytool.unlink()
    again = machine.stores()["java"]
    check("Java's own cacerts, and what is remembered of it",
          [] if first["anchors"] == 2 and first == again
          else [f"{first}, then {again}"])


def check_forms(machine):
    """--store: PEM, a directory, PKCS#12; and what is none of them."""
    folder = machine.folder / "directory"
    folder.mkdir()
    machine.put("directory/one.pem", "r1")
    machine.put("directory/two.crt", "rs1")
    (folder / "abcd1234.0").symlink_to("one.pem")
    (folder / "README").write_text("no certificate")
    pem = machine.put("named.pem", "rs1")
    wrong = []
    found = machine.stores("--store", f"pem={pem}", "--store",
                           f"dir={folder}", "--store", f"certifi={pem}")
    told = {name: store["anchors"] for name, store in found.items()
            if name in ("pem", "dir", "certifi")}
    if told != {"pem": 1, "dir": 2, "certifi": 1}:
        wrong.append(f"{told}")
    if found["certifi"]["found"] != "--store":
        wrong.append(f"{found['certifi']}")
    check("--store takes PEM and directories, and replaces what is installed",
          wrong)
    p12 = machine.folder / "store.p12"
    both = machine.put("both.pem", "r1", "rs1")
    done = subprocess.run(
        ["openssl", "pkcs12", "-export", "-nokeys", "-in", both, "-out", p12,
         "-passout", "pass:changeit"], capture_output=True)
    if done.returncode != 0:
        skip("--store takes PKCS#12", "openssl does not make one")
    else:
        count = machine.stores("--store", f"p={p12}")["p"]["anchors"]
        check("--store takes PKCS#12", [] if count == 2 else [f"{count}"])

    empty = machine.put("empty.pem")
    cases = [(("--store", f"x={machine.folder}/none"), "none"),
             (("--store", f"x={empty}"), "empty.pem"),
             (("--store", "x"), "NAME=PATH"),
             (("--store", f"../x={pem}"), "names are of"),
             (("--store", f"system={pem}"), "names the default store"),
             (("--store", f"a={pem}", "--store", f"a={pem}"), "named before"),
             (("--trust", f"{machine.folder}/none"), "none"),
             (("extra",), "no run can be read"),
             (("--csv",), "needs a run"),
             (("a", "--csv", "--json"), "needs a run"),
             (("a", "b"), "name one run")]
    wrong = []
    for options, words in cases:
        done = machine.run("stores", *options)
        if done.returncode != 2 or words not in done.stderr or done.stdout:
            wrong.append(f"{options}: {done.returncode} {done.stderr}")
    check("what cannot be read or named is exit 2, and says what", wrong)


def check_trust(machine):
    """--trust is the one store: nothing installed is loaded beside it."""
    one, two = machine.put("one.pem", "r1"), machine.put("two.pem", "rs1")
    wrong = []
    found = machine.stores("--trust", one, "--trust", two)
    if list(found) != ["trust"] or found["trust"]["anchors"] != 2:
        wrong.append(f"joined: {found}")
    found = machine.stores("--trust", one, "--store", f"more={two}")
    if list(found) != ["trust", "more"]:
        wrong.append(f"with --store: {list(found)}")
    found = machine.stores("--trust", one, "--trust-add", two)
    if found["trust"]["anchors"] != 2:
        wrong.append(f"with --trust-add: {found}")
    found = machine.stores("--trust-add", two)
    if found["system"]["anchors"] != 3 + machine.fleet or \
            found["certifi"]["anchors"] != 2:
        wrong.append(f"--trust-add alone: {found}")
    check("--trust stands alone, --trust-add and --store add", wrong)


def main():
    with Laboratory("--scenarios", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        machine = Machine(lab, pathlib.Path(name))
        check_found(machine)
        check_text(machine)
        check_keytool(machine)
        check_forms(machine)
        check_trust(machine)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
