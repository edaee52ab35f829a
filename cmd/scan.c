/* fleetscan scan: from the command line to a scan. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/resume.h"
#include "cmd/scan_run.h"

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
list_targets(const struct scan_settings *settings, char *const arguments[],
    size_t count, bool quiet)
{
	struct target_list_options options = {
		.defaults = {
			.port = (uint16_t)settings->target.port,
			.sni = settings->target.sni,
		},
		.form = settings->target.form,
		.strict = settings->target.strict,
		.allow_large = settings->target.allow_large,
		.complain = quiet ? NULL : complain,
		.announce = quiet ? NULL : announce,
	};
	struct target_list *targets = target_list_new(&options);

	for (size_t i = 0; i < settings->target.lists.count; i++) {
		const char *path = settings->target.lists.items[i];

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

static int
run(const struct scan_settings *settings, char *const hosts[], size_t count,
    const struct manifest *resumed, struct roll *roll)
{
	struct scan_job job = {
		.command = "scan",
		.settings = settings,
		.targets = list_targets(settings, hosts, count, false),
		.is_fleet = settings->target.lists.count > 0,
		.arguments = hosts,
		.argument_count = count,
		.resumed = resumed,
		.roll = roll,
	};

	if (job.targets == NULL)
		return EXIT_CODE_USAGE;
	/* Before anything is written: a list may be refused. */
	log_set_level(settings->output.level);
	if (target_list_begin(job.targets) < 0) {
		log_error("scan: %s", target_list_error(job.targets));
		target_list_free(job.targets);
		return EXIT_CODE_USAGE;
	}
	return scan_run(&job);
}

static struct roll *
call_roll(
    const struct scan_settings *settings, char *const hosts[], size_t count)
{
	struct target_list *targets =
	    list_targets(settings, hosts, count, true);
	struct roll *roll = NULL;
	const char *error;

	if (targets == NULL)
		return NULL;
	roll = roll_new(targets, &settings->target.shard);
	error = target_list_error(targets);
	if (roll == NULL)
		log_error("scan: --resume: %s",
		    error != NULL ? error : "too many targets");
	target_list_free(targets);
	if (roll != NULL)
		roll_sort(roll);
	return roll;
}

/* Lists are read twice: to see what is left of them, and to scan that. */
static int
run_rest(const struct resume *resume, const struct scan_settings *settings,
    char *const hosts[], size_t count)
{
	const struct option_list *lists = &settings->target.lists;
	struct roll *roll = NULL;
	int code = EXIT_CODE_USAGE;

	if (resume_keep_stdin(lists) < 0) {
		log_error("scan: -l -: %s", strerror(errno));
		return EXIT_CODE_OUTPUT;
	}
	roll = call_roll(settings, hosts, count);
	if (roll != NULL && resume_rewind_stdin(lists) < 0)
		log_error("scan: -l -: %s", strerror(errno));
	else if (roll != NULL)
		code = run(settings, hosts, count, &resume->manifest, roll);
	roll_free(roll);
	return code;
}

/* By the run's own options, with what else was typed. */
static int
run_resumed(const struct resume *resume)
{
	struct scan_settings settings;
	int first, code = EXIT_CODE_USAGE;

	scan_settings_init(&settings);
	first = scan_options_parse(&settings, resume->argc, resume->argv);
	resume_lend(resume, &settings);
	if (first >= 0)
		code = run_rest(resume, &settings, resume->argv + first,
		    (size_t)(resume->argc - first));
	scan_settings_clear(&settings);
	return code;
}

static int
go_on(const struct scan_settings *given, char *const hosts[], size_t count)
{
	struct resume resume;
	int code = EXIT_CODE_USAGE;

	log_set_level(given->output.level);
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
	struct scan_settings settings;
	int first, code = EXIT_CODE_USAGE;
	size_t count;

	scan_settings_init(&settings);
	first = scan_options_parse(&settings, argc, argv);
	count = (size_t)(argc - first);
	if (first < 0)
		code = options_exit_code(first);
	else if (settings.target.resume)
		code = go_on(&settings, argv + first, count);
	else
		code = run(&settings, argv + first, count, NULL, NULL);
	scan_settings_clear(&settings);
	return code;
}
