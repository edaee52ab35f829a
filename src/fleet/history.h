/*
 * The past of the hosts that are broken now, out of all finished runs in a
 * reports directory: since when, last good, how often it was repaired and broke
 * again.  history_file.h tells the same out of history.db.
 */
#ifndef FLEET_HISTORY_H
#define FLEET_HISTORY_H

#include "base/hash.h"
#include "rundir/archive.h"

struct run_index;

/* A timeout or a reset, which a healthy server may have on a busy network. */
bool status_is_passing(enum status);

/* Times are the starts of runs; 0: never. */
struct history_facts {
	int64_t first_broken; /* the first run that saw it broken */
	int64_t since;	      /* broken in every run from here on */
	int64_t last_good;
	unsigned flaps; /* how often it was good again since */
	unsigned runs;	/* that saw the host, this one too */
	bool is_over;	/* it is good now; `since` is of the time before */
};

struct history;

/*
 * Reads every run (a subdirectory with a finished run.json) that started before
 * the newest one.  A timeout or a reset is no information about a host and is
 * skipped.  NULL with a sentence in *error (heap; the caller frees) when the
 * directory cannot be read.  `newest` and its index are only read.
 */
struct history *history_read(const char *directory, struct archive *newest,
    const struct run_index *, const struct hash_key *, char **error);
void history_free(struct history *);

/* By a record of the newest run; NULL: that host is not broken. */
const struct history_facts *history_of(const struct history *, size_t record);

#endif
