/*
 * fleetscan history: what history.db beside the runs holds, and how it is made
 * again.  Probes and judges nothing.
 */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/log.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/options.h"
#include "report/history_write.h"
#include "rundir/archive.h"
#include "rundir/run_list.h"

struct history_options {
	enum history_form form;
	bool rebuild;
	unsigned days;
	const char *reports;
	struct option_file file;
};

#define OPTION(member) offsetof(struct history_options, member)

static const struct option_row rows[] = {
	{ .name = "json",
	    .help = "one object a line",
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(form),
	    .value = HISTORY_JSON },
	{ .name = "csv",
	    .help = "one row a night, or a host",
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(form),
	    .value = HISTORY_CSV },
	{ .name = "days",
	    .argument = "N",
	    .help = "nights of the last N days (default: 90)",
	    .kind = OPTION_UNSIGNED,
	    .offset = OPTION(days),
	    .least = 1,
	    .most = 36500 },
	{ .name = "reports",
	    .argument = "DIR",
	    .help = "where the runs are (default: reports)",
	    .kind = OPTION_STRING,
	    .is_path = true,
	    .offset = OPTION(reports) },
	{ .name = "rebuild",
	    .help = "make the nights anew whose runs are there; others stay",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(rebuild) },
};

static int
parse(struct history_options *options, int argc, char **argv)
{
	struct option_group group = { "History", rows,
		sizeof(rows) / sizeof(rows[0]), options };
	struct usage usage = {
		.command = "history",
		.synopsis = "history [HOST|SITE|CLASS] [options]",
		.about = "What scans of a list found, night by night, from "
			 "history.db beside the runs; of a HOST, of a SITE or "
			 "of those of a CLASS now: since when they are broken "
			 "and how often they changed.",
		.example = "  fleetscan history\n"
			   "  fleetscan history www.example.com\n"
			   "  fleetscan history missing_intermediate --csv\n",
		.groups = &group,
		.group_count = 1,
		.file = &options->file,
	};

	return options_parse(&usage, argc, argv);
}

struct history_view {
	enum history_form form;
	struct text out;
	struct text list; /* of the night before */
	bool with_changes;
	size_t count;
};

static void
show_night(void *context, const struct history_night *night)
{
	struct history_view *showing = context;
	struct text *out = &showing->out;

	if (showing->form == HISTORY_TEXT &&
	    (showing->count == 0 ||
		strcmp(showing->list.data, night->list) != 0)) {
		text_append(out, showing->count == 0 ? "" : "\n");
		text_append_cell(out, night->list, SIZE_MAX);
		text_append_char(out, '\n');
		history_append_night_header(out, showing->form);
		text_clear(&showing->list);
		text_append(&showing->list, night->list);
	} else if (showing->count == 0) {
		history_append_night_header(out, showing->form);
	}
	history_append_night(out, night, showing->form);
	text_write(out, stdout);
	showing->count++;
}

static void
show_host(void *context, const struct history_host *host,
    const struct history_change *changes, size_t count)
{
	struct history_view *showing = context;

	if (showing->count++ == 0)
		history_append_host_header(&showing->out, showing->form);
	history_append_host(&showing->out, host,
	    showing->with_changes ? changes : NULL, count, showing->form);
	text_write(&showing->out, stdout);
}

/* "HOST:PORT" is asked for as HOST: its lines name the port. */
static char *
host_of(const char *name)
{
	char *host = memory_string(*name == '[' ? name + 1 : name);
	char *end = strchr(host, *name == '[' ? ']' : ':');

	if (end != NULL && (*name == '[' || strchr(end + 1, ':') == NULL))
		*end = '\0';
	return host;
}

static int
show(const struct history_options *options, const char *name)
{
	struct history_view showing = { .form = options->form };
	char *error = NULL, *host = NULL;
	struct history_file *file = history_file_read(options->reports, &error);
	enum class_id class_id;
	int result = 0;

	if (file == NULL) {
		log_error("history: %s", error);
		free(error);
		return EXIT_CODE_USAGE;
	}
	text_append(&showing.list, "");
	if (name == NULL) {
		result = history_file_nights(file, NULL,
		    clock_now() - (int64_t)options->days * 86400, show_night,
		    &showing);
	} else if (class_from_word(name, &class_id) ||
		   strcmp(name, "gone") == 0) {
		result = history_file_hosts(
		    file, HISTORY_OF_CLASS, name, show_host, &showing);
	} else {
		host = host_of(name);
		showing.with_changes = true;
		result = history_file_hosts(
		    file, HISTORY_OF_HOST, host, show_host, &showing);
		showing.with_changes = false;
		if (result == 0 && showing.count == 0)
			result = history_file_hosts(
			    file, HISTORY_OF_SITE, host, show_host, &showing);
	}
	if (result < 0)
		log_error("history: %s", history_file_error(file));
	else if (showing.count == 0 && name == NULL)
		log_warning("history: no night within %u days", options->days);
	else if (showing.count == 0)
		log_warning(
		    "history: %s: no host, site or class of any night", name);
	history_file_close(file);
	free(host);
	text_free(&showing.out);
	text_free(&showing.list);
	return result < 0 ? EXIT_CODE_OUTPUT : EXIT_CODE_FINISHED;
}

static int
add_run(struct history_file *file, const struct old_run *run)
{
	char *error = NULL, *copy = memory_string(run->path);
	struct archive *archive = archive_open(run->path, &error);
	struct arena *arena = arena_new();
	int result = -1;

	if (archive == NULL)
		log_warning("history: %s", error);
	else
		result = history_file_begin(
		    file, run->scope, run->started, basename(copy));
	for (size_t i = 0; result == 0 && i < archive_count(archive); i++) {
		struct result record;

		arena_reset(arena);
		if (archive_read(archive, i, arena, &record, NULL))
			result = history_file_add(file, &record);
	}
	if (result == 0)
		result = history_file_settle(file);
	arena_free(arena);
	archive_close(archive);
	free(copy);
	free(error);
	return result;
}

static int
rebuild(const char *reports)
{
	struct run_list runs;
	struct history_file *file;
	char *note = NULL;
	size_t added = 0;
	int result = 0;

	if (run_list_read(&runs, reports, INT64_MAX) < 0) {
		log_error("history: %s: %s", reports, strerror(errno));
		return EXIT_CODE_USAGE;
	}
	file = history_file_write(reports, &note);
	if (note != NULL)
		log_warning("%s", note);
	free(note);
	for (size_t i = 0; file != NULL && i < runs.count && result == 0; i++)
		if (run_is_night(&runs.runs[i]))
			result = history_file_forget(
			    file, runs.runs[i].scope, runs.runs[i].started);
	for (size_t i = 0; file != NULL && i < runs.count && result == 0; i++)
		if (run_is_night(&runs.runs[i]) &&
		    add_run(file, &runs.runs[i]) == 0)
			added++;
	if (added > 0)
		history_file_commit(file);
	if (file != NULL && history_file_error(file) != NULL) {
		log_error("history: %s", history_file_error(file));
		result = -1;
	}
	if (file != NULL && result == 0)
		log_info("%zu night%s made anew", added, plural(added));
	run_list_clear(&runs);
	result =
	    file == NULL || result < 0 ? EXIT_CODE_OUTPUT : EXIT_CODE_FINISHED;
	history_file_close(file);
	return result;
}

int
command_history(int argc, char **argv)
{
	struct history_options options = { .days = 90, .reports = "reports" };
	int first = parse(&options, argc, argv), code;

	if (first < 0) {
		code = options_exit_code(first);
	} else if (argc - first > 1 || (options.rebuild && first < argc)) {
		log_error("history: %s: one HOST, SITE or CLASS at most, and "
			  "none with --rebuild",
		    argv[argc - 1]);
		code = EXIT_CODE_USAGE;
	} else if (options.rebuild) {
		code = rebuild(options.reports);
	} else {
		code = show(&options, argv[first]);
	}
	option_file_clear(&options.file);
	return code;
}
