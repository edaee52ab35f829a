/*
 * Pieces of report.html, a file a section.  Strings reach the page through
 * html_fill alone, which makes them text whatever they hold; the markup
 * around them is always a literal.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/text.h"
#include "report/writer.h"

/* More hosts than this: the page holds those that are not ok, and no more
   of them than this.  The CSV has them all. */
enum { HTML_ROWS_MOST = 10000 };

/*
 * Each {} in the template, which must be a literal, becomes the next string,
 * escaped for text and for attributes in double quotes.  Control and
 * bidirectional characters become \HH.  NULL is nothing.
 */
#define html_fill(out, template, ...)             \
	html_fill_array(out, "" template "",      \
	    (const char *const[]){ __VA_ARGS__ }, \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))
void html_fill_array(struct text *, const char *template,
    const char *const strings[], size_t count);

/* Markup without any string of a host. */
#define html_raw(out, literal) text_append(out, "" literal "")

/* "2026-11-23 09:15 UTC", "2026-11-23"; in the arena. */
const char *html_time(struct arena *, int64_t);
const char *html_date(struct arena *, int64_t);

/* "37.5 %" */
const char *html_percent(struct arena *, uint64_t part, uint64_t whole);

/* "1 host", "5,000 hosts" */
const char *html_hosts(struct arena *, uint64_t);

/* Its mark and its word: colour is never the only sign. */
void html_class(struct text *, enum class_id);

/* How rows are marked: "error", or "unseen" where no certificate came. */
const char *html_class_tone(enum class_id);

/* "miss CN=E7": what the hosts of a cause have in common. */
const char *html_cause_name(struct arena *, const struct tally_cause *);

/* One host, closed: a row that opens. */
void html_host(struct text *, const struct result *, struct arena *);

/* The sections. */
void html_symbols(struct text *);
void html_changes(struct sheet *); /* only where there is an earlier run */
void html_overview(struct sheet *);
void html_causes(struct sheet *);
void html_roots(struct sheet *);
bool html_has_roots(const struct sheet *);
void html_clients(struct sheet *);
void html_calendar(struct sheet *);
void html_addresses(struct sheet *);
bool html_has_addresses(const struct sheet *);
void html_sites(struct sheet *);

#endif
