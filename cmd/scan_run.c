/* Prepares, runs and publishes one scan. */
#include "cmd/scan_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/judging.h"
#include "cmd/outcome.h"
#include "cmd/request.h"
#include "rundir/policy_file.h"
#include "rundir/prune.h"
#include "run/replay.h"
#include "run/run.h"
#include "rundir/trust_files.h"
#include "scan/crew.h"
#include "scan/signal_watch.h"

/* One scan while it happens. */
struct scan {
	const struct scan_job *job;
	const struct scan_settings *settings;
	struct target_list *targets; /* NULL: saved runs, or read to the end */
	struct judging judging;
	struct manifest manifest;
	struct arena *arena; /* what the manifest points to */
	struct claim *claim; /* of the directory, if it is new */
	char *directory;     /* NULL: nothing is kept */
	char id[CLOCK_TEXT_SIZE];
	struct run_outcome outcome;
};

static void
describe_request(struct scan *scan)
{
	const struct scan_job *job = scan->job;
	const struct target_settings *target = &scan->settings->target;
	struct manifest *manifest = &scan->manifest;

	request_describe(scan->arena, manifest, &scan->settings->given);
	manifest->lists = request_strings(scan->arena,
	    (const char *const *)target->lists.items, target->lists.count);
	manifest->list_count = target->lists.count;
	manifest->arguments = request_strings(scan->arena,
	    (const char *const *)job->arguments, job->argument_count);
	manifest->argument_count = job->argument_count;
	manifest->shard = target->shard.count > 0 ? target->shard_text : NULL;
	/* Where it was made is nobody's business but that of going on. */
	if (strcmp(job->command, "scan") != 0)
		manifest->working_directory = NULL;
}

static void
describe(struct scan *scan)
{
	const struct judging *judging = &scan->judging;
	struct manifest *manifest = &scan->manifest;

	if (scan->job->resumed != NULL) {
		*manifest = *scan->job->resumed;
		return;
	}
	describe_request(scan);
	manifest->stores =
	    arena_array(scan->arena, judging->store_count, sizeof(char *));
	for (size_t i = 0; i < judging->store_count; i++)
		manifest->stores[i] = trust_store_name(judging->stores[i]);
	clock_format_basic(manifest->started, scan->id);
	manifest->id = scan->id;
	manifest->version = FLEETSCAN_VERSION;
	manifest->command = scan->job->command;
	manifest->clock = judging->audit.now;
	manifest->warn_days = judging->audit.warn_days;
	manifest->crit_days = judging->audit.crit_days;
	manifest->store_count = judging->store_count;
	manifest->threads = scan->settings->probe.scan.threads;
}

/* Scans learn and remember; judging again is to give the same every time. */
static const char *
learned(const struct scan *scan)
{
	return scan->job->targets == NULL ? NULL : scan->judging.learned;
}

static int
keep_policy(const struct scan *scan)
{
	const struct policy *policy = scan->judging.policy;

	return policy == NULL ? 0 : policy_file_keep(scan->directory, policy);
}

/* What is judged by comes first: a run with a run.json can be gone on with. */
static int
write_beginnings(const struct scan *scan)
{
	if (scan->job->resumed == NULL &&
	    (store_files_write(scan->directory, scan->judging.audit.stores,
		 scan->judging.store_count) < 0 ||
		outcome_keep_learned(scan->directory, learned(scan)) < 0 ||
		keep_policy(scan) < 0))
		return -1;
	return manifest_write(scan->directory, &scan->manifest);
}

/* --json without -o keeps nothing; everything else has a directory. */
static int
open_directory(struct scan *scan)
{
	const struct output_settings *output = &scan->settings->output;
	int code;

	if (output->json && output->directory == NULL)
		return EXIT_CODE_FINISHED;
	if (scan->job->resumed != NULL)
		scan->directory = memory_string(output->directory);
	else
		scan->directory = outcome_directory(output, scan->job->command,
		    scan->manifest.started, &scan->claim, &code);
	if (scan->directory == NULL)
		return code;
	/* outcome_link_latest compares it with "reports/NAME". */
	file_trim_slashes(scan->directory);
	if (write_beginnings(scan) == 0)
		return EXIT_CODE_FINISHED;
	log_error("%s: %s", scan->directory, strerror(errno));
	return EXIT_CODE_OUTPUT;
}

/* How to go on, in words; also after the disk was full. */
static void
tell_how_to_go_on(const struct scan *scan)
{
	const struct manifest *manifest = &scan->manifest;
	bool from_stdin = false;

	if (strcmp(manifest->command, "scan") != 0)
		return;
	if (scan->directory == NULL) {
		log_warning("without -o DIR nothing is kept to go on with");
		return;
	}
	for (size_t i = 0; i < manifest->list_count; i++)
		from_stdin = from_stdin || strcmp(manifest->lists[i], "-") == 0;
	log_warning("to go on: fleetscan scan --resume -o %s%s",
	    scan->directory,
	    from_stdin ? " -l -, with the list on standard input again" : "");
}

/* On a thread of its own, while this one mends, settles or writes reports. */
static void
end_at_once(void *context)
{
	log_warning("interrupted");
	tell_how_to_go_on(context);
	_exit(EXIT_CODE_UNFINISHED);
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
		.roll = scan->job->roll,
		.interrupted = end_at_once,
		.context = scan,
		.known = scan->judging.known,
		.learned = learned(scan),
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
		log_warning("interrupted: %" PRIu64
			    " records are finished, %" PRIu64
			    " hosts wait for the end",
		    outcome->records, outcome->pending);
		tell_how_to_go_on(scan);
		return EXIT_CODE_UNFINISHED;
	case RUN_UNWRITABLE:
		log_error(
		    "the output could not be written: %s", outcome->error);
		tell_how_to_go_on(scan);
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
	size_t option_count;
	const struct report_option *options =
	    request_report(scan->arena, manifest, &option_count);
	struct report_run run = {
		.id = manifest->id,
		.version = manifest->version,
		.started = manifest->started,
		.finished = manifest->finished,
		.now = manifest->clock,
		.seconds = scan->outcome.seconds,
		.options = options,
		.option_count = option_count,
		.targets = manifest->targets,
		.records = manifest->records,
		.ignored = manifest->ignored,
		.threads = manifest->threads,
		.directory = scan->directory,
		.trust = manifest->stores[0],
		.prom_hosts = scan->settings->output.prom_hosts,
	};

	return outcome_publish(&scan->settings->output, scan->directory,
	    &scan->judging.audit, manifest, &run);
}

/* Never lost without a word; when nothing is left, not even quietly. */
static void
tell_ignored(const struct run_outcome *outcome)
{
	static const char format[] = "the policy ignores %llu target%s";
	unsigned long long count = outcome->ignored;

	if (count > 0 && outcome->records == 0)
		log_warning(format, count, plural(count));
	else if (count > 0)
		log_info(format, count, plural(count));
}

static void
count_targets(struct scan *scan)
{
	struct manifest *manifest = &scan->manifest;

	manifest->threads = scan->outcome.threads;
	manifest->records = scan->outcome.records;
	manifest->ignored = scan->job->ignored + scan->outcome.ignored;
	manifest->targets = scan->outcome.records;
	manifest->listed = scan->outcome.records + manifest->ignored;
	if (scan->targets == NULL)
		return;
	manifest->listed = target_list_count(scan->targets);
	if (scan->settings->target.shard.count == 0)
		manifest->targets = manifest->listed - scan->outcome.ignored;
	/* What tells duplicates apart makes room for the reports. */
	target_list_free(scan->targets);
	scan->targets = NULL;
}

/*
 * Reports, then run.json says that the run is whole, if it is; then what
 * waited goes.
 */
static int
write_end(struct scan *scan, bool whole)
{
	struct signal_watch *watch = signal_watch_new(end_at_once, scan);
	int code = publish_run(scan);

	if (!whole)
		scan->manifest.finished = 0;
	if (code == EXIT_CODE_FINISHED &&
	    manifest_write(scan->directory, &scan->manifest) < 0) {
		log_error("%s: %s", scan->directory, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	}
	signal_watch_free(watch);
	if (code != EXIT_CODE_FINISHED) {
		tell_how_to_go_on(scan);
		return code;
	}
	outcome_tidy(scan->directory, scan->settings->output.formats);
	if (!whole)
		return EXIT_CODE_UNFINISHED;
	if (scan->job->is_fleet)
		outcome_link_latest(scan->directory);
	if (scan->settings->output.keep > 0)
		prune_runs(scan->directory, scan->manifest.started,
		    scan->settings->output.keep);
	return code;
}

static int
finish(struct scan *scan)
{
	bool whole = !scan->job->is_partial && scan->outcome.left_out == 0;
	int code;

	scan->manifest.finished = clock_now();
	count_targets(scan);
	scan->manifest.list_hash = scan->outcome.list_hash;
	tell_ignored(&scan->outcome);
	if (scan->directory != NULL) {
		code = write_end(scan, whole);
		if (code != EXIT_CODE_FINISHED)
			return code;
	}
	if (!whole)
		return EXIT_CODE_UNFINISHED;
	return outcome_exit_code(
	    &scan->settings->output.fail_on, &scan->outcome);
}

int
scan_run(const struct scan_job *job)
{
	struct scan scan = {
		.job = job,
		.settings = job->settings,
		.targets = job->targets,
		.arena = arena_new(),
	};
	int code = EXIT_CODE_USAGE;
	const char *error;

	log_set_level(job->settings->output.level);
	scan.manifest.started = clock_now();
	if (job->targets != NULL && crew_check_descriptors(&error) < 0)
		log_error("%s", error);
	else if (judging_prepare(&scan.judging, job->command,
		     &job->settings->trust, &job->settings->found,
		     &job->settings->judge)) {
		describe(&scan);
		code = open_directory(&scan);
		if (code == EXIT_CODE_FINISHED) {
			probe(&scan);
			code = complain_of_end(&scan);
		}
		if (code == EXIT_CODE_FINISHED)
			code = finish(&scan);
	}
	target_list_free(scan.targets);
	judging_clear(&scan.judging);
	claim_release(scan.claim);
	arena_free(scan.arena);
	free(scan.directory);
	return code;
}
