/* Opens the interrupted run, and reads what goes on.  Scans nothing. */
#include "cmd/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/request.h"
#include "run/resume_request.h"
#include "rundir/run_directory.h"

/*
 * A run that was killed in its first tenth of a second left nothing but its
 * claim: a command line that names targets begins it anew.
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

/* Options of this call alone, and those with a password, which run.json does
 * not keep; lists are targets and handled on their own. */
static struct manifest_option *
passing_options(
    struct arena *arena, const struct given_options *given, size_t *count)
{
	struct manifest_option *passing =
	    arena_array(arena, given->count, sizeof(*passing));
	char name[64];

	*count = 0;
	for (size_t i = 0; i < given->count; i++) {
		const struct given_option *option = &given->items[i];

		option_row_name(option->row, name);
		if ((option->row->is_passing || option->row->kept != NULL) &&
		    strcmp(name, "list") != 0)
			passing[(*count)++] =
			    (struct manifest_option){ arena_string(arena, name),
				    option->value };
	}
	return passing;
}

/* Makes resume->argv, and puts today's targets into its manifest. */
static bool
join_command_lines(struct resume *resume, const struct command_options *given,
    char *const hosts[], size_t count)
{
	struct arena *arena = resume->arena;
	struct manifest now = {
		.lists = request_strings(
		    arena, given->lists.items, given->lists.count),
		.list_count = given->lists.count,
		.arguments =
		    request_strings(arena, (const char *const *)hosts, count),
		.argument_count = count,
	};
	struct resume_request request = { .before = &resume->manifest,
		.now = &now };
	struct resumed_request resumed;

	request_describe(arena, &now, &given->given);
	request.options = scan_options_list(arena, &request.option_count);
	request.passing =
	    passing_options(arena, &given->given, &request.passing_count);
	resumed = resume_request_join(arena, &request);
	if (resumed.argv == NULL) {
		log_error("scan: %s", resumed.error);
		return false;
	}
	resume->argv = resumed.argv;
	resume->argc = resumed.argc;
	resume->manifest.lists = resumed.lists;
	resume->manifest.list_count = resumed.list_count;
	resume->manifest.arguments = resumed.arguments;
	resume->manifest.argument_count = resumed.argument_count;
	return true;
}

enum resume_end
resume_open(struct resume *resume, const struct command_options *given,
    char *const hosts[], size_t count)
{
	const char *directory = given->directory, *reason;

	*resume = (struct resume){ .arena = arena_new() };
	if (!manifest_exists(directory))
		return begin_anew(
		    directory, count > 0 || given->lists.count > 0);
	if (!read_run(resume, directory))
		return RESUME_REFUSED;
	if (resume->manifest.finished != 0 &&
	    resume->manifest.totals.unfetched == 0) {
		run_directory_tidy(directory, true);
		log_info("%s holds a finished run: nothing to do", directory);
		return RESUME_NOTHING;
	}
	reason = resume_not_a_scan(resume->arena, &resume->manifest, directory);
	if (reason != NULL) {
		log_error("scan: --resume: %s", reason);
		return RESUME_REFUSED;
	}
	if (resume->manifest.version == NULL ||
	    strcmp(resume->manifest.version, FLEETSCAN_VERSION) != 0)
		log_warning("scan: --resume: the run was begun by another "
			    "version of fleetscan");
	return join_command_lines(resume, given, hosts, count) ? RESUME_READY
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
resume_lend(const struct resume *resume, struct command_options *options)
{
	char *learned = run_directory_learned(options->directory);

	options->judging.learned = arena_string(resume->arena, learned);
	free(learned);
	store_settings_clear(&options->judging.stores);
	options->judging.has_now = false;
	options->judging.clients = NULL;
	options->judging.policy = NULL;
	options->judging.expect = NULL;
	judging_settings_add_run(&options->judging, resume->arena,
	    &resume->manifest, options->directory);
}
