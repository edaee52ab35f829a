/*
 * fleetscan audit: judge again, with no network.  A chain from files, as if a
 * host had sent it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/common_options.h"
#include "cmd/judging.h"
#include "cmd/outcome.h"
#include "fleet/inspect.h"

enum { DEFAULT_PORT = 443, GROUPS = 5 };

struct audit_options {
	const char *host;	/* NULL: the argument is a run */
	unsigned port;
	struct trust_settings trust;
	struct found_settings found;
	struct judge_settings judge;
	struct output_settings output;
};

static const struct option_row rows[] = {
	{ 0, "host", "NAME", "judge the chain in the files for this host",
	    OPTION_STRING, offsetof(struct audit_options, host), 0, 0, 0, NULL,
	    NULL },
	{ 'p', "port", "N", "the port to name in the record (443)",
	    OPTION_UNSIGNED, offsetof(struct audit_options, port), 0, 1, 65535,
	    NULL, NULL },
};

static int
parse(struct audit_options *options, int argc, char **argv)
{
	struct option_group groups[GROUPS] = {
		{ "Audit", rows, sizeof(rows) / sizeof(rows[0]), options },
		trust_group(&options->trust),
		found_group(&options->found, false),
		judge_group(&options->judge),
		output_group(&options->output),
	};
	struct usage usage = {
		.command = "audit",
		.synopsis = "audit --host NAME [options] CHAIN.pem...",
		.about = "Judges a certificate chain with no network: against "
			 "another trust store, at another date.",
		.example = "  fleetscan audit --host www.example.com --at +60d "
			   "fullchain.pem\n",
		.groups = groups,
		.group_count = GROUPS,
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
		.targets = 1,
		.records = 1,
		.trust = trust_store_name(judging->stores[0]),
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
	if (outcome_show_record(&options->output,
		bytes_of(line.data, line.size), &run) < 0)
		code = EXIT_CODE_OUTPUT;
	else if (fail_on_matches(&options->output.fail_on, class_id, severity))
		code = EXIT_CODE_FINDINGS;
	text_free(&line);
	return code;
}

static int
run(struct audit_options *options, int first, int argc, char **argv)
{
	struct judging judging = { .store_count = 0 };
	int code = EXIT_CODE_USAGE;

	if (options->host == NULL || first >= argc)
		log_error("audit: name a host with --host and at least one "
			  "file with its chain");
	else if (judging_prepare(&judging, "audit", &options->trust,
		     &options->found, &options->judge))
		code = audit_chain(options, &judging, argv + first,
		    (size_t)(argc - first));
	judging_clear(&judging);
	return code;
}

int
command_audit(int argc, char **argv)
{
	struct audit_options options = { .port = DEFAULT_PORT };
	int first, code;

	trust_settings_init(&options.trust);
	found_settings_init(&options.found, AIA_CACHE);
	judge_settings_init(&options.judge);
	output_settings_init(&options.output);
	first = parse(&options, argc, argv);
	code = first < 0 ? options_exit_code(first)
			 : run(&options, first, argc, argv);
	trust_settings_clear(&options.trust);
	found_settings_clear(&options.found);
	return code;
}
