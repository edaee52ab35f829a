/*
 * Judging saved runs again, with no network: by other stores, at another
 * date, with other intermediates; several runs as if they had been one.
 */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include "rundir/archive.h"
#include "run/run_settings.h"

/*
 * Takes what the settings say of judging and output (nothing is probed or
 * fetched).  What AIA led to then is read from aia.ndjson, and what an
 * unfinished run had waiting from its pending.ndjson.  A record whose
 * certificates the run does not hold any more is left out, with a warning, and
 * counted.
 */
void run_replay(const struct run_settings *, struct archive *const archives[],
    size_t count, struct run_outcome *);

/*
 * Does this policy leave a record out?  Never a line that names no host.  The
 * observation's site is set, in the arena.
 */
bool replay_ignores(
    const struct policy *, struct arena *, struct observation *);

#endif
