/*
 * A run from its settings to its exit code: what `scan` and `demo` share, and
 * with saved runs in the targets' place `audit` and `merge`.
 */
#ifndef CMD_SCAN_RUN_H
#define CMD_SCAN_RUN_H

#include "cmd/scan_options.h"
#include "rundir/archive.h"
#include "rundir/manifest.h"
#include "run/resume_targets.h"
#include "model/target_list.h"

struct scan_job {
	const char *command; /* "scan", "demo" */
	const struct scan_settings *settings;
	struct target_list *targets;	 /* taken: freed before it returns */
	struct archive *const *archives; /* or saved runs, judged again */
	size_t archive_count;
	uint64_t ignored;	/* targets that these leave out */
	bool is_partial;	/* these lack something: never whole */
	bool is_fleet;		/* a list: reports/latest follows it */
	char *const *arguments; /* for run.json: hosts, or runs */
	size_t argument_count;

	/* An interrupted run goes on: its run.json, with the lists and
	   arguments of today, and its targets.  Its directory is claimed. */
	const struct manifest *resumed; /* NULL: a new run */
	struct roll *roll;
};

/* An exit code. */
int scan_run(const struct scan_job *);

#endif
