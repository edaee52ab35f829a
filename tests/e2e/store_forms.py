#!/usr/bin/env python3
"""What the forms of trust stores say, as real clients obey it: a server of the
laboratory, its root in a file of each form, and what fleetscan predicts."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check, check_sentences, skip

P11 = "[p11-kit-object-v1]\n"

# name, what openssl x509 is told (or None), class, does OpenSSL accept, GnuTLS
FORMS = (
    ("plain", [], "ok", True, True),
    ("trusted", ["-trustout", "-addtrust", "serverAuth"], "ok", True, False),
    ("no-uses", ["-trustout"], "ok", True, False),
    ("any-use", ["-trustout", "-addtrust", "anyExtendedKeyUsage"], "ok", True,
     False),
    ("mail", ["-trustout", "-addtrust", "emailProtection"], "wrong_root",
     False, False),
    ("rejected", ["-trustout", "-addreject", "serverAuth"], "wrong_root",
     False, False),
    ("both", ["-trustout", "-addreject", "serverAuth", "-addtrust",
              "serverAuth"], "wrong_root", False, False),
)

# Of p11-kit's text: no program but p11-kit reads it as it is meant.
TEXTS = (
    ("p11-trusted", "trusted: true\n", "ok"),
    ("p11-distrusted", "trusted: true\nx-distrusted: true\n", "wrong_root"),
    ("p11-dated", 'trusted: true\nnss-server-distrust-after: '
                  '"200101000000Z"\n', "wrong_root"),
    ("p11-later", 'trusted: true\nnss-server-distrust-after: '
                  '"20990101000000Z"\n', "ok"),
)


def visit(command, path, row):
    """What the real program says of the laboratory's server: True, False."""
    command = [word.format(path=path, **row) for word in command]
    return subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=20).returncode == 0


CLIENTS = {
    "openssl": ["openssl", "s_client", "-verify_return_error", "-CAfile",
                "{path}", "-servername", "{name}", "-verify_hostname",
                "{name}", "-connect", "{ip}:{port}"],
    "curl": ["curl", "-s", "-o", "/dev/null", "--cacert", "{path}",
             "--connect-to", "::{ip}:", "-I", "https://{name}:{port}/"],
    "gnutls": ["gnutls-cli", "--x509cafile", "{path}", "--sni-hostname",
               "{name}", "--verify-hostname", "{name}", "-p", "{port}",
               "{ip}"],
}


def check_forms(lab, row, folder):
    for name, uses, expected, openssl, gnutls in FORMS:
        path = folder / f"{name}.pem"
        subprocess.run(["openssl", "x509", "-in", lab.trust("r1"), *uses,
                        "-out", str(path)], check=True)
        record = scan_by(lab, row, path)
        wrong = []
        if record["class"] != expected or \
                (expected != "ok" and record["cause"] != "distrusted_root"):
            wrong.append(f"{record['class']} {record['cause']}")
        for client, good in (("openssl", openssl), ("curl", openssl),
                             ("gnutls", gnutls), ("go", gnutls)):
            told = record["clients"][client]
            if told["accepts"] is not good:
                wrong.append(f"{client}: {told}")
            unread = "TRUSTED CERTIFICATE" in (told["reason"] or "")
            if unread != (client in ("gnutls", "go") and not good):
                wrong.append(f"{client} says: {told['reason']}")
        if not openssl and "certificate rejected" not in \
                record["clients"]["openssl"]["reason"]:
            wrong.append(record["clients"]["openssl"]["reason"])
        check_sentences(f"{name}: {expected}", wrong)
        for client, command in CLIENTS.items():
            if shutil.which(command[0]) is None:
                skip(f"{name}: {client}", "it is not installed")
                continue
            real = visit(command, path, row)
            check(f"{name}: {client} does so",
                  real == record["clients"][client]["accepts"],
                  f"{real}, not {record['clients'][client]}")


def scan_by(lab, row, path, *options):
    """With the file as the store of the run, and that run judged again."""
    with tempfile.TemporaryDirectory() as folder:
        done = lab.run([row], "r1", "--aia", "off", "-o", f"{folder}/run")
        assert done.returncode == 0, done.stderr
        again = run("audit", f"{folder}/run", "--trust", path, "-o",
                    f"{folder}/again", *options)
        assert again.returncode == 0, again.stderr
        record = read(f"{folder}/again")
        # What the run keeps of the store says the same.
        third = run("audit", f"{folder}/again", "--json")
        assert third.returncode == 0, third.stderr
        kept = json.loads(third.stdout)
        same = ("class", "cause", "clients", "stores")
        check(f"{path.name}: a run keeps what its store says",
              [kept[key] for key in same] == [record[key] for key in same],
              f"{kept}")
        return record


def run(*arguments):
    return subprocess.run([FLEETSCAN, *map(str, arguments)], text=True,
                          capture_output=True, timeout=60,
                          env={**os.environ, "XDG_CACHE_HOME": "/dev/null"})


def read(folder):
    return json.loads(pathlib.Path(folder, "hosts.ndjson").read_text())


def check_texts(lab, row, folder):
    pem = pathlib.Path(lab.trust("r1")).read_text()
    for name, attributes, expected in TEXTS:
        path = folder / f"{name}.txt"
        path.write_text(P11 + 'label: "A root"\n' + attributes + pem)
        record = scan_by(lab, row, path)
        check(f"{name}: {expected}", record["class"] == expected and
              record["stores"]["trust"]["trusted"] is (expected == "ok") and
              record["clients"]["curl"]["accepts"] is (expected == "ok"),
              f"{record['class']} {record['stores']}")
    for status, expected in (("Included", "ok"), ("Disabled", "wrong_root")):
        path = folder / f"{status}.csv"
        path.write_text(f'Microsoft Status,PEM\n{status},"{pem}"\n')
        record = scan_by(lab, row, path)
        check(f"Microsoft Status {status}: {expected}",
              record["class"] == expected, record["class"])


def check_keystores(lab, row, folder):
    if shutil.which("keytool") is None:
        skip("Java keystores", "keytool is not installed")
        return
    for kind in ("JKS", "PKCS12"):
        for password in ("changeit", "not-that"):
            path = folder / f"{kind}-{password}"
            subprocess.run(
                ["keytool", "-importcert", "-noprompt", "-alias", "r1",
                 "-file", lab.trust("r1"), "-keystore", str(path),
                 "-storetype", kind, "-storepass", password], check=True,
                capture_output=True)
            if kind == "JKS" or password == "changeit":
                record = scan_by(lab, row, path)
                check(f"{path.name}: a path names it as a store",
                      record["class"] == "ok", record["class"])
                continue
            done = run("stores", "--store", f"java={path}")
            check(f"{path.name}: exit 2, and what to do",
                  done.returncode == 2 and
                  "openssl pkcs12 -nokeys" in done.stderr, done.stderr)


def main():
    with Laboratory("--scenarios") as lab, \
            tempfile.TemporaryDirectory() as name:
        row = next(row for row in lab.hosts if row["id"] == "ok")
        folder = pathlib.Path(name)
        check_forms(lab, row, folder)
        check_texts(lab, row, folder)
        check_keystores(lab, row, folder)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
