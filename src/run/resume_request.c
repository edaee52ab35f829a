/* Compares options by what they mean, then composes words.  Reads no file. */
#include "run/resume_request.h"

#include <string.h>

#include "base/text.h"
#include "scan/proxy_url.h"

static const char *
from_directory(struct arena *arena, const char *directory, const char *path)
{
	/* "-" and "none" stand where a path may, and are none. */
	if (directory == NULL || path[0] == '/' || strcmp(path, "-") == 0 ||
	    strcmp(path, "none") == 0)
		return path;
	return arena_printf(arena, "%s/%s", directory, path);
}

static const struct resume_option *
find_option(const struct resume_request *request, const char *name)
{
	for (size_t i = 0; i < request->option_count; i++)
		if (strcmp(request->options[i].name, name) == 0)
			return &request->options[i];
	return NULL;
}

/* Its values in order; where only the last one counts, that one. */
static size_t
values_of(struct arena *arena, const struct manifest *manifest,
    const struct resume_option *kind, const char **values)
{
	size_t count = 0;

	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct manifest_option *option = &manifest->options[i];
		const char *value = option->value;

		if (strcmp(option->name, kind->name) != 0)
			continue;
		if (value != NULL && kind->is_path)
			value = from_directory(
			    arena, manifest->working_directory, value);
		count = kind->repeats ? count : 0;
		values[count++] = value;
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

/* NULL: this option means the same in the run and today. */
static const char *
difference(struct arena *arena, const struct resume_request *request,
    const struct resume_option *kind)
{
	const struct manifest *before = request->before, *now = request->now;
	const char **saved =
	    arena_array(arena, before->option_count + 1, sizeof(*saved));
	const char **given =
	    arena_array(arena, now->option_count + 1, sizeof(*given));
	size_t saved_count = values_of(arena, before, kind, saved);
	size_t given_count = values_of(arena, now, kind, given);
	bool same = saved_count == given_count;

	for (size_t i = 0; i < given_count && same; i++)
		same = string_equal(saved[i], given[i]);
	if (same)
		return NULL;
	return arena_printf(arena,
	    "%s%s: %s here, %s in the run: --resume takes the run's options; "
	    "leave it out, or scan into another directory",
	    strlen(kind->name) == 1 ? "-" : "--", kind->name,
	    join(arena, given, given_count), join(arena, saved, saved_count));
}

/* NULL, or why an option of the run has to be given again. */
static const char *
lacking(struct arena *arena, const struct resume_request *request,
    const struct resume_option *kind, const struct manifest_option *option)
{
	const struct manifest *now = request->now;

	if (!kind->has_secret || !proxy_url_has_user(option->value))
		return NULL;
	for (size_t i = 0; i < now->option_count; i++)
		if (strcmp(now->options[i].name, kind->name) == 0)
			return NULL;
	return arena_printf(arena,
	    "--resume: run.json does not keep the password of --%s %s: give "
	    "--%s with it again",
	    kind->name, option->value, kind->name);
}

static void
add_word(struct arena *arena, struct resumed_request *resumed, const char *word)
{
	resumed->argv[resumed->argc++] = arena_string(arena, word);
	resumed->argv[resumed->argc] = NULL;
}

static void
add_option(struct arena *arena, struct resumed_request *resumed,
    const char *name, const char *value)
{
	bool is_letter = strlen(name) == 1;

	add_word(arena, resumed,
	    arena_printf(arena, "%s%s%s%s", is_letter ? "-" : "--", name,
		value == NULL || is_letter ? "" : "=",
		value == NULL ? "" : value));
}

/* A path of the run, usable from today's working directory. */
static const char *
relocate(
    struct arena *arena, const struct resume_request *request, const char *path)
{
	const char *there = request->before->working_directory;
	const char *here = request->now->working_directory;

	return here == NULL || string_equal(there, here)
		   ? path
		   : from_directory(arena, there, path);
}

/* False where the run's lists cannot be read again. */
static bool
choose_targets(struct arena *arena, const struct resume_request *request,
    struct resumed_request *resumed)
{
	const struct manifest *now = request->now, *before = request->before;
	bool are_given = now->list_count > 0 || now->argument_count > 0;
	const struct manifest *from = are_given ? now : before;

	resumed->list_count = from->list_count;
	resumed->lists =
	    arena_array(arena, from->list_count, sizeof(*resumed->lists));
	resumed->arguments = from->arguments;
	resumed->argument_count = from->argument_count;
	for (size_t i = 0; i < from->list_count; i++) {
		resumed->lists[i] =
		    are_given ? from->lists[i]
			      : relocate(arena, request, from->lists[i]);
		if (!are_given && strcmp(from->lists[i], "-") == 0)
			return false;
	}
	return true;
}

const char *
resume_not_a_scan(
    struct arena *arena, const struct manifest *manifest, const char *directory)
{
	bool scans = string_equal(manifest->command, "scan");

	if (manifest->command != NULL && !scans)
		return arena_printf(arena,
		    "%s is no scan, but a run of %s: make it again in another "
		    "directory",
		    directory, manifest->command);
	if (!scans || manifest->store_count == 0)
		return arena_printf(arena, "%s: run.json names no %s",
		    directory, scans ? "trust store" : "command");
	return NULL;
}

struct resumed_request
resume_request_join(struct arena *arena, const struct resume_request *request)
{
	const struct manifest *before = request->before, *now = request->now;
	struct resumed_request resumed = { .argv = NULL }, refused = resumed;

	for (size_t i = 0; i < now->option_count; i++) {
		const struct resume_option *kind =
		    find_option(request, now->options[i].name);

		refused.error =
		    kind == NULL ? NULL : difference(arena, request, kind);
		if (refused.error != NULL)
			return refused;
	}
	if (!choose_targets(arena, request, &resumed)) {
		refused.error = "--resume: a list of this run came from "
				"standard input: give it again, with -l - or "
				"as a file";
		return refused;
	}
	/* "scan", "--" and the NULL after the last word. */
	resumed.argv = arena_array(arena,
	    before->option_count + request->passing_count + resumed.list_count +
		resumed.argument_count + 3,
	    sizeof(*resumed.argv));
	add_word(arena, &resumed, "scan");
	for (size_t i = 0; i < before->option_count; i++) {
		const struct manifest_option *option = &before->options[i];
		const struct resume_option *kind =
		    find_option(request, option->name);

		if (kind == NULL) {
			refused.error = arena_printf(arena,
			    "--resume: run.json: unknown option %s in this "
			    "version",
			    option->name);
			return refused;
		}
		refused.error = lacking(arena, request, kind, option);
		if (refused.error != NULL)
			return refused;
		add_option(arena, &resumed, option->name,
		    kind->is_path && option->value != NULL
			? relocate(arena, request, option->value)
			: option->value);
	}
	for (size_t i = 0; i < request->passing_count; i++)
		add_option(arena, &resumed, request->passing[i].name,
		    request->passing[i].value);
	for (size_t i = 0; i < resumed.list_count; i++)
		add_option(arena, &resumed, "list", resumed.lists[i]);
	add_word(arena, &resumed, "--");
	for (size_t i = 0; i < resumed.argument_count; i++)
		add_word(arena, &resumed, resumed.arguments[i]);
	return resumed;
}
