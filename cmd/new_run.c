/* Begins and ends a run directory.  Scans and judges nothing. */
#include "cmd/new_run.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/columns.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/outcome.h"
#include "cmd/request.h"
#include "fleet/history_file.h"
#include "report/publish.h"
#include "run/record_feed.h"
#include "run/replay.h"
#include "run/run.h"
#include "audit/served.h"
#include "run/expected_files.h"
#include "rundir/policy_file.h"
#include "rundir/prune.h"
#include "rundir/run_directory.h"
#include "rundir/run_list.h"
#include "rundir/trust_files.h"
#include "scan/crew.h"
#include "scan/signal_watch.h"

static void
describe(struct new_run *run)
{
	const struct command_options *options = run->options;
	const struct audit_settings *audit = &run->judging.audit;
	struct manifest *manifest = &run->manifest;
	struct certificate_list added;

	request_describe(run->arena, manifest, &options->given);
	manifest->lists = request_strings(
	    run->arena, options->lists.items, options->lists.count);
	manifest->list_count = options->lists.count;
	manifest->arguments = request_strings(run->arena,
	    (const char *const *)run->arguments, run->argument_count);
	manifest->argument_count = run->argument_count;
	manifest->shard = options->shard.count > 0 ? options->shard_text : NULL;
	/* Only --resume needs to know where it was made. */
	if (strcmp(run->command, "scan") != 0)
		manifest->working_directory = NULL;
	manifest->stores =
	    arena_array(run->arena, audit->store_count, sizeof(char *));
	manifest->store_count = audit->store_count;
	for (size_t i = 0; i < audit->store_count; i++)
		manifest->stores[i] = trust_store_name(audit->stores[i]);
	manifest->named_stores = request_strings(
	    run->arena, run->judging.named, run->judging.named_count);
	manifest->named_store_count = run->judging.named_count;
	added = certificate_index_all(run->judging.added);
	manifest->added_roots =
	    arena_array(run->arena, added.count, sizeof(char *));
	manifest->added_root_count = added.count;
	for (size_t i = 0; i < added.count; i++) {
		char *hex = arena_alloc(run->arena, DIGEST_HEX_SIZE);

		digest_to_hex(&added.certificates[i]->sha256, hex);
		manifest->added_roots[i] = hex;
	}
	clock_format_basic(manifest->started, run->id);
	manifest->id = run->id;
	manifest->version = FLEETSCAN_VERSION;
	manifest->command = run->command;
	manifest->clock = audit->now;
	manifest->warn_days = audit->warn_days;
	manifest->crit_days = audit->crit_days;
	manifest->expected = expected_count(audit->expected);
	if (manifest->expected > 0)
		expected_files_digest(
		    audit->expected, &manifest->expected_digest);
	manifest->totals.threads = options->scan.threads;
}

/* What is judged by comes first: a run with a run.json can be resumed. */
static int
write_beginnings(const struct new_run *run)
{
	const struct judging *judging = &run->judging;

	if (run->resumed == NULL &&
	    (trust_files_write(run->directory, judging->audit.stores,
		 judging->audit.store_count) < 0 ||
		run_directory_keep_learned(run->directory,
		    run->learns ? judging->learned : NULL) < 0 ||
		(judging->policy != NULL &&
		    policy_file_keep(run->directory, judging->policy) < 0) ||
		(judging->expected != NULL &&
		    expected_files_keep(run->directory, judging->expected) <
			0)))
		return -1;
	return manifest_write(run->directory, &run->manifest);
}

/* An exit code, not 0 once it has complained. */
static int
begin(struct new_run *run)
{
	const struct command_options *options = run->options;
	enum run_directory_end end;

	log_set_level(options->level);
	run->arena = arena_new();
	run->manifest.started = clock_now();
	if (!judging_load(&run->judging, &options->judging)) {
		log_error("%s", run->judging.error);
		return EXIT_CODE_USAGE;
	}
	run->verified = judging_open_signatures(&run->judging);
	judging_tell_local_roots(&run->judging);
	if (run->resumed != NULL) {
		run->manifest = *run->resumed;
		run->directory = memory_string(options->directory);
		file_trim_slashes(run->directory);
	} else {
		describe(run);
		/* --json without -o keeps nothing. */
		if (options->json && options->directory == NULL)
			return EXIT_CODE_FINISHED;
		end = run_directory_make(run->command, options->directory,
		    run->manifest.started, &run->directory, &run->claim);
		if (end != RUN_DIRECTORY_MADE)
			return end == RUN_DIRECTORY_TAKEN ? EXIT_CODE_USAGE
							  : EXIT_CODE_OUTPUT;
	}
	run->manifest.clients =
	    request_clients(run->arena, run->judging.profiles);
	run->manifest.client_count = run->judging.profiles->count;
	if (write_beginnings(run) == 0)
		return EXIT_CODE_FINISHED;
	log_error("%s: %s", run->directory, strerror(errno));
	return EXIT_CODE_OUTPUT;
}

/* How to go on, in words; also after the disk was full. */
static void
tell_how_to_go_on(const struct new_run *run)
{
	const struct manifest *manifest = &run->manifest;
	bool from_stdin = false;

	if (strcmp(manifest->command, "scan") != 0)
		return;
	if (run->directory == NULL) {
		log_warning("without -o DIR nothing is kept to go on with");
		return;
	}
	for (size_t i = 0; i < manifest->list_count; i++)
		from_stdin = from_stdin || strcmp(manifest->lists[i], "-") == 0;
	log_warning("to go on: fleetscan scan --resume -o %s%s", run->directory,
	    from_stdin ? " -l -, with the list on standard input again" : "");
}

/* On a thread of its own, while this one repairs streams, settles or writes
 * reports. */
static void
end_at_once(void *context)
{
	log_warning("interrupted");
	tell_how_to_go_on(context);
	_exit(EXIT_CODE_UNFINISHED);
}

static struct run_settings
settings_of(struct new_run *run)
{
	const struct command_options *options = run->options;

	struct run_settings settings = {
		.directory = run->directory,
		.stream = options->json ? stdout : NULL,
		.scan = options->scan,
		.audit = run->judging.audit,
		.shard = options->shard,
		.fail_on = &options->fail_on,
		.ignored_before = run->ignored_before,
		.interrupted = end_at_once,
		.context = run,
		.known = run->judging.known,
		.evidence = run->evidence,
		.learned = run->learns ? run->judging.learned : NULL,
		.face_cache = run->learns && run->judging.learned != NULL
				  ? arena_printf(run->judging.arena, "%s/faces",
					run->judging.cache)
				  : NULL,
		.show_progress = outcome_shows_progress(options),
		.color = outcome_colors(options, stderr),
	};

	settings.audit.repeated = run->repeated;
	return settings;
}

static int
complain_of_end(const struct new_run *run)
{
	const struct run_outcome *outcome = &run->outcome;

	switch (outcome->end) {
	case RUN_FINISHED:
		return EXIT_CODE_FINISHED;
	case RUN_INTERRUPTED:
		log_warning("interrupted: %" PRIu64
			    " records are finished, %" PRIu64
			    " hosts wait for the end",
		    outcome->totals.records, outcome->pending);
		tell_how_to_go_on(run);
		return EXIT_CODE_UNFINISHED;
	case RUN_UNWRITABLE:
		log_error(
		    "the output could not be written: %s", outcome->error);
		tell_how_to_go_on(run);
		return EXIT_CODE_OUTPUT;
	case RUN_BAD_INPUT:
	case RUN_IMPOSSIBLE:
		break;
	}
	log_error("%s", outcome->error);
	return EXIT_CODE_USAGE;
}

/* The runs to compare this one with, and to look for siblings in. */
static void
find_other_runs(const struct new_run *run, struct publication *publication)
{
	char *copy = memory_string(run->directory);
	const struct old_run *earlier, *fleet;
	struct run_list runs;

	/* A directory that cannot be listed holds no run to compare with. */
	if (run_list_read(&runs, dirname(copy), run->manifest.started + 1) ==
	    0) {
		earlier = run_list_earlier(&runs, &run->manifest);
		fleet = run_list_newest_fleet(&runs);
		if (earlier != NULL)
			publication->earlier = memory_string(earlier->path);
		if (fleet != NULL && publication->terminal.stream != NULL &&
		    run->manifest.totals.targets <= REPORT_DIAGNOSED_MOST)
			publication->family = memory_string(fleet->path);
	}
	run_list_clear(&runs);
	free(copy);
}

/* Only whole runs of a list are nights. */
static void
open_history(struct new_run *run)
{
	char *copy, *note = NULL;

	if (!run->is_fleet || run->manifest.list_count == 0 ||
	    run->manifest.shard != NULL)
		return;
	copy = memory_string(run->directory);
	run->history = history_file_write(dirname(copy), &note);
	run->list = run_scope(&run->manifest);
	if (note != NULL)
		log_warning("%s", note);
	free(note);
	free(copy);
}

static int
publish_run(struct new_run *run)
{
	const struct command_options *options = run->options;
	const struct manifest *manifest = &run->manifest;
	bool is_quiet = options->level == LOG_QUIET;
	struct publication publication = {
		.formats = options->formats,
		.terminal = {
			options->json || is_quiet ? NULL : stdout,
			outcome_colors(options, stdout),
		},
		.changes = !options->diff_last ? PUBLISH_NO_CHANGES
		    : is_quiet		       ? PUBLISH_MAIL
					       : PUBLISH_CHANGES,
		.audit = &run->judging.audit,
		.history = run->history,
		.list = run->list,
	};
	struct report_run report = {
		.id = manifest->id,
		.version = manifest->version,
		.started = manifest->started,
		.finished = manifest->finished,
		.now = manifest->clock,
		.seconds = run->outcome.seconds,
		.totals = manifest->totals,
		.directory = run->directory,
		.trust = manifest->stores[0],
		.clients = manifest->clients,
		.client_count = manifest->client_count,
		.prom_hosts = options->prom_hosts,
		.by_tag = options->by_tag,
	};
	char *error = NULL;
	const char *failed = NULL;
	struct archive *archive = archive_open(run->directory, &error);
	struct publishing *publishing;
	int code = EXIT_CODE_FINISHED;

	if (archive == NULL) {
		log_error("%s", error);
		free(error);
		return EXIT_CODE_OUTPUT;
	}
	report.options =
	    publish_options(run->arena, manifest, &report.option_count);
	if (publication.terminal.stream != NULL ||
	    publication.changes != PUBLISH_NO_CHANGES ||
	    report_formats_have(publication.formats, "html") ||
	    report_formats_have(publication.formats, "prom"))
		find_other_runs(run, &publication);
	publishing = publish_begin(archive, &report, &publication);
	record_feed(archive, options->scan.threads, publish_record, publishing);
	if (publish_end(publishing, &failed) < 0) {
		log_error("%s: %s", failed, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	}
	archive_close(archive);
	free(publication.earlier);
	free(publication.family);
	return code;
}

/* Logged even when quiet if the policy leaves nothing. */
static void
tell_ignored(const struct new_run *run)
{
	static const char format[] = "the policy ignores %llu target%s";
	const struct run_totals *totals = &run->outcome.totals;
	unsigned long long count = totals->ignored - run->ignored_before;

	if (count > 0 && totals->records == 0)
		log_warning(format, count, plural(count));
	else if (count > 0)
		log_info(format, count, plural(count));
}

/*
 * Reports, then run.json says that the run is whole, if it is; then the
 * checkpoint files are deleted.
 */
static int
write_end(struct new_run *run, bool whole)
{
	struct signal_watch *watch = signal_watch_new(end_at_once, run);
	int code;

	if (whole)
		open_history(run);
	code = publish_run(run);
	if (!whole)
		run->manifest.finished = 0;
	if (code == EXIT_CODE_FINISHED &&
	    manifest_write(run->directory, &run->manifest) < 0) {
		log_error("%s: %s", run->directory, strerror(errno));
		code = EXIT_CODE_OUTPUT;
	}
	if (code == EXIT_CODE_FINISHED && run->history != NULL &&
	    history_file_error(run->history) == NULL &&
	    history_file_commit(run->history) < 0)
		log_warning("history.db: %s", history_file_error(run->history));
	signal_watch_free(watch);
	if (code != EXIT_CODE_FINISHED) {
		tell_how_to_go_on(run);
		return code;
	}
	run_directory_tidy(run->directory,
	    report_formats_have(run->options->formats, "ndjson"));
	if (!whole)
		return EXIT_CODE_UNFINISHED;
	if (run->is_fleet)
		run_directory_link_latest(run->directory);
	if (run->options->keep > 0)
		prune_runs(
		    run->directory, run->manifest.started, run->options->keep);
	return code;
}

/*
 * Of a quiet job cron and systemd know the exit code alone.  The mail of
 * --diff-last says more, and is to be the only output.
 */
static void
tell_why_it_fails(const struct new_run *run, uint64_t failing)
{
	const struct command_options *options = run->options;
	const struct given_options *given = &options->given;
	const char *level = "";

	if (options->level != LOG_QUIET || options->diff_last)
		return;
	for (size_t i = 0; i < given->count; i++)
		if (string_equal(given->items[i].row->name, "fail-on"))
			level = given->items[i].value;
	log_warning("%" PRIu64 " host%s at --fail-on %s%s%s%s", failing,
	    plural(failing), level, run->directory == NULL ? "" : ": ",
	    run->directory == NULL ? "" : run->directory,
	    run->directory != NULL &&
		    report_formats_have(options->formats, "html")
		? "/report.html"
		: "");
}

static int
finish(struct new_run *run)
{
	const struct run_outcome *outcome = &run->outcome;
	bool whole = !run->is_partial && outcome->left_out == 0;
	int code = EXIT_CODE_FINISHED;

	run->manifest.finished = clock_now();
	run->manifest.totals = outcome->totals;
	tell_ignored(run);
	if (run->directory != NULL)
		code = write_end(run, whole);
	if (code != EXIT_CODE_FINISHED)
		return code;
	if (!whole)
		return EXIT_CODE_UNFINISHED;
	if (outcome->failing == 0)
		return EXIT_CODE_FINISHED;
	tell_why_it_fails(run, outcome->failing);
	return EXIT_CODE_FINDINGS;
}

/* False, with a message: the run directory cannot be written to. */
static bool
open_evidence(struct new_run *run, const struct fetch_options *fetch,
    struct archive *const archives[], size_t count)
{
	const struct command_options *options = run->options;
	const char **runs = arena_array(run->arena, count + 1, sizeof(*runs));
	const struct evidence_settings settings = {
		.has_crls = options->crl != AIA_OFF,
		.cache = run->judging.cache,
		.now = run->judging.audit.now,
		.crl_fetch = options->crl == AIA_FETCH ? fetch : NULL,
		.ocsp_fetch = options->ocsp ? fetch : NULL,
		.directory = run->directory,
		.is_resumed = run->resumed != NULL,
		.runs = runs,
		.run_count = count,
	};

	if (!settings.has_crls && settings.ocsp_fetch == NULL)
		return true;
	for (size_t i = 0; i < count; i++)
		runs[i] = archive_directory(archives[i]);
	run->evidence = evidence_open(&settings);
	if (run->evidence == NULL) {
		log_error("%s: crls.ndjson or ocsp.ndjson: %s", run->directory,
		    strerror(errno));
		return false;
	}
	evidence_fill(run->evidence, &run->judging.audit);
	return true;
}

/* Once the last host is judged: each list with all that the run found. */
static int
save_evidence(struct new_run *run)
{
	if (run->evidence == NULL || evidence_save(run->evidence) == 0)
		return EXIT_CODE_FINISHED;
	log_error("%s: crls.ndjson: %s", run->directory, strerror(errno));
	return EXIT_CODE_OUTPUT;
}

static void
clear(struct new_run *run)
{
	evidence_close(run->evidence);
	judging_close_signatures(&run->judging, run->verified);
	judging_clear(&run->judging);
	history_file_close(run->history);
	free(run->list);
	claim_release(run->claim);
	arena_free(run->arena);
	free(run->directory);
}

int
new_run_scan(struct new_run *run, struct target_list *targets,
    struct resume_targets *rest)
{
	const struct command_options *options = run->options;
	const struct fetch_options fetch = {
		.allow_private = options->aia_allow_private,
		.proxy = &options->fetch_proxy,
		.resolvers = options->scan.resolvers,
		.resolver_count = options->scan.resolver_count,
		.overrides = options->scan.overrides,
		.override_count = options->scan.override_count,
	};
	struct run_settings settings;
	const char *error;
	int code = EXIT_CODE_USAGE;

	run->learns = true;
	log_set_level(options->level);
	if (crew_check_descriptors(&error) < 0)
		log_error("%s", error);
	else
		code = begin(run);
	if (code == EXIT_CODE_FINISHED && !open_evidence(run, &fetch, NULL, 0))
		code = EXIT_CODE_OUTPUT;
	if (code == EXIT_CODE_FINISHED) {
		settings = settings_of(run);
		settings.targets = targets;
		settings.resumed = rest;
		settings.fetch = options->aia == AIA_FETCH ? &fetch : NULL;
		settings.fetch_timeout_ms = options->fetch_timeout_ms;
		run_scan(&settings, &run->outcome);
		code = complain_of_end(run);
	}
	/* The set of targets is freed before the reports need memory. */
	target_list_free(targets);
	if (code == EXIT_CODE_FINISHED)
		code = save_evidence(run);
	if (code == EXIT_CODE_FINISHED)
		code = finish(run);
	clear(run);
	return code;
}

/* A record stands for a target. */
static struct host_names *
hosts_of(struct archive *const archives[], size_t count)
{
	struct host_names *names = host_names_new();
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < archive_count(archives[i]); k++) {
			struct result result;

			arena_reset(arena);
			if (archive_read_parts(
				archives[i], k, arena, 0, &result) &&
			    result.seen.host != NULL)
				host_names_add(names, result.seen.host);
		}
	arena_free(arena);
	return names;
}

int
new_run_replay(
    struct new_run *run, struct archive *const archives[], size_t count)
{
	struct run_settings settings;
	int code = begin(run);

	if (code == EXIT_CODE_FINISHED &&
	    !open_evidence(run, NULL, archives, count))
		code = EXIT_CODE_OUTPUT;
	if (code == EXIT_CODE_FINISHED && run->judging.expected != NULL)
		run->repeated = hosts_of(archives, count);
	if (code == EXIT_CODE_FINISHED) {
		settings = settings_of(run);
		run_replay(&settings, archives, count, &run->outcome);
		code = complain_of_end(run);
	}
	/* The reports read the new run, whose index is as large. */
	for (size_t i = 0; i < count; i++)
		archive_empty(archives[i]);
	if (code == EXIT_CODE_FINISHED)
		code = save_evidence(run);
	if (code == EXIT_CODE_FINISHED)
		code = finish(run);
	host_names_free(run->repeated);
	run->repeated = NULL;
	clear(run);
	return code;
}
