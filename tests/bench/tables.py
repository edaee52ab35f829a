"""What bench.py found, as a table for people, as Markdown and as JSON.

Figures are medians of a case's rounds; ratios are of medians within one case,
whose clients ran in turn.
"""
import json
import os
import pathlib
import platform
import statistics
import time

COLUMNS = ["", "hosts", "hosts/s", "CPU µs a host", "peak MiB", "answered",
           "CPU ratio", "memory ratio"]


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def summarize(runs, hosts):
    return {"rate": hosts / median(runs, "seconds"),
            "cpu_us": median(runs, "cpu") / hosts * 1e6,
            "peak_mib": median(runs, "peak_kib") / 1024,
            "seconds": median(runs, "seconds"),
            "answered": min(run["answered"] for run in runs)}


def ratio(row, base, key):
    if base is None or base["median"] is None:
        return "-"
    return f"{row['median'][key] / base['median'][key]:.2f}"


def ratio_of_rounds(row, base, key):
    """The median of what the rounds say, with the least and the most."""
    ratios = [run[key] / other[key]
              for run, other in zip(row["runs"], base["runs"])]
    return (f"{statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f})")


def cells(row, base):
    if row["median"] is None:
        return [row["name"], f"{row['hosts']:,}", row["trouble"],
                *[""] * (len(COLUMNS) - 3)]
    middle = row["median"]
    return [row["name"], f"{row['hosts']:,}", f"{middle['rate']:,.0f}",
            f"{middle['cpu_us']:,.0f}", f"{middle['peak_mib']:.1f}",
            f"{middle['answered']:,}", ratio(row, base, "cpu_us"),
            ratio(row, base, "peak_mib")]


def base_of(case, row):
    """The row that `row` is held against: of its kind, or of its case."""
    return next((other for other in case["rows"]
                 if other["name"] == row.get("against") or
                 ("against" not in row and other.get("base"))), None)


def table_of(case):
    return [cells(row, base_of(case, row)) for row in case["rows"]]


def rounds_of(case):
    return "1 round" if case["rounds"] == 1 else f"{case['rounds']} rounds"


def print_case(case):
    rows = [COLUMNS, *table_of(case)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    print(f"\n{case['name']}: {case['title']}; {rounds_of(case)}")
    for row in rows:
        print("  " + row[0].ljust(widths[0]) + "".join(
            "  " + cell.rjust(width)
            for cell, width in zip(row[1:], widths[1:])))
    for line in case["notes"]:
        print("  " + line)


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"processor": model, "cores": os.cpu_count(),
            "kernel": platform.release(),
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "load": os.getloadavg()[0]}


def escape(text):
    return text.replace("|", "\\|")


def markdown_case(case):
    lines = [f"**{case['title']}** ({case['name']}, {rounds_of(case)})",
             "", "| " + " | ".join([COLUMNS[0] or "client", *COLUMNS[1:],
                                    "command"]) + " |",
             "| --- |" + " ---: |" * (len(COLUMNS) - 1) + " --- |"]
    for row, shown in zip(case["rows"], table_of(case)):
        lines.append("| " + " | ".join(map(escape, shown)) +
                     f" | `{escape(row['command'])}` |")
    return "\n".join(lines + [""] + [note + "\n" for note in case["notes"]])


def markdown(cases):
    where = machine()
    head = (f"Measured on {where['date']} with `make bench` on "
            f"{where['cores']} cores of {where['processor']}, Linux "
            f"{where['kernel']}. Figures are medians, of that machine; only "
            "ratios within one table, whose clients ran in turn, carry over. "
            "The scanner has the first core, the servers the last. A ratio is "
            "to the row that has 1.00; in `saved` and with nights to the "
            "same of the base.\n")
    return "\n".join([head, *map(markdown_case, cases)])


COMPACT = ["`make bench CASES=`", "what", "client", "targets", "hosts/s",
           "CPU µs a host", "peak MiB", "CPU ratio"]


def compact(cases):
    """One table for RESULTS.md: what is not installed is left out."""
    where = machine()
    lines = ["| " + " | ".join(COMPACT) + " |",
             "| --- | --- | --- |" + " ---: |" * (len(COMPACT) - 3)]
    for case in cases:
        for row, shown in zip(case["rows"], table_of(case)):
            if row["median"] is not None:
                lines.append("| " + " | ".join(map(escape, [
                    case["name"], case["title"], *shown[:5], shown[6]])) +
                    " |")
    lines.append(f"\n{where['date']}, {where['cores']} cores of "
                 f"{where['processor']}, Linux; a ratio is "
                 "to the row of its case that has 1.00; in `saved` and with "
                 "nights to the same of the base.")
    commands = {row["name"]: row["command"] for case in cases
                if case["name"] != "scale" for row in case["rows"]
                if row["median"] is not None}
    lines += ["", "```", *(f"# {name}\n{command}"
                           for name, command in commands.items()), "```"]
    for case in cases:
        arithmetic = [note for note in case["notes"] if "class" not in note]
        if arithmetic and any(row["runs"] for row in case["rows"]):
            lines.append(f"\n`{case['name']}`: " + "; ".join(arithmetic) + ".")
    return "\n".join(lines) + "\n"


MARKS = "<!-- bench -->\n", "<!-- end of bench -->\n"


def has_marks(path):
    whole = pathlib.Path(path).read_text()
    return MARKS[1] in whole.partition(MARKS[0])[2]


def put_between_marks(path, text):
    before, begin, rest = pathlib.Path(path).read_text().partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    pathlib.Path(path).write_text(before + begin + text + end + after)


def write(directory, cases):
    (directory / "results.json").write_text(json.dumps(
        {"schema": "fleetscan-bench/1", "machine": machine(),
         "cases": cases}, indent=1, ensure_ascii=False) + "\n")
    (directory / "table.md").write_text(markdown(cases))
