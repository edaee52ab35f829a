/* Finds the runs of a directory by their run.json.  Reads no record. */
#include "rundir/run_list.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "rundir/manifest.h"

void
run_list_clear(struct run_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->runs[i].path);
		free(list->runs[i].scope);
	}
	free(list->runs);
	*list = (struct run_list){ NULL, 0, 0 };
}

static int
by_start(const void *left, const void *right)
{
	const struct old_run *a = left, *b = right;

	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	return strverscmp(a->path, b->path);
}

/* What --list-name calls a list from standard input. */
static const char *
list_name(const struct manifest *manifest, size_t at)
{
	if (strcmp(manifest->lists[at], "-") == 0)
		for (size_t i = 0; i < manifest->option_count; i++)
			if (strcmp(manifest->options[i].name, "list-name") ==
				0 &&
			    manifest->options[i].value != NULL)
				return manifest->options[i].value;
	return manifest->lists[at];
}

/* NULL: no list was scanned. */
char *
run_scope(const struct manifest *manifest)
{
	struct text scope = { NULL, 0, 0 };

	for (size_t i = 0; i < manifest->list_count; i++) {
		text_append(&scope, i == 0 ? "" : ", ");
		text_append(&scope, list_name(manifest, i));
	}
	if (scope.size > 0 && manifest->shard != NULL)
		text_printf(&scope, ", shard %s", manifest->shard);
	return scope.data;
}

bool
run_is_night(const struct old_run *run)
{
	return run->has_records && run->scope != NULL && !run->is_shard;
}

/* A link such as "latest" would count its run twice. */
static void
consider(struct run_list *list, const char *directory, const char *name,
    int64_t before)
{
	struct arena *arena = arena_new();
	char *path = file_join(directory, name);
	char *records = file_join(path, "hosts.ndjson");
	struct manifest manifest;
	struct stat status;
	const char *reason;

	if (name[0] != '.' && lstat(path, &status) == 0 &&
	    S_ISDIR(status.st_mode) &&
	    manifest_read(arena, path, &manifest, &reason) &&
	    manifest.finished != 0 && manifest.started < before) {
		list->runs = memory_grow(list->runs, list->count,
		    &list->capacity, sizeof(*list->runs));
		list->runs[list->count++] = (struct old_run){
			.path = path,
			.scope = run_scope(&manifest),
			.is_shard = manifest.shard != NULL,
			.has_records = file_exists(records),
			.started = manifest.started,
		};
		path = NULL;
	}
	free(records);
	free(path);
	arena_free(arena);
}

int
run_list_read(struct run_list *list, const char *directory, int64_t before)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	*list = (struct run_list){ NULL, 0, 0 };
	if (stream == NULL)
		return -1;
	while ((entry = readdir(stream)) != NULL)
		consider(list, directory, entry->d_name, before);
	closedir(stream);
	if (list->count > 1)
		qsort(list->runs, list->count, sizeof(*list->runs), by_start);
	return 0;
}

const struct old_run *
run_list_newest_fleet(const struct run_list *list)
{
	for (size_t i = list->count; i > 0; i--)
		if (run_is_night(&list->runs[i - 1]))
			return &list->runs[i - 1];
	return NULL;
}

const struct old_run *
run_list_earlier(const struct run_list *list, const struct manifest *manifest)
{
	char *scope = run_scope(manifest);
	const struct old_run *earlier = NULL;

	for (size_t i = list->count; scope != NULL && i > 0; i--) {
		const struct old_run *run = &list->runs[i - 1];

		if (run->has_records && run->scope != NULL &&
		    strcmp(run->scope, scope) == 0) {
			earlier = run;
			break;
		}
	}
	free(scope);
	return earlier;
}
