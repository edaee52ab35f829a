/*
 * measure FILE COMMAND...: runs COMMAND and appends one line to FILE: seconds
 * on the clock, CPU seconds, peak memory in KiB, exit status; of the command
 * and all it waited for.  Small on purpose: a child's peak starts as high as
 * that of the process that started it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
clock_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
cpu_seconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) /
		   1e6;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	double start = clock_seconds();
	int status;
	FILE *out;
	pid_t child;

	if (argc < 3)
		return 2;
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 2;
	out = fopen(argv[1], "a");
	if (out == NULL)
		return 2;
	fprintf(out, "%.6f %.6f %ld %d\n", clock_seconds() - start,
	    cpu_seconds(&usage), usage.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return fclose(out) == 0 ? 0 : 2;
}
