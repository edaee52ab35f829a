/*
 * republish DIR RECORDS.ndjson: every report of these records, in their order,
 * as a run would write them.  For tests of the reports' files: of records
 * that no server would send, and of more hosts than a test can scan.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "report/report.h"

enum { LINE_MOST = 1 << 22 };

static uint64_t
count_lines(const char *path)
{
	struct line_reader *reader = line_reader_open(path, LINE_MOST);
	struct bytes line;
	uint64_t count = 0;

	if (reader == NULL)
		return 0;
	while (line_reader_next(reader, &line) == 1)
		count++;
	line_reader_close(reader);
	return count;
}

static int
feed(struct report *report, const char *path)
{
	struct line_reader *reader = line_reader_open(path, LINE_MOST);
	struct arena *arena = arena_new();
	struct bytes line;
	int end = 0;

	while (end == 0 && line_reader_next(reader, &line) == 1) {
		const char *reason;
		struct result result;

		arena_reset(arena);
		if (result_read(arena, line, &result, &reason)) {
			report_result(report, &result);
			continue;
		}
		fprintf(stderr, "%s:%llu: %s\n", path,
		    (unsigned long long)line_reader_number(reader), reason);
		end = -1;
	}
	arena_free(arena);
	line_reader_close(reader);
	return end;
}

int
main(int argc, char **argv)
{
	struct report_terminal terminal = { NULL, false };
	struct report_run run = {
		.id = "republished",
		.version = "test",
		.started = 1795425300,
		.finished = 1795425302,
		.now = 1795425300,
		.seconds = 1.5,
		.trust = "system",
	};
	const char *failed = "the records";
	struct report *report;

	if (argc != 3)
		return 2;
	run.targets = run.records = count_lines(argv[2]);
	report =
	    run.records == 0 ? NULL : report_open(&run, argv[1], REPORT_ALL);
	if (report != NULL && feed(report, argv[2]) == 0 &&
	    report_finish(report, &terminal, &failed) == 0)
		return 0;
	fprintf(stderr, "republish: %s: %s\n", failed, strerror(errno));
	return 1;
}
