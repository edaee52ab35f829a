#!/usr/bin/env python3
"""report.html in a headless Chromium: what it shows, sorts, filters and opens,
that a stranger's words stay words, and how long many hosts take to load.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import chromium

BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
FLEETSCAN = os.environ.get("FLEETSCAN", str(BUILD / "fleetscan"))
KEYS = {"schema", "status", "class", "severity", "from", "timestamp", "sha256",
        "spki_sha256", "not_before", "not_after", "received", "offer", "staple"}
HOSTILE = ('"><img src=x onerror=owned()><script>owned()</script>'
           "</script><!--' onmouseover=owned() \u202etxt.\u2066 &amp; {}")

failures = 0


def check(name, good, why=""):
    global failures
    failures += not good
    print(f"{'ok' if good else 'not ok'} - {name}" +
          ("" if good else f": {why}"))


def demo(folder):
    subprocess.run([FLEETSCAN, "demo"], cwd=folder, check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    return folder / "reports" / "latest"


def republish(folder, name, records):
    run = folder / name
    run.mkdir()
    lines = run / "records.ndjson"
    with lines.open("w") as out:
        for record in records:
            out.write(json.dumps(record) + "\n")
    subprocess.run([str(BUILD / "republish"), str(run), str(lines)],
                   check=True, timeout=60)
    return run


def spoil(value, key=None):
    """The same record with every free string a hostile one."""
    if isinstance(value, dict):
        return {name: spoil(inner, name) for name, inner in value.items()}
    if isinstance(value, list) and key not in KEYS:
        return [spoil(inner, key) for inner in value]
    return HOSTILE if isinstance(value, str) and key not in KEYS else value


def shown(page):
    return page.ask("[...document.querySelectorAll('#list > .host')]"
                    ".filter(row => !row.hidden).length")


def cells(page, key):
    return page.ask(f"[...document.querySelectorAll('#list .{key}')]"
                    ".filter(cell => !cell.closest('.host').hidden)"
                    ".map(cell => cell.textContent)")


def choose(page, field, value):
    page.ask("document.getElementById('filters').reset()")
    page.ask(f"document.getElementById('{field}').value = "
             f"{json.dumps(value)}; document.getElementById('{field}')"
             ".dispatchEvent(new Event('input', {bubbles: true}))")


def check_filters(page, records):
    def count(test):
        return sum(1 for record in records if test(record))

    for field, value, want in (
            ("by-class", "missing_intermediate",
             count(lambda r: r["class"] == "missing_intermediate")),
            ("by-class", "!ok", count(lambda r: r["class"] != "ok")),
            ("by-site", "example.test",
             count(lambda r: r["site"] == "example.test")),
            ("by-client", "chrome",
             count(lambda r: r["clients"]["chrome"]["accepts"] is False)),
            ("by-text", "KILAS",
             count(lambda r: "kilas" in r["host"])),
            ("by-text", "no such host anywhere", 0)):
        choose(page, field, value)
        got = shown(page)
        check(f"{field} {value}: {want} hosts", got == want, f"{got}")
    page.ask("document.querySelector('#filters button').click();"
             "new Promise(done => setTimeout(done, 50))")
    check("Clear shows all again", shown(page) == len(records))


def check_sorting(page):
    for key, order in (("name", str), ("days", int), ("refused", int)):
        head = f"document.querySelector('[data-sort={key}] button')"
        page.ask(f"{head}.click()")
        way = page.ask(f"{head}.parentNode.getAttribute('aria-sort')")
        values = [order(cell) for cell in cells(page, key) if cell != ""]
        want = sorted(values, reverse=way == "descending")
        check(f"sorts by {key}, {way}", len(values) > 5 and values == want,
              values)


def check_chain(page):
    """By keyboard alone: search, tab to the row, open it."""
    choose(page, "by-text", "kilas")
    page.ask("[...document.querySelectorAll('.host')]"
             ".find(row => !row.hidden).firstElementChild.focus()")
    check("a row has the focus",
          page.ask("document.activeElement.tagName") == "SUMMARY")
    page.key("Enter", 13, "\r")
    check("Enter opens a row", page.ask(
        "document.querySelectorAll('.host[open]').length") == 1)
    kinds = page.ask("[...document.querySelectorAll('.host[open] .chain li')]"
                     ".map(link => link.className + ' ' + "
                     "(link.offsetHeight > 10))")
    check("the chain is drawn: sent, not sent, anchor",
          kinds == ["received true", "missing true", "anchor true"], kinds)


def check_cards(page, records):
    page.ask("document.querySelector('.card[data-class=expired]').click()")
    want = sum(1 for record in records if record["class"] == "expired")
    check("a card leads to its hosts", shown(page) == want, shown(page))
    page.key("/", 191, "/")
    check("/ leads to the search",
          page.ask("document.activeElement.id") == "by-text")


def check_without_script(page, run):
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(run / "report.html")
    nodes = page.call("DOM.getDocument", depth=1)["root"]["nodeId"]
    for name, selector, least in (("rows", "#list > .host", 51),
                                  ("hidden filters", "#filters[hidden]", 1),
                                  ("chains", ".chain li", 100)):
        found = page.call("DOM.querySelectorAll", nodeId=nodes,
                          selector=selector)["nodeIds"]
        check(f"without a script: {name}", len(found) >= least, len(found))
    page.call("Emulation.setScriptExecutionDisabled", value=False)


def check_widths(page, run):
    for width in (320, 390, 800, 1360):
        page.resize(width, 900, width < 500)
        page.open(run / "report.html")
        wide = page.ask("document.documentElement.scrollWidth")
        check(f"fits into {width} pixels", wide <= width, wide)


def check_hostile(page, folder, records):
    hostile = [spoil(record) for record in records]
    run = republish(folder, "hostile", hostile)
    page.call("Page.addScriptToEvaluateOnNewDocument",
              source="window.owned = () => { window.hurt = true }")
    page.open(run / "report.html")
    page.ask("document.querySelectorAll('details').forEach("
             "row => row.open = true)")
    page.ask("new Promise(done => setTimeout(done, 200))")
    tags = page.ask(
        "[...new Set([...document.querySelectorAll('*')].flatMap(node => "
        "[node.tagName, ...[...node.attributes].map(a => a.name)"
        ".filter(name => name.startsWith('on'))]))].filter(word => "
        "/^(IMG|IFRAME|on.*)$/.test(word))")
    check("hostile strings make no element and no attribute", tags == [],
          tags)
    check("nor run", page.ask("window.hurt") is None)
    check("one script stands on the page",
          page.ask("document.scripts.length") == 1)
    check("they are read as they are", page.ask(
        "document.querySelector('.host .name').textContent")
        .startswith(HOSTILE[:60]))
    check("nothing turns the direction of writing", page.ask(
        "/[\\u202a-\\u202e\\u2066-\\u2069]/.test("
        "document.body.textContent)") is False)
    check("and nothing is complained of", page.complaints() == [],
          page.complaints())


def check_many(page, folder, records):
    many = []
    for number in range(12000):
        record = dict(records[number % len(records)])
        record["ordinal"] = number + 1
        record["host"] = f"h{number}.{record['host']}"
        many.append(record)
    for count in (10000, 12000):
        run = republish(folder, f"many-{count}", many[:count])
        page.open(run / "report.html")
        took = page.ask("performance.timing.loadEventEnd - "
                        "performance.timing.navigationStart")
        rows = shown(page)
        broken = sum(1 for r in many[:count] if r["class"] != "ok")
        print(f"# {count} hosts: {rows} rows, "
              f"{(run / 'report.html').stat().st_size / 1e6:.1f} MB, "
              f"loaded in {took} ms")
        check(f"{count} hosts: the rows that are due",
              rows == (count if count <= 10000 else broken), rows)
    check("and the page says so",
          "12,000 hosts the page holds the" in
          page.ask("document.querySelector('.note').textContent"))


def main():
    if chromium.find() is None:
        print("skip - report.html in a browser: chromium is not installed")
        return 0
    with tempfile.TemporaryDirectory() as name, \
            chromium.Chromium() as page:
        folder = pathlib.Path(name)
        run = demo(folder)
        lines = (run / "hosts.ndjson").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        page.open(run / "report.html")
        check("a row a host", shown(page) == len(records))
        check_filters(page, records)
        check_sorting(page)
        check_chain(page)
        check_cards(page, records)
        check("no request, no complaint", page.complaints() == [],
              page.complaints())
        check_without_script(page, run)
        check_widths(page, run)
        check_hostile(page, folder, records)
        check_many(page, folder, records)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
