/*
 * --resume: run.json of the interrupted run and the command line of today
 * become the one command line that goes on.
 */
#ifndef RUN_RESUME_REQUEST_H
#define RUN_RESUME_REQUEST_H

#include "rundir/manifest.h"

/* An option of the command, by the name that run.json has for it. */
struct resume_option {
	const char *name;
	bool is_path;	 /* relative to the working directory */
	bool repeats;	 /* each value counts, not the last one alone */
	bool has_secret; /* a URL, which run.json has without its password */
};

/* All borrowed. */
struct resume_request {
	const struct resume_option *options; /* that this version knows */
	size_t option_count;
	const struct manifest *before; /* run.json */
	/* The command line as run.json would have it, with its lists and
	   arguments. */
	const struct manifest *now;
	/* What run.json does not keep, such as -q: taken over as it is. */
	const struct manifest_option *passing;
	size_t passing_count;
};

/* The result; all of it in the arena. */
struct resumed_request {
	char **argv; /* NULL: refused */
	int argc;
	/* The targets: today's, else those of the run. */
	const char **lists, **arguments;
	size_t list_count, argument_count;
	const char *error; /* where it is refused: a sentence */
};

/* NULL, or why this is not the run.json of a scan, as a sentence. */
const char *resume_not_a_scan(
    struct arena *, const struct manifest *, const char *directory);

/* Refused where an option of today has another value than in the run. */
struct resumed_request resume_request_join(
    struct arena *, const struct resume_request *);

#endif
