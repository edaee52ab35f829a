/*
 * fleetlab: the lab as a program, for tests in other languages and for real
 * clients.  Writes what there is into a directory, says "ready" and serves
 * until stdin closes or it is told to end.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "tests/lab/lab.h"
#include "tests/lab/octets.h"

static const char usage[] =
    "usage: fleetlab [--scenarios] [--extras] [--fleet] [--threads N]"
    " [--dir DIR]\n";

static const struct option long_options[] = {
	{ "scenarios", no_argument, NULL, 's' },
	{ "extras", no_argument, NULL, 'e' },
	{ "fleet", no_argument, NULL, 'f' },
	{ "threads", required_argument, NULL, 't' },
	{ "dir", required_argument, NULL, 'd' },
	{ NULL, 0, NULL, 0 },
};

/* false: usage was wrong. */
static bool
read_options(
    int argc, char **argv, struct lab_options *options, const char **directory)
{
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		switch (option) {
		case 's':
			options->parts |= LAB_SCENARIOS;
			break;
		case 'e':
			options->parts |= LAB_EXTRAS;
			break;
		case 'f':
			options->parts |= LAB_FLEET;
			break;
		case 't':
			options->threads = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'd':
			*directory = optarg;
			break;
		default:
			return false;
		}
	return optind == argc;
}

static char *
path_in(const char *directory, const char *name, const char *ending)
{
	struct octets path = { 0 };

	octets_add_format(&path, "%s/%s%s", directory, name, ending);
	return octets_take_text(&path);
}

typedef int write_function(const struct lab *, const char *path);

static int
write_one(const struct lab *lab, const char *directory, const char *name,
    write_function *function)
{
	char *path = path_in(directory, name, "");
	int result = function(lab, path);

	free(path);
	return result;
}

static int
write_stores(const struct lab *lab, const char *directory)
{
	const char *name;
	int result = 0;

	for (size_t i = 0; (name = lab_store_name(lab, i)) != NULL; i++) {
		char *path = path_in(directory, name, ".pem");
		int written = lab_write_trust(lab, name, path);

		result = written < 0 ? written : result;
		free(path);
	}
	return result;
}

static int
write_port(const struct lab *lab, const char *path)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		return -errno;
	fprintf(file, "%u\n", lab_dns_port(lab));
	return fclose(file) == 0 ? 0 : -errno;
}

static int
write_all(const struct lab *lab, const char *directory)
{
	char *stores = path_in(directory, "trust", "");
	char *keys = path_in(directory, "keys", "");
	int result = 0;

	mkdir(stores, 0777);
	mkdir(keys, 0700);
	if (write_stores(lab, stores) < 0 || lab_write_keys(lab, keys) < 0 ||
	    write_one(lab, directory, "hosts.txt", lab_write_hosts) < 0 ||
	    write_one(lab, directory, "scenarios.tsv", lab_write_map) < 0 ||
	    write_one(lab, directory, "intermediates.pem",
		lab_write_intermediates) < 0 ||
	    write_one(lab, directory, "dns-port", write_port) < 0)
		result = -1;
	free(keys);
	free(stores);
	return result;
}

static void
drain_stdin(struct pollfd *watched)
{
	char buffer[512];

	if ((watched->revents & (POLLIN | POLLHUP | POLLERR)) == 0)
		return;
	if (read(STDIN_FILENO, buffer, sizeof(buffer)) <= 0)
		watched->fd = -1;
}

static void
wait_for_end(int signal_fd)
{
	struct pollfd watched[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};

	while (watched[0].fd >= 0 && (watched[1].revents & POLLIN) == 0)
		if (poll(watched, 2, -1) > 0)
			drain_stdin(&watched[0]);
}

/* Blocked before any thread starts, so that none of them is interrupted. */
static int
take_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* Each connection needs a descriptor. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	struct lab_options options = { 0 };
	const char *directory = NULL;
	int signal_fd = take_signals();
	struct lab *lab;
	size_t count;

	if (!read_options(argc, argv, &options, &directory)) {
		fputs(usage, stderr);
		return 2;
	}
	raise_descriptor_limit();
	lab = lab_start(&options);
	if (lab == NULL) {
		fputs("fleetlab: cannot start\n", stderr);
		return 1;
	}
	if (directory != NULL && write_all(lab, directory) < 0) {
		fprintf(stderr, "fleetlab: cannot write to %s\n", directory);
		lab_stop(lab);
		return 1;
	}
	lab_hosts(lab, &count);
	printf("ready hosts=%zu dns=%u\n", count, lab_dns_port(lab));
	fflush(stdout);
	wait_for_end(signal_fd);
	lab_stop(lab);
	close(signal_fd);
	return 0;
}
