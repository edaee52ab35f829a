/*
 * fleetscan merge: the runs of shards become one, as if one machine had
 * scanned it all.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/past_run.h"
#include "cmd/new_run.h"
#include "rundir/shard_set.h"

enum { GROUPS = 4 };

struct merge {
	struct command_options options;
	bool partial;
	struct past_run *runs;
	struct archive **archives;
	size_t count;
};

static const struct option_row rows[] = {
	{ .letter = 'o',
	    .name = "out",
	    .argument = "DIR",
	    .kind = OPTION_STRING,
	    .is_passing = true,
	    .offset = offsetof(struct merge, options.directory),
	    .help = "the run directory of the joined run; required" },
	{ .name = "partial",
	    .help =
		"join although a shard, or a part of one, is missing: exit 3",
	    .kind = OPTION_FLAG,
	    .offset = offsetof(struct merge, partial) },
	{ .name = "threads",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = offsetof(struct merge, options.scan.threads),
	    .least = 1,
	    .most = 1024,
	    .help = "how many judge (default: one a core)" },
};

static int
parse(struct merge *merge, int argc, char **argv)
{
	struct option_group groups[GROUPS] = {
		{ "Merge", rows, sizeof(rows) / sizeof(rows[0]), merge },
		output_group(&merge->options),
		client_group(&merge->options),
		crl_group(&merge->options),
	};
	const struct usage usage = {
		.command = "merge",
		.synopsis = "merge RUN... -o DIR",
		.about = "Joins the runs of shards into one.  Hosts that miss "
			 "a certificate are judged with what all shards know.  "
			 "Shards that do not belong to one run are refused.",
		.example = "  fleetscan merge shard-* -o merged\n",
		.groups = groups,
		.group_count = GROUPS,
		.file = &merge->options.file,
		.given = &merge->options.given,
	};

	/* Its first row is -o with a default, which merge does not have. */
	groups[1].rows++;
	groups[1].count--;
	return options_parse(&usage, argc, argv);
}

/*
 * All records are judged again by the clients of the first run, so shards that
 * had others are no conflict; but who merges has to know whose list it is.
 */
static void
compare_clients(const struct merge *merge, char **names)
{
	const struct manifest *first = &merge->runs[0].manifest;

	for (size_t i = 1;
	     merge->options.judging.clients == NULL && i < merge->count; i++) {
		const struct manifest *other = &merge->runs[i].manifest;
		bool same = first->client_count == other->client_count;

		for (size_t k = 0; same && k < first->client_count; k++)
			same = strcmp(first->clients[k].id,
				   other->clients[k].id) == 0;
		if (same)
			continue;
		log_warning("%s was judged by other clients than %s; the "
			    "merged run has those of %s (--clients chooses)",
		    names[i], names[0], names[0]);
		return;
	}
}

/* False, with a message: these are not one run, or not all of it. */
static bool
fit_together(struct merge *merge, char **names, struct new_run *new)
{
	struct arena *arena = arena_new();
	struct shard_run *runs =
	    arena_array(arena, merge->count, sizeof(*runs));
	struct shard_set set;
	bool fit;

	for (size_t i = 0; i < merge->count; i++)
		runs[i] = (struct shard_run){ names[i],
			&merge->runs[i].manifest, merge->archives[i] };
	shard_set_check(arena, runs, merge->count, &set);
	new->is_partial = set.lack_count > 0;
	new->ignored_before = set.ignored;
	merge->options.judging.has_now = true;
	merge->options.judging.now = set.clock;
	fit = set.conflict == NULL && (merge->partial || !new->is_partial);
	if (set.conflict != NULL)
		log_error("merge: %s", set.conflict);
	for (size_t i = 0; i < set.lack_count; i++)
		if (fit)
			log_warning("%s", set.lacks[i]);
		else
			log_error("merge: %s", set.lacks[i]);
	if (set.conflict == NULL && !fit)
		log_error("merge: --partial joins what there is");
	arena_free(arena);
	return fit;
}

static int
run(struct merge *merge, int first, int argc, char **argv)
{
	char **names = argv + first;
	size_t count = (size_t)(argc - first);
	struct new_run new = {
		.command = "merge",
		.options = &merge->options,
		.arguments = names,
		.argument_count = count,
	};
	const struct manifest *manifest;

	if (count == 0 || merge->options.directory == NULL) {
		log_error("merge: name the runs to join, and with -o the "
			  "directory to join them in");
		return EXIT_CODE_USAGE;
	}
	merge->runs = memory_array(count, sizeof(*merge->runs));
	merge->archives = memory_array(count, sizeof(*merge->archives));
	for (size_t i = 0; i < count; i++) {
		merge->count++;
		if (!past_run_open(&merge->runs[i], "merge", names[i]))
			return EXIT_CODE_USAGE;
		merge->archives[i] = merge->runs[i].archive;
	}
	if (!fit_together(merge, names, &new))
		return EXIT_CODE_USAGE;
	compare_clients(merge, names);
	/* Runs of one list stay comparable, on however many machines. */
	manifest = &merge->runs[0].manifest;
	for (size_t i = 0; i < manifest->list_count; i++)
		string_list_add(&merge->options.lists, manifest->lists[i]);
	past_run_lend(&merge->runs[0], &merge->options.judging);
	return new_run_replay(&new, merge->archives, count);
}

int
command_merge(int argc, char **argv)
{
	struct merge merge = { .count = 0 };
	int first, code;

	command_options_init(&merge.options);
	merge.options.aia = AIA_CACHE;
	first = parse(&merge, argc, argv);
	code = first < 0 ? options_exit_code(first)
			 : run(&merge, first, argc, argv);
	for (size_t i = 0; i < merge.count; i++)
		past_run_close(&merge.runs[i]);
	free(merge.runs);
	free(merge.archives);
	command_options_clear(&merge.options);
	return code;
}
