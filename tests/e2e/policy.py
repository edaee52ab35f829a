#!/usr/bin/env python3
"""--policy as people use it: expected CAs, thresholds, waivers, hosts left
out; kept with the run, and judged by again."""
import csv
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from laboratory import FLEETSCAN, Laboratory
from tap import FAILED, check

SHARDS = 3
TIMES = ("timestamp", "timing", "attempts")
NOW = datetime.datetime.now(datetime.timezone.utc)
UNTIL = (NOW + datetime.timedelta(days=40)).date()
AFTER = UNTIL + datetime.timedelta(days=1)
MERIDIAN = {"cn": "Meridian Global Root CA"}
MERIDIAN_TLS = {"cn": "Meridian TLS Issuing CA 2025"}


def call(*arguments, text=None):
    done = subprocess.run([FLEETSCAN, *map(str, arguments)], input=text,
                          capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


def write_policy(path, **lists):
    path.write_text(json.dumps({"schema": "fleetscan/policy/1", **lists}))
    return path


def waiver(finding, **hosts):
    return {**hosts, "finding": finding, "until": str(UNTIL),
            "reason": "known"}


def records(folder):
    return {record["host"]: record for record in
            map(json.loads, (folder / "hosts.ndjson").open())}


def finding_of(record, identity, cause=None):
    for finding in record["findings"]:
        if finding["id"] == identity and cause in (None, finding["cause"]):
            return finding
    return None


class Fleet:
    """The hosts of the lab's fleet as a list, and scans of it."""

    def __init__(self, lab, folder):
        self.folder = folder
        self.options = ["--trust", lab.trust("fleet"), "-r",
                        f"127.0.0.1:{lab.dns}", "--aia-allow-private",
                        "--intermediates", "none", "-t", "4", "--retries",
                        "0", "--at", str(int(NOW.timestamp()))]
        self.rows = lab.hosts
        self.list = "host,port,tags\n" + "".join(
            f"{row['name']},{row['port']},"
            f"{'strict' if row['name'].startswith('www.') else ''}\n"
            for row in lab.hosts)
        self.ports = {row["name"]: row["port"] for row in lab.hosts}

    def scan(self, name, *options, want=0):
        run = self.folder / name
        code, _, error = call("scan", *self.options, "-l", "-", "-o", run,
                              *options, text=self.list)
        assert code == want, (name, code, error)
        return run, error

    def ask(self, host, *options):
        """One host: its record and the exit code."""
        code, out, error = call("scan", "--json", "-q", *self.options,
                                f"{host}:{self.ports[host]}", *options)
        assert out, error
        return json.loads(out), code


def check_expected(fleet, plain):
    certificates = {
        json.loads(line)["subject"]: json.loads(line)["sha256"]
        for line in (plain / "certs.ndjson").open()}
    path = records(plain)["www.example.test"]["path"]
    root = path[-1]
    assert root["from"] == "store"
    for kind, name in (("cn", "Meridian Global Root CA"),
                       ("subject", root["subject"]),
                       ("sha256", root["sha256"])):
        policy = write_policy(fleet.folder / "p.json", expect=[
            {"sites": ["example.test"], "roots": [{kind: name}]}])
        found = {host: fleet.ask(host, "--policy", policy)[0]
                 for host in ("www.example.test", "kilas.example.test")}
        odd = found["kilas.example.test"]
        check(f"a root by its {kind}: the host that ends elsewhere is named",
              found["www.example.test"]["class"] == "ok" and
              (odd["class"], odd["cause"], odd["severity"]) ==
              ("wrong_root", "unexpected_root", "error") and
              "Atlas Primary Root CA" in
              finding_of(odd, "wrong_root")["detail"], str(odd["findings"]))
        check(f"a root by its {kind}: the other fault stays",
              finding_of(odd, "missing_intermediate") is not None)

    check_words(fleet, policy)
    issuer = certificates[path[1]["subject"]].upper()
    colons = ":".join(issuer[i:i + 2] for i in range(0, len(issuer), 2))
    policy = write_policy(fleet.folder / "p.json", expect=[
        {"hosts": [f"api.example.test:{fleet.ports['api.example.test']}"],
         "issuers": [{"cn": "Another CA"}]},
        {"hosts": ["*.example.test"], "issuers": [{"sha256": colons}]}])
    found = {host: fleet.ask(host, "--policy", policy)[0]["cause"]
             for host in ("www.example.test", "api.example.test")}
    check("an issuer by a pattern; the first entry for a host decides",
          found == {"www.example.test": None,
                    "api.example.test": "unexpected_root"}, str(found))


def check_words(fleet, policy):
    """An unexpected root is trusted: nothing may say that it is not."""
    host = "kilas.example.test"
    run = fleet.folder / "words"
    code, out, error = call("scan", *fleet.options, "-o", run, "--policy",
                            policy, f"{host}:{fleet.ports[host]}")
    anchor = next(line for line in out.splitlines()
                  if "  2  CN=Atlas Primary Root CA" in line)
    check("the diagnosis: an unexpected root is an anchor in the store",
          code == 0 and anchor.strip().startswith("anchor") and
          " in store trust" in anchor and "not in store" not in out, out)
    _, out, _ = call("sites", run, "example.test")
    check("sites: it is an anchor there too", "-- anchor: CN=Atlas Primary"
          in out and "ends at" not in out, out)
    other = write_policy(fleet.folder / "other.json", expect=[
        {"hosts": ["*"], "roots": [{"cn": "Another CA"}]}])
    host = "www.example.test"
    call("scan", "-q", *fleet.options, "-o", fleet.folder / "advised",
         "--policy", other, f"{host}:{fleet.ports[host]}")
    _, out, _ = call("fix", fleet.folder / "advised")
    check("fix: the advice is about the policy, not about trust",
          "the policy expects another CA" in out and
          "--trust-root" not in out, out)


def check_thresholds(fleet):
    policy = write_policy(fleet.folder / "p.json", thresholds=[
        {"tags": ["strict"], "warn_days": 36500, "crit_days": 1}])
    run, _ = fleet.scan("thresholds", "--policy", policy)
    soon = {host for host, record in records(run).items()
            if finding_of(record, "expiring", "soon")}
    tagged = {host for host, record in records(run).items()
              if "strict" in record["tags"] and record["received"]}
    check("a threshold by tag warns of these hosts and no others",
          len(tagged) > 3 and tagged <= soon and
          not {h for h in soon - tagged if not h.startswith("archive.")},
          str(tagged ^ soon))


def check_waivers(fleet):
    host = "printer.polder-energie.test"
    policy = write_policy(fleet.folder / "p.json", waivers=[
        waiver("wrong_root", hosts=[host]),
        waiver("unreachable", sites=["velo-rental.test"])])
    rows = (
        ("without a waiver", (), "error", {"error": 1, "wrong_root": 1}),
        ("with one", ("--policy", policy), "warning",
         {"error": 0, "wrong_root": 0, "warning": 1, "expired": 0}),
        ("on its last day", ("--policy", policy, "--at",
                             f"{UNTIL}T23:59:59Z"), "warning",
         {"error": 0, "wrong_root": 0}),
        ("on the day after", ("--policy", policy, "--at", str(AFTER)),
         "error", {"error": 1, "wrong_root": 1}))
    for name, options, severity, fails in rows:
        codes = {}
        for level in fails:
            record, codes[level] = fleet.ask(
                host, *options, "--fail-on", level)
        check(f"waived, {name}: the class stays, the severity follows",
              record["class"] == "wrong_root" and
              record["severity"] == severity,
              f"{record['class']} {record['severity']}")
        check(f"waived, {name}: --fail-on follows", codes == fails,
              str(codes))
        ended = finding_of(record, "waiver_expired")
        check(f"waived, {name}: a waiver that ended is a finding",
              (ended is not None) == ("after" in name) and
              (ended is None or ended["severity"] == "warning"), str(ended))
    waived = finding_of(fleet.ask(host, "--policy", policy)[0], "wrong_root")
    check("a waived finding says until when and why",
          waived["severity"] == "notice" and
          waived["detail"].endswith(f"(waived until {UNTIL}: known)") and
          waived["evidence"]["waived_until"] == str(UNTIL) and
          waived["evidence"]["waiver_reason"] == "known", str(waived))
    dead, code = fleet.ask("staging.velo-rental.test", "--policy", policy,
                           "--fail-on", "notice")
    check("a host without a certificate is waived too",
          (dead["class"], dead["severity"], code) ==
          ("unreachable", "notice", 1), str((dead["class"], code)))


def check_reports(fleet):
    policy = write_policy(fleet.folder / "p.json", waivers=[
        waiver("wrong_root", sites=["polder-energie.test"])])
    run = fleet.folder / "first" / "reports"
    code, out, error = call("scan", *fleet.options, "-l", "-", "-o", run,
                            "--policy", policy, text=fleet.list)
    assert code == 0, (code, error)
    summary = json.loads((run / "summary.json").read_text())
    check("summary.json counts what is waived, by class",
          summary["waived"]["wrong_root"] == 5 and
          summary["classes"]["wrong_root"] == 5 and
          sum(summary["waived"].values()) == 5, error + str(summary))
    check("metrics.prom counts it, by class",
          'fleetscan_waived_hosts{class="wrong_root"} 5\n' in
          (run / "metrics.prom").read_text())
    line = next(line for line in out.splitlines() if "wrong root" in line)
    check("the terminal counts it", line.endswith("5 waived"), line)
    check("and leaves it out of the worst hosts",
          "polder" not in out[out.index("The worst hosts"):], out)
    with (run / "hosts.csv").open() as rows:
        severities = {row["host"]: row["severity"]
                      for row in csv.DictReader(rows)}
    check("hosts.csv has the waived severity",
          severities["wiki.polder-energie.test"] == "notice",
          str(severities))
    page = (run / "report.html").read_text()
    data = json.loads(re.search(
        r'<script type="application/json" id=data>(.*?)</script>', page,
        re.DOTALL)[1])
    row = next(row for row in data["rows"]
               if row[0].startswith("wiki.polder-energie.test"))
    check("report.html shows it as a notice, with its reason",
          data["values"][row[1]][1] == "notice" and
          f"waived until {UNTIL}: known" in page, str(row))


def check_ignored(fleet, plain):
    policy = write_policy(fleet.folder / "p.json", ignore=[
        {"sites": ["tinker-labs.test"], "reason": "broken on purpose"},
        {"hosts": ["*.example.test"], "tags": ["strict"]}])
    run, error = fleet.scan("ignored", "--policy", policy)
    before = {host: record["ordinal"]
              for host, record in records(plain).items()}
    after = {host: record["ordinal"]
             for host, record in records(run).items()}
    gone = before.keys() - after.keys()
    check("ignored hosts have no record",
          gone == {host for host in before
                   if host.endswith(".tinker-labs.test")
                   or host == "www.example.test"}, str(gone))
    check("the others keep their ordinals",
          all(before[host] == after[host] for host in after))
    check("stderr says how the list was read, then how many were ignored",
          [line.split(":")[1].strip() for line in error.splitlines()] ==
          ["stdin", f"the policy ignores {len(gone)} targets"], error)
    summary = json.loads((run / "summary.json").read_text())["run"]
    check("and summary.json", (summary["ignored"], summary["targets"]) ==
          (len(gone), len(after)), str(summary))
    code, out, error = call("scan", "-q", "--json", *fleet.options,
                            "www.tinker-labs.test:1", "--policy", policy)
    check("that nothing is left is said even with -q",
          (code, out) == (0, "") and "ignores 1 target\n" in error, error)

    parts = [fleet.scan(f"part-{i}", "-q", "--policy", policy, "--shard",
                        f"{i}/{SHARDS}")[0] for i in range(SHARDS)]
    merged = fleet.folder / "merged"
    code, _, error = call("merge", *parts, "-q", "-o", merged)
    check("shards merge to the same records and the same count",
          code == 0 and same_records(run, merged) and
          json.loads((merged / "run.json").read_text())["ignored"] ==
          len(gone), error)
    check("with the same policy", (merged / "policy.json").read_bytes() ==
          policy.read_bytes())
    other, _ = fleet.scan("other", "-q", "--shard", f"0/{SHARDS}")
    code, _, error = call("merge", parts[1], other, "-o",
                          fleet.folder / "never")
    check("runs of different policies are not merged", code == 2 and
          "judged by another policy" in error, error)
    return run, policy


def same_records(run, other):
    a, b = ({host: {k: v for k, v in record.items() if k not in TIMES}
             for host, record in records(folder).items()}
            for folder in (run, other))
    return a == b


def check_replay(fleet, plain):
    policy = write_policy(
        fleet.folder / "kept.json",
        expect=[{"sites": ["example.test"], "roots": [MERIDIAN]}],
        thresholds=[{"tags": ["strict"], "warn_days": 36500}],
        waivers=[waiver("expired", hosts=["*"])],
        ignore=[{"sites": ["amberfield.test"]}])
    run, _ = fleet.scan("kept", "--policy", policy, "--warn-days", "300",
                        "--crit-days", "200")
    check("the thresholds are the scan's", any(
        finding_of(record, "expiring", "soon")
        for record in records(run).values()))
    check("the run keeps its policy octet by octet",
          (run / "policy.json").read_bytes() == policy.read_bytes())
    policy.unlink()

    def audit(name, source, *options):
        code, _, error = call("audit", source, "--intermediates", "none",
                              "-q", "-o", fleet.folder / name, *options)
        assert code == 0, error
        return fleet.folder / name

    again = audit("again", run)
    check("audit judges by it again", same_records(run, again) and
          (again / "policy.json").exists())
    manifest = json.loads((again / "run.json").read_text())
    check("audit knows what the scan ignored", manifest["ignored"] ==
          json.loads((run / "run.json").read_text())["ignored"] > 0)
    none = audit("none", run, "--policy", "none", "--warn-days", "30")
    kept = {host: record for host, record in records(plain).items()
            if not host.endswith("amberfield.test")}
    check("--policy none judges without", not (none / "policy.json").exists()
          and {h: r["severity"] for h, r in records(none).items()} ==
          {h: r["severity"] for h, r in kept.items()})
    given = audit("given", plain, "--policy", run / "policy.json",
                  "--warn-days", "300", "--crit-days", "200")
    check("audit --policy says what a scan with it says",
          same_records(run, given))
    code, out, _ = call("audit", run, "--trust", fleet.options[1],
                        "--against", "trust", "--policy", "none")
    check("audit --against takes a policy", code == 0 and
          "0 hosts break" in out, out)

    kit = fleet.folder / "kit"
    code, out, error = call("fix", run, "-o", kit)
    check("fix proves with it: no chain for an unexpected root",
          code == 0 and "kilas.example.test" in error and
          not list(kit.glob("server/kilas*")) and
          list(kit.glob("server/loans*")), out + error)
    kit = fleet.folder / "kit-none"
    call("fix", none, "-o", kit)
    check("and offers it without the policy",
          list(kit.glob("server/kilas*")) != [])
    return run


def check_chain(fleet, run):
    """audit --host, with a chain out of the run."""
    record = records(run)["www.example.test"]
    ders = {json.loads(line)["sha256"]: json.loads(line)["der"]
            for line in (run / "certs.ndjson").open()}
    chain = fleet.folder / "chain.pem"
    chain.write_text("".join(
        f"-----BEGIN CERTIFICATE-----\n{ders[sha256]}\n"
        "-----END CERTIFICATE-----\n" for sha256 in record["received"]))
    for name, ca, word in (("another", "Another CA", "wrong_root"),
                           ("the expected", MERIDIAN_TLS["cn"], "ok")):
        policy = write_policy(fleet.folder / "p.json", expect=[
            {"sites": ["example.test"], "issuers": [{"cn": ca}]}])
        code, out, error = call(
            "audit", "--host", "www.example.test", "--json",
            *fleet.options[:2], "--policy", policy, chain)
        check(f"audit --host --policy, {name} issuer",
              code == 0 and json.loads(out)["class"] == word, out + error)


WRONG = (
    ("{", "not JSON at octet 1"),
    ('{"schema":"fleetscan/policy/1","waivers":[{"hosts":["*"],'
     '"finding":"weak","reason":"r","until":"soon"}]}',
     "waivers[0].until: is not a date: 2027-01-31, or "
     "2027-01-31T12:00:00Z"),
    ('{"schema":"fleetscan/policy/1","ignored":[]}',
     "ignored: no such member"),
    (None, "No such file or directory"),
    (" " * (1 << 20) + " ", "larger than 1 MiB, which no policy is"))


def check_mistakes(fleet, run):
    path = fleet.folder / "wrong.json"
    for text, sentence in WRONG:
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        for command in (("scan", "localhost"), ("audit", run)):
            never = fleet.folder / "never"
            code, out, error = call(*command, "-o", never, "--policy", path)
            check(f"{command[0]} with a wrong policy: {sentence}",
                  (code, out, error, never.exists()) ==
                  (2, "", f"fleetscan: {path}: {sentence}\n", False), error)


def main():
    with Laboratory("--fleet") as lab, \
            tempfile.TemporaryDirectory() as name:
        fleet = Fleet(lab, pathlib.Path(name))
        plain, _ = fleet.scan("plain")
        check("without a policy none is kept",
              not (plain / "policy.json").exists())
        check_expected(fleet, plain)
        check_thresholds(fleet)
        check_waivers(fleet)
        check_reports(fleet)
        check_ignored(fleet, plain)
        run = check_replay(fleet, plain)
        check_chain(fleet, run)
        check_mistakes(fleet, run)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
