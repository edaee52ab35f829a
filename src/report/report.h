/*
 * Results in, reports out.  A report is a table of writers, each of which
 * fills one file of the run directory; they are fed one result after another
 * in ordinal order and keep none of them.  Judges nothing.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "model/certificate.h"
#include "model/result.h"

/* What -f chooses from; summary.json is always written. */
enum report_format {
	REPORT_NDJSON = 1 << 0, /* the run's own stream: no writer here */
	REPORT_CSV = 1 << 1,
	REPORT_HTML = 1 << 2,
	REPORT_PROM = 1 << 3,
	REPORT_ALL = REPORT_NDJSON | REPORT_CSV | REPORT_HTML | REPORT_PROM
};

/* "ndjson,csv" to enum report_format bits; false for any other word. */
bool report_formats_parse(const char *list, unsigned *formats);

struct report_option {
	const char *name, *value; /* "concurrency", "500" */
};

/* The facts of a run, borrowed until the report is finished. */
struct report_run {
	const char *id; /* the run directory's name */
	const char *version;
	int64_t started, finished;
	int64_t now;	/* the clock that was judged by */
	double seconds; /* by a clock that never jumps */
	const struct report_option *options;
	size_t option_count;
	uint64_t targets, records;
	uint64_t ignored; /* targets that the policy leaves out */
	unsigned threads;
	const char *directory; /* as people are told; NULL: none */
	const char *trust;     /* the default store's name */
	bool prom_hosts;       /* metrics.prom: series of single hosts too */
};

struct report;

/*
 * Opens a draft a writer in this directory; NULL with errno when one cannot
 * be made.  Without a directory nothing is written: the report then only
 * counts, for the terminal.
 */
struct report *report_open(
    const struct report_run *, const char *directory, unsigned formats);

void report_result(struct report *, const struct result *);

/*
 * A CA certificate of the run, each once: for the expiry calendar.  Before
 * or between results.
 */
void report_authority(struct report *, const struct certificate *);

/* A site, once all results are there; most deviating first. */
struct tally_site;
void report_site(struct report *, const struct tally_site *);

struct report_terminal {
	FILE *stream; /* NULL: no summary */
	bool colors;
};

/*
 * Commits every draft, prints the summary (for one to three targets, what is
 * wrong with each) and frees the report.  -1 with errno when a file or the
 * terminal could not be written; *failed (static) then names the file.
 */
int report_finish(
    struct report *, const struct report_terminal *, const char **failed);

/* Removes every draft and frees the report; NULL is safe. */
void report_abandon(struct report *);

#endif
