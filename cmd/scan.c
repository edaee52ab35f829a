/* fleetscan scan: from the command line to a scan. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/served.h"
#include "base/standard_input.h"
#include "cmd/commands.h"
#include "cmd/new_run.h"
#include "cmd/resume.h"
#include "cmd/scan_options.h"

static void
complain(void *context, const char *where, const char *sentence)
{
	(void)context;
	log_warning("%s: %s", where, sentence);
}

static void
announce(void *context, const char *where, const char *sentence)
{
	(void)context;
	log_info("%s: read as %s", where, sentence);
}

/* Complains of bad lines unless it is to be quiet, the first of two times. */
static struct target_list *
list_targets(const struct command_options *options, char *const arguments[],
    size_t count, bool quiet)
{
	struct target_list_options how = {
		.defaults = {
			.port = (uint16_t)options->port,
			.sni = options->sni,
			.starttls = options->starttls,
		},
		.form = options->form,
		.strict = options->strict,
		.allow_large = options->allow_large,
		.complain = quiet ? NULL : complain,
		.announce = quiet ? NULL : announce,
	};
	struct target_list *targets = target_list_new(&how);

	for (size_t i = 0; i < options->lists.count; i++) {
		const char *path = options->lists.items[i];

		if (target_list_add_file(targets, path) < 0) {
			log_error("scan: -l: %s: %s", path, strerror(errno));
			target_list_free(targets);
			return NULL;
		}
	}
	for (size_t i = 0; i < count; i++)
		target_list_add_argument(targets, arguments[i]);
	return targets;
}

/*
 * Hosts that several targets are of are compared, for which they have to be
 * known before the first of them is done.  NULL once it has complained.
 */
static struct host_names *
list_hosts(
    const struct command_options *options, char *const hosts[], size_t count)
{
	struct target_list *targets;
	struct host_names *names;
	struct target *target;
	struct stat file;

	/* What cannot be read twice is scanned without. */
	for (size_t i = 0; i < options->lists.count; i++)
		if (strcmp(options->lists.items[i], "-") != 0 &&
		    (stat(options->lists.items[i], &file) != 0 ||
			!S_ISREG(file.st_mode)))
			return host_names_new();
	if (standard_input_keep(&options->lists) < 0) {
		log_error("scan: -l -: %s", strerror(errno));
		return NULL;
	}
	targets = list_targets(options, hosts, count, true);
	if (targets == NULL)
		return NULL;
	names = host_names_new();
	while (target_list_next(targets, &target) == 1) {
		host_names_add(names, target->host);
		target_free(target);
	}
	target_list_free(targets);
	if (standard_input_rewind(&options->lists) == 0)
		return names;
	log_error("scan: -l -: %s", strerror(errno));
	host_names_free(names);
	return NULL;
}

static bool
is_something_expected(const struct command_options *options)
{
	const char *expect = options->judging.expect;

	return expect != NULL && strcmp(expect, "none") != 0;
}

static int
run(const struct command_options *options, char *const hosts[], size_t count,
    const struct manifest *resumed, struct resume_targets *rest)
{
	struct target_list *targets;
	int code;
	struct new_run run = {
		.command = "scan",
		.options = options,
		.is_fleet = options->lists.count > 0,
		.arguments = hosts,
		.argument_count = count,
		.resumed = resumed,
	};

	if (is_something_expected(options)) {
		run.repeated = list_hosts(options, hosts, count);
		if (run.repeated == NULL)
			return EXIT_CODE_USAGE;
	}
	targets = list_targets(options, hosts, count, false);
	if (targets == NULL) {
		host_names_free(run.repeated);
		return EXIT_CODE_USAGE;
	}
	/* Before anything is written: a list may be refused. */
	log_set_level(options->level);
	if (target_list_begin(targets) < 0) {
		log_error("scan: %s", target_list_error(targets));
		target_list_free(targets);
		host_names_free(run.repeated);
		return EXIT_CODE_USAGE;
	}
	code = new_run_scan(&run, targets, rest);
	host_names_free(run.repeated);
	return code;
}

static struct resume_targets *
list_rest(
    const struct command_options *options, char *const hosts[], size_t count)
{
	struct target_list *targets = list_targets(options, hosts, count, true);
	struct resume_targets *rest = NULL;
	const char *error;

	if (targets == NULL)
		return NULL;
	rest = resume_targets_new(targets, &options->shard);
	error = target_list_error(targets);
	if (rest == NULL)
		log_error("scan: --resume: %s",
		    error != NULL ? error : "too many targets");
	target_list_free(targets);
	if (rest != NULL)
		resume_targets_sort(rest);
	return rest;
}

/* Lists are read twice: to see what is left of them, and to scan that. */
static int
run_rest(const struct resume *resume, const struct command_options *options,
    char *const hosts[], size_t count)
{
	const struct string_list *lists = &options->lists;
	struct resume_targets *rest = NULL;
	int code = EXIT_CODE_USAGE;

	if (standard_input_keep(lists) < 0) {
		log_error("scan: -l -: %s", strerror(errno));
		return EXIT_CODE_OUTPUT;
	}
	rest = list_rest(options, hosts, count);
	if (rest != NULL && standard_input_rewind(lists) < 0)
		log_error("scan: -l -: %s", strerror(errno));
	else if (rest != NULL)
		code = run(options, hosts, count, &resume->manifest, rest);
	resume_targets_free(rest);
	return code;
}

/* By the run's own options, with what else was typed. */
static int
run_resumed(const struct resume *resume)
{
	struct command_options options;
	int first, code = EXIT_CODE_USAGE;

	command_options_init(&options);
	first = scan_options_parse(&options, resume->argc, resume->argv);
	resume_lend(resume, &options);
	if (first >= 0)
		code = run_rest(resume, &options, resume->argv + first,
		    (size_t)(resume->argc - first));
	command_options_clear(&options);
	return code;
}

static int
go_on(const struct command_options *given, char *const hosts[], size_t count)
{
	struct resume resume;
	int code = EXIT_CODE_USAGE;

	log_set_level(given->level);
	switch (resume_open(&resume, given, hosts, count)) {
	case RESUME_READY:
		code = run_resumed(&resume);
		break;
	case RESUME_NOTHING:
		code = EXIT_CODE_FINISHED;
		break;
	case RESUME_ANEW:
		code = run(given, hosts, count, NULL, NULL);
		break;
	case RESUME_REFUSED:
		break;
	}
	resume_close(&resume);
	return code;
}

int
command_scan(int argc, char **argv)
{
	struct command_options options;
	int first, code = EXIT_CODE_USAGE;
	size_t count;

	command_options_init(&options);
	first = scan_options_parse(&options, argc, argv);
	count = (size_t)(argc - first);
	if (first < 0)
		code = options_exit_code(first);
	else if (options.resume)
		code = go_on(&options, argv + first, count);
	else
		code = run(&options, argv + first, count, NULL, NULL);
	command_options_clear(&options);
	return code;
}
