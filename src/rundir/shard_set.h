/*
 * Do these runs make one?  What is wrong with a set of shards before it is
 * merged, so that the merged run is correct.
 */
#ifndef RUNDIR_SHARD_SET_H
#define RUNDIR_SHARD_SET_H

#include "rundir/archive.h"
#include "rundir/manifest.h"

struct shard_run {
	const char *name; /* as people call it */
	const struct manifest *manifest;
	struct archive *archive;
};

enum {
	/*
	 * Shards may start late, from a queue; those of another night are
	 * another run.
	 */
	SHARD_MOST_SECONDS_APART = 86400
};

struct shard_set {
	const char *conflict; /* a sentence: these cannot be joined; or NULL */
	const char **lacks;   /* sentences: joined, they are not the whole */
	size_t lack_count;

	/* Of the joined run, where there is no conflict. */
	int64_t clock;	  /* the latest: shards start when they can */
	uint64_t ignored; /* targets that the policy left out */
};

/*
 * Sentences are in the arena.  Of runs that say nothing of shards (those of
 * one input that were split by hand) only their records are compared.
 */
void shard_set_check(struct arena *, const struct shard_run runs[],
    size_t count, struct shard_set *);

#endif
