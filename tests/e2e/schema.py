#!/usr/bin/env python3
"""Every JSON and CSV file against reports/schema: of runs that were scanned,
judged again, merged and committed as the sample; records of every server of
the lab; what commands print with --json; the data that ships.
"""
import csv
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

from laboratory import Laboratory

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "reports" / "schema"
FLEETSCAN = os.environ.get("FLEETSCAN", str(ROOT / "build" / "fleetscan"))

# Each file of a run and what its document, or each of its lines, has to fit.
FILES = {
    "run.json": "run",
    "summary.json": "summary",
    "hosts.ndjson": "record",
    "certs.ndjson": "certs",
    "aia.ndjson": "aia",
    "crls.ndjson": "crls",
    "ocsp.ndjson": "ocsp",
    "expected.ndjson": "expected",
}
OPTIONAL = ("aia.ndjson", "crls.ndjson", "ocsp.ndjson", "expected.ndjson")
DATA = ("clients", "ct-logs", "distrust", "roots")
COLUMNS = ("host,port,ip,site,status,class,cause,severity,refused_by,"
           "issuer_cn,root_cn,subject_cn,not_after,days_left,missing,"
           "missing_from,key,tls_version,received,error,tags,input,ordinal,"
           "what,repair,not_before,serial,sha256,names,starttls")
SITE_COLUMNS = "site,hosts,ok,host,port,ip,class,field,value,usual,refused_by"

# Lists of a policy that neither the schema nor the program may take.
HOSTS = {"hosts": ["a.example"]}
MISTAKES = (
    {"ignored": [HOSTS]},
    {"ignore": []},
    {"ignore": [{"reason": "r"}]},
    {"ignore": [{**HOSTS, "until": "2027-01-31"}]},
    {"expect": [HOSTS]},
    {"expect": [{**HOSTS, "roots": [{"cn": "A", "subject": "CN=A"}]}]},
    {"expect": [{**HOSTS, "issuers": [{"sha256": "00"}]}]},
    {"thresholds": [{**HOSTS, "warn_days": 0}]},
    {"waivers": [{**HOSTS, "cause": "sha1", "until": "2027-01-31"}]},
    {"waivers": [{**HOSTS, "finding": "weak", "reason": "r",
                  "until": "+30d"}]},
)

failures = 0


def check(name, why):
    global failures
    failures += bool(why)
    print(f"{'not ok' if why else 'ok'} - {name}" +
          (f": {why}" if why else ""))


def schema_of(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def complaint(validator, document):
    for error in validator.iter_errors(document):
        return f"{error.json_path}: {error.message[:200]}"
    return None


def check_documents(title, documents, schema):
    if Draft202012Validator is None:
        return
    validator = schema_of(schema)
    why = None if documents else "there is none"
    for number, document in enumerate(documents, 1):
        found = complaint(validator, document)
        if found:
            why = f"{number}: {found}"
            break
    check(f"{title} fits {schema}.json", why)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def check_file(title, path, schema):
    text = path.read_text(encoding="utf-8", errors="strict")
    check_documents(f"{title}: {path.name}", lines(text)
                    if path.suffix == ".ndjson" else [json.loads(text)],
                    schema)


def call(*arguments, codes=(0,)):
    done = subprocess.run([FLEETSCAN, *map(str, arguments)], timeout=60,
                          capture_output=True, text=True)
    assert done.returncode in codes, (arguments, done.stderr)
    return done.stdout


def check_can_fail(run):
    """A schema that lets everything pass would prove nothing."""
    for file, schema in FILES.items():
        validator = schema_of(schema)
        if not (run / file).exists():
            continue
        text = (run / file).read_text()
        document = json.loads(
            text.splitlines()[0] if file.endswith("ndjson") else text)
        key = validator.schema["required"][-1]
        lacking = {k: v for k, v in document.items() if k != key}
        wrong = dict(document, **{key: {"no": "such"}})
        more = dict(document, no_such_member=1)
        passed = [kind for kind, spoiled in (("lacking", lacking),
                                             ("wrong", wrong),
                                             ("more", more))
                  if complaint(validator, spoiled) is None]
        check(f"{schema}.json refuses a document without its {key}, "
              "and with a member too many",
              f"{passed} passed" if passed else None)


def is_formula(value):
    return (value[:1] in tuple("=+-@\t\r\n") and
            not value.lstrip("+-").replace(".", "", 1).isdigit())


def read_csv(path, columns):
    """The rows, and what is wrong with the file as a whole."""
    raw = path.read_bytes()
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines(keepends=True)))
    why = None
    if not raw.startswith(columns.encode() + b"\r\n"):
        why = "the columns are others"
    elif any(None in row or None in row.values() for row in rows):
        why = "a row has another number of fields"
    elif any(is_formula(value) for row in rows for value in row.values()):
        why = "a field is a formula"
    return rows, why


def check_csv(title, run):
    rows, why = read_csv(run / "hosts.csv", COLUMNS)
    records = lines((run / "hosts.ndjson").read_text())
    records.sort(key=lambda record: record["ordinal"])
    if [row["host"] for row in rows] != [r["host"] for r in records]:
        why = why or "its hosts are not those of hosts.ndjson"
    if [row["class"] for row in rows] != [r["class"] for r in records]:
        why = why or "its classes are not those of hosts.ndjson"
    check(f"{title}: hosts.csv reads back", why)
    rows, why = read_csv(run / "sites.csv", SITE_COLUMNS)
    check(f"{title}: sites.csv reads back",
          why or (None if rows else "it has no row"))


def check_policies(folder):
    check_file("data", ROOT / "data" / "policy-example.json", "policy")
    readme = (ROOT / "data" / "README.md").read_text()
    example = pathlib.Path(folder) / "readme.json"
    example.write_text(readme.split("```json\n")[1].split("```")[0])
    check_file("data/README.md", example, "policy")
    done = subprocess.run([FLEETSCAN, "demo", "-q", "--policy", example],
                          cwd=folder, capture_output=True, text=True,
                          timeout=60)
    check("data/README.md: its policy is taken", done.stderr if done.returncode
          else None)
    validator = schema_of("policy")
    path = pathlib.Path(folder) / "policy.json"
    for lists in MISTAKES:
        policy = {"schema": "fleetscan/policy/1", **lists}
        path.write_text(json.dumps(policy))
        done = subprocess.run([FLEETSCAN, "demo", "--policy", path],
                              cwd=folder, capture_output=True, text=True,
                              timeout=60)
        why = None
        if complaint(validator, policy) is None:
            why = "the schema takes it"
        elif done.returncode != 2 or "policy.json: " not in done.stderr:
            why = "the program takes it"
        check(f"policy.json refuses {json.dumps(lists)}", why)


def check_run(title, run):
    for file, schema in FILES.items():
        if (run / file).exists() or file not in OPTIONAL:
            check_file(title, run / file, schema)
    check_csv(title, run)


def check_commands(title, run, folder):
    """What commands make of a run."""
    check_documents(f"{title}: sites --json",
                    lines(call("sites", run, "--json")), "sites")
    later = folder / f"{title}-later"
    call("audit", run, "--at", "+300d", "-q", "-o", later)
    check_run(f"{title}, judged again", later)
    check_documents(f"{title}: diff --json",
                    lines(call("diff", run, later, "--json", "--all")),
                    "diff")
    call("fix", run, "-o", folder / f"{title}-kit")
    check_file(title, folder / f"{title}-kit" / "fix.json", "fix")
    root = next((run / "stores").iterdir())
    (folder / "none.pem").write_text((ROOT / "data" / "intermediates.pem")
                                     .read_text())
    check_documents(f"{title}: audit --against --json",
                    lines(call("audit", run, "--trust", folder / "none.pem",
                               "--against", root, "--json")), "against")


def check_scenarios():
    with Laboratory("--scenarios") as lab:
        check_documents("every server of the lab",
                        list(lab.scan_all().values()), "record")


def check_tables(sample, folder):
    """The lines of reports/README.md for other programs, where they are."""
    folder = folder / "tables"
    (folder / "reports").mkdir(parents=True)
    (folder / "reports" / "latest").symlink_to(sample)
    text = (ROOT / "reports" / "README.md").read_text()
    shown = text.split("Tables of a run in", 1)[1].split("\n\n")[1]
    for line in shown.strip().splitlines():
        program = line.split()[0]
        missing = (shutil.which(program) is None or "pandas" in line and
                   importlib.util.find_spec("pandas") is None)
        if missing:
            print(f"skip - a table of a run: {line.strip()[:20]}...: "
                  "not installed")
            continue
        done = subprocess.run(line, shell=True, cwd=folder, text=True,
                              capture_output=True, timeout=60)
        check(f"a table of a run: {line.strip()}", []
              if done.returncode == 0 and "missing_intermediate" in done.stdout
              else [done.stdout + done.stderr])


def leaf_of(run):
    """PEM of a certificate for a host."""
    der = next(row["der"] for row in lines((run / "certs.ndjson").read_text())
               if row["subject"].endswith(".test"))
    return ("-----BEGIN CERTIFICATE-----\n" + "\n".join(textwrap.wrap(der, 64))
            + "\n-----END CERTIFICATE-----\n")


def main():
    if Draft202012Validator is None:
        print("skip - schemas: python3-jsonschema is not installed")
    for name in DATA:
        check_file("data", ROOT / "data" / f"{name}.json", name)
    if Draft202012Validator is not None:
        check_scenarios()
    sample = ROOT / "reports" / "sample"
    check_run("sample", sample)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        call("demo", "-q", "-o", folder / "demo")
        check_run("demo", folder / "demo")
        if Draft202012Validator is not None:
            check_can_fail(folder / "demo")
            check_policies(folder)
        (folder / "served.pem").write_text(leaf_of(folder / "demo"))
        call("audit", "-q", folder / "demo", "--expect",
             folder / "served.pem", "-o", folder / "expected")
        check_run("expected", folder / "expected")
        call("merge", "-q", folder / "demo", "-o", folder / "merged")
        check_run("merged", folder / "merged")
        check_commands("demo", folder / "demo", folder)
        check_commands("sample", sample, folder)
        check_tables(sample, folder)
        (folder / "hosts.txt").write_text("127.0.0.1:9\n")
        call("scan", "-q", "-l", folder / "hosts.txt", "-o",
             folder / "nights" / "one")
        for title, argument in (("nights", ()), ("a host", ("127.0.0.1",))):
            check_documents(f"history --json: {title}", lines(call(
                "history", *argument, "--json", "--reports",
                folder / "nights")), "history")
        check_documents("stores --json", lines(call(
            "stores", "--json", "--store",
            f"demo={folder / 'demo' / 'stores' / 'trust.pem'}")), "stores")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
