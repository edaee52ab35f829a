#!/usr/bin/env python3
"""What real clients said of certificates that bend a rule, and what is
predicted of them.

  clients.py [FLEETSCAN] [--verbose]

clients.json holds the certificates and a row for each chain: the host, the
record's class and cause, and the clients that refused it, as measured on
loopback with the versions of data/clients.json.  A client of `measured` that
is not in `rejected_by` accepted it; those in `open` are known to be predicted
otherwise, or could not be asked.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent


def pem(octets):
    text = "\n".join(textwrap.wrap(octets, 64))
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


def audit(program, table, row):
    with tempfile.TemporaryDirectory() as folder:
        chain = pathlib.Path(folder, "chain.pem")
        trust = pathlib.Path(folder, "trust.pem")
        chain.write_text("".join(
            pem(table["certificates"][at]) for at in row["sent"]))
        trust.write_text("".join(
            pem(table["certificates"][at]) for at in row["roots"]))
        done = subprocess.run(
            [program, "audit", "--json", "--host", row["host"],
             "--at", str(table["time"]), "--trust", str(trust),
             "--intermediates", "none", "--aia", "off", str(chain)],
            capture_output=True, text=True, timeout=60, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"class": f"no record: {done.stderr.strip()}", "cause": None,
                "clients": {}}


def differences(table, row, record):
    found = [f"{key} {record[key]}, not {row[key]}"
             for key in ("class", "cause") if record[key] != row[key]]
    for client in table["measured"]:
        if client in row.get("open", []):
            continue
        told = record["clients"].get(client, {})
        accepts = client not in row["rejected_by"]
        if told.get("accepts") is not accepts:
            found.append(f"{client} {'accepts' if accepts else 'refuses'}, "
                         f"predicted {told.get('accepts')} "
                         f"({told.get('reason')})")
    return found


def main(arguments):
    verbose = "--verbose" in arguments
    names = [name for name in arguments if not name.startswith("--")]
    build = os.environ.get("B", "build")
    program = names[0] if names else f"{build}/fleetscan"
    table = json.loads((HERE / "clients.json").read_text(encoding="ascii"))
    rows = table["chains"]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        records = pool.map(lambda row: audit(program, table, row), rows)
        for row, record in zip(rows, records):
            found = differences(table, row, record)
            wrong += bool(found)
            if found or verbose:
                print(f"# {row['id']}: {'; '.join(found) or 'right'}")
    print(f"{'not ' if wrong else ''}ok - clients of {len(rows)} chains, "
          f"{wrong} wrong")
    return wrong > 0 or len(rows) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
