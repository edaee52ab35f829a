/* Opens runs for audit and merge.  Judges nothing. */
#include "cmd/past_run.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "rundir/run_list.h"

static void
warn_if_unfinished(
    const char *command, const char *directory, const struct manifest *manifest)
{
	if (manifest->finished == 0)
		log_warning("%s: %s is not finished: hosts that were not "
			    "reached are lacking; fleetscan scan --resume -o "
			    "%s goes on with it",
		    command, directory, directory);
}

void
past_run_warn(const char *command, const char *directory)
{
	struct arena *arena = arena_new();
	struct manifest manifest;
	const char *reason;

	if (manifest_read(arena, directory, &manifest, &reason))
		warn_if_unfinished(command, directory, &manifest);
	arena_free(arena);
}

struct history_at
past_run_history(
    const char *command, struct arena *arena, const char *directory)
{
	struct history_at at = { .file = NULL };
	char *path = file_join(directory, ".."), *error = NULL;
	char *database = file_join(path, "history.db"), *scope = NULL;
	struct manifest manifest;
	const char *reason;

	if (file_exists(database) &&
	    manifest_read(arena, directory, &manifest, &reason))
		scope = run_scope(&manifest);
	if (scope != NULL) {
		at.file = history_file_read(path, &error);
		at.list = arena_string(arena, scope);
		at.night = manifest.started;
	}
	if (error != NULL)
		log_warning("%s: %s", command, error);
	free(scope);
	free(error);
	free(database);
	free(path);
	return at;
}

bool
past_run_open(struct past_run *saved, const char *command, const char *run)
{
	char *error = NULL;
	const char *reason = NULL;

	*saved = (struct past_run){ .arena = arena_new() };
	saved->archive = archive_open(run, &error);
	if (saved->archive == NULL) {
		log_error("%s: %s", command, error);
		free(error);
		return false;
	}
	if (manifest_read(saved->arena, archive_directory(saved->archive),
		&saved->manifest, &reason)) {
		warn_if_unfinished(command, archive_directory(saved->archive),
		    &saved->manifest);
		return true;
	}
	log_error("%s: %s", command, reason);
	return false;
}

void
past_run_close(struct past_run *saved)
{
	archive_close(saved->archive);
	arena_free(saved->arena);
	*saved = (struct past_run){ .archive = NULL };
}

void
past_run_lend(const struct past_run *saved, struct judging_settings *settings)
{
	judging_settings_add_run(settings, saved->arena, &saved->manifest,
	    archive_directory(saved->archive));
}
