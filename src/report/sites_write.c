/* Sites for machines: sites.csv and the lines of `sites --json`. */
#include "report/sites_write.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "report/writer.h"

static const char *const columns[] = {
	"site",
	"hosts",
	"ok",
	"host",
	"port",
	"ip",
	"class",
	"field",
	"value",
	"usual",
	"refused_by",
};

static void
begin_row(struct csv_row *row, struct text *line,
    const struct site_group *group, const struct site_outlier *outlier)
{
	csv_begin(row, line);
	csv_string(row, group->site);
	csv_integer(row, (int64_t)group->hosts);
	csv_integer(row, (int64_t)group->ok);
	csv_string(row, outlier->host);
	csv_integer(row, outlier->port);
	csv_string(row, outlier->ip);
	csv_string(row, class_word(outlier->class_id));
}

static void
end_row(struct csv_row *row, const struct site_outlier *outlier)
{
	struct text list = { .size = 0 };

	for (size_t i = 0; i < outlier->failing_count; i++) {
		if (i > 0)
			text_append_char(&list, ';');
		text_append(&list, outlier->clients_failing[i]);
	}
	csv_string(row, list.data);
	csv_end(row);
	text_free(&list);
}

static void
append_outlier(struct text *out, struct arena *scratch,
    const struct site_group *group, const struct site_outlier *outlier)
{
	struct csv_row row;

	for (size_t i = 0; i < outlier->difference_count; i++) {
		const struct site_difference *at = &outlier->differs[i];
		bool expiry = at->field == SITE_FIELD_EXPIRY;

		begin_row(&row, out, group, outlier);
		csv_string(&row, site_field_word(at->field));
		csv_string(
		    &row, expiry ? time_text(scratch, at->expiry) : at->value);
		csv_string(&row,
		    expiry ? time_text(scratch, group->expiry) : at->usual);
		end_row(&row, outlier);
	}
	if (outlier->backend != NULL) {
		begin_row(&row, out, group, outlier);
		csv_string(&row, "backend");
		csv_string(&row, outlier->backend);
		csv_string(&row, NULL);
		end_row(&row, outlier);
	}
	if (outlier->difference_count > 0 || outlier->backend != NULL)
		return;
	begin_row(&row, out, group, outlier);
	if (outlier->class_id == CLASS_OK) {
		csv_string(&row, "cause");
		csv_string(&row, outlier->cause);
		csv_string(&row, NULL);
	} else {
		csv_string(&row, "class");
		csv_string(&row, class_word(outlier->class_id));
		csv_string(&row, class_word(CLASS_OK));
	}
	end_row(&row, outlier);
}

static void
flush(struct text *out, FILE *stream)
{
	fwrite(out->data, 1, out->size, stream);
	text_clear(out);
}

void
sites_write_csv(struct sites *sites, struct archive *archive, FILE *stream)
{
	struct arena *arena = arena_new();
	struct text out = { .size = 0 };
	struct csv_row row;

	csv_begin(&row, &out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
	flush(&out, stream);
	for (size_t i = 0; i < sites_count(sites); i++) {
		const struct site_group *group = sites_at(sites, i);

		for (size_t k = 0; k < group->outliers; k++) {
			struct site_outlier outlier;

			arena_reset(arena);
			if (sites_outlier(
				sites, group, k, archive, arena, &outlier))
				append_outlier(&out, arena, group, &outlier);
			flush(&out, stream);
		}
	}
	text_free(&out);
	arena_free(arena);
}

/* The number of certificates is a number in JSON too. */
static void
add_value(struct json_writer *object, const char *key, enum site_field field,
    const char *value)
{
	if (field == SITE_FIELD_RECEIVED && value != NULL)
		json_add_integer(object, key, strtoll(value, NULL, 10));
	else
		json_add_string(object, key, value);
}

static void
add_difference(struct json_writer *array, const struct site_group *group,
    const struct site_difference *difference, struct arena *scratch)
{
	struct json_writer *object = json_append_object(array);

	json_add_string(object, "field", site_field_word(difference->field));
	if (difference->field != SITE_FIELD_EXPIRY) {
		add_value(
		    object, "value", difference->field, difference->value);
		add_value(
		    object, "usual", difference->field, difference->usual);
		return;
	}
	json_add_string(
	    object, "value", time_text(scratch, difference->expiry));
	json_add_string(object, "usual", time_text(scratch, group->expiry));
	json_add_integer(object, "days", difference->days);
}

static void
add_outlier(struct json_writer *array, const struct site_group *group,
    const struct site_outlier *outlier, struct arena *scratch)
{
	struct json_writer *object = json_append_object(array), *list;

	json_add_string(object, "host", outlier->host);
	json_add_integer(object, "port", outlier->port);
	json_add_string(object, "ip", outlier->ip);
	json_add_string(object, "class", class_word(outlier->class_id));
	json_add_string(object, "cause", outlier->cause);
	list = json_add_array(object, "differs");
	for (size_t i = 0; i < outlier->difference_count; i++)
		add_difference(list, group, &outlier->differs[i], scratch);
	if (outlier->backend != NULL)
		json_add_string(object, "backend", outlier->backend);
	list = json_add_array(object, "clients_failing");
	for (size_t i = 0; i < outlier->failing_count; i++)
		json_append_string(list, outlier->clients_failing[i]);
}

void
sites_append_json(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct text *out)
{
	struct arena *arena = arena_new();
	struct json_writer *object = json_new_object(), *usual, *range, *array;
	struct site_outlier *list;
	size_t count;

	list = sites_outliers(sites, group, archive, arena, &count);
	json_add_string(object, "site", group->site);
	json_add_integer(object, "hosts", (int64_t)group->hosts);
	json_add_integer(object, "ok", (int64_t)group->ok);
	json_add_string(
	    object, "baseline", site_baseline_word(group->baseline));
	usual = json_add_object(object, "usual");
	for (unsigned i = 0; i < SITE_VALUES; i++)
		add_value(usual, site_field_word((enum site_field)i),
		    (enum site_field)i, group->usual[i]);
	if (group->dated) {
		range = json_add_object(object, "expiry");
		json_add_string(
		    range, "earliest", time_text(arena, group->earliest));
		json_add_string(
		    range, "median", time_text(arena, group->expiry));
		json_add_string(
		    range, "latest", time_text(arena, group->latest));
	} else {
		json_add_null(object, "expiry");
	}
	array = json_add_array(object, "outliers");
	for (size_t i = 0; i < count; i++)
		add_outlier(array, group, &list[i], arena);
	json_print(object, out);
	text_append_char(out, '\n');
	json_writer_free(object);
	arena_free(arena);
}

/* Sites are compared when all records are there, so all is written then. */
static void
finish(struct sheet *sheet)
{
	if (sheet->run->sites != NULL)
		sites_write_csv(
		    sheet->run->sites, sheet->run->archive, sheet->stream);
}

const struct writer sites_writer = {
	.file = "sites.csv",
	.word = "csv",
	.finish = finish,
};
