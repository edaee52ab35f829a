/* Prepares, runs and publishes one scan. */
#include "cmd/scan_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/judging.h"
#include "cmd/outcome.h"
#include "fleet/policy_file.h"
#include "fleet/prune.h"
#include "fleet/replay.h"
#include "fleet/run.h"
#include "fleet/store_files.h"

/* One scan while it happens. */
struct scan {
	const struct scan_job *job;
	const struct scan_settings *settings;
	struct judging judging;
	struct manifest manifest;
	struct manifest_option command_line;
	struct text words;	/* the command line, joined */
	const char **stores;
	char *shard;		/* "3/16", or NULL */
	char *directory;	/* NULL: nothing is kept */
	char id[CLOCK_TEXT_SIZE];
	struct run_outcome outcome;
};

static void
describe(struct scan *scan)
{
	const struct scan_job *job = scan->job;

	for (int i = 1; i < job->argc; i++) {
		if (i > 1)
			text_append_char(&scan->words, ' ');
		text_append_clean(
		    &scan->words, bytes_from_string(job->argv[i]));
	}
	scan->command_line = (struct manifest_option){ "arguments",
		scan->words.data == NULL ? "" : scan->words.data };
	scan->stores =
	    memory_array(scan->judging.store_count, sizeof(*scan->stores));
	for (size_t i = 0; i < scan->judging.store_count; i++)
		scan->stores[i] = trust_store_name(scan->judging.stores[i]);
	clock_format_basic(scan->manifest.started, scan->id);
	scan->manifest.id = scan->id;
	scan->manifest.version = FLEETSCAN_VERSION;
	scan->manifest.command = job->command;
	scan->manifest.lists = scan->settings->target.lists.items;
	scan->manifest.list_count = scan->settings->target.lists.count;
	if (scan->settings->target.shard.count > 0 &&
	    asprintf(&scan->shard, "%u/%u", scan->settings->target.shard.index,
		scan->settings->target.shard.count) < 0)
		log_fatal("out of memory");
	scan->manifest.shard = scan->shard;
	scan->manifest.clock = scan->judging.audit.now;
	scan->manifest.warn_days = scan->judging.audit.warn_days;
	scan->manifest.crit_days = scan->judging.audit.crit_days;
	scan->manifest.options = &scan->command_line;
	scan->manifest.option_count = 1;
	scan->manifest.stores = scan->stores;
	scan->manifest.store_count = scan->judging.store_count;
	scan->manifest.threads = scan->settings->probe.scan.threads;
}

static int
keep_policy(const struct scan *scan)
{
	const struct policy *policy = scan->judging.policy;

	return policy == NULL ? 0 : policy_file_keep(scan->directory, policy);
}

/* --json without -o keeps nothing; everything else has a directory. */
static int
open_directory(struct scan *scan)
{
	const struct output_settings *output = &scan->settings->output;
	int code;

	if (output->json && output->directory == NULL)
		return EXIT_CODE_FINISHED;
	scan->directory = outcome_directory(
	    output, scan->job->command, scan->manifest.started, &code);
	if (scan->directory == NULL)
		return code;
	if (manifest_write(scan->directory, &scan->manifest) == 0 &&
	    store_files_write(scan->directory, scan->judging.audit.stores,
		scan->judging.store_count) == 0 &&
	    keep_policy(scan) == 0)
		return EXIT_CODE_FINISHED;
	log_error("%s: %s", scan->directory, strerror(errno));
	return EXIT_CODE_OUTPUT;
}

static void
probe(struct scan *scan)
{
	const struct output_settings *output = &scan->settings->output;
	const struct found_settings *found = &scan->settings->found;
	struct fetch_options fetch = {
		.allow_private = found->aia_allow_private,
		.resolvers = scan->settings->probe.scan.resolvers,
		.resolver_count = scan->settings->probe.scan.resolver_count,
		.overrides = scan->settings->probe.scan.overrides,
		.override_count = scan->settings->probe.scan.override_count,
	};
	struct run_settings run = {
		.directory = scan->directory,
		.stream = output->json ? stdout : NULL,
		.scan = scan->settings->probe.scan,
		.audit = scan->judging.audit,
		.targets = scan->job->targets,
		.shard = scan->settings->target.shard,
		.known = scan->judging.known,
		.learned = scan->job->targets == NULL
		    ? NULL
		    : scan->judging.learned,
		.fetch = found->aia == AIA_FETCH ? &fetch : NULL,
		.show_progress = outcome_shows_progress(output),
		.color = outcome_colors(output, stderr),
	};

	if (scan->job->targets != NULL)
		run_scan(&run, &scan->outcome);
	else
		run_replay(&run, scan->job->archives, scan->job->archive_count,
		    &scan->outcome);
}

static int
complain_of_end(const struct scan *scan)
{
	const struct run_outcome *outcome = &scan->outcome;

	switch (outcome->end) {
	case RUN_FINISHED:
		return EXIT_CODE_FINISHED;
	case RUN_INTERRUPTED:
		log_warning("interrupted after %llu records",
		    (unsigned long long)outcome->records);
		return EXIT_CODE_UNFINISHED;
	case RUN_UNWRITABLE:
		log_error("the output could not be written: %s",
		    outcome->error);
		return EXIT_CODE_OUTPUT;
	default:
		log_error("%s", outcome->error);
		return EXIT_CODE_USAGE;
	}
}

static int
publish_run(struct scan *scan)
{
	const struct manifest *manifest = &scan->manifest;
	struct report_option option = { scan->command_line.name,
		scan->command_line.value };
	struct report_run run = {
		.id = manifest->id,
		.version = manifest->version,
		.started = manifest->started,
		.finished = manifest->finished,
		.now = manifest->clock,
		.seconds = scan->outcome.seconds,
		.options = &option,
		.option_count = 1,
		.targets = manifest->targets,
		.records = manifest->records,
		.ignored = manifest->ignored,
		.threads = manifest->threads,
		.directory = scan->directory,
		.trust = scan->stores[0],
		.prom_hosts = scan->settings->output.prom_hosts,
	};

	return outcome_publish(&scan->settings->output, scan->directory,
	    manifest, &run);
}

/* Never lost without a word; when nothing is left, not even quietly. */
static void
tell_ignored(const struct run_outcome *outcome)
{
	static const char format[] = "the policy ignores %llu target%s";
	unsigned long long count = outcome->ignored;
	const char *plural = count == 1 ? "" : "s";

	if (count > 0 && outcome->records == 0)
		log_warning(format, count, plural);
	else if (count > 0)
		log_info(format, count, plural);
}

static void
count_targets(struct scan *scan)
{
	struct manifest *manifest = &scan->manifest;

	manifest->records = scan->outcome.records;
	manifest->ignored = scan->job->ignored + scan->outcome.ignored;
	manifest->targets = scan->outcome.records;
	manifest->listed = scan->outcome.records + manifest->ignored;
	if (scan->job->targets == NULL)
		return;
	manifest->listed = target_list_count(scan->job->targets);
	if (scan->settings->target.shard.count == 0)
		manifest->targets = manifest->listed - scan->outcome.ignored;
}

/* Reports, then run.json says that the run is whole, if it is. */
static int
finish(struct scan *scan)
{
	bool whole = !scan->job->is_partial && scan->outcome.left_out == 0;
	int code;

	scan->manifest.finished = clock_now();
	count_targets(scan);
	tell_ignored(&scan->outcome);
	if (scan->directory != NULL) {
		code = publish_run(scan);
		if (code != EXIT_CODE_FINISHED)
			return code;
		if (!whole)
			scan->manifest.finished = 0;
		if (manifest_write(scan->directory, &scan->manifest) < 0) {
			log_error("%s: %s", scan->directory, strerror(errno));
			return EXIT_CODE_OUTPUT;
		}
		if (scan->job->is_fleet)
			outcome_link_latest(scan->directory);
		if (scan->settings->output.keep > 0)
			prune_runs(scan->directory, scan->manifest.started,
			    scan->settings->output.keep);
	}
	if (!whole)
		return EXIT_CODE_UNFINISHED;
	return outcome_exit_code(
	    &scan->settings->output.fail_on, &scan->outcome);
}

int
scan_run(const struct scan_job *job)
{
	struct scan scan = { .job = job, .settings = job->settings };
	int code = EXIT_CODE_USAGE;

	log_set_level(job->settings->output.level);
	scan.manifest.started = clock_now();
	if (judging_prepare(&scan.judging, job->command, &job->settings->trust,
		&job->settings->found, &job->settings->judge)) {
		describe(&scan);
		code = open_directory(&scan);
		if (code == EXIT_CODE_FINISHED) {
			probe(&scan);
			code = complain_of_end(&scan);
		}
		if (code == EXIT_CODE_FINISHED)
			code = finish(&scan);
	}
	target_list_free(job->targets);
	judging_clear(&scan.judging);
	text_free(&scan.words);
	free(scan.stores);
	free(scan.shard);
	free(scan.directory);
	return code;
}
