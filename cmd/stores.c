/*
 * fleetscan stores: the trust stores of this machine side by side and beside
 * the root programs, and the roots that a run depends on.  Changes none of
 * them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/common_options.h"
#include "cmd/past_run.h"
#include "report/stores_roots.h"
#include "report/stores_text.h"

struct stores_options {
	bool json, csv;
	struct command_options common;
};

static const struct option_row rows[] = {
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct stores_options, json),
	    .help = "one JSON object a store, then one a root of the run" },
	{ .name = "csv",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct stores_options, csv),
	    .help = "of the run: one row a host whose root some list lacks" },
};

static int
parse(struct stores_options *options, int argc, char **argv)
{
	struct option_group groups[] = {
		{ "Stores", rows, sizeof(rows) / sizeof(*rows), options },
		trust_group(&options->common),
	};
	struct usage usage = {
		.command = "stores",
		.synopsis =
		    "stores [RUN] [--json|--csv] [--store NAME=PATH]...",
		.about = "Lists the trust stores found on this machine, and "
			 "where each differs from the first and how many of "
			 "its roots are in today's lists of the root programs. "
			 " With a RUN: which of its hosts depend on a root "
			 "that some of these lists lack.",
		.example = "  fleetscan stores --store new=./ca-bundle.pem\n"
			   "  fleetscan stores reports/latest\n"
			   "  fleetscan stores reports/latest --csv\n",
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(*groups),
		.file = &options->common.file,
	};

	return options_parse(&usage, argc, argv);
}

static void
show(const struct store_set *set, const struct roots *roots,
    struct archive *archive, bool json)
{
	struct run_roots *found =
	    archive == NULL ? NULL : run_roots_new(roots, archive);
	struct text out = { NULL, 0, 0 };
	int64_t now = clock_now();

	for (size_t i = 0; json && i < set->count; i++)
		stores_append_json(set, &set->entries[i], roots, now, &out);
	if (!json)
		stores_append_table(set, roots, now, &out);
	if (found != NULL && json)
		run_roots_append_json(found, &out);
	else if (found != NULL)
		run_roots_append_text(found, &out);
	fwrite(out.data, 1, out.size, stdout);
	text_free(&out);
	if (found != NULL)
		run_roots_free(found);
}

static int
run(const struct stores_options *options, const char *past)
{
	const struct judging_settings *settings = &options->common.judging;
	struct store_set set;
	struct archive *archive = NULL;
	const struct roots *roots = NULL;
	const char *sentence = NULL;
	char *error = NULL;
	int code = EXIT_CODE_USAGE;

	if (past != NULL)
		archive = archive_open(past, &error);
	if (!store_set_load(&set, &settings->stores, NULL))
		sentence = set.error;
	else if (set.count == 0)
		sentence = "no trust store was found";
	else
		roots = judging_read_roots(set.arena, settings, &sentence);
	if (error != NULL)
		sentence = error;
	if (sentence != NULL) {
		log_error("stores: %s", sentence);
	} else {
		if (archive != NULL)
			past_run_warn("stores", archive_directory(archive));
		if (options->csv)
			run_roots_write_csv(roots, archive, stdout);
		else
			show(&set, roots, archive, options->json);
		code = EXIT_CODE_FINISHED;
	}
	free(error);
	archive_close(archive);
	store_set_clear(&set);
	return code;
}

int
command_stores(int argc, char **argv)
{
	struct stores_options options = { .json = false };
	int first, code;

	command_options_init(&options.common);
	first = parse(&options, argc, argv);
	if (first < 0) {
		code = options_exit_code(first);
	} else if (argc - first > 1) {
		log_error("stores: name one run: \"fleetscan stores "
			  "reports/latest\"");
		code = EXIT_CODE_USAGE;
	} else if (options.csv && (options.json || first == argc)) {
		log_error("stores: --csv needs a run and goes without --json: "
			  "\"fleetscan stores reports/latest --csv\"");
		code = EXIT_CODE_USAGE;
	} else {
		code = run(&options, first < argc ? argv[first] : NULL);
	}
	command_options_clear(&options.common);
	return code;
}
