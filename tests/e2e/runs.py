"""What a run directory says, for comparing it with another."""
import json
import re

STREAMS = ("hosts.ndjson", "certs.ndjson", "pending.ndjson")


def records(run):
    found = {}
    for line in (run / "hosts.ndjson").open():
        record = json.loads(line)
        for key in ("timestamp", "timing", "attempts"):
            del record[key]
        assert record["ordinal"] not in found, "a target has two records"
        found[record["ordinal"]] = record
    return found


def without(text, *patterns):
    for pattern in patterns:
        text = re.sub(pattern, "", text)
    return text


def rows_of(page):
    """The page's data without the table of values, whose order depends on
    what history.db says of hosts; that itself is left out."""
    data = re.search(r'<script type="application/json" id=data>(.*?)</script>',
                     page, re.DOTALL)[1]
    values, rows = json.loads(data).values()
    days, names = 5, 10

    def told(member):
        if isinstance(member, int):
            member = values[member]
        if not isinstance(member, list):
            return member
        return [told(inner) for inner in member]

    for row in rows:
        for at, member in enumerate(row):
            if at == names:
                row[at] = values[member]
            elif at != days:
                row[at] = told(member)
            if isinstance(row[at], list) and "broken since" in row[at]:
                place = row[at].index("broken since")
                del row[at][place:place + 2]
    return json.dumps(rows)


def contents(run):
    """All that a run says, but for when it was made and how long it took."""
    summary = json.loads((run / "summary.json").read_text())
    manifest = json.loads((run / "run.json").read_text())
    page = (run / "report.html").read_text()
    page = page.replace(page[page.index("id=data>"):
                             page.index("</script>", page.index("id=data>"))],
                        rows_of(page))
    for key in ("id", "started", "finished", "seconds"):
        del summary["run"][key]
        manifest.pop(key, None)
    return {
        "hosts.ndjson": records(run),
        "certs.ndjson": sorted((run / "certs.ndjson").open()),
        "aia.ndjson": sorted((run / "aia.ndjson").open()),
        "hosts.csv": (run / "hosts.csv").read_text(),
        "sites.csv": (run / "sites.csv").read_text(),
        "summary.json": summary,
        "run.json": manifest,
        "report.html": without(
            page, r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d(:?\d\d)?Z?",
            r"<dt>took</dt><dd>[^<]*",
            # It tells of whatever other run lies beside this one.
            r'(?s)<section id="since">.*?</section>\n',
            r'<a href="#since">[^<]*</a>',
            r'(?s)<section id="nights">.*?</section>\n',
            r'<a href="#nights">[^<]*</a>',
            # And of where this one is.
            r'fleetscan fix [^<]*'),
        "metrics.prom": without(
            (run / "metrics.prom").read_text(),
            r"(?m)^\S*(seconds|timestamp)\S* .*$",
            # Compared with another run, as the page is.
            r"(?m)^.*fleetscan_(worse|better)_hosts.*\n"),
        "stores": sorted((p.name, p.read_text())
                         for p in (run / "stores").iterdir()),
        "files": sorted(p.name for p in run.iterdir()
                        if p.name != ".lock"),
    }


def differences(run, want):
    found = contents(run)
    return [name for name in want if found[name] != want[name]]


def read_streams(run):
    """Every line of the streams, which all have to be whole."""
    found = {}
    for name in STREAMS:
        text = (run / name).read_text() if (run / name).exists() else ""
        assert text == "" or text.endswith("\n"), f"{name} ends in a torn line"
        found[name] = [json.loads(line) for line in text.splitlines()]
    return found
