/*
 * Starts a program, reads what it prints, and ends it when that takes too long
 * or is too much.  The caller reads the output.
 */
#include "system/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { READ_SIZE = 64 * 1024, WAIT_MS = 5 };

/* In a group of its own, so that a script's children end with it. */
static int
spawn(const struct program *program, int output, pid_t *child)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int failure;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	/* Ignored here, which a program would inherit. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGXFSZ);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setpgroup(&attributes, 0);
	failure = posix_spawn(child, program->argv[0], &files, &attributes,
	    (char *const *)program->argv, (char *const *)program->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return failure;
}

static int
milliseconds_until(uint64_t deadline)
{
	uint64_t now = clock_monotonic_ns();

	return now >= deadline ? 0 : (int)((deadline - now) / 1000000 + 1);
}

enum reading { READ_END, READ_FAILED, READ_LATE, READ_TOO_MUCH };

static enum reading
read_output(int fd, size_t most, uint64_t deadline, struct text *output)
{
	size_t start = output->size;

	for (;;) {
		struct pollfd ready = { fd, POLLIN, 0 };
		int left = milliseconds_until(deadline);
		ssize_t got;

		if (left == 0)
			return READ_LATE;
		if (poll(&ready, 1, left) <= 0)
			continue;
		text_reserve(output, READ_SIZE);
		got = read(fd, output->data + output->size, READ_SIZE);
		if (got <= 0)
			return got == 0 ? READ_END : READ_FAILED;
		output->size += (size_t)got;
		output->data[output->size] = '\0';
		if (output->size - start > most)
			return READ_TOO_MUCH;
	}
}

static const char *
explain(struct arena *arena, const struct program *program,
    enum reading reading, int status)
{
	if (reading == READ_LATE)
		return arena_printf(arena, "took longer than %u seconds",
		    program->timeout_ms / 1000);
	if (reading == READ_TOO_MUCH)
		return arena_printf(arena, "printed more than %zu octets",
		    program->most_octets);
	if (reading == READ_FAILED)
		return "could not be read from";
	if (WIFSIGNALED(status))
		return arena_printf(
		    arena, "was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return arena_printf(
		    arena, "ended with exit code %d", WEXITSTATUS(status));
	return NULL;
}

int
program_run(struct arena *arena, const struct program *program,
    struct text *output, const char **reason)
{
	uint64_t deadline =
	    clock_monotonic_ns() + program->timeout_ms * UINT64_C(1000000);
	int ends[2], failure, status = 0;
	enum reading reading;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		*reason = strerror(errno);
		return -1;
	}
	failure = spawn(program, ends[1], &child);
	close(ends[1]);
	if (failure != 0) {
		close(ends[0]);
		*reason = arena_printf(
		    arena, "could not be started: %s", strerror(failure));
		return -1;
	}
	reading = read_output(ends[0], program->most_octets, deadline, output);
	/* A program may close its output and still run. */
	while (reading == READ_END && waitpid(child, &status, WNOHANG) == 0) {
		if (milliseconds_until(deadline) == 0)
			reading = READ_LATE;
		else
			poll(NULL, 0, WAIT_MS);
	}
	if (reading != READ_END) {
		kill(-child, SIGKILL);
		waitpid(child, &status, 0);
	}
	close(ends[0]);
	*reason = explain(arena, program, reading, status);
	return *reason == NULL ? 0 : -1;
}

const char *
program_find(struct arena *arena, const char *search_path, const char *name)
{
	while (search_path != NULL) {
		const char *end = strchrnul(search_path, ':');
		const char *path = arena_printf(arena, "%.*s/%s",
		    (int)(end - search_path), search_path, name);

		if (end > search_path && access(path, X_OK) == 0 &&
		    !file_is_directory(path))
			return path;
		search_path = *end == '\0' ? NULL : end + 1;
	}
	return NULL;
}
