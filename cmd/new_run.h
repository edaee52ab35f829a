/*
 * A command that writes a run directory: what it is judged by is loaded, the
 * directory made and filled, and the reports published.
 */
#ifndef CMD_NEW_RUN_H
#define CMD_NEW_RUN_H

#include "base/clock.h"
#include "cmd/common_options.h"
#include "run/run_settings.h"
#include "rundir/archive.h"
#include "rundir/claim.h"

struct verified;

struct new_run {
	/* Set by the command; borrowed. */
	const char *command; /* "scan" */
	const struct command_options *options;
	char *const *arguments; /* for run.json: hosts, or runs */
	size_t argument_count;
	bool is_fleet;		     /* a list: reports/latest follows it */
	struct host_names *repeated; /* for --expect; NULL: not known */
	bool is_partial;	     /* it lacks something: never whole */
	uint64_t ignored_before;     /* targets that replayed runs left out */
	/* A run that is resumed: its run.json, with the lists and arguments
	   of today.  Its directory is claimed.  NULL: a new run. */
	const struct manifest *resumed;

	/* Made on the way. */
	bool learns; /* from its hosts, for later runs */
	struct judging judging;
	struct run_evidence *evidence; /* of revocation; NULL: none */
	struct verified *verified;     /* NULL: no cache */
	struct manifest manifest;
	struct arena *arena;	      /* what the manifest points to */
	struct claim *claim;	      /* of the directory, if it is new */
	char *directory;	      /* NULL: nothing is kept */
	struct history_file *history; /* with this night, or NULL */
	char *list;		      /* its name there */
	char id[CLOCK_TEXT_SIZE];
	struct run_outcome outcome;
};

/*
 * The whole of a run, to its exit code: by probing targets (which it frees;
 * `rest`: those that an interrupted run left, or NULL), or by judging saved
 * runs again.
 */
int new_run_scan(
    struct new_run *, struct target_list *, struct resume_targets *rest);
int new_run_replay(
    struct new_run *, struct archive *const archives[], size_t count);

#endif
