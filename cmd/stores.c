/*
 * fleetscan stores: the trust stores of this machine side by side.  Changes
 * none of them.
 */
#include <stdio.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/common_options.h"
#include "report/stores_text.h"

struct stores_options {
	bool json;
	struct command_options common;
};

static const struct option_row rows[] = {
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct stores_options, json),
	    .help = "one JSON object a store" },
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
		.synopsis = "stores [--json] [--store NAME=PATH]...",
		.about = "Lists the trust stores found on this machine, and "
			 "where each differs from the first.",
		.example = "  fleetscan stores --store new=./ca-bundle.pem\n",
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(*groups),
		.file = &options->common.file,
	};

	return options_parse(&usage, argc, argv);
}

static void
show(const struct store_set *set, bool json)
{
	struct text out = { NULL, 0, 0 };
	int64_t now = clock_now();

	if (json)
		for (size_t i = 0; i < set->count; i++)
			stores_append_json(set, &set->entries[i], now, &out);
	else
		stores_append_table(set, now, &out);
	fwrite(out.data, 1, out.size, stdout);
	text_free(&out);
}

static int
run(const struct stores_options *options)
{
	struct store_set set;
	int code = EXIT_CODE_USAGE;

	if (!store_set_load(&set, &options->common.judging.stores, NULL)) {
		log_error("%s", set.error);
	} else if (set.count == 0) {
		log_error("stores: no trust store was found");
	} else {
		show(&set, options->json);
		code = EXIT_CODE_FINISHED;
	}
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
	} else if (first < argc) {
		log_error("stores: %s: takes no argument", argv[first]);
		code = EXIT_CODE_USAGE;
	} else {
		code = run(&options);
	}
	command_options_clear(&options.common);
	return code;
}
