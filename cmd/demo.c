/*
 * fleetscan demo: serves an example fleet on loopback and scans it, so that
 * everything can be seen without a network.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "cmd/new_run.h"
#include "tests/lab/lab.h"

/*
 * The fleet answers in milliseconds: a short timeout for its dead hosts is
 * enough.
 */
enum { DEMO_TIMEOUT_MS = 5000 };

struct demo {
	struct lab *lab;
	char folder[32]; /* for the list and the store; removed at the end */
	char *list, *trust;
	struct command_options options;
};

static bool
start(struct demo *demo)
{
	struct lab_options options = { .parts = LAB_FLEET };
	struct rlimit limit;

	/*
	 * One descriptor a server and one a connection: the usual 1,024 is too
	 * few.
	 */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	memcpy(demo->folder, "/tmp/fleetscan-demo-XXXXXX", 27);
	if (mkdtemp(demo->folder) == NULL) {
		log_error("demo: %s: %s", demo->folder, strerror(errno));
		return false;
	}
	demo->list = file_join(demo->folder, "hosts.txt");
	demo->trust = file_join(demo->folder, "fleet.pem");
	demo->lab = lab_start(&options);
	if (demo->lab == NULL) {
		log_error("demo: the example fleet could not be started on "
			  "127.0.0.1");
		return false;
	}
	if (lab_write_hosts(demo->lab, demo->list) < 0 ||
	    lab_write_trust(demo->lab, "fleet", demo->trust) < 0) {
		log_error("demo: %s: %s", demo->folder, strerror(errno));
		return false;
	}
	return true;
}

/* The fleet is trusted and found as its own machines would be. */
static int
scan_fleet(struct demo *demo)
{
	struct target_list_options how = { .defaults = { .port = 443 } };
	struct target_list *targets;
	struct new_run run = {
		.command = "demo",
		.options = &demo->options,
		.is_fleet = true,
	};
	struct scan_options *scan = &demo->options.scan;
	char *resolver;

	if (asprintf(&resolver, "127.0.0.1:%u", lab_dns_port(demo->lab)) < 0)
		fatal("out of memory");
	scan->resolvers = memory_array(1, sizeof(*scan->resolvers));
	scan->resolvers[scan->resolver_count++] = resolver;
	scan->timeout_ms = DEMO_TIMEOUT_MS;
	string_list_add(&demo->options.judging.stores.files, demo->trust);
	demo->options.judging.no_intermediates = true;
	demo->options.aia_allow_private = true;
	targets = target_list_new(&how);
	if (target_list_add_file(targets, demo->list) == 0)
		return new_run_scan(&run, targets, NULL);
	log_error("demo: %s: %s", demo->list, strerror(errno));
	target_list_free(targets);
	return EXIT_CODE_USAGE;
}

static int
run(struct demo *demo)
{
	int code = start(demo) ? scan_fleet(demo) : EXIT_CODE_USAGE;

	lab_stop(demo->lab);
	if (demo->list != NULL)
		unlink(demo->list);
	if (demo->trust != NULL)
		unlink(demo->trust);
	rmdir(demo->folder);
	free(demo->list);
	free(demo->trust);
	return code;
}

int
command_demo(int argc, char **argv)
{
	struct demo demo = { .lab = NULL };
	struct option_group groups[3];
	struct usage usage = {
		.command = "demo",
		.synopsis = "demo [options]",
		.about = "Starts a fleet of good and broken TLS servers on "
			 "loopback, scans it and shows the report.",
		.example = "  fleetscan demo\n",
		.groups = groups,
		.group_count = 3,
		.file = &demo.options.file,
		.given = &demo.options.given,
	};
	int first, code;

	command_options_init(&demo.options);
	groups[0] = judge_group(&demo.options);
	groups[1] = client_group(&demo.options);
	groups[2] = output_group(&demo.options);
	first = options_parse(&usage, argc, argv);
	if (first >= 0 && first < argc) {
		options_complain(
		    "demo", argv[first], "demo takes no arguments");
		first = OPTIONS_WRONG;
	}
	if (first >= 0 && !judge_options_check(&demo.options, "demo"))
		first = OPTIONS_WRONG;
	code = first < 0 ? options_exit_code(first) : run(&demo);
	command_options_clear(&demo.options);
	return code;
}
