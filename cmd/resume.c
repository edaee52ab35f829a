/*
 * Reads run.json, holds the command line against it and makes of both the one
 * that goes on.  Scans nothing.
 */
#include "cmd/resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/request.h"
#include "rundir/run_directory.h"

static bool
holds_run(const char *directory)
{
	char *manifest = file_join(directory, "run.json");
	bool holds = file_exists(manifest);

	free(manifest);
	return holds;
}

/*
 * A run that was killed in its first tenth of a second left nothing but its
 * claim: whoever has the whole command line repeated means to begin it.
 */
static enum resume_end
begin_anew(const char *directory, bool names_targets)
{
	if (claim_is_known(directory) && names_targets) {
		log_info("%s holds nothing of the run yet: it begins anew",
		    directory);
		return RESUME_ANEW;
	}
	log_error("scan: --resume: %s holds no run: start one without --resume",
	    directory);
	return RESUME_REFUSED;
}

static bool
read_run(struct resume *resume, const char *directory)
{
	const char *reason = NULL;

	resume->claim = run_directory_claim("scan", directory);
	if (resume->claim == NULL)
		return false;
	if (manifest_read(resume->arena, directory, &resume->manifest, &reason))
		return true;
	log_error("scan: --resume: %s", reason);
	return false;
}

static const char *
from_directory(struct arena *arena, const char *directory, const char *path)
{
	/* "-" and "none" stand where a path may, and are none. */
	if (directory == NULL || path[0] == '/' || strcmp(path, "-") == 0 ||
	    strcmp(path, "none") == 0)
		return path;
	return arena_printf(arena, "%s/%s", directory, path);
}

/* A path as the run meant it, from where we are now. */
static const char *
relocate(const struct resume *resume, const char *here, const char *path)
{
	const char *there = resume->manifest.working_directory;

	if (there == NULL || here == NULL || strcmp(there, here) == 0)
		return path;
	return from_directory(resume->arena, there, path);
}

/* The command line held against run.json, option by option */

struct option_check {
	struct resume *resume;
	const struct manifest *now; /* the command line, as run.json has it */
};

static const char *
meaning(struct arena *arena, const struct manifest *manifest,
    const struct option_row *row, const char *value)
{
	if (value == NULL || !row->is_path)
		return value;
	return from_directory(arena, manifest->working_directory, value);
}

/* Its values in order; where only the last one counts, that one. */
static size_t
values_of(struct arena *arena, const struct manifest *manifest,
    const struct option_row *row, const char *name, const char **values)
{
	bool adds = row->kind == OPTION_LIST || row->kind == OPTION_FUNCTION;
	size_t count = 0;

	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct manifest_option *option = &manifest->options[i];

		if (strcmp(option->name, name) != 0)
			continue;
		count = adds ? count : 0;
		values[count++] = meaning(arena, manifest, row, option->value);
	}
	return count;
}

static const char *
join(struct arena *arena, const char *const *values, size_t count)
{
	const char *joined = count == 0 ? "not given" : "given";

	for (size_t i = 0; i < count && values[i] != NULL; i++)
		joined = i == 0
			     ? values[i]
			     : arena_printf(arena, "%s, %s", joined, values[i]);
	return joined;
}

static bool
is_same(const struct option_check *check, const char *name)
{
	struct arena *arena = check->resume->arena;
	const struct manifest *then = &check->resume->manifest;
	const struct manifest *now = check->now;
	const struct option_row *row = scan_option_find(name);
	const char **before =
	    arena_array(arena, then->option_count + 1, sizeof(*before));
	const char **given =
	    arena_array(arena, now->option_count + 1, sizeof(*given));
	size_t before_count = values_of(arena, then, row, name, before);
	size_t given_count = values_of(arena, now, row, name, given);
	bool same = before_count == given_count;

	for (size_t i = 0; i < given_count && same; i++)
		same = string_equal(before[i], given[i]);
	if (!same)
		log_error("scan: %s%s: %s here, %s in the run: --resume takes "
			  "the run's options; leave it out, or scan into "
			  "another directory",
		    strlen(name) == 1 ? "-" : "--", name,
		    join(arena, given, given_count),
		    join(arena, before, before_count));
	return same;
}

static bool
has_same_options(struct resume *resume, const struct command_options *given)
{
	struct manifest now = { .id = NULL };
	struct option_check check = { resume, &now };

	request_describe(resume->arena, &now, &given->given);
	for (size_t i = 0; i < now.option_count; i++)
		if (!is_same(&check, now.options[i].name))
			return false;
	return true;
}

/* The command line that goes on */

static void
add_word(struct resume *resume, const char *word)
{
	resume->argv[resume->argc++] = arena_string(resume->arena, word);
	resume->argv[resume->argc] = NULL;
}

static void
add_option(struct resume *resume, const char *name, const char *value)
{
	bool is_letter = strlen(name) == 1;

	add_word(resume,
	    arena_printf(resume->arena, "%s%s%s%s", is_letter ? "-" : "--",
		name, value == NULL || is_letter ? "" : "=",
		value == NULL ? "" : value));
}

static bool
add_saved_options(struct resume *resume, const char *here)
{
	const struct manifest *manifest = &resume->manifest;

	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct manifest_option *option = &manifest->options[i];
		const struct option_row *row = scan_option_find(option->name);
		const char *value = option->value;

		if (row == NULL) {
			log_error("scan: --resume: run.json: unknown option "
				  "%s in this version",
			    option->name);
			return false;
		}
		if (row->is_path && value != NULL)
			value = relocate(resume, here, value);
		add_option(resume, option->name, value);
	}
	return true;
}

/* Lists are handled on their own. */
static void
add_passing_options(struct resume *resume, const struct command_options *given)
{
	char name[64];

	for (size_t i = 0; i < given->given.count; i++) {
		const struct given_option *option = &given->given.items[i];

		option_row_name(option->row, name);
		if (option->row->is_passing && strcmp(name, "list") != 0)
			add_option(resume, name, option->value);
	}
}

static bool
use_saved_targets(struct resume *resume, const char *here)
{
	struct manifest *manifest = &resume->manifest;

	for (size_t i = 0; i < manifest->list_count; i++) {
		if (strcmp(manifest->lists[i], "-") == 0) {
			log_error("scan: --resume: a list of this run came "
				  "from standard input: give it again, with "
				  "-l - or as a file");
			return false;
		}
		manifest->lists[i] = relocate(resume, here, manifest->lists[i]);
	}
	return true;
}

static void
use_given_targets(struct resume *resume, const struct command_options *given,
    char *const hosts[], size_t count)
{
	const struct string_list *lists = &given->lists;
	struct manifest *manifest = &resume->manifest;

	manifest->lists = request_strings(
	    resume->arena, (const char *const *)lists->items, lists->count);
	manifest->list_count = lists->count;
	manifest->arguments =
	    request_strings(resume->arena, (const char *const *)hosts, count);
	manifest->argument_count = count;
}

static void
add_targets(struct resume *resume)
{
	const struct manifest *manifest = &resume->manifest;

	for (size_t i = 0; i < manifest->list_count; i++)
		add_option(resume, "list", manifest->lists[i]);
	add_word(resume, "--");
	for (size_t i = 0; i < manifest->argument_count; i++)
		add_word(resume, manifest->arguments[i]);
}

static bool
compose(struct resume *resume, const struct command_options *given,
    char *const hosts[], size_t count)
{
	const struct manifest *manifest = &resume->manifest;
	struct manifest now = { .id = NULL };
	size_t most;

	request_describe(resume->arena, &now, &given->given);
	if (count > 0 || given->lists.count > 0)
		use_given_targets(resume, given, hosts, count);
	else if (!use_saved_targets(resume, now.working_directory))
		return false;
	most = manifest->option_count + given->given.count +
	       manifest->list_count + manifest->argument_count + 3;
	resume->argv = arena_array(resume->arena, most, sizeof(*resume->argv));
	add_word(resume, "scan");
	if (!add_saved_options(resume, now.working_directory))
		return false;
	add_passing_options(resume, given);
	add_targets(resume);
	return true;
}

/* Or somebody's file that says it is one. */
static bool
is_scan(const struct manifest *manifest, const char *directory)
{
	bool scans = string_equal(manifest->command, "scan");

	if (manifest->command != NULL && !scans)
		log_error("scan: --resume: %s is no scan, but a run of %s: "
			  "make it again in another directory",
		    directory, manifest->command);
	else if (!scans || manifest->store_count == 0)
		log_error("scan: --resume: %s: run.json names no %s", directory,
		    scans ? "trust store" : "command");
	return scans && manifest->store_count > 0;
}

enum resume_end
resume_open(struct resume *resume, const struct command_options *given,
    char *const hosts[], size_t count)
{
	const char *directory = given->directory;

	*resume = (struct resume){ .arena = arena_new() };
	if (!holds_run(directory))
		return begin_anew(
		    directory, count > 0 || given->lists.count > 0);
	if (!read_run(resume, directory))
		return RESUME_REFUSED;
	if (resume->manifest.finished != 0) {
		run_directory_tidy(directory, true);
		log_info("%s holds a finished run: nothing to do", directory);
		return RESUME_NOTHING;
	}
	if (!is_scan(&resume->manifest, directory))
		return RESUME_REFUSED;
	if (resume->manifest.version == NULL ||
	    strcmp(resume->manifest.version, FLEETSCAN_VERSION) != 0)
		log_warning("scan: --resume: the run was begun by another "
			    "version of fleetscan");
	return has_same_options(resume, given) &&
		       compose(resume, given, hosts, count)
		   ? RESUME_READY
		   : RESUME_REFUSED;
}

void
resume_close(struct resume *resume)
{
	claim_release(resume->claim);
	arena_free(resume->arena);
	*resume = (struct resume){ .arena = NULL };
}

void
resume_lend(const struct resume *resume, struct command_options *settings)
{
	char *learned = run_directory_learned(settings->directory);

	settings->judging.learned = arena_string(resume->arena, learned);
	free(learned);
	store_settings_clear(&settings->judging.stores);
	settings->judging.has_now = false;
	settings->judging.clients = NULL;
	settings->judging.policy = NULL;
	judging_settings_add_run(&settings->judging, resume->arena,
	    &resume->manifest, settings->directory);
}

/* Standard input */

static bool
reads_stdin(const struct string_list *lists)
{
	for (size_t i = 0; i < lists->count; i++)
		if (strcmp(lists->items[i], "-") == 0)
			return true;
	return false;
}

static int
copy_stdin(FILE *copy)
{
	/* Fifty million hosts; what is larger has no end. */
	const size_t most = (size_t)1 << 31;
	char block[1 << 16];
	size_t total = 0;
	ssize_t got;

	while ((got = read(STDIN_FILENO, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 ||
		    fwrite(block, 1, (size_t)got, copy) != (size_t)got)
			return -1;
		total += (size_t)got;
		if (total > most) {
			errno = EFBIG;
			return -1;
		}
	}
	return fflush(copy);
}

/* A file can be read twice as it is; a pipe's octets go to one first. */
int
resume_keep_stdin(const struct string_list *lists)
{
	FILE *copy;
	int result = -1;

	if (!reads_stdin(lists) || lseek(STDIN_FILENO, 0, SEEK_CUR) == 0)
		return 0;
	copy = tmpfile();
	if (copy == NULL)
		return -1;
	if (copy_stdin(copy) == 0 && dup2(fileno(copy), STDIN_FILENO) >= 0)
		result = resume_rewind_stdin(lists);
	fclose(copy);
	return result;
}

int
resume_rewind_stdin(const struct string_list *lists)
{
	if (reads_stdin(lists) && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		return -1;
	return 0;
}
