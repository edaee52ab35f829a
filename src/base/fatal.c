/*
 * Ends the program with a message on stderr.  Allocates nothing: there may be
 * no memory left.  That is why the message is printed as it is, where log.c
 * escapes control characters.
 */
#include "base/fatal.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { EXIT_MACHINE_FAILED = 4 };

void
fatal(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	flockfile(stderr);
	fputs("fleetscan: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
	va_end(arguments);
	exit(EXIT_MACHINE_FAILED);
}

void
fatal_at_once(const char *sentence)
{
	struct iovec parts[] = {
		{ (void *)(uintptr_t) "fleetscan: ", 11 },
		{ (void *)(uintptr_t)sentence, strlen(sentence) },
		{ (void *)(uintptr_t) "\n", 1 },
	};

	/* Nobody to tell is no reason to stay. */
	if (writev(STDERR_FILENO, parts, 3) < 0)
		_exit(EXIT_MACHINE_FAILED);
	_exit(EXIT_MACHINE_FAILED);
}

void
fatal_bug_at(const char *file, int line, const char *reason)
{
	fprintf(stderr, "fleetscan: bug at %s:%d: %s\n", file, line, reason);
	abort();
}
