/*
 * summary.json: the run in numbers.  Built in one piece at the end, out of
 * the tally alone.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/json.h"
#include "repair/clients_fixed.h"
#include "report/writer.h"

static void
add_run(struct json_writer *object, const struct report_run *run,
    struct arena *scratch)
{
	struct json_writer *member = json_add_object(object, "run");
	struct json_writer *options;

	json_add_string(member, "id", run->id);
	json_add_string(member, "started", time_text(scratch, run->started));
	json_add_string(member, "finished", time_text(scratch, run->finished));
	json_add_number(member, "seconds", run->seconds);
	json_add_string(member, "clock", time_text(scratch, run->now));
	json_add_string(member, "version", run->version);
	options = json_add_object(member, "options");
	for (size_t i = 0; i < run->option_count; i++)
		json_add_string(
		    options, run->options[i].name, run->options[i].value);
	json_add_integer(member, "targets", (int64_t)run->totals.targets);
	json_add_integer(member, "records", (int64_t)run->totals.records);
	json_add_integer(member, "ignored", (int64_t)run->totals.ignored);
	json_add_integer(member, "threads", run->totals.threads);
	json_add_string(member, "trust", run->trust);
}

/* Every word of the list is there, also with 0: dashboards count on it. */
static void
add_counts(struct json_writer *object, const struct tally *tally)
{
	struct json_writer *member = json_add_object(object, "classes");

	for (int i = 0; i < CLASS_COUNT; i++)
		json_add_integer(member, class_word((enum class_id)i),
		    (int64_t)tally->classes[i]);
	member = json_add_object(object, "waived");
	for (int i = 0; i < CLASS_COUNT; i++)
		json_add_integer(member, class_word((enum class_id)i),
		    (int64_t)tally->waived[i]);
	member = json_add_object(object, "statuses");
	for (int i = 0; i < STATUS_COUNT; i++)
		json_add_integer(member, status_word((enum status)i),
		    (int64_t)tally->statuses[i]);
	member = json_add_object(object, "severities");
	for (int i = 0; i < SEVERITY_COUNT; i++)
		json_add_integer(member, severity_word((enum severity)i),
		    (int64_t)tally->severities[i]);
}

static void
add_cause(struct json_writer *array, const struct sheet *sheet,
    const struct tally_cause *cause)
{
	struct json_writer *member = json_append_object(array);
	const struct report_run *run = sheet->run;
	struct clients_fixed clients;
	struct json_writer *examples, *fixed;

	json_add_string(member, "class", class_word(cause->class_id));
	json_add_string(member, "cause", cause->cause);
	if (cause->has_certificate)
		json_add_digest(member, "sha256", &cause->sha256);
	else
		json_add_null(member, "sha256");
	json_add_string(member, "subject", cause->subject);
	json_add_integer(member, "hosts", (int64_t)cause->hosts);
	examples = json_add_array(member, "examples");
	for (size_t i = 0; i < cause->example_count; i++)
		json_append_string(examples, cause->examples[i]);
	json_add_string(member, "from",
	    cause->is_missing ? source_word(cause->from) : NULL);
	json_add_string(member, "where", cause->where);
	/* By its first host: what is missing is the same for all. */
	fixed = json_add_array(member, "heals");
	if (!cause->is_missing || run->judge == NULL ||
	    !clients_fixed_by_chain(run->archive, run->judge, cause->first,
		sheet->scratch, &clients))
		return;
	for (size_t i = 0; i < clients.fixed_count; i++)
		json_append_string(fixed, clients.fixed[i]);
}

static void
add_roots(struct json_writer *object, const struct tally *tally,
    struct arena *scratch)
{
	struct json_writer *array = json_add_array(object, "roots"), *list;
	size_t count;
	const struct tally_root **roots =
	    tally_roots_list(tally->roots, &count);

	for (size_t i = 0; i < count; i++) {
		const struct tally_root *root = roots[i];
		struct json_writer *member = json_append_object(array);

		json_add_string(member, "sha256", root->sha256);
		json_add_string(member, "subject", root->subject);
		json_add_string(member, "cause", root->cause);
		json_add_string(member, "date", root->date);
		json_add_string(member, "sentence",
		    arena_printf(scratch, "%s host%s on %s",
			count_text(scratch, root->hosts),
			root->hosts == 1 ? " depends" : "s depend",
			root->sentence));
		json_add_integer(member, "hosts", (int64_t)root->hosts);
		json_add_integer(member, "warnings", (int64_t)root->warned);
		json_add_integer(
		    member, "repairable", (int64_t)root->repairable);
		list = json_add_array(member, "clients");
		for (size_t k = 0; k < root->client_count; k++)
			json_append_string(list, root->clients[k]);
		list = json_add_array(member, "examples");
		for (size_t k = 0; k < root->example_count; k++)
			json_append_string(list, root->examples[k]);
	}
	free(roots);
}

static int
by_outliers(const void *left, const void *right)
{
	const struct site_group *a = *(const struct site_group *const *)left;
	const struct site_group *b = *(const struct site_group *const *)right;

	if (a->outliers != b->outliers)
		return a->outliers < b->outliers ? 1 : -1;
	if (a->broken != b->broken)
		return a->broken < b->broken ? 1 : -1;
	return strcmp(a->site, b->site);
}

static void
add_expiring(struct json_writer *object, const struct tally *tally,
    struct arena *scratch)
{
	enum { WEEK_TEXT = 32 };
	struct json_writer *member = json_add_object(object, "expiring");
	struct json_writer *weeks;

	json_add_integer(member, "days_7", (int64_t)tally->days_7);
	json_add_integer(member, "days_30", (int64_t)tally->days_30);
	json_add_integer(member, "days_90", (int64_t)tally->days_90);
	weeks = json_add_array(member, "weeks");
	for (size_t i = 0; i < TALLY_WEEKS; i++) {
		const struct tally_week *week = &tally->weeks[i];
		time_t monday = (time_t)tally_week_start(tally, i);
		char *text = arena_alloc(scratch, WEEK_TEXT);
		struct json_writer *row;
		struct tm civil;

		if (week->leaves == 0 && week->authorities == 0)
			continue;
		/* ISO 8601: "2026-W48". */
		if (gmtime_r(&monday, &civil) != NULL)
			strftime(text, WEEK_TEXT, "%G-W%V", &civil);
		row = json_append_object(weeks);
		json_add_string(row, "week", text);
		json_add_integer(row, "leaves", (int64_t)week->leaves);
		json_add_integer(
		    row, "intermediates", (int64_t)week->authorities);
	}
}

/* Only of a run in which each address of a name was scanned. */
static void
add_names(struct json_writer *object, const struct tally_names *names)
{
	struct json_writer *member, *array;

	if (names->names == 0)
		return;
	member = json_add_object(object, "addresses");
	json_add_integer(member, "names", (int64_t)names->names);
	json_add_integer(member, "addresses", (int64_t)names->addresses);
	json_add_integer(member, "names_differ", (int64_t)names->odd_names);
	json_add_integer(
	    member, "addresses_differ", (int64_t)names->odd_addresses);
	array = json_add_array(member, "differ");
	for (size_t i = 0; i < names->count; i++)
		for (size_t k = 0; k < names->list[i].count; k++) {
			const struct tally_name *name = &names->list[i];
			const struct tally_address *one = &name->list[k];
			struct json_writer *row;

			if (one->difference == NULL)
				continue;
			row = json_append_object(array);
			json_add_string(row, "host", name->endpoint);
			json_add_integer(row, "addresses", name->addresses);
			json_add_string(row, "ip", one->ip);
			json_add_string(
			    row, "class", class_word(one->class_id));
			json_add_string(row, "detail", one->difference);
		}
}

static void
finish(struct sheet *sheet)
{
	const struct tally *tally = sheet->tally;
	struct json_writer *object = json_new_object(), *member;
	size_t count;
	const struct tally_cause **causes = tally_causes(tally, &count);
	struct json_writer *array;
	const struct site_group **sites;

	json_add_string(object, "schema", "fleetscan/1");
	add_run(object, sheet->run, sheet->scratch);
	add_counts(object, tally);
	member = json_add_object(object, "clients");
	for (size_t i = 0; i < tally->client_count; i++) {
		const struct tally_client *client = &tally->clients[i];
		struct json_writer *counts =
		    json_add_object(member, client->id);

		json_add_integer(counts, "accepts", (int64_t)client->accepts);
		json_add_integer(counts, "refuses", (int64_t)client->refuses);
		json_add_integer(counts, "unknown", (int64_t)client->unknown);
	}
	member = json_add_array(object, "causes");
	for (size_t i = 0; i < count; i++)
		add_cause(member, sheet, causes[i]);
	free(causes);
	add_roots(object, tally, sheet->scratch);
	add_names(object, &tally->names);
	/* sites.csv and `fleetscan sites` have those that are left out here. */
	array = json_add_array(object, "sites");
	sites = tally_sites(tally, &count);
	qsort(sites, count, sizeof(*sites), by_outliers);
	for (size_t i = 0; i < count; i++) {
		member = json_append_object(array);
		json_add_string(member, "site", sites[i]->site);
		json_add_integer(member, "hosts", (int64_t)sites[i]->hosts);
		json_add_integer(member, "ok", (int64_t)sites[i]->ok);
		json_add_integer(
		    member, "outliers", (int64_t)sites[i]->outliers);
	}
	free(sites);
	json_add_integer(object, "sites_left_out",
	    (int64_t)(tally->all_sites - tally->site_count));
	add_expiring(object, tally, sheet->scratch);
	json_print_pretty(object, &sheet->line);
	text_append_char(&sheet->line, '\n');
	json_writer_free(object);
}

const struct writer summary_writer = {
	.file = "summary.json",
	.finish = finish,
};
