/*
 * fleetscan audit: judge again, with no network.  A saved run, or a chain from
 * files as if a host had sent it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/comparison.h"
#include "cmd/new_run.h"
#include "cmd/outcome.h"
#include "cmd/past_run.h"
#include "cmd/request.h"
#include "run/evidence.h"
#include "run/inspect.h"

enum { DEFAULT_PORT = 443, GROUPS = 6 };

struct audit_options {
	const char *host; /* NULL: the argument is a run */
	unsigned port;
	const char *against; /* a store to compare with; NULL: none */
	struct command_options common;
};

static const struct option_row rows[] = {
	{ .name = "host",
	    .argument = "NAME",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct audit_options, host),
	    .help = "judge the chain in the files for this host" },
	{ .letter = 'p',
	    .name = "port",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = offsetof(struct audit_options, port),
	    .least = 1,
	    .most = 65535,
	    .help = "the port to name in the record (443)" },
	{ .name = "against",
	    .argument = "FILE|NAME",
	    .kind = OPTION_STRING,
	    .offset = offsetof(struct audit_options, against),
	    .help = "compare with this store (system, or one of the run's): "
		    "which hosts fail with it, which no longer do" },
	{ .name = "threads",
	    .argument = "N",
	    .kind = OPTION_UNSIGNED,
	    .offset = offsetof(struct audit_options, common.scan.threads),
	    .least = 1,
	    .most = 1024,
	    .help = "how many judge a run (default: one a core)" },
};

static int
parse(struct audit_options *options, int argc, char **argv)
{
	struct option_group groups[GROUPS] = {
		{ "Audit", rows, sizeof(rows) / sizeof(rows[0]), options },
		trust_group(&options->common),
		found_group(&options->common, false),
		judge_group(&options->common),
		client_group(&options->common),
		output_group(&options->common),
	};
	struct usage usage = {
		.command = "audit",
		.synopsis = "audit [options] RUN | audit --host NAME [options] "
			    "CHAIN.pem...",
		.about = "Judges a saved run, or a chain from files, again "
			 "with no network: by another trust store, at another "
			 "date.  A run is judged by its own stores, clock, "
			 "clients and policy unless told otherwise.",
		.example = "  fleetscan audit reports/latest --at +60d\n"
			   "  fleetscan audit reports/latest --trust new.pem "
			   "--against system\n"
			   "  fleetscan audit --host www.example.com "
			   "fullchain.pem\n",
		.groups = groups,
		.group_count = GROUPS,
		.file = &options->common.file,
		.given = &options->common.given,
	};

	return options_parse(&usage, argc, argv);
}

static int
audit_chain(const struct audit_options *options, struct judging *judging,
    char **paths, size_t count)
{
	struct inspection inspection = {
		.settings = &judging->audit,
		.known = judging->known,
		.host = options->host,
		.port = (uint16_t)options->port,
		.paths = (const char *const *)paths,
		.path_count = count,
	};
	struct report_run run = {
		.version = FLEETSCAN_VERSION,
		.started = judging->audit.now,
		.finished = judging->audit.now,
		.now = judging->audit.now,
		.totals = { .targets = 1, .records = 1 },
		.trust = trust_store_name(judging->audit.stores[0]),
		.clients = request_clients(judging->arena, judging->profiles),
		.client_count = judging->profiles->count,
	};
	struct text line = { .size = 0 };
	enum class_id class_id;
	enum severity severity;
	char *error = NULL;
	int code = EXIT_CODE_FINISHED;

	if (inspect_chain(&inspection, &line, &class_id, &severity, &error) <
	    0) {
		log_error("audit: %s", error);
		free(error);
		return EXIT_CODE_USAGE;
	}
	if (outcome_show_record(
		&options->common, bytes_of(line.data, line.size), &run) < 0)
		code = EXIT_CODE_OUTPUT;
	else if (fail_on_matches(
		     &options->common.fail_on, class_id, severity, NULL, 0))
		code = EXIT_CODE_FINDINGS;
	text_free(&line);
	return code;
}

static int
run_chain(struct audit_options *options, char **paths, size_t count)
{
	struct judging judging = { .arena = NULL };
	struct evidence_settings looking = { .has_crls = true };
	struct run_evidence *evidence = NULL;
	int code = EXIT_CODE_USAGE;

	log_set_level(options->common.level);
	if (judging_load(&judging, &options->common.judging)) {
		judging_tell_local_roots(&judging);
		looking.cache = judging.cache;
		looking.now = judging.audit.now;
		if (options->common.crl != AIA_OFF) {
			evidence = evidence_open(&looking);
			evidence_fill(evidence, &judging.audit);
		}
		code = audit_chain(options, &judging, paths, count);
		evidence_close(evidence);
	} else {
		log_error("%s", judging.error);
	}
	judging_clear(&judging);
	return code;
}

static int
run_saved(struct audit_options *options, char **runs)
{
	struct past_run saved;
	struct new_run new = {
		.command = "audit",
		.options = &options->common,
		.arguments = runs,
		.argument_count = 1,
	};
	int code = EXIT_CODE_USAGE;

	if (past_run_open(&saved, "audit", runs[0])) {
		if (options->against != NULL) {
			code = comparison_run(
			    &saved, &options->common, options->against);
		} else {
			past_run_lend(&saved, &options->common.judging);
			new.ignored_before = saved.manifest.totals.ignored;
			code = new_run_replay(&new, &saved.archive, 1);
		}
	}
	past_run_close(&saved);
	return code;
}

/* --against answers one question of a run and writes nothing. */
static bool
check_against(const struct audit_options *options)
{
	const char *why = NULL;

	if (options->against != NULL && options->host != NULL)
		why = "compares the hosts of a saved run: leave --host";
	else if (options->against != NULL && options->common.directory != NULL)
		why = "prints the difference and writes no run: leave --out";
	if (why != NULL)
		options_complain("audit", "--against", why);
	return why == NULL;
}

/* Of a whole run that is judged again the records have tags. */
static bool
check_fail_on(const struct audit_options *options)
{
	bool is_run = options->against == NULL && options->host == NULL;

	if (!is_run && options->common.fail_on.tag_count > 0)
		options_complain("audit", "--fail-on",
		    "tag=NAME:LEVEL is for runs: leave --host and --against");
	return is_run || options->common.fail_on.tag_count == 0;
}

static int
run(struct audit_options *options, int first, int argc, char **argv)
{
	size_t count = (size_t)(argc - first);

	if (!check_against(options) || !check_fail_on(options) ||
	    !judge_options_check(&options->common, "audit"))
		return EXIT_CODE_USAGE;
	if (options->host != NULL && count > 0)
		return run_chain(options, argv + first, count);
	if (options->host == NULL && count == 1)
		return run_saved(options, argv + first);
	log_error("audit: name one run, or a host with --host and at least one "
		  "file with its chain");
	return EXIT_CODE_USAGE;
}

int
command_audit(int argc, char **argv)
{
	struct audit_options options = { .port = DEFAULT_PORT };
	int first, code;

	command_options_init(&options.common);
	options.common.aia = AIA_CACHE;
	first = parse(&options, argc, argv);
	code = first < 0 ? options_exit_code(first)
			 : run(&options, first, argc, argv);
	command_options_clear(&options.common);
	return code;
}
