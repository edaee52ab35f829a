/*
 * The facts of a run that writers print besides its records, and the other
 * hosts and runs that they compare it with.
 */
#ifndef REPORT_REPORT_RUN_H
#define REPORT_REPORT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rundir/manifest.h"

struct archive;
struct diff;
struct history_file;
struct history_host;
struct judge;
struct siblings;
struct sites;

/* So many targets get a diagnosis each on the terminal; more: a summary. */
enum { REPORT_DIAGNOSED_MOST = 3 };

struct report_option {
	const char *name, *value; /* "concurrency", "500" */
};

/* All borrowed until the report is finished. */
struct report_run {
	const char *id; /* the run directory's name */
	const char *version;
	int64_t started, finished;
	int64_t now;	/* the clock that was judged by */
	double seconds; /* by the monotonic clock */
	const struct report_option *options;
	size_t option_count;
	struct run_totals totals;
	const char *directory; /* as it is printed; NULL: none */
	const char *trust;     /* the default store's name */
	/* The clients that judged; none where run.json does not name them. */
	const struct manifest_client *clients;
	size_t client_count;
	bool prom_hosts; /* metrics.prom: series of single hosts too */
	bool by_tag;	 /* reports for each tag of the list */

	/*
	 * The run on disk, and what is known beyond one record: each may be
	 * NULL.  Sites are settled before the report is finished; `siblings`
	 * is asked for each record, the others at the end.
	 */
	struct archive *archive;
	struct sites *sites;
	const struct diff *changes; /* since an earlier run */
	const struct siblings *siblings;
	struct history_file *history;	 /* with this night */
	const struct history_host *past; /* of a broken host, while its record
					    is written */
	const char *list;		 /* its name in `history` */
	struct judge *judge; /* to judge a host with a complete chain */
};

#endif
