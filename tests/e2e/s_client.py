#!/usr/bin/env python3
"""`sites RUN DOMAIN` against `openssl s_client -showcerts -verify_hostname`,
host by host: the certificates, and the errors with depth, whose they are,
number and words."""
import collections
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory

Told = collections.namedtuple("Told", "certificates errors code")

# GnuTLS refuses these, or the record knows that some client of OpenSSL's does,
# before there is an error of verification to quote.
OTHERWISE = {
    "idn-u": "a U-label is no name to look up",
    "leaf-last": "GnuTLS ends the handshake over the leaf's key usage",
    "extension-twice": "OpenSSL 3.2 cannot decode it any more",
    "algorithms-differ": "GnuTLS ends the handshake over it",
    "rsa16384-leaf": "its signature is never computed here",
}


def read(text):
    """What either of the two has to say of a host."""
    errors, depth, name = [], None, None
    for line in text.splitlines():
        if re.match(r"depth=\d+ ", line):
            depth = int(line[6:].split()[0])
            name = re.search(r"\bCN ?= ?([^,]*)", line)
        # OpenSSL 3.6 names the other cause of error 9 in the same line.
        found = re.match(r"verify error:num=(\d+):(.*?)"
                         r"( or the system clock is incorrect)?$", line)
        if found:
            errors.append((depth, name and name[1], int(found[1]),
                           found[2].strip()))
    certificates = len(re.findall(r"^ *\d+ s:", text, re.M))
    code = re.search(r"^ *Verify return code: (\d+)", text, re.M)
    return Told(certificates, errors, int(code[1]) if code else None)


def ask(row, lab):
    """None where openssl did not get so far as to have certificates."""
    name = row["name"]
    host = (["-verify_ip", name, "-noservername"]
            if re.fullmatch(r"[0-9.]+|.*:.*", name)
            else ["-verify_hostname", name, "-servername", name])
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{row['ip']}:{row['port']}",
         *host, "-showcerts", "-CAfile", lab.trust(row["trust"]),
         "-no-CApath", "-no-CAstore"], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=20)
    told = read((done.stderr + done.stdout).decode(errors="replace"))
    return (told, done.returncode) if told.certificates else None


def agrees(told, code, mine, block):
    """A handshake that fails has its own error, which in TLS 1.3 can come
    after openssl is gone: then the chain counts."""
    if "\nerror: " in block and (code != 0 or not told.errors):
        return told.certificates == mine.certificates
    return told == mine


def ask_all(lab):
    def try_one(row):
        try:
            return ask(row, lab)
        except subprocess.TimeoutExpired:
            return None
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return dict(zip((row["id"] for row in lab.hosts),
                        pool.map(try_one, lab.hosts)))


def ours(run, records):
    """The blocks of `sites RUN SITE` by scenario."""
    found = {}
    names = {f"{record['host']}:{record['port']}": id
             for id, record in records.items()}
    for site in sorted({record["site"] for record in records.values()}):
        text = subprocess.run([FLEETSCAN, "sites", str(run), site], text=True,
                              capture_output=True, timeout=60).stdout
        for block in text.split("\n\n"):
            name = block.split("   ")[0]
            if name in names:
                found[names[name]] = read(block), block
    return found


def main():
    if shutil.which("openssl") is None:
        print("skip - openssl s_client: it is not installed")
        return 0
    with Laboratory("--scenarios", "--extras", "--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        # It says nothing, to neither, until they give up.
        lab.hosts = [row for row in lab.hosts if row["id"] != "silent"]
        theirs, mine, asked, differ = ask_all(lab), {}, 0, []
        for store in sorted({row["trust"] for row in lab.hosts}):
            run = pathlib.Path(name) / store
            rows = [row for row in lab.hosts if row["trust"] == store]
            mine.update(ours(run, lab.scan(rows, store, "-o", run, "-t",
                                           "30")))
    for id, answer in theirs.items():
        if answer is None or id not in mine or id in OTHERWISE:
            continue
        asked += 1
        if not agrees(*answer, *mine[id]):
            differ.append(id)
            print(f"# {id}: {mine[id][0]}\n#   openssl: {answer}")
    print(f"# {asked - len(differ)} of {asked} hosts agree")
    good = asked > 350 and not differ
    print(f"{'ok' if good else 'not ok'} - sites and openssl s_client agree "
          f"on {asked} hosts")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
