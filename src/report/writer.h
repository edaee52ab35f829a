/*
 * A writer is a row: one file of the run directory and the functions that
 * fill it.  Writing cannot fail here; a full disk shows when the draft is
 * committed.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include <stdio.h>

#include "fleet/tally.h"
#include "report/report_run.h"

/* One file while it is written. */
struct sheet {
	FILE *stream;
	const struct report_run *run;
	const struct tally *tally; /* complete only in finish */
	struct arena *scratch;	   /* emptied after each call */
	struct text line;	   /* likewise */

	/* The writer's own, from begin until it is freed; and the errno of
	   what it could not keep there, 0 as long as it could. */
	void *own;
	int failure;
};

struct writer {
	const char *file;
	const char *word; /* that -f chooses it by; NULL: always written */
	unsigned format;  /* enum report_format: the same as a bit, or 0 */
	void (*begin)(struct sheet *); /* each may be NULL */
	void (*result)(struct sheet *, const struct result *);
	void (*finish)(struct sheet *);
	void (*free_own)(void *); /* also of a report that is abandoned */
};

extern const struct writer csv_writer;	      /* csv.c */
extern const struct writer sites_writer;      /* sites_write.c */
extern const struct writer summary_writer;    /* summary.c */
extern const struct writer html_writer;	      /* html.c */
extern const struct writer prometheus_writer; /* prometheus.c */

#endif
