/*
 * run.json: what a run was asked, by which clock, and whether it ended.
 * Written before the first probe and again at the end.
 */
#ifndef RUNDIR_MANIFEST_H
#define RUNDIR_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct manifest_option {
	const char *name, *value; /* value NULL: it takes none */
};

/* One that judged, as data/clients.json calls it. */
struct manifest_client {
	const char *id, *version, *date;
};

/* Counted once, when a run ends; 0 until then, but for `threads`. */
struct run_totals {
	uint64_t targets; /* read from the lists; without the ignored ones */
	uint64_t listed;  /* in all shards together, also the ignored ones */
	uint64_t records;
	uint64_t ignored;   /* by the policy, in this run or before */
	uint64_t unfetched; /* records for which there was no time to fetch */
	uint64_t list_hash; /* of all targets read; 0: not to the end */
	unsigned threads;   /* that judged */
};

struct manifest {
	const char *id;	     /* the start, "2026-11-23T091500Z" */
	const char *version; /* of the program */
	const char *command; /* "scan", "audit", "demo", "merge" */
	int64_t started;
	int64_t finished;	       /* 0: not yet, or interrupted */
	int64_t clock;		       /* the time the run judges by */
	unsigned warn_days, crit_days; /* 0: by the certificates' validity */
	const struct manifest_option *options; /* as given, in that order */
	size_t option_count;
	const char **lists; /* of targets, "-" is standard input */
	size_t list_count;
	const char **arguments; /* targets, or runs */
	size_t argument_count;
	const char *working_directory; /* what paths above are relative to */
	const char *shard;	       /* "I/N", or NULL */
	const char **stores;	       /* names; the first is the default */
	size_t store_count;
	const char **named_stores; /* those of them that --store names */
	size_t named_store_count;
	const char **added_roots; /* SHA-256: of the default, --trust-add's */
	size_t added_root_count;
	struct manifest_client *clients; /* in the order of records */
	size_t client_count;		 /* 0: of a version without --clients */
	size_t expected; /* certificates of --expect; 0: not given */
	struct digest expected_digest; /* of these and their files */
	struct run_totals totals;
};

/* Is there a run.json?  Then the directory holds a run. */
bool manifest_exists(const char *directory);

/* Writes DIRECTORY/run.json whole; -1 with errno. */
int manifest_write(const char *directory, const struct manifest *);

/* Everything is in the arena.  False with a reason (arena or static). */
bool manifest_read(struct arena *, const char *directory, struct manifest *,
    const char **reason);

#endif
