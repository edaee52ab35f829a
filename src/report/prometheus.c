/*
 * metrics.prom for node_exporter's textfile collector: the run in numbers, in
 * base units, with a bounded number of series unless those of single hosts are
 * asked for.  Written at the end; what dashboards ask of it is in data/.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "fleet/diff.h"
#include "report/writer.h"

enum {
	TAGS_MOST = 200,  /* likewise */
	SITES_MOST = 200, /* more are summed up as "other" */
	CAUSES_MOST = 100
};

/* HELP and TYPE of a family of series; all are gauges. */
static void
exposition_family(struct text *out, const char *name, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/*
 * After the name of a metric, or its last label; NULL is the empty value.
 * Backslash, quote and newline are escaped.
 */
static void
exposition_label(struct text *out, const char *name, const char *value)
{
	bool is_first = out->data[out->size - 1] != '"';

	text_printf(out, "%s%s=\"", is_first ? "{" : ",", name);
	for (; value != NULL && *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			text_append_char(out, '\\');
		if (*value == '\n')
			text_append(out, "\\n");
		else
			text_append_char(out, *value);
	}
	text_append_char(out, '"');
}

/* After a name alone, or after its last label. */
static void
exposition_value(struct text *out, int64_t value)
{
	if (out->data[out->size - 1] == '"')
		text_append_char(out, '}');
	text_printf(out, " %" PRId64 "\n", value);
}

static const char info[] = "fleetscan_host_info";
static const char end[] = "fleetscan_host_not_after_timestamp_seconds";

/*
 * Series of single hosts, which --prom-hosts asks for: what is wrong with the
 * host, and when its certificate ends.  The lines of a family have to stand
 * together, so they are collected while the results come.
 */
struct host_series {
	struct text infos, ends;
	struct text key; /* emptied after each host */
	struct seen *seen;
};

static void
host_series_free(void *own)
{
	struct host_series *series = own;

	if (series == NULL)
		return;
	text_free(&series->infos);
	text_free(&series->ends);
	text_free(&series->key);
	seen_free(series->seen);
	free(series);
}

/* What tells one probed endpoint from the next. */
static void
append_place(struct text *out, const struct observation *seen)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", seen->port);
	exposition_label(out, "host", seen->host);
	exposition_label(out, "port", port);
	exposition_label(out, "ip", seen->ip);
	if (seen->sni != NULL && seen->host != NULL &&
	    strcmp(seen->sni, seen->host) != 0)
		exposition_label(out, "sni", seen->sni);
	if (seen->starttls != NULL)
		exposition_label(out, "starttls", seen->starttls);
}

static void
add_host(struct sheet *sheet, const struct result *result)
{
	struct host_series *series = sheet->own;
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;

	if (series == NULL || seen->status == STATUS_INVALID_INPUT)
		return;
	/* A collector refuses the whole file where a label set is repeated. */
	text_clear(&series->key);
	text_append(&series->key, info);
	append_place(&series->key, seen);
	if (!seen_add(
		series->seen, bytes_of(series->key.data, series->key.size)))
		return;
	text_append(&series->infos, info);
	append_place(&series->infos, seen);
	exposition_label(&series->infos, "site", seen->site);
	exposition_label(
	    &series->infos, "class", class_word(verdict->class_id));
	exposition_label(&series->infos, "cause", result_cause(result));
	exposition_value(&series->infos, 1);
	if (!result->leaf.present || result->leaf.undated)
		return;
	text_append(&series->ends, end);
	append_place(&series->ends, seen);
	exposition_value(&series->ends, result->leaf.not_after);
}

static void
append_lines(struct text *out, const struct text *lines, const char *name,
    const char *help)
{
	if (lines->size == 0)
		return;
	exposition_family(out, name, help);
	text_append_bytes(out, bytes_of(lines->data, lines->size));
}

static void
append_gauge(
    struct text *out, const char *name, const char *help, int64_t value)
{
	exposition_family(out, name, help);
	text_append(out, name);
	exposition_value(out, value);
}

/*
 * Every class, also with 0: an alert on a series that is missing does not fire.
 */
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
append_roots(struct text *out, const struct tally *tally)
{
	size_t count;
	const struct tally_root **roots =
	    tally_roots_list(tally->roots, &count);

	exposition_family(out, "fleetscan_root_leaves_hosts",
	    "Hosts that depend on a root that a program drops or dates.");
	for (size_t i = 0; i < count && i < CAUSES_MOST; i++) {
		text_append(out, "fleetscan_root_leaves_hosts");
		exposition_label(out, "what", roots[i]->sentence);
		exposition_label(out, "cause", roots[i]->cause);
		exposition_label(out, "date", roots[i]->date);
		exposition_value(out, (int64_t)roots[i]->hosts);
	}
	free(roots);
}

static void
append_causes(struct text *out, const struct tally *tally)
{
	size_t count;
	const struct tally_cause **causes = tally_causes(tally, &count);
	size_t shown = count < CAUSES_MOST ? count : CAUSES_MOST;

	exposition_family(out, "fleetscan_cause_hosts",
	    "Hosts that share a cause: what one repair fixes.");
	/* Rows that differ only in the certificate, not in its name, are one
	   series: a label set may occur only once. */
	for (size_t i = 0; i < shown; i++) {
		uint64_t hosts = 0;
		size_t first = 0;

		while (!tally_cause_is_alike(causes[first], causes[i]))
			first++;
		if (first < i)
			continue;
		for (size_t k = i; k < count; k++)
			if (tally_cause_is_alike(causes[k], causes[i]))
				hosts += causes[k]->hosts;
		text_append(out, "fleetscan_cause_hosts");
		exposition_label(out, "class", class_word(causes[i]->class_id));
		exposition_label(out, "cause", causes[i]->cause);
		exposition_label(out, "subject", causes[i]->subject);
		exposition_value(out, (int64_t)hosts);
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

/* The sites whose certificates end first, past ends too; one for the rest. */
static void
append_site_ends(struct text *out, const struct tally *tally,
    const struct site_group **sites, size_t count)
{
	static const char name[] =
	    "fleetscan_site_earliest_not_after_timestamp_seconds";
	const struct site_group *rest = &tally->other_sites;

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
	/* The first end of those without a series of their own. */
	exposition_value(
	    out, rest->ends && rest->first_end < sites[SITES_MOST]->first_end
		     ? rest->first_end
		     : sites[SITES_MOST]->first_end);
}

static void
append_expiring(struct text *out, const struct tally *tally)
{
	static const char hosts[] = "fleetscan_expiring_hosts";
	static const char authorities[] = "fleetscan_expiring_authorities";
	static const int weeks[] = { 4, 13, 53 };
	uint64_t sum = 0;
	size_t at = 0;

	exposition_family(
	    out, hosts, "Hosts whose certificate ends within so many days.");
	text_printf(out,
	    "%s{days=\"7\"} %" PRIu64 "\n%s{days=\"30\"} %" PRIu64
	    "\n%s{days=\"90\"} %" PRIu64 "\n",
	    hosts, tally->days_7, hosts, tally->days_30, hosts, tally->days_90);
	/* When a CA certificate expires, many hosts fail at once. */
	exposition_family(out, authorities,
	    "CA certificates in use that end within so many weeks.");
	for (size_t i = 0; i < sizeof(weeks) / sizeof(weeks[0]); i++) {
		for (; at < (size_t)weeks[i]; at++)
			sum += tally->weeks[at].authorities;
		text_printf(out, "%s{weeks=\"%d\"} %" PRIu64 "\n", authorities,
		    weeks[i], sum);
	}
}

/* Without a name, which no tag lacks: the others. */
static void
append_tag(struct text *out, const char *name, const struct tally_tag *tag)
{
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		text_append(out, "fleetscan_tag_hosts");
		exposition_label(out, "tag", name);
		exposition_label(
		    out, "severity", severity_word((enum severity)i));
		exposition_value(out, (int64_t)tag->severities[i]);
	}
}

static void
append_tags(struct text *out, const struct tally *tally)
{
	size_t count;
	const struct tally_tag **list;
	struct tally_tag rest;

	if (tally->tags == NULL)
		return;
	list = tally_tags_list(tally->tags, &count);
	rest = tally_tags_rest(tally->tags, list, count, TAGS_MOST);
	exposition_family(out, "fleetscan_tag_hosts",
	    "Hosts by tag of the list, by the severity of their worst "
	    "finding.");
	for (size_t i = 0; i < count && i < TAGS_MOST; i++)
		append_tag(out, list[i]->name, list[i]);
	if (rest.hosts > 0)
		append_tag(out, NULL, &rest);
	free(list);
}

static void
begin(struct sheet *sheet)
{
	struct host_series *series;

	if (!sheet->run->prom_hosts)
		return;
	series = memory_new(sizeof(*series));
	series->seen = seen_new();
	sheet->own = series;
}

static void
finish(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	const struct host_series *series = sheet->own;
	struct text *out = &sheet->line;
	size_t count;
	const struct site_group **sites = tally_sites(tally, &count);
	size_t rest[CLASS_COUNT];
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
	    (int64_t)run->totals.targets);
	append_gauge(out, "fleetscan_targets_failed",
	    "Targets that delivered no certificate.",
	    (int64_t)(tally->classes[CLASS_UNREACHABLE] +
		      tally->classes[CLASS_NO_TLS]));
	append_gauge(out, "fleetscan_targets_retried",
	    "Targets that took more than one attempt.",
	    (int64_t)tally->retried);
	if (run->changes != NULL) {
		const size_t *groups = run->changes->groups;

		append_gauge(out, "fleetscan_worse_hosts",
		    "Hosts that got worse, are new and broken, or are no "
		    "longer reached, since the run before.",
		    (int64_t)(groups[GROUP_WORSE] + groups[GROUP_NEW_BROKEN] +
			      groups[GROUP_UNREACHABLE]));
		append_gauge(out, "fleetscan_better_hosts",
		    "Hosts that got better since the run before.",
		    (int64_t)groups[GROUP_BETTER]);
	}
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
	exposition_family(out, "fleetscan_client_refuses_hosts",
	    "Hosts that a client refuses.");
	for (size_t i = 0; i < tally->client_count; i++) {
		text_append(out, "fleetscan_client_refuses_hosts");
		exposition_label(out, "client", tally->clients[i].id);
		exposition_value(out, (int64_t)tally->clients[i].refuses);
	}
	append_tags(out, tally);
	append_causes(out, tally);
	append_roots(out, tally);
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
	append_site_ends(out, tally, sites, count);
	free(sites);
	append_expiring(out, tally);
	if (series == NULL)
		return;
	append_lines(out, &series->infos, info,
	    "Always 1; what is wrong with a host is its labels.");
	append_lines(out, &series->ends, end,
	    "When the certificate of a host ends or has ended.");
}

const struct writer prometheus_writer = {
	.file = "metrics.prom",
	.word = "prom",
	.begin = begin,
	.result = add_host,
	.finish = finish,
	.free_own = host_series_free,
};
