/*
 * Removes old runs.  A run gets a hidden name first, so that nobody reads
 * half of one, and what a killed program left goes the next time.
 */
#include "rundir/prune.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "rundir/run_list.h"

static const char hidden[] = ".pruned-";

static bool
is_run_id(const char *name)
{
	static const char form[] = "0000-00-00T000000Z";
	size_t digits;

	for (size_t i = 0; form[i] != '\0'; i++) {
		bool digit = name[i] >= '0' && name[i] <= '9';

		if (form[i] == '0' ? !digit : name[i] != form[i])
			return false;
	}
	name += sizeof(form) - 1;
	if (*name == '\0')
		return true;
	digits = strspn(name + 1, "0123456789");
	return *name == '-' && digits > 0 && name[1 + digits] == '\0';
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Names the run as people know it, also when it goes by the hidden one. */
static void
remove_hidden(const char *path, const char *known)
{
	if (file_remove_tree(path) == 0)
		log_debug("removed %s", known);
	else
		log_warning(
		    "%s could not be removed: %s", known, strerror(errno));
}

static void
remove_run(const char *directory, const char *path)
{
	char *name, *draft;

	if (asprintf(&name, "%s%s", hidden, base_name(path)) < 0)
		fatal("out of memory");
	draft = file_join(directory, name);
	if (rename(path, draft) == 0)
		remove_hidden(draft, path);
	else
		log_warning(
		    "%s could not be removed: %s", path, strerror(errno));
	free(draft);
	free(name);
}

static void
remove_leftovers(const char *directory)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		char *path;

		if (strncmp(entry->d_name, hidden, sizeof(hidden) - 1) != 0 ||
		    !is_run_id(entry->d_name + sizeof(hidden) - 1))
			continue;
		path = file_join(directory, entry->d_name);
		remove_hidden(path, path);
		free(path);
	}
	if (stream != NULL)
		closedir(stream);
}

void
prune_runs(const char *run, int64_t started, size_t keep)
{
	char *copy = memory_string(run), *link;
	const char *directory = dirname(copy);
	char latest[PATH_MAX];
	struct run_list list = { .count = 0 };
	size_t kept = 1;
	ssize_t size;

	link = file_join(directory, "latest");
	size = readlink(link, latest, sizeof(latest) - 1);
	latest[size < 0 ? 0 : size] = '\0';
	remove_leftovers(directory);
	if (run_list_read(&list, directory, started) < 0)
		log_warning("%s: %s", directory, strerror(errno));
	for (size_t i = list.count; i-- > 0;) {
		const char *path = list.runs[i].path;

		if (!is_run_id(base_name(path)))
			continue;
		if (kept < keep ||
		    strcmp(base_name(latest), base_name(path)) == 0)
			kept++;
		else
			remove_run(directory, path);
	}
	run_list_clear(&list);
	free(link);
	free(copy);
}
