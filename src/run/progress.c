/* Draws the progress line.  Counts nothing itself. */
#include "run/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { BAR_WIDTH = 20 };

void
progress_begin(struct progress *progress, bool color)
{
	*progress = (struct progress){
		.started_ns = clock_monotonic_ns(),
		.color = color,
	};
}

/* 3712 as "3,712". */
static const char *
grouped(uint64_t number, char text[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *out = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

void
progress_show(struct progress *progress, const struct progress_facts *facts)
{
	double seconds =
	    (double)(clock_monotonic_ns() - progress->started_ns) / 1e9;
	double rate = seconds > 0 ? (double)facts->done / seconds : 0;
	char a[32], b[32], bar[BAR_WIDTH + 1] = "";
	size_t full;

	progress->shown = true;
	fputs("\r\033[K", stderr);
	if (facts->total > 0) {
		full = (size_t)(facts->done * BAR_WIDTH / facts->total);
		if (full > BAR_WIDTH)
			full = BAR_WIDTH;
		memset(bar, ' ', BAR_WIDTH);
		memset(bar, '=', full);
		if (full < BAR_WIDTH)
			bar[full] = '>';
		fprintf(stderr, " [%s] %s/%s", bar, grouped(facts->done, a),
		    grouped(facts->total, b));
	} else {
		fprintf(stderr, " %s done", grouped(facts->done, a));
	}
	fprintf(stderr, "  %.0f/s", rate);
	if (facts->total > facts->done && rate >= 1)
		fprintf(stderr, "  ETA %.0f s",
		    (double)(facts->total - facts->done) / rate);
	fprintf(stderr, "  %s%s broken%s  %s unreached",
	    progress->color && facts->broken > 0 ? "\033[31m" : "",
	    grouped(facts->broken, a), progress->color ? "\033[0m" : "",
	    grouped(facts->unreached, b));
	fflush(stderr);
}

void
progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}
