/*
 * fleetscan diff: what two runs do not have in common.  Reads runs; probes
 * and judges nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/common_options.h"
#include "cmd/past_run.h"
#include "report/diff_text.h"
#include "report/diff_write.h"
#include "rundir/run_index.h"

enum { GROUP_COUNT = 2 };

enum form { FORM_TEXT, FORM_JSON, FORM_CSV, FORM_MAIL };

struct diff_options {
	enum form form;
	bool all;
	const char *history;	       /* NULL: not asked for */
	struct command_options common; /* its --fail-on alone */
};

#define OPTION(member) offsetof(struct diff_options, member)

static const struct option_row rows[] = {
	{ .name = "json",
	    .help = "one object a line",
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(form),
	    .value = FORM_JSON },
	{ .name = "csv",
	    .help = "one row a change",
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(form),
	    .value = FORM_CSV },
	{ .name = "mail",
	    .help = "a mail, subject first; nothing if no host got worse",
	    .kind = OPTION_CHOICE,
	    .offset = OPTION(form),
	    .value = FORM_MAIL },
	{ .name = "all",
	    .help = "also changes caused by a timeout or reset of one night",
	    .kind = OPTION_FLAG,
	    .offset = OPTION(all) },
	{ .name = "history",
	    .argument = "DIR",
	    .help = "say since when each host fails, from all runs in DIR; "
		    "without: beside a change, from the history.db where NEW "
		    "is",
	    .kind = OPTION_STRING,
	    .offset = OPTION(history) },
};

static int
parse(struct diff_options *options, int argc, char **argv)
{
	/* Of the options for output, --fail-on alone. */
	struct option_group fail_on = output_group(&options->common);
	struct option_group groups[GROUP_COUNT] = {
		{ "Diff", rows, sizeof(rows) / sizeof(rows[0]), options },
	};
	struct usage usage = {
		.command = "diff",
		.synopsis = "diff OLD NEW [options]",
		.about = "Compares two runs: what is new, worse, better, "
			 "changed, gone, or cannot be reached any more.",
		.example = "  fleetscan diff reports/2026-11-22T020000Z "
			   "reports/latest\n"
			   "  fleetscan diff --mail --fail-on error OLD NEW\n",
		.groups = groups,
		.group_count = GROUP_COUNT,
		.file = &options->common.file,
	};

	while (strcmp(fail_on.rows->name, "fail-on") != 0)
		fail_on.rows++;
	fail_on.count = 1;
	fail_on.title = "Exit code, when a host got worse";
	groups[1] = fail_on;
	return options_parse(&usage, argc, argv);
}

static void
show_each(const struct diff *diff,
    void (*append)(const struct diff *, const struct change *, struct text *))
{
	struct text out = { .size = 0 };

	for (size_t i = 0; i < diff->count; i++) {
		append(diff, &diff->changes[i], &out);
		text_write(&out, stdout);
	}
	text_free(&out);
}

static void
show(const struct diff *diff, enum form form)
{
	struct text out = { .size = 0 };

	switch (form) {
	case FORM_TEXT:
		diff_append_summary(diff, &out);
		if (diff->count > 0)
			text_append_char(&out, '\n');
		text_write(&out, stdout);
		show_each(diff, diff_append_text);
		break;
	case FORM_JSON:
		show_each(diff, diff_append_json);
		break;
	case FORM_CSV:
		diff_append_csv_header(&out);
		text_write(&out, stdout);
		show_each(diff, diff_append_csv);
		break;
	case FORM_MAIL:
		diff_append_mail(diff, &out);
		text_write(&out, stdout);
		break;
	}
	text_free(&out);
}

static int
exit_code(const struct diff_options *options, const struct diff *diff)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("standard output: %s", strerror(errno));
		return EXIT_CODE_OUTPUT;
	}
	for (size_t i = 0; i < diff->count; i++)
		if (change_is_bad(&diff->changes[i]) &&
		    fail_on_matches(&options->common.fail_on,
			diff->changes[i].class_id, diff->changes[i].severity,
			NULL, 0))
			return EXIT_CODE_FINDINGS;
	return EXIT_CODE_FINISHED;
}

/* A change has no tags. */
static bool
check_fail_on(const struct diff_options *options)
{
	if (options->common.fail_on.tag_count > 0)
		log_error("diff: --fail-on tag=NAME:LEVEL is for runs, not for "
			  "what changed between two");
	return options->common.fail_on.tag_count == 0;
}

static int
compare(const struct diff_options *options, struct archive *older,
    struct archive *newer)
{
	struct arena *arena = arena_new();
	struct hash_key key = hash_key_random();
	struct run_index *from = run_index_new(older, &key);
	struct run_index *to = run_index_new(newer, &key);
	struct diff_settings settings = {
		.all = options->all,
		.still = options->history != NULL,
	};
	struct history *history = NULL;
	struct diff diff;
	char *error = NULL;
	int code = EXIT_CODE_USAGE;

	if (options->history != NULL)
		history =
		    history_read(options->history, newer, to, &key, &error);
	else
		settings.newer =
		    past_run_history("diff", arena, archive_directory(newer));
	settings.history = history;
	if (options->history != NULL && history == NULL) {
		log_error("diff: --history: %s", error);
	} else {
		diff_init(&diff, older, from, newer, to, &settings);
		show(&diff, options->form);
		code = exit_code(options, &diff);
		diff_clear(&diff);
	}
	free(error);
	history_free(history);
	history_file_close(settings.newer.file);
	arena_free(arena);
	run_index_free(from);
	run_index_free(to);
	return code;
}

static struct archive *
open_run(const char *run)
{
	char *error = NULL;
	struct archive *archive = archive_open(run, &error);

	if (archive == NULL)
		log_error("diff: %s", error);
	else if (archive_damaged(archive) > 0)
		log_warning("diff: %s: %zu lines are no records", run,
		    archive_damaged(archive));
	if (archive != NULL)
		past_run_warn("diff", archive_directory(archive));
	free(error);
	return archive;
}

static int
run(const struct diff_options *options, char **runs, int count)
{
	struct archive *older, *newer;
	int code = EXIT_CODE_USAGE;

	if (count != 2) {
		log_error("diff: name two runs, the older one first: "
			  "\"fleetscan diff OLD NEW\"");
		return EXIT_CODE_USAGE;
	}
	if (!check_fail_on(options))
		return code;
	older = open_run(runs[0]);
	newer = older == NULL ? NULL : open_run(runs[1]);
	if (newer != NULL)
		code = compare(options, older, newer);
	archive_close(older);
	archive_close(newer);
	return code;
}

int
command_diff(int argc, char **argv)
{
	struct diff_options options = { .form = FORM_TEXT };
	int first, code;

	command_options_init(&options.common);
	first = parse(&options, argc, argv);
	code = first < 0 ? options_exit_code(first)
			 : run(&options, argv + first, argc - first);
	command_options_clear(&options.common);
	return code;
}
