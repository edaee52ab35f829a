/* A directory that a test fills with files, and that goes with all of them. */
#ifndef TESTS_UNIT_FLEET_TREE_H
#define TESTS_UNIT_FLEET_TREE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

static inline char *
tree_new(struct arena *arena)
{
	char *root = arena_string(arena, "/tmp/tree-XXXXXX");

	if (mkdtemp(root) == NULL)
		abort();
	return root;
}

static inline int
tree_remove(
    const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void
tree_free(const char *root)
{
	nftw(root, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The directories above a file-to-be; its path is the arena's. */
static inline const char *
tree_path(struct arena *arena, const char *root, const char *name)
{
	char *path = arena_printf(arena, "%s/%s", root, name);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	if (file_make_directory(path) < 0)
		abort();
	*slash = '/';
	return path;
}

static inline const char *
tree_file(struct arena *arena, const char *root, const char *name,
    struct bytes content)
{
	const char *path = tree_path(arena, root, name);
	FILE *file = fopen(path, "w");

	if (file == NULL ||
	    fwrite(content.data, 1, content.size, file) != content.size ||
	    fclose(file) != 0)
		abort();
	return path;
}

#endif
