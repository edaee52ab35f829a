/* Finds the command that is named and runs it. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/nearest.h"
#include "cmd/commands.h"
#include "scan/signal_watch.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{ "scan", command_scan, "probe every target, audit, write a report" },
	{ "audit", command_audit,
	    "judge again, with no network: other stores, another date" },
	{ "sites", command_sites,
	    "compare the hosts of each site, list those that differ" },
	{ "diff", command_diff, "two runs: new, worse, better, changed, gone" },
	{ "history", command_history,
	    "totals a night, and since when hosts are broken" },
	{ "fix", command_fix, "the repair kit of a run, each item proven" },
	{ "merge", command_merge, "join the runs of shards into one" },
	{ "stores", command_stores, "the trust stores found on this machine" },
	{ "intermediates", command_intermediates,
	    "the public intermediates that runs know; \"update\" fetches "
	    "them" },
	{ "demo", command_demo,
	    "scan a fleet of good and broken servers on loopback" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
print_help(FILE *stream)
{
	fputs("fleetscan finds what is wrong with the TLS certificates of a "
	      "fleet of hosts.\n\nUsage: fleetscan COMMAND [options] "
	      "[arguments]\n\n",
	    stream);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(
		    stream, "  %-13s %s\n", commands[i].name, commands[i].help);
	fputs("\n\"fleetscan help COMMAND\" lists a command's options.\n\n"
	      "Examples\n"
	      "  fleetscan demo\n"
	      "  fleetscan scan www.example.com\n"
	      "  fleetscan scan -l hosts.txt --fail-on error\n",
	    stream);
}

/* Ends with what to do next. */
static void
complain_of_unknown(const char *name)
{
	const char *names[COMMANDS], *near;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	near = nearest_word(name, names, COMMANDS);
	if (near != NULL)
		log_error(
		    "unknown command '%s'; did you mean \"fleetscan %s\"?",
		    name, near);
	else if (strpbrk(name, ".:") != NULL)
		log_error("unknown command '%s'; to scan it: \"fleetscan scan "
			  "%s\"",
		    name, name);
	else
		log_error("unknown command '%s'; \"fleetscan help\" lists them",
		    name);
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	complain_of_unknown(name);
	return NULL;
}

static int
help(int argc, char **argv)
{
	char option[] = "--help";
	const struct command *command;

	if (argc < 2) {
		print_help(stdout);
		return EXIT_CODE_FINISHED;
	}
	command = find_command(argv[1]);
	if (command == NULL)
		return EXIT_CODE_USAGE;
	return command->run(2, (char *[]){ argv[1], option, NULL });
}

static bool
is_one_of(const char *word, const char *first, const char *second)
{
	return strcmp(word, first) == 0 || strcmp(word, second) == 0;
}

static int
run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_CODE_USAGE;
	}
	if (is_one_of(argv[1], "--version", "version")) {
		puts("fleetscan " FLEETSCAN_VERSION);
		return EXIT_CODE_FINISHED;
	}
	if (is_one_of(argv[1], "--help", "-h")) {
		print_help(stdout);
		return EXIT_CODE_FINISHED;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	command = find_command(argv[1]);
	if (command == NULL)
		return EXIT_CODE_USAGE;
	return command->run(argc - 1, argv + 1);
}

/* A failed write to stdout is noticed here at the latest. */
int
main(int argc, char **argv)
{
	int code;

	/* A file-size limit is a full disk: exit 4, not a signal. */
	signal(SIGXFSZ, SIG_IGN);
	signals_end_with_exit();
	code = run(argc, argv);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("standard output: %s", strerror(errno));
	return EXIT_CODE_OUTPUT;
}
