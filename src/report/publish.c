/*
 * Reads a run back and has it written as reports, which ask here for what
 * nobody knows who sees one record at a time.  Formats nothing itself.
 */
#include "report/publish.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "repair/heals.h"
#include "fleet/siblings.h"
#include "fleet/changes.h"
#include "fleet/sites.h"
#include "fleet/sites_text.h"
#include "fleet/tally.h"

enum { ODD_MOST = 6 }; /* of a site, in words; `sites` tells of them all */

/* What is asked while the reports are made. */
struct knowledge {
	struct archive *archive;
	struct sites *sites;
	struct since *since; /* or NULL */
	struct kin *kin;     /* or NULL */
	struct heals *heals; /* or NULL */
};

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

static bool
tell_site(const void *context, size_t number, struct arena *arena,
    struct report_site *told)
{
	const struct knowledge *knowledge = context;
	const struct site_group *group = sites_at(knowledge->sites, number);
	struct report_odd *odd = arena_array(arena, ODD_MOST, sizeof(*odd));

	*told = (struct report_site){ .odd = odd };
	for (size_t i = 0; i < group->outliers && i < ODD_MOST; i++) {
		struct site_outlier outlier;

		if (!sites_outlier(knowledge->sites, group, i,
			knowledge->archive, arena, &outlier))
			continue;
		odd[told->odd_count++] = (struct report_odd){
			.host = sites_outlier_name(arena, &outlier),
			.words = sites_outlier_text(arena, &outlier),
			.class_id = outlier.class_id,
		};
	}
	if (group->baseline != BASELINE_NONE)
		told->usual = sites_usual_text(arena, group);
	return true;
}

static const struct report_since *
tell_since(const void *context)
{
	const struct knowledge *knowledge = context;

	return knowledge->since == NULL ? NULL : since_facts(knowledge->since);
}

static bool
tell_kin(const void *context, const struct result *result, struct arena *arena,
    struct report_kin *told)
{
	const struct knowledge *knowledge = context;

	return knowledge->kin != NULL &&
	       kin_find(knowledge->kin, result, arena, told);
}

static size_t
tell_heals(const void *context, uint64_t ordinal, struct arena *arena,
    const char ***clients)
{
	const struct knowledge *knowledge = context;

	return heals_of(knowledge->heals, ordinal, arena, clients);
}

static int
write_sites(const struct knowledge *knowledge)
{
	char *path =
	    file_join(archive_directory(knowledge->archive), "sites.csv");
	struct file_draft *draft = file_draft_open(path);
	int result = -1;

	if (draft != NULL) {
		sites_write_csv(knowledge->sites, knowledge->archive,
		    file_draft_stream(draft));
		result = file_draft_commit(draft);
	}
	free(path);
	return result;
}

/* -1 with errno when what sites keep on disk cannot be written or read. */
static int
feed(const struct knowledge *knowledge, struct report *report)
{
	struct archive *archive = knowledge->archive;
	struct arena *arena = arena_new();

	archive_each_authority(archive, publish_authority, report);
	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &result, NULL))
			continue;
		report_result(report, &result);
		sites_add(knowledge->sites, i, &result);
		if (knowledge->since != NULL)
			since_add(knowledge->since, i, &result);
	}
	arena_free(arena);
	if (knowledge->since != NULL &&
	    since_settle(knowledge->since, archive) < 0)
		return -1;
	if (sites_settle(knowledge->sites) < 0)
		return -1;
	publish_sites(knowledge->sites, report);
	return 0;
}

static void
append_changes(const struct diff *diff, struct text *out)
{
	if (diff == NULL)
		text_append(out, "\nNo earlier run of this list to compare "
				 "with.\n");
	else if (diff->count > 0)
		text_append_char(out, '\n');
	for (size_t i = 0; diff != NULL && i < diff->count; i++)
		diff_append_text(diff, &diff->changes[i], out);
}

/* -1 with errno. */
static int
print_changes(const struct knowledge *knowledge, enum publish_changes changes)
{
	const struct diff *diff =
	    tell_since(knowledge) == NULL ? NULL : since_diff(knowledge->since);
	struct text out = { .size = 0 };
	int result;

	if (changes == PUBLISH_NO_CHANGES)
		return 0;
	if (changes == PUBLISH_MAIL && diff != NULL)
		diff_append_mail(diff, &out);
	if (changes == PUBLISH_CHANGES)
		append_changes(diff, &out);
	if (out.size > 0)
		fwrite(out.data, 1, out.size, stdout);
	result = fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
	text_free(&out);
	return result;
}

static int
write_all(const struct knowledge *knowledge, const struct report_run *run,
    const struct publication *publication, const char **failed)
{
	struct report *report = report_open(
	    run, archive_directory(knowledge->archive), publication->formats);

	*failed = "the reports";
	if (report == NULL || feed(knowledge, report) < 0) {
		report_abandon(report);
		return -1;
	}
	if (report_finish(report, &publication->terminal, failed) < 0)
		return -1;
	*failed = "sites.csv";
	if ((publication->formats & REPORT_CSV) != 0 &&
	    write_sites(knowledge) < 0)
		return -1;
	*failed = "standard output";
	return print_changes(knowledge, publication->changes);
}

static void
open_others(struct knowledge *knowledge, const struct publication *publication)
{
	char *error = NULL;

	if (publication->earlier != NULL)
		knowledge->since = since_open(publication->earlier, &error);
	if (error == NULL && publication->family != NULL)
		knowledge->kin = kin_open(publication->family, &error);
	if (error != NULL)
		log_warning("%s", error);
	free(error);
}

int
publish(struct archive *archive, const struct report_run *facts,
    const struct publication *publication, const char **failed)
{
	struct knowledge knowledge = {
		.archive = archive,
		.sites = sites_new(),
	};
	struct report_run run = *facts;
	int result;

	run.site = tell_site;
	run.since = tell_since;
	run.kin = tell_kin;
	run.context = &knowledge;
	if (publication->audit != NULL) {
		knowledge.heals = heals_new(archive, publication->audit);
		run.heals = tell_heals;
	}
	open_others(&knowledge, publication);
	result = write_all(&knowledge, &run, publication, failed);
	since_free(knowledge.since);
	kin_free(knowledge.kin);
	heals_free(knowledge.heals);
	sites_free(knowledge.sites);
	return result;
}
