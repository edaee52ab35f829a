/* Reads a run back and has it written as reports.  Formats nothing itself. */
#include "fleet/publish.h"

#include <stdlib.h>

#include "base/file.h"
#include "fleet/sites.h"

static void
publish_authority(void *context, struct bytes der)
{
	struct certificate *certificate = certificate_new(der);

	report_authority(context, certificate);
	certificate_free(certificate);
}

static size_t
count_outliers(const void *context, const char *site)
{
	const struct site_group *group = sites_find(context, site);

	return group == NULL ? 0 : group->outliers;
}

static int
write_sites(struct sites *sites, struct archive *archive)
{
	char *path = file_join(archive_directory(archive), "sites.csv");
	struct file_draft *draft = file_draft_open(path);
	int result = -1;

	if (draft != NULL) {
		sites_write_csv(sites, archive, file_draft_stream(draft));
		result = file_draft_commit(draft);
	}
	free(path);
	return result;
}

static void
feed(struct archive *archive, struct report *report, struct sites *sites)
{
	struct arena *arena = arena_new();

	archive_each_authority(archive, publish_authority, report);
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &result, NULL))
			continue;
		report_result(report, &result);
		sites_add(sites, i, &result);
	}
	sites_settle(sites);
	arena_free(arena);
}

int
publish(struct archive *archive, const struct report_run *facts,
    unsigned formats, const struct report_terminal *terminal,
    const char **failed)
{
	struct sites *sites = sites_new();
	struct report_run run = *facts;
	struct report *report;
	int result = -1;

	run.site_outliers = count_outliers;
	run.context = sites;
	report = report_open(&run, archive_directory(archive), formats);
	*failed = "the reports";
	if (report != NULL) {
		feed(archive, report, sites);
		result = report_finish(report, terminal, failed);
	}
	if (result == 0 && (formats & REPORT_CSV) != 0 &&
	    write_sites(sites, archive) < 0) {
		*failed = "sites.csv";
		result = -1;
	}
	sites_free(sites);
	return result;
}
