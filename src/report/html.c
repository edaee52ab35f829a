/*
 * report.html: one page that needs nothing beside it.  The rows of hosts are
 * made before the totals and shown below them: until then they are in an
 * unlinked temporary file.  What a section says is in the files beside this
 * one.
 */
#include "report/html.h"

#include <errno.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/columns.h"
#include "base/memory.h"
#include "x509/certificate.h"
#include "report/assets.h"

/* What has to be repaired stands before what is ok. */
enum { ROWS_BROKEN, ROWS_OK, ROWS };

/*
 * Rows stand in blocks within <noscript>: where there is no script they are the
 * list; where there is one they are text, from which the script makes rows in
 * batches, and a row's details only when it is opened.
 */
enum { BLOCK_ROWS = 250 };

struct page {
	FILE *rows[ROWS];
	uint64_t written[ROWS];
};

static bool
has_changes(const struct sheet *sheet)
{
	return sheet->run->changes != NULL;
}

/* In the order of the page; adding one is a row. */
static const struct section {
	const char *id, *title;
	void (*append)(struct sheet *);
	bool (*is_there)(const struct sheet *); /* NULL: always */
} sections[] = {
	{ "since", "New since the last run", html_changes, has_changes },
	{ "causes", "Causes and what repairs them", html_causes, NULL },
	{ "roots", "Roots that leave", html_roots, html_has_roots },
	{ "expiry", "What ends when", html_calendar, NULL },
	{ "addresses", "Names whose addresses differ", html_addresses,
	    html_has_addresses },
	{ "sites", "Sites and their outliers", html_sites, NULL },
	{ "clients", "Clients", html_clients, NULL },
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

/* The rows alone are not the report: totals follow in finish. */
static void
begin(struct sheet *sheet)
{
	struct page *page = memory_new(sizeof(*page));

	for (int i = 0; i < ROWS; i++) {
		page->rows[i] = tmpfile();
		if (page->rows[i] == NULL)
			sheet->failure = errno;
	}
	sheet->own = page;
}

static void
free_page(void *own)
{
	struct page *page = own;

	if (page == NULL)
		return;
	for (int i = 0; i < ROWS; i++)
		if (page->rows[i] != NULL)
			fclose(page->rows[i]);
	free(page);
}

static uint64_t
count_shown(const struct page *page)
{
	return page->written[ROWS_BROKEN] + page->written[ROWS_OK];
}

/* Of a large run, only hosts that are not ok. */
static void
write_row(struct sheet *sheet, const struct result *result)
{
	struct page *page = sheet->own;
	bool is_ok = result_is_good(result);
	int kind = is_ok ? ROWS_OK : ROWS_BROKEN;

	if (sheet->failure != 0 || count_shown(page) >= HTML_ROWS_MOST ||
	    (is_ok && sheet->run->totals.records > HTML_ROWS_MOST))
		return;
	if (page->written[kind]++ % BLOCK_ROWS == 0)
		html_raw(&sheet->line, "</noscript>\n<noscript>");
	html_host(&sheet->line, result, sheet->scratch);
	if (fwrite(sheet->line.data, 1, sheet->line.size, page->rows[kind]) !=
	    sheet->line.size)
		sheet->failure = errno;
	text_clear(&sheet->line);
}

static void
flush(struct sheet *sheet)
{
	fwrite(sheet->line.data, 1, sheet->line.size, sheet->stream);
	text_clear(&sheet->line);
}

static void
copy_rows(struct sheet *sheet, FILE *rows)
{
	enum { BLOCK = 64 * 1024 };
	size_t got;

	if (fflush(rows) != 0 || fseeko(rows, 0, SEEK_SET) < 0) {
		sheet->failure = errno;
		return;
	}
	text_reserve(&sheet->line, BLOCK);
	while ((got = fread(sheet->line.data, 1, BLOCK, rows)) > 0)
		fwrite(sheet->line.data, 1, got, sheet->stream);
	if (ferror(rows))
		sheet->failure = EIO;
}

static bool
is_there(const struct sheet *sheet, const struct section *section)
{
	return section->is_there == NULL || section->is_there(sheet);
}

static void
append_what_is_shown(struct sheet *sheet)
{
	const struct page *page = sheet->own;
	struct arena *scratch = sheet->scratch;
	uint64_t records = sheet->tally->records;
	uint64_t broken =
	    records - sheet->tally->classes[CLASS_OK] + sheet->tally->failing;
	uint64_t shown = count_shown(page);

	html_fill(&sheet->line, "<p id=shown class=quiet role=status>{}</p>\n",
	    html_hosts(scratch, shown));
	if (shown == records)
		return;
	if (shown == broken)
		html_fill(&sheet->line,
		    "<p class=note>Of {} the page holds the {} that are not "
		    "ok; <a href=\"hosts.csv\">hosts.csv</a> has them all.</p>"
		    "\n",
		    html_hosts(scratch, records), count_text(scratch, shown));
	else
		html_fill(&sheet->line,
		    "<p class=note>Of {} that are not ok the page holds the "
		    "first {}; <a href=\"hosts.csv\">hosts.csv</a> has them "
		    "all.</p>\n",
		    html_hosts(scratch, broken), count_text(scratch, shown));
}

static void
append_hosts(struct sheet *sheet)
{
	static const struct {
		const char *key, *title;
	} columns[] = {
		{ "name", "Host" },
		{ "word", "Class" },
		{ "what", "What is wrong" },
		{ "site", "Site" },
		{ "issuer", "Issuer" },
		{ "days", "Days left" },
		{ "refused", "Refused by" },
	};
	const struct page *page = sheet->own;
	struct text *out = &sheet->line;
	enum { SITES_OFFERED = 200 }; /* most broken first; others are typed */
	const struct tally *tally = sheet->tally;

	html_raw(out, "<section id=hosts><h2>Hosts</h2>\n");
	/* What the script filters by; without one the form stays hidden. */
	html_raw(out,
	    "<form id=filters role=search hidden>"
	    "<label class=search>Search <input id=by-text type=search "
	    "autocomplete=off spellcheck=false "
	    "placeholder=\"name, issuer, cause …\"></label>\n"
	    "<label>Class <select id=by-class><option value=\"\">all</option>"
	    "<option value=\"!ok\">not ok</option>");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (tally->classes[i] > 0)
			html_fill(out, "<option value=\"{}\">{}</option>",
			    class_word((enum class_id)i),
			    class_title((enum class_id)i));
	html_raw(out,
	    "</select></label>\n"
	    "<label>Site <input id=by-site list=all-sites autocomplete=off "
	    "spellcheck=false size=18></label><datalist id=all-sites>");
	for (size_t i = 0; i < tally->site_count && i < SITES_OFFERED; i++)
		html_fill(out, "<option value=\"{}\">", tally->sites[i].site);
	html_raw(out,
	    "</datalist>\n"
	    "<label>Refused by <select id=by-client><option value=\"\">"
	    "anyone or no one</option><option value=\"*\">any client"
	    "</option>");
	for (size_t i = 0; i < tally->client_count; i++)
		html_fill(out, "<option value=\"{}\">{}</option>",
		    tally->clients[i].id, tally->clients[i].id);
	html_raw(out, "</select></label>\n<button type=reset>Clear</button>"
		      "</form>\n");
	append_what_is_shown(sheet);
	/* The script turns these into buttons that sort. */
	html_raw(out, "<div class=columns>");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_fill(out, "<span class=\"{}\" data-sort=\"{}\">{}</span>",
		    columns[i].key, columns[i].key, columns[i].title);
	html_raw(out,
	    "</div>\n"
	    "<noscript><style>#blocked { display: none }</style></noscript>"
	    "<p id=blocked class=note>The list of hosts is made by this page's "
	    "own script, which something keeps from running; "
	    "<a href=\"hosts.csv\">hosts.csv</a> has them all.</p>\n"
	    "<div id=list><noscript>");
	flush(sheet);
	for (int i = 0; i < ROWS; i++)
		copy_rows(sheet, page->rows[i]);
	html_raw(out, "</noscript></div>\n<p id=none class=quiet "
		      "hidden>No host fits.</p>\n"
		      "</section>\n");
}

static void
finish(struct sheet *sheet)
{
	struct text *out = &sheet->line;
	struct digest digest;

	if (sheet->failure != 0)
		return;
	html_raw(out,
	    "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n");
	/* Only the script that is part of the page may run in it. */
	certificate_digest(bytes_from_string(page_js), &digest);
	html_raw(out,
	    "<meta http-equiv=Content-Security-Policy content=\"default-src "
	    "'none'; base-uri 'none'; form-action 'none'; "
	    "style-src 'unsafe-inline'; script-src 'sha256-");
	base64_append(out, bytes_of(&digest, sizeof(digest)));
	html_raw(out,
	    "'\">\n<meta name=viewport content=\"width=device-width, "
	    "initial-scale=1\">\n<meta name=color-scheme content=\"light "
	    "dark\">\n<meta name=referrer content=no-referrer>\n");
	html_fill(
	    out, "<title>fleetscan {}</title>\n<style>\n", sheet->run->id);
	text_append(out, page_css);
	html_raw(out, "</style>\n</head>\n<body>\n");
	html_symbols(out);
	html_raw(out,
	    "<nav aria-label=Sections><a class=brand href=\"#top\">fleetscan"
	    "</a>");
	for (size_t i = 0; i < SECTIONS; i++)
		if (is_there(sheet, &sections[i]))
			html_fill(out, "<a href=\"#{}\">{}</a>", sections[i].id,
			    sections[i].title);
	html_raw(out, "<a href=\"#hosts\">Hosts</a></nav>\n"
		      "<main id=top>\n<header>\n");
	html_overview(sheet);
	html_raw(out, "</header>\n");
	for (size_t i = 0; i < SECTIONS; i++) {
		if (!is_there(sheet, &sections[i]))
			continue;
		html_fill(out, "<section id=\"{}\"><h2>{}</h2>\n",
		    sections[i].id, sections[i].title);
		sections[i].append(sheet);
		html_raw(out, "</section>\n");
		flush(sheet);
	}
	append_hosts(sheet);
	html_fill(out,
	    "</main>\n<footer>fleetscan {} · beside this page: "
	    "<a href=\"hosts.csv\">hosts.csv</a>, "
	    "<a href=\"summary.json\">summary.json</a></footer>\n<script>",
	    sheet->run->version);
	text_append(out, page_js);
	html_raw(out, "</script>\n</body>\n</html>\n");
}

const struct writer html_writer = {
	.file = "report.html",
	.word = "html",
	.begin = begin,
	.result = write_row,
	.finish = finish,
	.free_own = free_page,
};
