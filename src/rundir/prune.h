/*
 * Keeps a reports directory from growing for ever: the oldest finished runs
 * beside the newest one go.
 */
#ifndef RUNDIR_PRUNE_H
#define RUNDIR_PRUNE_H

#include <stddef.h>
#include <stdint.h>

/*
 * `run` is the directory of the run just finished, which started then: it and
 * the `keep` - 1 newest finished ones before it, in the same directory, stay;
 * older ones are removed with all that is in them.  Left alone is whatever
 * has another name than a run is given ("2026-11-23T091500Z", "...Z-2") or no
 * finished run.json of ours, every link, and the run that "latest" points
 * to.  Says what was removed (verbosely) and what could not be.
 */
void prune_runs(const char *run, int64_t started, size_t keep);

#endif
