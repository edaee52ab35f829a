/*
 * A run's directory as a whole: made, claimed, pointed to by "latest", and
 * cleared of what a finished run does not need.
 */
#ifndef RUNDIR_RUN_DIRECTORY_H
#define RUNDIR_RUN_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "rundir/claim.h"

enum run_directory_end {
	RUN_DIRECTORY_MADE,
	RUN_DIRECTORY_TAKEN, /* another process writes there, or a run is */
	RUN_DIRECTORY_FAILED
};

/*
 * Makes and claims `wanted`, or reports/<UTC time> where it is NULL; *path is
 * on the heap and ends in no slash.  Complains, naming the command, unless it
 * is made; *path and *claim are NULL then.
 */
enum run_directory_end run_directory_make(const char *command,
    const char *wanted, int64_t started, char **path, struct claim **);

/* claim_take that complains, naming the command. */
struct claim *run_directory_claim(const char *command, const char *directory);

/*
 * Keeps a copy of the learned cache for as long as the run is unfinished, so
 * that it resumes with what was known when it began.  -1 with errno.
 */
int run_directory_keep_learned(const char *directory, const char *cache);

/* Where that copy is, on the heap, whether or not there is one. */
char *run_directory_learned(const char *directory);

/*
 * Deletes the checkpoint files of a finished run, and its streams, which may
 * have been written for the checkpoint alone, unless they are kept.
 */
void run_directory_tidy(const char *directory, bool keeps_streams);

/* Points reports/latest to this directory where it is one of reports/. */
void run_directory_link_latest(const char *directory);

#endif
