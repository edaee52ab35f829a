/*
 * A scan from its settings to its exit code: what `scan` and `demo` share.
 */
#ifndef CMD_SCAN_RUN_H
#define CMD_SCAN_RUN_H

#include "cmd/scan_options.h"
#include "model/target_list.h"

struct scan_job {
	const char *command;		/* "scan", "demo" */
	const struct scan_settings *settings;
	struct target_list *targets;	/* taken: freed before it returns */
	bool is_fleet;			/* a list: reports/latest follows it */
	int argc;			/* the command line, for run.json */
	char **argv;
};

/* An exit code. */
int scan_run(const struct scan_job *);

#endif
