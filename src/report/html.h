/*
 * Pieces of report.html, a file a section.  Strings reach the page through
 * html_fill alone, which makes them text whatever they hold; the markup
 * around them is always a literal.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/map.h"
#include "base/text.h"
#include "report/writer.h"

/*
 * The page holds no more rows, and is no larger: what is best is left out.
 * The CSV has all hosts.
 */
enum { HTML_ROWS_MOST = 10000, HTML_SIZE_MOST = 4000000 };

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

/*
 * Marks within the page while it is made: around values that rows share, and
 * around hosts, which become links where they have a row.  They are control
 * characters, which no string of a host can bring along: these are escaped.
 */
enum {
	MARK_SHARED = 1,
	MARK_SHARED_END,
	MARK_DATES, /* and the SHA-256 of a certificate in hexadecimal */
	MARK_LINK,  /* fragment, MARK_LINK_END, text, MARK_LINK_END */
	MARK_LINK_END
};

/*
 * The name of a host as a link to its row.  Until the page is put together
 * it is marked only: where the host has no row, it becomes plain text.
 */
void html_host_link(struct text *, const char *host);

/* As the fragment of an address: octets that RFC 3986 3.5 does not allow, and
 * those that a link in a mail would end at, as %HH. */
void html_fragment(struct text *, const char *);

/*
 * JSON within the page, as safe as html_fill: the string with its quotes, or
 * what stands between them.
 */
void html_json_string(struct text *, const char *);
void html_json_inner(struct text *, const char *);

/*
 * What stands between is a value of the table of values, once, and here its
 * place in the table.  They nest.  html_dates_of: ",from,until" of this
 * certificate.
 */
void html_share_begin(struct text *);
void html_share_end(struct text *);
void html_dates_of(struct text *, const struct digest *);

/* One host, as data for the script; and as a line where no script runs. */
void html_host(struct text *, const struct result *,
    const struct history_host *past, struct arena *);
void html_host_line(struct text *, const struct result *, struct arena *);

/*
 * The rows: kept while records pass, the worst first, and made into the page's
 * data at the end, as many as fit.
 */
struct html_rows;

/* NULL with errno: there is no place for temporary files. */
struct html_rows *html_rows_new(void);
void html_rows_free(struct html_rows *);

/* 0, or an errno. */
int html_rows_add(struct html_rows *, const struct result *,
    const struct history_host *past, struct arena *scratch);

/*
 * Chooses the rows of which the data has at most `budget` octets.  Dates of
 * certificates are looked up in the archive, which may be NULL.  0, or errno.
 */
int html_rows_settle(struct html_rows *, struct archive *, size_t budget);

/* After that: how many are shown, and whether this host is. */
size_t html_rows_shown(const struct html_rows *);
bool html_rows_have(const struct html_rows *, struct bytes link);

/* The data as JSON. */
void html_rows_write(const struct html_rows *, FILE *);

/* The first rows as lines of a table. */
const struct text *html_rows_lines(const struct html_rows *);

/* The octets that the lines may have. */
enum { HTML_LINES_SIZE_MOST = 200000 };

/*
 * Marks of html_host_link become links or plain text: `rows` NULL: all links,
 * the most that the text can need.
 */
void html_links_resolve(
    struct text *out, struct bytes marked, const struct html_rows *rows);

/* The sections. */
void html_symbols(struct text *);
void html_changes(struct sheet *); /* only where there is an earlier run */
void html_nights(struct sheet *);
bool html_has_nights(const struct sheet *);
void html_overview(struct sheet *);
void html_causes(struct sheet *);
void html_tags(struct sheet *);
bool html_has_tags(const struct sheet *);
void html_roots(struct sheet *);
bool html_has_roots(const struct sheet *);
void html_clients(struct sheet *);
void html_calendar(struct sheet *);
void html_addresses(struct sheet *);
bool html_has_addresses(const struct sheet *);
void html_sites(struct sheet *);

#endif
