/*
 * From the records of a run to its reports: everything but the NDJSON streams
 * is made from them, so that a scan, an audit, a merge and a resumed run end
 * with the same files.
 */
#ifndef REPORT_PUBLISH_H
#define REPORT_PUBLISH_H

#include "audit/audit.h"
#include "rundir/archive.h"
#include "report/report.h"

/* What is printed of an earlier run besides the summary. */
enum publish_changes {
	PUBLISH_NO_CHANGES,
	PUBLISH_CHANGES, /* every one */
	PUBLISH_MAIL	 /* what got worse, ready to be mailed, or nothing */
};

struct publication {
	unsigned formats;
	struct report_terminal terminal;
	char *earlier; /* a run to compare with; NULL: none */
	char *family;  /* a run that may hold a host's siblings; NULL: none */
	enum publish_changes changes;
	struct history_file *history; /* to be committed; NULL: none */
	const char *list;	      /* its name there */
	const struct audit_settings
	    *audit; /* the run's own; NULL: no repair is tried */
};

/* The run's options, each once with its values joined; lists and arguments. */
struct report_option *publish_options(
    struct arena *, const struct manifest *, size_t *count);

/*
 * Begin, then each record of the archive in input order, then end; what is
 * given to begin is borrowed until the end.  An earlier run that cannot be read
 * is only warned of.  End frees; -1 with errno when something could not be read
 * or written, here or before; *failed then names it (static).
 */
struct publishing;
struct publishing *publish_begin(
    struct archive *, const struct report_run *, const struct publication *);
void publish_record(void *publishing, size_t at, const struct result *);
int publish_end(struct publishing *, const char **failed);

#endif
