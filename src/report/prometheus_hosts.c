/*
 * Gathers the lines of both families, each of which has to stand in one
 * piece, while the results come by.
 */
#include "report/prometheus_hosts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "report/exposition.h"

static const char info[] = "fleetscan_host_info";
static const char end[] = "fleetscan_host_not_after_timestamp_seconds";

struct host_series {
	struct text infos, ends;
	struct text key; /* emptied after each host */
	struct seen *seen;
};

struct host_series *
host_series_new(void)
{
	struct host_series *series = memory_new(sizeof(*series));

	series->seen = seen_new();
	return series;
}

void
host_series_free(struct host_series *series)
{
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

/* A label set may stand but once, or the whole file is refused. */
static bool
is_new(struct host_series *series, const struct observation *seen)
{
	text_clear(&series->key);
	text_append(&series->key, info);
	append_place(&series->key, seen);
	return seen_add(
	    series->seen, bytes_of(series->key.data, series->key.size));
}

void
host_series_add(struct host_series *series, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const struct verdict *verdict = &result->verdict;

	if (seen->status == STATUS_INVALID_INPUT || !is_new(series, seen))
		return;
	text_append(&series->infos, info);
	append_place(&series->infos, seen);
	exposition_label(&series->infos, "site", seen->site);
	exposition_label(
	    &series->infos, "class", class_word(verdict->class_id));
	exposition_label(&series->infos, "cause", verdict->cause);
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

void
host_series_append(const struct host_series *series, struct text *out)
{
	append_lines(out, &series->infos, info,
	    "Always 1; what is wrong with a host is its labels.");
	append_lines(out, &series->ends, end,
	    "When the certificate of a host ends or has ended.");
}
