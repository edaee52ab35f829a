/*
 * Results in, reports out.  A report is a table of writers, each of which
 * fills one file of the run directory; they are fed one result after another
 * in ordinal order and keep none of them.  Judges nothing.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "x509/certificate.h"
#include "model/result.h"

/* What -f chooses from; summary.json is always written. */
enum report_format {
	REPORT_NDJSON = 1 << 0, /* the run's own stream: no writer here */
	REPORT_CSV = 1 << 1,
	REPORT_HTML = 1 << 2,
	REPORT_PROM = 1 << 3,
	REPORT_ALL = REPORT_NDJSON | REPORT_CSV | REPORT_HTML | REPORT_PROM
};

/* Of so many targets each has its story on the terminal; more: a summary. */
enum { REPORT_DIAGNOSED_MOST = 3 };

/* "ndjson,csv" to enum report_format bits; false for any other word. */
bool report_formats_parse(const char *list, unsigned *formats);

struct report_option {
	const char *name, *value; /* "concurrency", "500" */
};

/*
 * What became of hosts since an earlier run, in words: every host is counted,
 * a bounded number of each group is named.
 */
struct report_change {
	const char *host, *words; /* "ok -> missing intermediate" */
};

struct report_change_group {
	const char *word; /* "worse" */
	bool is_bad;
	uint64_t hosts;
	const struct report_change *named;
	size_t named_count;
};

struct report_since {
	const char *run;     /* the earlier one's name */
	const char *summary; /* "Since 2026-11-22: 4 worse, 2 better" */
	const struct report_change_group *groups;
	size_t group_count;
};

/* The worst outliers of a site, a bounded number of them, in words. */
struct report_odd {
	const char *host, *words; /* words: NULL where the class says it all */
	enum class_id class_id;
};

struct report_site {
	const char *usual; /* what its hosts have in common, or NULL */
	const struct report_odd *odd;
	size_t odd_count;
};

/* What an earlier run knows of a host that is looked at alone. */
struct report_kin {
	const char *run;      /* its directory */
	size_t siblings;      /* other hosts of the site there */
	const char *differs;  /* "issuer A, siblings have B"; NULL: nothing */
	const char **senders; /* by the record's `missing`; each may be NULL */
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

	/*
	 * What only who sees more than one host knows.  Each may be NULL; all
	 * but kin are asked at the end.
	 */
	bool (*site)(const void *context, size_t number, struct arena *,
	    struct report_site *); /* by the order they were told in */
	const struct report_since *(*since)(const void *context);
	bool (*kin)(const void *context, const struct result *, struct arena *,
	    struct report_kin *);
	/* Clients that the target's repaired server would have back. */
	size_t (*heals)(const void *context, uint64_t ordinal, struct arena *,
	    const char ***clients);
	const void *context;
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
 * Commits every draft, prints the summary (for REPORT_DIAGNOSED_MOST targets,
 * what is wrong with each) and frees the report.  -1 with errno when a file or
 * the terminal could not be written; *failed (static) then names the file.
 */
int report_finish(
    struct report *, const struct report_terminal *, const char **failed);

/* Removes every draft and frees the report; NULL is safe. */
void report_abandon(struct report *);

#endif
