/*
 * A run on disk as a command's starting point: its records, and its own
 * stores and clock where the command line names no others.
 */
#ifndef CMD_PAST_RUN_H
#define CMD_PAST_RUN_H

#include "fleet/history_file.h"
#include "rundir/archive.h"
#include "rundir/manifest.h"
#include "run/judging.h"

struct past_run {
	struct archive *archive;
	struct manifest manifest;
	struct arena *arena; /* holds the manifest, and paths lent out */
};

/*
 * A warning where this run is not finished, and so not complete.  None where
 * there is no run.json.
 */
void past_run_warn(const char *command, const char *directory);

/*
 * The run's night in a history.db beside it, whose file the caller closes;
 * without a file where it is no night of one.
 */
struct history_at past_run_history(
    const char *command, struct arena *, const char *directory);

/* False once it has complained; warns too; close is safe in any case. */
bool past_run_open(struct past_run *, const char *command, const char *run);
void past_run_close(struct past_run *);

/*
 * Fills in what was not said: the run's own stores, clock, thresholds and
 * policy.
 */
void past_run_lend(const struct past_run *, struct judging_settings *);

#endif
