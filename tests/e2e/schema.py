#!/usr/bin/env python3
"""Every JSON and CSV file of a run against reports/schema: the demo's, and
the committed sample; data/clients.json and policies too.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "reports" / "schema"
FLEETSCAN = os.environ.get("FLEETSCAN", str(ROOT / "build" / "fleetscan"))

# Each file of a run and what its document, or each of its lines, has to fit.
FILES = {
    "run.json": "run",
    "summary.json": "summary",
    "hosts.ndjson": "record",
    "certs.ndjson": "certs",
}
COLUMNS = ("host,port,ip,site,status,class,cause,severity,refused_by,"
           "issuer_cn,root_cn,subject_cn,not_after,days_left,missing,"
           "missing_from,key,tls_version,received,error,tags,input,ordinal")

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
    import jsonschema
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def complaint(validator, document):
    for error in validator.iter_errors(document):
        return f"{error.json_path}: {error.message[:200]}"
    return None


def check_file(title, path, schema):
    validator = schema_of(schema)
    text = path.read_text(encoding="utf-8", errors="strict")
    parts = text.splitlines() if path.suffix == ".ndjson" else [text]
    why = None if parts else "it is empty"
    for number, part in enumerate(parts, 1):
        found = complaint(validator, json.loads(part))
        if found:
            why = f"{path.name}:{number}: {found}"
            break
    check(f"{title}: {path.name} fits {schema}.json", why)


def check_can_fail(run):
    """A schema that lets everything pass would prove nothing."""
    for file, schema in FILES.items():
        validator = schema_of(schema)
        text = (run / file).read_text()
        document = json.loads(
            text.splitlines()[0] if file.endswith("ndjson") else text)
        key = validator.schema["required"][-1]
        lacking = {k: v for k, v in document.items() if k != key}
        wrong = dict(document, **{key: {"no": "such"}})
        passed = [kind for kind, spoiled in (("lacking", lacking),
                                             ("wrong", wrong))
                  if complaint(validator, spoiled) is None]
        check(f"{schema}.json refuses a document without its {key}",
              f"{passed} passed" if passed else None)


def check_csv(title, run):
    raw = (run / "hosts.csv").read_bytes()
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines(keepends=True)))
    records = [json.loads(line)
               for line in (run / "hosts.ndjson").read_text().splitlines()]
    records.sort(key=lambda record: record["ordinal"])
    why = None
    if not raw.startswith(COLUMNS.encode() + b"\r\n"):
        why = "the columns are others"
    elif [row["host"] for row in rows] != [r["host"] for r in records]:
        why = "its hosts are not those of hosts.ndjson"
    elif [row["class"] for row in rows] != [r["class"] for r in records]:
        why = "its classes are not those of hosts.ndjson"
    elif any(None in row or None in row.values() for row in rows):
        why = "a row has another number of fields"
    elif any(value[:1] in "=+-@\t\r" and value != "" and
             not value.lstrip("+-").replace(".", "", 1).isdigit()
             for row in rows for value in row.values()):
        why = "a field is a formula"
    check(f"{title}: hosts.csv reads back", why)


def check_policies(folder):
    check_file("data", ROOT / "data" / "policy-example.json", "policy")
    readme = (ROOT / "README.md").read_text()
    example = pathlib.Path(folder) / "readme.json"
    example.write_text(readme.split("```json\n")[1].split("```")[0])
    check_file("README", example, "policy")
    done = subprocess.run([FLEETSCAN, "demo", "-q", "--policy", example],
                          cwd=folder, capture_output=True, text=True,
                          timeout=60)
    check("README: its policy is taken", done.stderr if done.returncode
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
        check_file(title, run / file, schema)
    check_csv(title, run)


def main():
    try:
        import jsonschema
        jsonschema.Draft202012Validator
    except (ImportError, AttributeError):
        print("skip - schemas: python3-jsonschema is not installed")
        return 0
    check_file("data", ROOT / "data" / "clients.json", "clients")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([FLEETSCAN, "demo"], cwd=folder, check=True,
                       timeout=60, stdout=subprocess.DEVNULL)
        run = pathlib.Path(folder) / "reports" / "latest"
        check_run("demo", run)
        check_can_fail(run)
        check_policies(folder)
    sample = ROOT / "reports" / "sample"
    if sample.is_dir():
        check_run("sample", sample)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
