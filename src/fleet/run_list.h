/* The finished runs of a reports directory, old to new. */
#ifndef FLEET_RUN_LIST_H
#define FLEET_RUN_LIST_H

#include <stddef.h>
#include <stdint.h>

struct old_run {
	char *path;
	int64_t started;
};

struct run_list {
	struct old_run *runs;
	size_t count, capacity;
};

/*
 * Every subdirectory with a finished run.json that started before this time.
 * Links such as "latest" are passed over, and so are names with a dot before
 * them.  -1 with errno when the directory cannot be read.
 */
int run_list_read(struct run_list *, const char *directory, int64_t before);
void run_list_clear(struct run_list *);

#endif
