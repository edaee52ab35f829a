/*
 * Any line as a record, a pending observation and a certificate line of a
 * saved run.  One that is read can be written, and what was written reads
 * back to the same octets; a record also goes through every report.
 */
#include <stdio.h>

#include "model/result.h"
#include "report/report.h"
#include "tests/fuzz/fuzz.h"

typedef bool (*rewriting)(struct arena *, struct bytes line, struct text *out);

static bool
rewrite_record(struct arena *arena, struct bytes line, struct text *out)
{
	struct result result;
	const char *reason = NULL;

	if (!result_read(arena, line, &result, &reason)) {
		require(reason != NULL);
		require_clean(reason);
		return false;
	}
	result_write(out, &result);
	return true;
}

static bool
rewrite_pending(struct arena *arena, struct bytes line, struct text *out)
{
	struct observation seen;
	const char *reason = NULL;

	if (!pending_read(arena, line, &seen, &reason)) {
		require(reason != NULL);
		return false;
	}
	pending_write(out, &seen);
	return true;
}

static void
check_rewriting(rewriting rewrite, struct bytes line)
{
	struct arena *arena = arena_new();
	struct text once = { NULL, 0, 0 }, twice = { NULL, 0, 0 };

	if (rewrite(arena, line, &once)) {
		require(once.data[once.size - 1] == '\n');
		require(
		    rewrite(arena, bytes_of(once.data, once.size - 1), &twice));
		require(bytes_equal(bytes_of(once.data, once.size),
		    bytes_of(twice.data, twice.size)));
	}
	text_free(&once);
	text_free(&twice);
	arena_free(arena);
}

static void
check_report(struct bytes line)
{
	struct report_run run = { .id = "run", .version = "0", .trust = "t" };
	struct report_terminal terminal = { .stream = fopen("/dev/null", "w") };
	struct arena *arena = arena_new();
	struct result result;
	const char *reason, *failed;

	if (result_read(arena, line, &result, &reason)) {
		struct report *report = report_open(&run, NULL, REPORT_ALL);

		report_result(report, &result);
		require(report_finish(report, &terminal, &failed) == 0);
	}
	arena_free(arena);
	fclose(terminal.stream);
}

static void
check_certificate(struct bytes line)
{
	struct arena *arena = arena_new();
	struct digest sha256;
	struct bytes der;
	const char *reason = NULL;

	if (!certificate_line_read(arena, line, &sha256, &der, &reason))
		require(reason != NULL);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes line = bytes_of(data, size);

	check_rewriting(rewrite_record, line);
	check_rewriting(rewrite_pending, line);
	check_report(line);
	check_certificate(line);
	return 0;
}
