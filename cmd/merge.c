/*
 * fleetscan merge: the runs of shards become one, as if one machine had
 * scanned it all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/past_run.h"
#include "cmd/scan_run.h"
#include "fleet/policy_file.h"

enum { GROUPS = 1 };

struct merge {
	struct scan_settings settings;
	struct past_run *runs;
	struct archive **archives;
	size_t count;
};

static int
parse(struct merge *merge, int argc, char **argv)
{
	struct option_group groups[GROUPS] = {
		output_group(&merge->settings.output),
	};
	struct usage usage = {
		.command = "merge",
		.synopsis = "merge RUN... -o DIR",
		.about = "Joins the runs of shards into one.  Hosts that miss "
			 "a certificate are judged with what all shards know.",
		.example = "  fleetscan merge shard-* -o merged\n",
		.groups = groups,
		.group_count = GROUPS,
		.file = &merge->settings.file,
	};

	return options_parse(&usage, argc, argv);
}

/* Shards of one run share the stores' names; the latest clock judges all. */
static bool
agree(const struct manifest *a, const struct manifest *b)
{
	if (a->store_count != b->store_count)
		return false;
	for (size_t i = 0; i < a->store_count; i++)
		if (strcmp(a->stores[i], b->stores[i]) != 0)
			return false;
	return true;
}

static bool
open_runs(struct merge *merge, char **names, size_t count)
{
	merge->runs = memory_array(count, sizeof(*merge->runs));
	merge->archives = memory_array(count, sizeof(*merge->archives));
	for (size_t i = 0; i < count; i++) {
		merge->count++;
		if (!past_run_open(&merge->runs[i], "merge", names[i]))
			return false;
		merge->archives[i] = merge->runs[i].archive;
		if (!agree(&merge->runs[0].manifest, &merge->runs[i].manifest)) {
			log_error("merge: %s: it was judged by other stores "
				  "than %s",
			    names[i], names[0]);
			return false;
		}
		if (merge->runs[i].manifest.finished == 0)
			log_warning("%s is not a finished run: its hosts that "
				    "were not reached are lacking",
			    names[i]);
	}
	return true;
}

/* Two policies would be two judgements. */
static bool
share_policy(const struct merge *merge, char **names)
{
	const char *first = archive_directory(merge->archives[0]);

	for (size_t i = 1; i < merge->count; i++) {
		if (policy_file_same(
			first, archive_directory(merge->archives[i])))
			continue;
		log_error("merge: %s: it was judged by another policy than %s",
		    names[i], names[0]);
		return false;
	}
	return true;
}

static uint64_t
count_ignored(const struct merge *merge)
{
	uint64_t count = 0;

	for (size_t i = 0; i < merge->count; i++)
		count += merge->runs[i].manifest.ignored;
	return count;
}

static int64_t
latest_clock(const struct merge *merge)
{
	int64_t latest = 0;

	for (size_t i = 0; i < merge->count; i++)
		if (merge->runs[i].manifest.clock > latest)
			latest = merge->runs[i].manifest.clock;
	return latest;
}

static int
run(struct merge *merge, int first, int argc, char **argv)
{
	struct scan_job job = {
		.command = "merge",
		.settings = &merge->settings,
		.argc = argc,
		.argv = argv,
	};
	struct judge_settings *judge = &merge->settings.judge;

	if (first >= argc || merge->settings.output.directory == NULL) {
		log_error("merge: name the runs to join, and with -o the "
			  "directory to join them in");
		return EXIT_CODE_USAGE;
	}
	if (!open_runs(merge, argv + first, (size_t)(argc - first)))
		return EXIT_CODE_USAGE;
	if (!share_policy(merge, argv + first))
		return EXIT_CODE_USAGE;
	judge->has_at = true;
	judge->at = latest_clock(merge);
	past_run_lend(
	    &merge->runs[0], &merge->settings.trust, &merge->settings.judge);
	job.archives = merge->archives;
	job.archive_count = merge->count;
	job.ignored = count_ignored(merge);
	return scan_run(&job);
}

int
command_merge(int argc, char **argv)
{
	struct merge merge = { .count = 0 };
	int first, code;

	scan_settings_init(&merge.settings);
	merge.settings.found.aia = AIA_CACHE;
	first = parse(&merge, argc, argv);
	code = first < 0 ? options_exit_code(first)
			 : run(&merge, first, argc, argv);
	for (size_t i = 0; i < merge.count; i++)
		past_run_close(&merge.runs[i]);
	free(merge.runs);
	free(merge.archives);
	scan_settings_clear(&merge.settings);
	return code;
}
