/* Reads a run back and has it written as reports.  Formats nothing itself. */
#include "fleet/publish.h"

#include <stdlib.h>

#include "base/file.h"
#include "fleet/sites.h"
#include "report/tally.h"

static void
publish_authority(void *context, struct bytes der)
{
	struct certificate *certificate = certificate_new(der);

	report_authority(context, certificate);
	certificate_free(certificate);
}

static void
publish_sites(struct sites *sites, struct report *report)
{
	for (size_t i = 0; i < sites_count(sites); i++) {
		const struct site_group *group = sites_at(sites, i);
		struct tally_site site = {
			.site = group->site,
			.hosts = group->hosts,
			.ok = group->ok,
			.broken = group->broken,
			.outliers = group->outliers,
			.dated = group->ends,
			.earliest = group->first_end,
		};

		for (int k = 0; k < CLASS_COUNT; k++)
			site.classes[k] = group->classes[k];
		report_site(report, &site);
	}
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

/* -1 with errno when what sites keep on disk cannot be written or read. */
static int
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
	arena_free(arena);
	if (sites_settle(sites) < 0)
		return -1;
	publish_sites(sites, report);
	return 0;
}

int
publish(struct archive *archive, const struct report_run *run, unsigned formats,
    const struct report_terminal *terminal, const char **failed)
{
	struct sites *sites = sites_new();
	struct report *report =
	    report_open(run, archive_directory(archive), formats);
	int result = -1;

	*failed = "the reports";
	if (report != NULL && feed(archive, report, sites) == 0)
		result = report_finish(report, terminal, failed);
	else
		report_abandon(report);
	if (result == 0 && (formats & REPORT_CSV) != 0 &&
	    write_sites(sites, archive) < 0) {
		*failed = "sites.csv";
		result = -1;
	}
	sites_free(sites);
	return result;
}
