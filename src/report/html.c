/*
 * report.html: one page that needs nothing beside it.  Its sections are made
 * in memory before the rows of hosts are chosen: rows have the room that is
 * left, and only a host that has a row is a link.  What a section says is in
 * the files beside this one.
 */
#include "report/html.h"

#include <errno.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/columns.h"
#include "x509/certificate.h"
#include "report/assets.h"

/* Head, filters and footer, which are bounded, without style and script. */
enum { FRAME_SIZE_MOST = 64 * 1024 };

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
} sections_of_page[] = {
	{ "since", "New since the last run", html_changes, has_changes },
	{ "nights", "The last 90 nights", html_nights, html_has_nights },
	{ "causes", "Causes and what repairs them", html_causes, NULL },
	{ "roots", "Roots that leave", html_roots, html_has_roots },
	{ "expiry", "What ends when", html_calendar, NULL },
	{ "addresses", "Names whose addresses differ", html_addresses,
	    html_has_addresses },
	{ "tags", "Tags", html_tags, html_has_tags },
	{ "sites", "Sites and their outliers", html_sites, NULL },
	{ "clients", "Clients", html_clients, NULL },
};

enum { SECTIONS = sizeof(sections_of_page) / sizeof(sections_of_page[0]) };

static void
begin(struct sheet *sheet)
{
	sheet->own = html_rows_new();
	if (sheet->own == NULL)
		sheet->failure = errno;
}

static void
free_rows(void *own)
{
	html_rows_free(own);
}

static void
write_row(struct sheet *sheet, const struct result *result)
{
	if (sheet->failure == 0)
		sheet->failure = html_rows_add(
		    sheet->own, result, sheet->run->past, sheet->scratch);
}

static void
flush(struct sheet *sheet)
{
	fwrite(sheet->line.data, 1, sheet->line.size, sheet->stream);
	text_clear(&sheet->line);
}

static bool
is_there(const struct sheet *sheet, const struct section *section)
{
	return section->is_there == NULL || section->is_there(sheet);
}

static void
append_what_is_shown(struct sheet *sheet)
{
	struct arena *scratch = sheet->scratch;
	uint64_t records = sheet->tally->records;
	uint64_t broken =
	    records - sheet->tally->classes[CLASS_OK] + sheet->tally->failing;
	uint64_t shown = html_rows_shown(sheet->own);

	html_fill(&sheet->line, "<p id=shown class=quiet role=status>{}</p>\n",
	    html_hosts(scratch, shown));
	if (shown == records)
		return;
	html_fill(&sheet->line,
	    "<p class=note>Of {}, {} of them not ok, the page holds the {} "
	    "worst; <a href=\"hosts.csv\">hosts.csv</a> has them all, "
	    "<code>fleetscan sites {} SITE</code> shows those of a site.</p>\n",
	    html_hosts(scratch, records), count_text(scratch, broken),
	    count_text(scratch, shown),
	    sheet->run->directory == NULL ? "RUN" : sheet->run->directory);
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
	const struct text *lines = html_rows_lines(sheet->own);
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
	html_raw(out, "<div class=columns id=columns hidden>");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_fill(out, "<span class=\"{}\" data-sort=\"{}\">{}</span>",
		    columns[i].key, columns[i].key, columns[i].title);
	html_raw(out,
	    "</div>\n<div id=list>"
	    "<p class=note>The list of hosts is drawn by this page's own "
	    "script, which does not run here: below are the first rows, "
	    "<a href=\"hosts.csv\">hosts.csv</a> has all.</p>"
	    "<noscript><table class=plain><thead><tr><th scope=col>Host"
	    "<th scope=col>Class<th scope=col>What is wrong"
	    "<th scope=col>Issuer<th scope=col class=number>Days left"
	    "</tr></thead><tbody>\n");
	text_append_bytes(out, bytes_of(lines->data, lines->size));
	html_raw(out, "</tbody></table></noscript></div>\n"
		      "<p id=none class=quiet hidden>No host fits.</p>\n"
		      "</section>\n");
	/* No script: a browser takes the content of this type for data. */
	html_raw(out, "<script type=\"application/json\" id=data>");
	flush(sheet);
	html_rows_write(sheet->own, sheet->stream);
	html_raw(out, "</script>\n");
}

/* The sections, and the choice of rows by the room that they leave. */
static void
make_sections(struct sheet *sheet, struct text *sections)
{
	struct text *out = &sheet->line, links = { NULL, 0, 0 };
	size_t used;

	html_overview(sheet);
	html_raw(out, "</header>\n");
	for (size_t i = 0; i < SECTIONS; i++) {
		if (!is_there(sheet, &sections_of_page[i]))
			continue;
		html_fill(out, "<section id=\"{}\"><h2>{}</h2>\n",
		    sections_of_page[i].id, sections_of_page[i].title);
		sections_of_page[i].append(sheet);
		html_raw(out, "</section>\n");
	}
	html_links_resolve(&links, bytes_of(out->data, out->size), NULL);
	used = links.size + strlen(page_css) + strlen(page_js) +
	       HTML_LINES_SIZE_MOST + FRAME_SIZE_MOST;
	text_free(&links);
	sheet->failure = html_rows_settle(sheet->own, sheet->run->archive,
	    used < HTML_SIZE_MOST ? HTML_SIZE_MOST - used : 0);
	html_links_resolve(
	    sections, bytes_of(out->data, out->size), sheet->own);
	text_clear(out);
}

static void
finish(struct sheet *sheet)
{
	struct text *out = &sheet->line, sections = { NULL, 0, 0 };
	struct digest digest;

	if (sheet->failure != 0)
		return;
	make_sections(sheet, &sections);
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
		if (is_there(sheet, &sections_of_page[i]))
			html_fill(out, "<a href=\"#{}\">{}</a>",
			    sections_of_page[i].id, sections_of_page[i].title);
	html_raw(out, "<a href=\"#hosts\">Hosts</a></nav>\n"
		      "<main id=top>\n<header>\n");
	text_append_bytes(out, bytes_of(sections.data, sections.size));
	text_free(&sections);
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
	.free_own = free_rows,
};
