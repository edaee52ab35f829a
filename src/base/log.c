/*
 * Messages to stderr.  The level is the only global variable that changes
 * (but for each thread's own in json.c): it is set once, before any thread
 * starts.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/columns.h"
#include "base/fatal.h"

static enum log_level level = LOG_NORMAL;

void
log_set_level(enum log_level wanted)
{
	level = wanted;
}

/*
 * One message stays one line: it is written with a single call, as other
 * threads log too, and control characters in names of hosts or files are
 * escaped.
 */
void
log_at(enum log_level least, const char *format, ...)
{
	struct text out = { NULL, 0, 0 };
	va_list arguments;
	char *sentence;
	int size;

	if (level < least)
		return;
	va_start(arguments, format);
	size = vasprintf(&sentence, format, arguments);
	va_end(arguments);
	if (size < 0)
		fatal("out of memory");
	text_append(&out, "fleetscan: ");
	text_append_cell(&out, sentence, SIZE_MAX);
	text_append_char(&out, '\n');
	fwrite(out.data, 1, out.size, stderr);
	text_free(&out);
	free(sentence);
}
