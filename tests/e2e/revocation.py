"""What the tests of CRLs and of OCSP have in common."""
import json
import os
import ssl
import subprocess

from laboratory import FLEETSCAN


def run_in(folder, words, code, timeout):
    """With a cache of the folder's own."""
    done = subprocess.run(
        [FLEETSCAN, *map(str, words)], capture_output=True, text=True,
        timeout=timeout, cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(folder / "home")})
    assert done.returncode == code, done.stderr
    return done


def by_name(choose, chain, key):
    """A server's context; choose(host) gives that of the name it is asked
    for."""
    base = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def set_context(connection, host, _):
        connection.context = choose(host)

    base.sni_callback = set_context
    base.load_cert_chain(chain, key)
    return base


def records(run):
    return {row["host"].split(".")[0]: row for row in map(
        json.loads, (run / "hosts.ndjson").read_text().splitlines())}


def lines(run):
    """In an order that is not the network's."""
    return sorted((run / "hosts.ndjson").read_bytes().splitlines())


def wrong_records(hosts, found):
    """hosts: host -> where its evidence is, class, status, and the cause of
    the finding revocation_evidence or a part of the detail."""
    for host, (_, class_, status, more) in hosts.items():
        row = found[host]
        said = row["revocation"]
        warned = [finding["cause"] for finding in row["findings"]
                  if finding["id"] == "revocation_evidence"]
        known = warned == [more] or more is None and not warned or (
            not warned and more in (said["detail"] or ""))
        if (row["class"], said["status"], known) != (class_, status, True):
            yield (f"{host}: {row['class']} {row['cause']} {said} "
                   f"{row['findings']}")
