/*
 * Which part of the input a machine scans.  A site is never split, so that
 * its hosts stay comparable and find each other's certificates.
 */
#ifndef RUNDIR_SHARD_H
#define RUNDIR_SHARD_H

#include "base/arena.h"
#include "model/target.h"

struct shard {
	unsigned index, count; /* count 0: all of the input */
};

/*
 * Whether this target is in it: its number is FNV-1a (64 bits) over the text of
 * its site, modulo count; a line that names nothing usable goes by what was
 * typed.  The same on every machine.  The arena is scratch.
 */
bool shard_holds(const struct shard *, struct arena *, const struct target *);

#endif
