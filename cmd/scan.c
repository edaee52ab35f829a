/* fleetscan scan: from the command line to a scan. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/scan_run.h"

static void
complain(void *context, const char *where, const char *sentence)
{
	(void)context;
	log_warning("%s: %s", where, sentence);
}

static struct target_list *
list_targets(const struct scan_settings *settings, char **arguments,
    size_t count)
{
	struct target_list_options options = {
		.defaults = {
			.port = (uint16_t)settings->target.port,
			.sni = settings->target.sni,
		},
		.strict = settings->target.strict,
		.complain = complain,
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

static bool
is_possible(const struct scan_settings *settings, size_t arguments)
{
	const char *refused = NULL;

	if (settings->target.resume)
		refused = "--resume";
	if (refused != NULL)
		log_error("scan: %s: not in this version", refused);
	else if (arguments == 0 && settings->target.lists.count == 0)
		log_error("scan: nothing to scan: name hosts, or a list with "
			  "-l FILE (- is standard input)");
	else
		return true;
	return false;
}

int
command_scan(int argc, char **argv)
{
	struct scan_settings settings;
	struct scan_job job = { .command = "scan", .settings = &settings,
		.argc = argc, .argv = argv };
	int first, code = EXIT_CODE_USAGE;

	scan_settings_init(&settings);
	first = scan_options_parse(&settings, argc, argv);
	if (first < 0) {
		code = options_exit_code(first);
	} else if (is_possible(&settings, (size_t)(argc - first))) {
		job.targets = list_targets(
		    &settings, argv + first, (size_t)(argc - first));
		job.is_fleet = settings.target.lists.count > 0;
		if (job.targets != NULL)
			code = scan_run(&job);
	}
	scan_settings_clear(&settings);
	return code;
}
