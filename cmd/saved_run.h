/*
 * A run on disk as a command's starting point: its records, and its own
 * stores and clock where the command line names no others.
 */
#ifndef CMD_SAVED_RUN_H
#define CMD_SAVED_RUN_H

#include "cmd/common_options.h"
#include "fleet/archive.h"
#include "fleet/manifest.h"

struct saved_run {
	struct archive *archive;
	struct manifest manifest;
	struct arena *arena;	/* holds the manifest, and paths lent out */
};

/* False once it has complained; close is safe in any case. */
bool saved_run_open(struct saved_run *, const char *command, const char *run);
void saved_run_close(struct saved_run *);

/* Fills in what was not said: stores of the run's own, and its clock. */
void saved_run_lend(const struct saved_run *, struct trust_settings *,
    struct judge_settings *);

#endif
