/* The finished runs of a reports directory, old to new. */
#ifndef RUNDIR_RUN_LIST_H
#define RUNDIR_RUN_LIST_H

#include "rundir/manifest.h"

struct old_run {
	char *path;
	char *scope; /* lists and shard: runs of one scope are the same job on
			different nights; NULL: no list.  Without a shard it is
			the name by which history.db has the list. */
	bool is_shard;
	bool has_records; /* hosts.ndjson is there */
	int64_t started;
};

struct run_list {
	struct old_run *runs;
	size_t count, capacity;
};

/*
 * Every subdirectory with a finished run.json that started before this time.
 * Links such as "latest" are passed over, and so are names with a dot before
 * them.  -1 with errno when the directory cannot be read; the list is empty
 * then.
 */
int run_list_read(struct run_list *, const char *directory, int64_t before);
void run_list_clear(struct run_list *);

/* The scope of this run, on the heap. */
char *run_scope(const struct manifest *);

/* A whole run of a list: a night of history.db. */
bool run_is_night(const struct old_run *);

/*
 * The run that this one is to be compared with: the newest of its scope whose
 * records are there.  And the newest of any list, all of it.  NULL: there is
 * none.
 */
const struct old_run *run_list_earlier(
    const struct run_list *, const struct manifest *);
const struct old_run *run_list_newest_fleet(const struct run_list *);

#endif
