/*
 * A writer is a row: one file of the run directory and the functions that
 * fill it.  Writing cannot fail here; a full disk shows when the draft is
 * committed.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include "report/report.h"
#include "report/tally.h"

/* One file while it is written. */
struct sheet {
	FILE *stream;
	const struct report_run *run;
	const struct tally *tally; /* complete only in finish */
	struct arena *scratch;	   /* emptied after each call */
	struct text line;	   /* likewise */
};

struct writer {
	const char *file;
	unsigned format; /* enum report_format; 0: always written */
	void (*begin)(struct sheet *); /* each may be NULL */
	void (*result)(struct sheet *, const struct result *);
	void (*finish)(struct sheet *);
};

extern const struct writer csv_writer;	   /* csv.c */
extern const struct writer summary_writer; /* summary.c */

#endif
