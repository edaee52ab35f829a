/*
 * Sentences about ourselves, to stderr.  The level is the one thing in this
 * program that is global and changes: it is set once, before any thread.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

enum { EXIT_MACHINE_FAILED = 4 };

static enum log_level level = LOG_NORMAL;

/*
 * One sentence stays one line, whatever other threads have to say and whatever
 * a host's name or a file's holds.
 */
__attribute__((format(printf, 1, 0))) static void
say(const char *format, va_list arguments)
{
	struct text out = { NULL, 0, 0 };
	char *sentence;

	if (vasprintf(&sentence, format, arguments) < 0)
		log_fatal("out of memory");
	text_append(&out, "fleetscan: ");
	text_append_cell(&out, sentence, SIZE_MAX);
	text_append_char(&out, '\n');
	fwrite(out.data, 1, out.size, stderr);
	text_free(&out);
	free(sentence);
}

void
log_set_level(enum log_level wanted)
{
	level = wanted;
}

enum log_level
log_level_now(void)
{
	return level;
}

void
log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void
log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void
log_info(const char *format, ...)
{
	va_list arguments;

	if (level < LOG_NORMAL)
		return;
	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void
log_debug(const char *format, ...)
{
	va_list arguments;

	if (level < LOG_VERBOSE)
		return;
	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void
log_bug_at(const char *file, int line, const char *reason)
{
	log_error("bug at %s:%d: %s", file, line, reason);
	abort();
}

void
log_fatal(const char *format, ...)
{
	va_list arguments;

	/* As it is: there may be no memory left to make it another. */
	va_start(arguments, format);
	flockfile(stderr);
	fputs("fleetscan: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
	va_end(arguments);
	exit(EXIT_MACHINE_FAILED);
}
