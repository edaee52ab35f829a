#!/usr/bin/env python3
"""report.html in a headless Chromium: what it shows, sorts, filters and opens,
that a stranger's words stay words, and how long many hosts take to load.
"""
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import chromium
from laboratory import Fleet
from tap import FAILED, check

BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
FLEETSCAN = os.environ.get("FLEETSCAN", str(BUILD / "fleetscan"))
KEYS = {"schema", "status", "class", "severity", "from", "timestamp", "sha256",
        "spki_sha256", "not_before", "not_after", "received", "offer", "staple"}
HOSTILE = ('"><img src=x onerror=owned()><script>owned()</script>'
           "</script><!--' onmouseover=owned() \u202etxt.\u2066 &amp; {}")


def demo(folder):
    subprocess.run([FLEETSCAN, "demo"], cwd=folder, check=True, timeout=60,
                   stdout=subprocess.DEVNULL)
    return folder / "reports" / "latest"


def republish(folder, name, records, *earlier):
    """Every report of these records, compared with an earlier run's."""
    run = folder / name
    run.mkdir()
    with (run / "hosts.ndjson").open("w") as out:
        for record in records:
            out.write(json.dumps(record, separators=(",", ":")) + "\n")
    subprocess.run([str(BUILD / "republish"), str(run), *map(str, earlier)],
                   check=True, timeout=60)
    return run


def spoil(value, key=None):
    """The same record with every free string a hostile one."""
    if isinstance(value, dict):
        return {name: spoil(inner, name) for name, inner in value.items()}
    if isinstance(value, list) and key not in KEYS:
        return [spoil(inner, key) for inner in value]
    return HOSTILE if isinstance(value, str) and key not in KEYS else value


def load(page, path):
    """Opens the page and waits until all of its rows are there."""
    page.open(path)
    page.ask("new Promise(done => { const look = () => "
             "document.getElementById('list').hasAttribute('aria-busy') ? "
             "setTimeout(look, 5) : done(); look() })")


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
    check("a closed row has no story", page.ask(
        "document.querySelector('#list .detail')") is None)
    page.key("Enter", 13, "\r")
    page.ask("new Promise(done => setTimeout(done, 50))")
    check("Enter opens a row", page.ask(
        "document.querySelectorAll('.host[open] .detail').length") == 1)
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
    page.ask("document.querySelector('.odd a[href*=kilas]').click();"
             "new Promise(done => setTimeout(done, 50))")
    check("an outlier leads to its row, opened", shown(page) == 1 and page.ask(
        "document.querySelector('.host[open] .name').textContent")
        .startswith("kilas."), shown(page))
    page.ask("document.querySelector("
             "'.sites th a[data-site=\"velo-rental.test\"]').click()")
    want = sum(1 for record in records
               if record["site"] == "velo-rental.test")
    check("a site leads to its hosts", shown(page) == want, shown(page))
    page.ask("document.querySelector('.client a[data-client=chrome]').click()")
    want = sum(1 for record in records
               if record["clients"]["chrome"]["accepts"] is False)
    check("a client leads to what it refuses", shown(page) == want,
          shown(page))


def check_weeks(page, run, records):
    """A week of the calendar leads to the hosts with a certificate that ends
    in it."""
    weeks = [datetime.datetime.strptime(f"{week['week']}-1", "%G-W%V-%u")
             .date() for week in json.loads(
                 (run / "summary.json").read_text())["expiring"]["weeks"]]
    ends = {}
    for line in (run / "certs.ndjson").read_text().splitlines():
        found = json.loads(line)
        ends[found["sha256"]] = found["not_after"][:10]
    links = page.ask("[...document.querySelectorAll('.numbers a')]"
                     ".map(link => link.hash)")
    check("each week of the table is a link", links == [
        f"#week={week}" for week in weeks], links)
    wrong = []
    for at, monday in enumerate(weeks):
        sunday = monday + datetime.timedelta(6)
        want = sorted(
            f"{r['host']}:{r['port']}" for r in records
            if any(str(monday) <= ends[step["sha256"]] <= str(sunday)
                   and (place > 0 or r["leaf"]["days_left"] >= 0)
                   for place, step in enumerate(r["path"])))
        # The drawing's links and the table's by turns.
        links = (".calendar", ".numbers")[at % 2]
        page.ask(f"document.querySelectorAll('{links} a')[{at}]"
                 ".dispatchEvent(new MouseEvent('click', "
                 "{bubbles: true, cancelable: true})); "
                 "new Promise(done => setTimeout(done, 50))")
        names = sorted(page.ask(
            "[...document.querySelectorAll('.host:not([hidden]) .name')]"
            ".map(name => name.textContent)"))
        if names != want or not names:
            wrong.append((str(monday), names, want))
    check("a week leads to its hosts", not wrong and len(weeks) > 2,
          wrong[:2])
    page.ask("document.getElementById('filters').reset(); "
             "new Promise(done => setTimeout(done, 50))")
    check("Clear leaves the week", shown(page) == len(records))


def check_links(page, run, records):
    """An address with a host opens that row, and what it shows is in order."""
    for record in records:
        if not record["host"].startswith("kilas."):
            continue
        heads = ["findings", "names", "chain", "dl", "clients"]
        page.call("Page.navigate", url="about:blank")
        page.wait_for("Page.loadEventFired")
        page.call("Page.navigate", url=(run / "report.html").resolve().as_uri()
                  + f"#host={record['host']}:{record['port']}")
        page.wait_for("Page.loadEventFired")
        names = cells(page, "name")
        check("the address of a host shows its row alone",
              names == [f"{record['host']}:{record['port']}"], names)
        order = page.ask(
            "[...document.querySelectorAll('.host[open] > .detail > :is("
            ".findings, .names, .chain, dl, .clients)')].map(part => "
            "part.className || part.localName)")
        check("opened: what is wrong first, clients last", order == heads,
              order)
        facts = page.ask("document.querySelector('.host[open] dl')"
                         ".textContent")
        leaf = record["leaf"]
        check("key, serial, fingerprints, address and TLS", all(
            word in facts for word in (
                leaf["key"], leaf["serial"], leaf["sha256"],
                leaf["spki_sha256"], record["ip"], record["tls"]["version"])),
              facts)
        dates = page.ask("[...document.querySelectorAll('.host[open] .dates')]"
                         ".length")
        check("the whole chain has its dates", dates == len(record["path"]),
              dates)
        check("the name that fits is marked", page.ask(
            "document.querySelector('.host[open] .names .fits').textContent")
            in leaf["names"])
    wrong = next(r for r in records if r["cause"] == "other_name")
    page.ask(f"location.hash = '#host={wrong['host']}:{wrong['port']}'; "
             "new Promise(done => setTimeout(done, 50))")
    check("of a mismatch, where the name would have to be", page.ask(
        "document.querySelector('.host[open] .names .absent b').textContent")
        == wrong["host"])
    page.ask("document.getElementById('filters').reset(); "
             "new Promise(done => setTimeout(done, 50))")
    check("Clear leaves the link", shown(page) == len(records))
    page.resize(1280, 900)
    widths = page.ask("['name', 'what', 'site', 'issuer', 'word'].map(key => "
                      "document.querySelector('.columns .' + key)"
                      ".offsetWidth)")
    check("what is wrong is the widest column", max(widths) == widths[1],
          widths)


def check_sections(page, run):
    """Sites, matrix and calendar say what the run's other files say."""
    found = page.ask("[...document.querySelectorAll('.sites tbody tr')]"
                     ".map(row => row.textContent)")
    told = subprocess.run([FLEETSCAN, "sites", str(run)], check=True,
                          capture_output=True, text=True).stdout
    kilas = next((row for row in found if row.startswith("example.test")), "")
    check("sites are told as `sites` tells them",
          "issuer Atlas DV TLS CA - G2 · root Atlas Primary Root CA - G3 · "
          "1 certificate · refused by" in kilas and
          "issuer Atlas DV TLS CA - G2" in " ".join(told.split()), kilas)
    check("and what is usual", "usual: Meridian TLS Issuing CA 2025" in kilas,
          kilas)
    clients = page.ask("[...document.querySelectorAll('.matrix .client')]"
                       ".map(head => head.textContent)")
    sums = page.ask("[...document.querySelectorAll('.matrix tfoot td')]"
                    ".map(cell => cell.textContent)")[1:]
    summary = json.loads((run / "summary.json").read_text())
    want = {name: str(count["refuses"])
            for name, count in summary["clients"].items()}
    check("the matrix has every client and what it refuses",
          dict(zip(clients, sums)) == want, dict(zip(clients, sums)))
    weeks = page.ask("[...document.querySelectorAll('.calendar .count')]"
                     ".map(count => Number(count.textContent))")
    want = [week["leaves"] + week["intermediates"]
            for week in summary["expiring"]["weeks"]]
    check("the calendar has every week", weeks == want, weeks)
    check("causes name the number of the repair kit", page.ask(
        "[...document.querySelectorAll('.kit b')].map(fix => fix.textContent)"
        ".sort()") == ["fix 1", "fix 2", "fix 3"])


def check_news(page, folder):
    """A second run of the same list names what changed since the first."""
    def scan(*down):
        done = fleet.scan_in(folder, "-q", "-l", "hosts.txt", down=down)
        assert done.returncode == 0, done.stderr
        run = (folder / "reports" / "latest").resolve()
        load(page, run / "report.html")
        return run.name, page.ask(
            "[...document.querySelectorAll('.change')].map(group => "
            "[group.querySelector('summary').textContent, group.open])")

    with Fleet() as fleet:
        first, groups = scan()
        check("without an earlier run there is no news",
              page.ask("document.getElementById('since')") is None)
        second, groups = scan("www.example.test", "pay.harbour-bank.test")
        check("what got worse is open", groups == [["2 unreachable", True]],
              groups)
        check("the news names the run that it compares with", first in
              page.ask("document.getElementById('since').textContent"))
        page.ask("document.querySelector('.change a').click()")
        check("a host of the news leads to its row", shown(page) == 1)
        _, groups = scan()
        check("what got better is there to be opened",
              groups == [["2 better", False]], groups)


def check_without_script(page, run):
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(run / "report.html")
    nodes = page.call("DOM.getDocument", depth=1)["root"]["nodeId"]
    for name, selector, least in (("rows", "#list .plain tbody tr", 51),
                                  ("words that say so", "#list > .note", 1),
                                  ("hidden filters", "#filters[hidden]", 1)):
        found = page.call("DOM.querySelectorAll", nodeId=nodes,
                          selector=selector)["nodeIds"]
        check(f"without a script: {name}", len(found) >= least, len(found))
    page.call("Emulation.setScriptExecutionDisabled", value=False)


def check_impatient(page, run):
    """What is filtered at once is filtered among all rows, not the first."""
    page.open(run / "report.html")
    choose(page, "by-class", "ok")
    first = shown(page)
    load(page, run / "report.html")
    choose(page, "by-class", "ok")
    check("a filter waits for all rows", first == shown(page) > 0, first)


def check_widths(page, run):
    for width in (320, 390, 800, 1360):
        page.resize(width, 900, width < 500)
        page.open(run / "report.html")
        wide = page.ask("document.documentElement.scrollWidth")
        check(f"fits into {width} pixels", wide <= width, wide)


def check_hostile(page, folder, records):
    hostile = [spoil(record) for record in records]
    # As many ports as hosts, so that the earlier run's are found again.
    for port, record in enumerate(hostile, 1):
        record["port"] = port
    before = republish(folder, "before", [
        {**record, "class": "ok", "severity": "ok", "cause": None}
        for record in hostile])
    run = republish(folder, "hostile", hostile, before)
    page.call("Page.addScriptToEvaluateOnNewDocument",
              source="window.owned = () => { window.hurt = true }")
    load(page, run / "report.html")
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
          page.ask("document.querySelectorAll('script:not([type])').length")
          == 1)
    check("the news and the sites hold them too", page.ask(
        "[document.querySelectorAll('.change li').length > 0, "
        "document.querySelectorAll('.odd li').length > 0]") == [True, True])
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
        load(page, run / "report.html")
        took = page.ask("performance.timing.loadEventEnd - "
                        "performance.timing.navigationStart")
        rows = shown(page)
        size = (run / "report.html").stat().st_size
        print(f"# {count} hosts: {rows} rows, {size / 1e6:.1f} MB, "
              f"loaded in {took} ms")
        check(f"{count} hosts: a page of at most 4 MB", size <= 4000000, size)
        check(f"{count} hosts: the rows that fit", 5000 < rows <= 10000, rows)
        data = page.ask("document.getElementById('data').textContent.length")
        check(f"{count} hosts: at most 600 octets a row", data / rows <= 600,
              data / rows)
    words = cells(page, "word")
    broken = sum(1 for r in many if r["class"] != "ok")
    check("the best are left out", words.count("ok") == rows - broken > 0)
    check("and the page says so",
          f"Of 12,000 hosts, {broken:,} of them not ok, the page holds the "
          f"{rows:,} worst" in
          page.ask("document.querySelector('.note').textContent"))
    unlinked = page.ask(
        "(names => [...document.querySelectorAll('a[href^=\"#host=\"]')]"
        ".map(link => decodeURIComponent(link.hash.slice(6)))"
        ".filter(name => !names.has(name)))"
        "(new Set([...document.querySelectorAll('.host .name')]"
        ".map(name => name.textContent)))")
    check("every link leads to a row", unlinked == [], unlinked)
    labels = page.ask("[...document.querySelectorAll('.calendar .count')]"
                      ".map(label => label.getBoundingClientRect())"
                      ".map(box => [box.left, box.right])")
    check("labels of the chart do not overlap", all(
        left[1] <= right[0] for left, right in zip(labels, labels[1:])),
          labels)


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
        load(page, run / "report.html")
        check("a row a host", shown(page) == len(records))
        check_sections(page, run)
        check_filters(page, records)
        check_sorting(page)
        check_chain(page)
        check_cards(page, records)
        check_weeks(page, run, records)
        check_links(page, run, records)
        check("no request, no complaint", page.complaints() == [],
              page.complaints())
        check_without_script(page, run)
        check_widths(page, run)
        check_hostile(page, folder, records)
        check_impatient(page, run)
        check_news(page, folder)
        check_many(page, folder, records)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
