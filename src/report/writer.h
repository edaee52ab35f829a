/*
 * A writer is a row: one file of the run directory and the functions that
 * fill it.  Writing cannot fail here; a full disk shows when the draft is
 * committed.  The table in report.c has the rows.
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
	const char *word; /* that -f chooses it by, perhaps with others;
			     NULL: always written */
	bool by_tag;	  /* only where tags are asked for */
	void (*begin)(struct sheet *); /* each may be NULL */
	void (*result)(struct sheet *, const struct result *);
	void (*finish)(struct sheet *);
	void (*free_own)(void *); /* also of a report that is abandoned */
};

#endif
