/*
 * What commands that make a run share: its directory, its reports, what is
 * shown on the terminal, how it ends.
 */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include "base/bytes.h"
#include "cmd/common_options.h"
#include "rundir/claim.h"
#include "rundir/manifest.h"
#include "run/run.h"
#include "report/report.h"

/*
 * The run directory, made and claimed: -o, or reports/<UTC time>.  NULL once
 * it has complained (it holds a run already, or cannot be made): the caller
 * frees and releases; *code is the exit code then.
 */
char *outcome_directory(const struct output_settings *, const char *command,
    int64_t started, struct claim **, int *code);

/* Nobody else is to write there; NULL once it has complained. */
struct claim *outcome_claim(const char *command, const char *directory);

/*
 * Keeps a copy of the learned cache for as long as the run is unfinished, so
 * that it goes on with what was known when it began.  -1 with errno.
 */
int outcome_keep_learned(const char *directory, const char *cache);

/* Where that copy is, on the heap, whether or not there is one. */
char *outcome_learned_path(const char *directory);

/* Removes what a finished run needs no more, the streams unless in formats. */
void outcome_tidy(const char *directory, unsigned formats);

/* Points reports/latest to this directory where it is one of reports/. */
void outcome_link_latest(const char *directory);

/* One record to standard output: as it is, or as people read it. */
int outcome_show_record(const struct output_settings *, struct bytes line,
    const struct report_run *);

/*
 * Makes the reports of a finished run, with what is new since the run before
 * it in the directory beside it; an exit code.
 */
int outcome_publish(const struct output_settings *, const char *directory,
    const struct audit_settings *, const struct manifest *,
    const struct report_run *);

/* 0 or 1 by --fail-on, for a finished run. */
int outcome_exit_code(const struct fail_on *, const struct run_outcome *);

/* Colours on this stream? Not with NO_COLOR, --no-color or a dumb terminal. */
bool outcome_colors(const struct output_settings *, FILE *);
bool outcome_shows_progress(const struct output_settings *);

#endif
