/* Opens runs for audit and merge.  Judges nothing. */
#include "cmd/past_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rundir/policy_file.h"

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

static void
lend_stores(struct arena *arena, const struct manifest *manifest,
    const char *directory, struct trust_settings *trust)
{
	for (size_t i = 0; i < manifest->store_count; i++) {
		const char *name = manifest->stores[i];
		const char *path =
		    arena_printf(arena, "%s/stores/%s.pem", directory, name);

		if (i == 0) {
			trust->saved_name = name;
			option_list_add(&trust->trust, path);
			continue;
		}
		trust->stores = memory_grow(trust->stores, trust->store_count,
		    &trust->store_capacity, sizeof(*trust->stores));
		trust->stores[trust->store_count++] = (struct store_option){
			.name = memory_string(name),
			.path = path,
		};
	}
}

/* Both or neither: the other run's would not fit to one of them. */
static void
lend_thresholds(const struct manifest *manifest, struct judge_settings *judge)
{
	if (judge->warn_days != 0 || judge->crit_days != 0)
		return;
	judge->warn_days = manifest->warn_days;
	judge->crit_days = manifest->crit_days;
}

static void
lend_policy(
    struct arena *arena, const char *directory, struct judge_settings *judge)
{
	char *path = policy_file_of_run(directory);

	judge->policy = arena_string(arena, path);
	free(path);
}

void
past_run_lend_from(struct arena *arena, const struct manifest *manifest,
    const char *directory, struct trust_settings *trust,
    struct judge_settings *judge)
{
	if (trust->trust.count == 0)
		lend_stores(arena, manifest, directory, trust);
	if (!judge->has_at) {
		judge->has_at = true;
		judge->at = manifest->clock;
	}
	lend_thresholds(manifest, judge);
	if (judge->policy == NULL)
		lend_policy(arena, directory, judge);
}

void
past_run_lend(const struct past_run *saved, struct trust_settings *trust,
    struct judge_settings *judge)
{
	past_run_lend_from(saved->arena, &saved->manifest,
	    archive_directory(saved->archive), trust, judge);
}
