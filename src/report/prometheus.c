/*
 * metrics.prom for node_exporter's textfile collector: the run in numbers, in
 * base units, with a bounded number of series.  Written at the end, out of
 * the tally; what dashboards ask of it is in data/.  Series of single hosts,
 * where they are asked for, are in prometheus_hosts.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/exposition.h"
#include "report/prometheus_hosts.h"
#include "report/writer.h"

enum {
	SITES_MOST = 200, /* more are summed up as "other" */
	CAUSES_MOST = 100
};

static void
append_gauge(
    struct text *out, const char *name, const char *help, int64_t value)
{
	exposition_family(out, name, help);
	text_append(out, name);
	exposition_value(out, value);
}

/* Every class, also with 0: an alert on a series that vanished is silent. */
static void
append_by_class(struct text *out, const char *name, const char *help,
    const uint64_t counts[CLASS_COUNT])
{
	exposition_family(out, name, help);
	for (int i = 0; i < CLASS_COUNT; i++) {
		text_append(out, name);
		exposition_label(out, "class", class_word((enum class_id)i));
		exposition_value(out, (int64_t)counts[i]);
	}
}

static void
append_classes(struct text *out, const struct tally *tally)
{
	append_by_class(out, "fleetscan_hosts",
	    "Hosts of the last run by class.", tally->classes);
	append_by_class(out, "fleetscan_waived_hosts",
	    "Of these, hosts whose class a policy waives.", tally->waived);
	exposition_family(out, "fleetscan_severity_hosts",
	    "Hosts of the last run by the severity of their worst finding.");
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		text_append(out, "fleetscan_severity_hosts");
		exposition_label(
		    out, "severity", severity_word((enum severity)i));
		exposition_value(out, (int64_t)tally->severities[i]);
	}
}

static void
append_clients(struct text *out, const struct tally *tally)
{
	exposition_family(out, "fleetscan_client_refuses_hosts",
	    "Hosts that a client refuses.");
	for (size_t i = 0; i < tally->client_count; i++) {
		text_append(out, "fleetscan_client_refuses_hosts");
		exposition_label(out, "client", tally->clients[i].id);
		exposition_value(out, (int64_t)tally->clients[i].refuses);
	}
}

/*
 * Rows that differ only in a certificate of the same name are one series: a
 * label set may stand but once.
 */
static bool
is_repeated(const struct tally_cause **causes, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (tally_cause_is_alike(causes[i], causes[at]))
			return true;
	return false;
}

static int64_t
hosts_alike(const struct tally_cause **causes, size_t count, size_t at)
{
	uint64_t hosts = 0;

	for (size_t i = at; i < count; i++)
		if (tally_cause_is_alike(causes[i], causes[at]))
			hosts += causes[i]->hosts;
	return (int64_t)hosts;
}

static void
append_causes(struct text *out, const struct tally *tally)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(tally, &count);
	size_t shown = count < CAUSES_MOST ? count : CAUSES_MOST;

	exposition_family(out, "fleetscan_cause_hosts",
	    "Hosts that share a cause: what one repair heals.");
	for (size_t i = 0; i < shown; i++) {
		if (is_repeated(causes, i))
			continue;
		text_append(out, "fleetscan_cause_hosts");
		exposition_label(out, "class", class_word(causes[i]->class_id));
		exposition_label(out, "cause", causes[i]->cause);
		exposition_label(out, "subject", causes[i]->subject);
		exposition_value(out, hosts_alike(causes, count, i));
	}
	free(causes);
}

static void
append_site_classes(
    struct text *out, const char *site, const size_t classes[CLASS_COUNT])
{
	for (int i = 0; i < CLASS_COUNT; i++) {
		/* ok always: a site that was repaired keeps a series. */
		if (classes[i] == 0 && i != CLASS_OK)
			continue;
		text_append(out, "fleetscan_site_hosts");
		exposition_label(out, "site", site);
		exposition_label(out, "class", class_word((enum class_id)i));
		exposition_value(out, (int64_t)classes[i]);
	}
}

/* No site can be called "other": a name without a dot is its own site only
   where it is a host's, so the sum is told apart by a blank. */
static const char other[] = "(other)";

static void
append_site_hosts(struct text *out, const struct tally *tally,
    const struct site_group **sites, size_t count)
{
	size_t rest[CLASS_COUNT];

	memcpy(rest, tally->other_sites.classes, sizeof(rest));

	exposition_family(out, "fleetscan_site_hosts",
	    "Hosts of the sites with most broken hosts, by class.");
	for (size_t i = 0; i < count && i < SITES_MOST; i++)
		append_site_classes(out, sites[i]->site, sites[i]->classes);
	for (size_t i = SITES_MOST; i < count; i++)
		for (int j = 0; j < CLASS_COUNT; j++)
			rest[j] += sites[i]->classes[j];
	if (count > SITES_MOST)
		append_site_classes(out, other, rest);
}

static int
by_end(const void *left, const void *right)
{
	const struct site_group *a = *(const struct site_group *const *)left;
	const struct site_group *b = *(const struct site_group *const *)right;

	if (a->ends != b->ends)
		return a->ends ? -1 : 1;
	if (a->first_end != b->first_end)
		return a->first_end < b->first_end ? -1 : 1;
	return strcmp(a->site, b->site);
}

/* Of the sites that have no series of their own, and the tally's rest. */
static int64_t
other_end(const struct tally *tally, const struct site_group *first)
{
	const struct site_group *rest = &tally->other_sites;

	return rest->ends && rest->first_end < first->first_end
		   ? rest->first_end
		   : first->first_end;
}

/* The sites whose certificates end first, past ends too; one for the rest. */
static void
append_site_ends(struct text *out, const struct tally *tally,
    const struct site_group **sites, size_t count)
{
	static const char name[] =
	    "fleetscan_site_earliest_not_after_timestamp_seconds";

	exposition_family(out, name,
	    "When the first certificate of a site ends or has ended.");
	qsort(sites, count, sizeof(*sites), by_end);
	for (size_t i = 0; i < count && i < SITES_MOST && sites[i]->ends; i++) {
		text_append(out, name);
		exposition_label(out, "site", sites[i]->site);
		exposition_value(out, sites[i]->first_end);
	}
	if (count <= SITES_MOST || !sites[SITES_MOST]->ends)
		return;
	text_append(out, name);
	exposition_label(out, "site", other);
	exposition_value(out, other_end(tally, sites[SITES_MOST]));
}

static void
append_sites(struct text *out, const struct tally *tally)
{
	size_t count;
	const struct site_group **sites = tally_sites(tally, &count);

	append_site_hosts(out, tally, sites, count);
	append_site_ends(out, tally, sites, count);
	free(sites);
}

static void
append_expiring(struct text *out, const struct tally *tally)
{
	static const char name[] = "fleetscan_expiring_hosts";
	const struct {
		const char *days;
		uint64_t hosts;
	} rows[] = {
		{ "7", tally->days_7 },
		{ "30", tally->days_30 },
		{ "90", tally->days_90 },
	};

	exposition_family(
	    out, name, "Hosts whose certificate ends within so many days.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_append(out, name);
		exposition_label(out, "days", rows[i].days);
		exposition_value(out, (int64_t)rows[i].hosts);
	}
}

/* The certificates of CAs, whose end takes many hosts down at once. */
static void
append_authorities(struct text *out, const struct tally *tally)
{
	static const char name[] = "fleetscan_expiring_authorities";
	static const int weeks[] = { 4, 13, 53 };
	uint64_t sum = 0;
	size_t at = 0;

	exposition_family(
	    out, name, "CA certificates in use that end within so many weeks.");
	for (size_t i = 0; i < sizeof(weeks) / sizeof(weeks[0]); i++) {
		for (; at < (size_t)weeks[i]; at++)
			sum += tally->weeks[at].authorities;
		text_printf(
		    out, "%s{weeks=\"%d\"} %" PRIu64 "\n", name, weeks[i], sum);
	}
}

/* The host never delivered a certificate. */
static int64_t
failed_targets(const struct tally *tally)
{
	return (int64_t)(tally->classes[CLASS_UNREACHABLE] +
			 tally->classes[CLASS_NO_TLS]);
}

static void
append_run(struct text *out, const struct sheet *sheet)
{
	const struct report_run *run = sheet->run;

	exposition_family(
	    out, "fleetscan_build_info", "Always 1; the version is its label.");
	text_append(out, "fleetscan_build_info");
	exposition_label(out, "version", run->version);
	exposition_value(out, 1);
	append_gauge(out, "fleetscan_last_success_timestamp_seconds",
	    "When the last run was finished.", run->finished);
	exposition_family(out, "fleetscan_scan_duration_seconds",
	    "How long the last run took.");
	text_printf(
	    out, "fleetscan_scan_duration_seconds %.3f\n", run->seconds);
	append_gauge(out, "fleetscan_targets", "Targets of the last run.",
	    (int64_t)run->targets);
	append_gauge(out, "fleetscan_targets_failed",
	    "Targets that delivered no certificate.",
	    failed_targets(sheet->tally));
	append_gauge(out, "fleetscan_targets_retried",
	    "Targets that took more than one attempt.",
	    (int64_t)sheet->tally->retried);
}

static void
begin(struct sheet *sheet)
{
	if (sheet->run->prom_hosts)
		sheet->own = host_series_new();
}

static void
add_result(struct sheet *sheet, const struct result *result)
{
	if (sheet->own != NULL)
		host_series_add(sheet->own, result);
}

static void
free_own(void *own)
{
	host_series_free(own);
}

static void
finish(struct sheet *sheet)
{
	struct text *out = &sheet->line;

	append_run(out, sheet);
	append_classes(out, sheet->tally);
	append_clients(out, sheet->tally);
	append_causes(out, sheet->tally);
	append_sites(out, sheet->tally);
	append_expiring(out, sheet->tally);
	append_authorities(out, sheet->tally);
	if (sheet->own != NULL)
		host_series_append(sheet->own, out);
}

const struct writer prometheus_writer = {
	.file = "metrics.prom",
	.word = "prom",
	.format = REPORT_PROM,
	.begin = begin,
	.result = add_result,
	.finish = finish,
	.free_own = free_own,
};
