/* Reads a run back and has it written as reports.  Formats nothing itself. */
#include "fleet/publish.h"

#include <errno.h>

static void
publish_authority(void *context, struct bytes der)
{
	struct certificate *certificate = certificate_new(der);

	report_authority(context, certificate);
	certificate_free(certificate);
}

int
publish(struct archive *archive, const struct report_run *run,
    unsigned formats, const struct report_terminal *terminal,
    const char **failed)
{
	struct report *report =
	    report_open(run, archive_directory(archive), formats);
	struct arena *arena;

	if (report == NULL) {
		*failed = "the reports";
		return -1;
	}
	arena = arena_new();
	archive_each_authority(archive, publish_authority, report);
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read(archive, i, arena, &result, NULL))
			report_result(report, &result);
	}
	arena_free(arena);
	return report_finish(report, terminal, failed);
}
