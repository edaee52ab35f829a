/*
 * Results in, reports out.  A report is a table of writers, each of which
 * fills one file of the run directory; they are fed one result after another
 * in ordinal order and keep none of them.  Judges nothing.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <limits.h>
#include <stdio.h>

#include "model/result.h"
#include "report/report_run.h"
#include "x509/certificate.h"

/* What -f takes: "ndjson", "csv", ...; NULL after the last. */
const char *report_format_word(size_t at);

/* A set of them, a bit a writer. */
#define REPORT_ALL UINT_MAX

/* "ndjson,csv" to a set; false for any other word. */
bool report_formats_parse(const char *list, unsigned *formats);
bool report_formats_have(unsigned formats, const char *word);

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

struct report_terminal {
	FILE *stream; /* NULL: no summary */
	bool colors;
};

/*
 * Commits every draft, prints the summary (for REPORT_DIAGNOSED_MOST targets,
 * what is wrong with each) and frees the report.  -1 with errno when a file or
 * the terminal could not be written; *failed (static) then names the file.
 */
int report_finish(
    struct report *, const struct report_terminal *, const char **failed);

/* Removes every draft and frees the report; NULL is safe. */
void report_abandon(struct report *);

#endif
