#!/usr/bin/env python3
"""Makes data/roots.json: which root stands in which list of which program.

usage: roots.py [--textproto FILE] [-o data/roots.json]
       roots.py --from LISTS.json [-o data/roots.json]

Without --from it reads the lists of the packages and programs that are
installed here (root_sources.py), and takes those of others from the roots.json
that there is.  `--textproto` names Chromium's root_store.textproto, which has
Chrome's dates; without it those of the old file stay.

LISTS.json is a collection made before: `seen` (its date), `programs` (list id
and what it was read out of) and `roots` (sha256, subject, `in`).
"""
import argparse
import datetime
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The programs in the order of the file, and the lists of each: by the start of
# the list's id, oldest first.  What a title says stands in sentences: "is not
# in Chrome 156's list".
PROGRAMS = (
    ("debian", "Debian's ca-certificates"),
    ("chrome", "Chrome"),
    ("firefox", "Firefox"),
    ("certifi", "certifi"),
    ("node", "Node.js"),
    ("go", "Go's x509roots"),
    ("java", "Temurin's cacerts"),
)
PREFIXES = {"debian": "debian", "chrome": "chrome", "nss": "firefox",
            "certifi": "certifi", "node": "node", "go": "go",
            "temurin": "java"}
TITLES = {"debian-20230311": "Debian 12", "debian-20250419": "Debian 12",
          "debian-20260816": "Debian sid"}
KINDS = {"chrome": "Chrome", "nss": "NSS", "certifi": "certifi",
         "node": "Node.js", "go": "Go", "temurin": "Temurin"}
# As the program prints names (x509/certificate_names.c).
ATTRIBUTES = {"1.2.840.113549.1.9.1": "emailAddress",
              "2.5.4.97": "organizationIdentifier",
              "2.5.4.5": "serialNumber"}


def list_title(name):
    kind, version = name.split("-", 1)
    if name in TITLES:
        return TITLES[name]
    version = version.split("-")[-1] if kind == "go" else version
    if kind in ("node", "temurin"):
        version = version.split(".")[0]
    return f"{KINDS[kind]} {version}"


def version_text(name):
    """As it is told when a root left a list."""
    kind, version = name.split("-", 1)
    return f"ca-certificates {version}" if kind == "debian" else version


def list_version(name):
    """Orders the lists of a program."""
    return [int(part) for part in re.findall(r"\d+", name.split("-", 1)[1])]


def subject_of(text):
    for oid, word in ATTRIBUTES.items():
        text = re.sub(r"(^|,)" + re.escape(oid) + "=", r"\1" + word + "=", text)
    return text


def attributes(subject, wanted):
    found = re.findall(r"(?:^|,)(\w+)=((?:\\.|[^,\\])*)", subject)
    return [re.sub(r"\\(.)", r"\1", value) for word, value in found
            if word == wanted]


def name_roots(roots):
    """By its CN, unless several roots have that one or it has none."""
    shared = {}
    for root in roots:
        for name in attributes(root["subject"], "CN"):
            shared.setdefault(name, set()).add(root["subject"])
    for root in roots:
        names = attributes(root["subject"], "CN")
        if not names or len(shared[names[0]]) > 1:
            names = attributes(root["subject"], "OU") + names
        root["name"] = names[0]


def rules_of(root, mozilla):
    """The program's last good day of each that has one."""
    rules = []
    if "chrome_sct_not_after" in root:
        rules.append({"program": "chrome", "rule": "logged",
                      "date": root["chrome_sct_not_after"] + "T23:59:59Z",
                      "since": root["chrome_from_version"].split(".")[0]})
    for entry in mozilla:
        if (root["sha256"] == entry.get("sha256")
                or root["name"] == entry.get("subject_cn")):
            rules.append({"program": "firefox", "rule": "issued",
                          "date": entry["date"]})
    return rules


def is_public(entry):
    """A Debian bundle has what update-ca-certificates added on the machine
    that it was read on: a public root is in some program's own list."""
    public = any(not name.startswith("debian-") for name in entry["in"])
    if not public:
        print(f"left out: {entry['subject']}, only in "
              f"{', '.join(entry['in'])}", file=sys.stderr)
    return public


def convert(lists):
    order = [program for program, title in PROGRAMS]
    rows = [{"id": name, "program": PREFIXES[name.split("-")[0]],
             "title": list_title(name), "version": version_text(name),
             "source": what}
            for name, what in lists["programs"].items()]
    rows.sort(key=lambda row: (order.index(row["program"]),
                               list_version(row["id"])))
    roots = []
    for entry in sorted(filter(is_public, lists["roots"]),
                        key=lambda entry: entry["sha256"]):
        roots.append({**entry, "subject": subject_of(entry["subject"])})
    name_roots(roots)
    out = []
    for root in roots:
        row = {"sha256": root["sha256"], "name": root["name"],
               "subject": root["subject"],
               "in": [row["id"] for row in rows if row["id"] in root["in"]]}
        rules = rules_of(root, lists["mozilla_distrust_after"])
        if rules:
            row["rules"] = rules
        out.append(row)
    return {"schema": "fleetscan/roots/1", "date": lists["seen"],
            "system": "debian",
            "programs": [{"id": program, "title": title}
                         for program, title in PROGRAMS],
            "lists": rows, "roots": out}


def write(path, document):
    """A root a line: what changed is seen in a diff of two versions."""
    parts = []
    for key, value in document.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            rows = ",\n    ".join(json.dumps(row, ensure_ascii=False)
                                  for row in value)
            text = f"[\n    {rows}\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def lists_of(document):
    """A roots.json as the collection that it was made of."""
    lists = {"seen": document["date"], "mozilla_distrust_after": [],
             "programs": {one["id"]: one["source"]
                          for one in document["lists"]}, "roots": []}
    for root in document["roots"]:
        entry = {"sha256": root["sha256"], "subject": root["subject"],
                 "in": root["in"]}
        for rule in root.get("rules", ()):
            if rule["program"] == "chrome":
                entry["chrome_sct_not_after"] = rule["date"][:10]
                entry["chrome_from_version"] = rule["since"]
            else:
                lists["mozilla_distrust_after"].append(
                    {"sha256": root["sha256"], "date": rule["date"]})
        lists["roots"].append(entry)
    return lists


def name_of(der):
    """As the program prints it; None: not a certificate, or not a root."""
    from cryptography import x509
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject = certificate.subject.rfc4514_string()
    except ValueError:
        return None
    return subject if certificate.subject == certificate.issuer else None


def is_newest(lists, name):
    kind = PREFIXES[name.split("-")[0]]
    return all(list_version(other) <= list_version(name)
               for other in lists["programs"]
               if PREFIXES[other.split("-")[0]] == kind)


def add_source(lists, source):
    """Replaces the list of this id, or adds one."""
    name = source["id"]
    known = {entry["sha256"]: entry for entry in lists["roots"]}
    count = 0
    for entry in lists["roots"]:
        entry["in"] = [one for one in entry["in"] if one != name]
    for sha256, der in source["roots"].items():
        subject = name_of(der)
        if subject is None:
            continue
        count += 1
        if sha256 not in known:
            known[sha256] = {"sha256": sha256, "subject": subject, "in": []}
            lists["roots"].append(known[sha256])
        known[sha256]["in"].append(name)
    lists["programs"].setdefault(name, source["source"])
    print(f"{name}: {count} roots, {source['source']}")
    if not is_newest(lists, name):
        return
    version = name.split("-", 1)[1]
    if name.startswith("nss-"):
        lists["mozilla_distrust_after"] = [
            {"sha256": sha256, "date": day + "T23:59:59Z"}
            for sha256, day in source["dates"].items()]
    for sha256, seconds in source["dates"].items():
        if name.startswith("chrome-") and sha256 in known:
            day = datetime.datetime.fromtimestamp(seconds,
                                                  datetime.timezone.utc)
            known[sha256]["chrome_sct_not_after"] = f"{day:%Y-%m-%d}"
            known[sha256].setdefault("chrome_from_version", version)


def collect(old, textproto):
    import root_sources

    lists = lists_of(json.loads(old.read_text()))
    for source in root_sources.all_sources(textproto):
        add_source(lists, source)
    lists["seen"] = f"{datetime.date.today()}"
    return lists


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="lists")
    parser.add_argument("--textproto")
    parser.add_argument("-o", default=ROOT / "data" / "roots.json")
    arguments = parser.parse_args()
    if arguments.lists is not None:
        lists = json.loads(pathlib.Path(arguments.lists).read_text())
    else:
        lists = collect(ROOT / "data" / "roots.json", arguments.textproto)
    write(pathlib.Path(arguments.o), convert(lists))


if __name__ == "__main__":
    main()
