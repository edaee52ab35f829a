/*
 * The kit's directory: made beside its final name, filled, and put in its place
 * in one step.  The other kit_*.c files make the content.
 */
#include "repair/kit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "repair/kit_parts.h"

enum { DEPTH_MOST = 3 };

/* The first thing in there that no kit has; on the heap, NULL: nothing. */
static char *
find_foreign(const char *directory, const char *folder, int depth)
{
	char *here = file_join(directory, folder);
	DIR *stream = depth > DEPTH_MOST ? NULL : opendir(here);
	char *foreign = NULL;
	struct dirent *entry;

	while (stream != NULL && foreign == NULL &&
	       (entry = readdir(stream)) != NULL) {
		char *inside = file_join(folder, entry->d_name);
		char *path = file_join(directory, inside);

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			;
		else if (!kit_owns(folder, entry->d_name))
			foreign = memory_string(inside);
		else if (file_is_directory(path))
			foreign = find_foreign(directory, inside, depth + 1);
		free(path);
		free(inside);
	}
	if (stream != NULL)
		closedir(stream);
	free(here);
	return foreign;
}

/*
 * Where the system cannot exchange two directories, there is a moment without
 * a kit, but never half of one.
 */
static int
replace(const char *draft, const char *directory)
{
	char *old = NULL;
	int result;

	if (rename(draft, directory) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	if (renameat2(AT_FDCWD, draft, AT_FDCWD, directory, RENAME_EXCHANGE) ==
	    0) {
		file_remove_tree(draft);
		return 0;
	}
	if (asprintf(&old, "%s.old", draft) < 0)
		return -1;
	result = rename(directory, old);
	if (result == 0 && (result = rename(draft, directory)) == 0)
		file_remove_tree(old);
	free(old);
	return result;
}

/* The temporary directory, made; on the heap. */
static char *
open_draft(const char *directory)
{
	char *draft = NULL;

	if (file_make_parents(directory) < 0 ||
	    asprintf(&draft, "%s.tmp.XXXXXX", directory) < 0)
		return NULL;
	if (mkdtemp(draft) != NULL && chmod(draft, 0755) == 0)
		return draft;
	free(draft);
	return NULL;
}

static enum kit_end
complain(
    enum kit_end end, const char *directory, const char *reason, char **error)
{
	if (asprintf(error, "%s: %s", directory, reason) < 0)
		*error = NULL;
	return end;
}

static enum kit_end
write_to(const struct repair_plan *plan, const char *directory, char **error)
{
	struct kit kit = {
		.plan = plan,
		.arena = arena_new(),
		.directory = open_draft(directory),
	};

	if (kit.directory == NULL)
		kit.failure = errno;
	if (kit.failure == 0) {
		kit_write_servers(&kit);
		kit_write_clients(&kit);
		kit_write_readme(&kit);
		kit_write_json(&kit);
		if (kit.failure == 0 && replace(kit.directory, directory) < 0)
			kit.failure = errno;
		if (kit.failure != 0)
			file_remove_tree(kit.directory);
	}
	free((char *)kit.directory);
	arena_free(kit.arena);
	return kit.failure == 0 ? KIT_WRITTEN
				: complain(KIT_UNWRITABLE, directory,
				      strerror(kit.failure), error);
}

enum kit_end
kit_write(const struct repair_plan *plan, const char *directory, char **error)
{
	char *path = memory_string(directory);
	char *foreign = NULL;
	enum kit_end end;

	file_trim_slashes(path);
	if (file_exists(path) && !file_is_directory(path)) {
		end = complain(KIT_REFUSED, path, "is no directory", error);
	} else if ((foreign = find_foreign(path, "", 0)) != NULL) {
		end = KIT_REFUSED;
		if (asprintf(error,
			"%s: holds %s, which is no part of a repair kit: "
			"name another directory",
			path, foreign) < 0)
			*error = NULL;
	} else {
		end = write_to(plan, path, error);
	}
	free(foreign);
	free(path);
	return end;
}
