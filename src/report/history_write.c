/* Nights and hosts of history.db in three forms.  Reads no database. */
#include "report/history_write.h"

#include "base/clock.h"
#include "base/columns.h"
#include "base/csv.h"
#include "base/json.h"

/* In the words of people where it is a class: "gone" is none. */
static const char *
class_for_people(const char *word)
{
	enum class_id class_id;

	return class_from_word(word, &class_id) ? class_title(class_id) : word;
}

static const char *
class_and_cause(struct arena *arena, const char *word, const char *cause)
{
	return cause == NULL ? class_for_people(word)
			     : arena_printf(arena, "%s (%s)",
				   class_for_people(word), cause);
}

const char *
history_state_text(
    struct arena *arena, const struct history_host *host, const char *verb)
{
	const char *text =
	    arena_printf(arena, "%s%s", verb, date_text(arena, host->since));

	if (host->broken)
		text = arena_printf(arena, "%s (%s night%s)", text,
		    count_text(arena, host->nights_broken),
		    plural(host->nights_broken));
	if (host->breaks > 0)
		text = arena_printf(arena, "%s; it broke again %s time%s", text,
		    count_text(arena, host->breaks), plural(host->breaks));
	return text;
}

void
history_append_night_header(struct text *out, enum history_form form)
{
	struct csv_row row;

	if (form == HISTORY_TEXT)
		text_append(out, "night            records     not ok\n");
	if (form != HISTORY_CSV)
		return;
	csv_begin(&row, out);
	csv_string(&row, "night");
	csv_string(&row, "list");
	csv_string(&row, "records");
	for (int i = 0; i < CLASS_COUNT; i++)
		csv_string(&row, class_word((enum class_id)i));
	csv_end(&row);
}

static void
append_night_text(
    struct text *out, const struct history_night *night, struct arena *arena)
{
	const char *classes = NULL;
	uint64_t broken = 0;

	for (int i = 0; i < CLASS_COUNT; i++) {
		if (i == CLASS_OK || night->classes[i] == 0)
			continue;
		broken += night->classes[i];
		classes = list_text(arena, classes, ", ",
		    arena_printf(arena, "%s %s",
			count_text(arena, night->classes[i]),
			class_title((enum class_id)i)));
	}
	text_append(out, date_text(arena, night->started));
	cell_append_count(out, night->records, 14);
	cell_append_count(out, broken, 11);
	text_append(out, "  ");
	cell_append_wrapped(out, classes == NULL ? "" : classes, 37);
}

void
history_append_night(
    struct text *out, const struct history_night *night, enum history_form form)
{
	struct arena *arena = arena_new();
	struct json_writer *object, *classes;
	struct csv_row row;

	switch (form) {
	case HISTORY_TEXT:
		append_night_text(out, night, arena);
		break;
	case HISTORY_JSON:
		object = json_new_object();
		json_add_string(
		    object, "night", time_text(arena, night->started));
		json_add_string(object, "list", night->list);
		json_add_integer(object, "records", (int64_t)night->records);
		classes = json_add_object(object, "classes");
		for (int i = 0; i < CLASS_COUNT; i++)
			json_add_integer(classes, class_word((enum class_id)i),
			    (int64_t)night->classes[i]);
		json_print(object, out);
		text_append_char(out, '\n');
		json_writer_free(object);
		break;
	case HISTORY_CSV:
		csv_begin(&row, out);
		csv_string(&row, time_text(arena, night->started));
		csv_string(&row, night->list);
		csv_integer(&row, (int64_t)night->records);
		for (int i = 0; i < CLASS_COUNT; i++)
			csv_integer(&row, (int64_t)night->classes[i]);
		csv_end(&row);
		break;
	}
	arena_free(arena);
}

void
history_append_host_header(struct text *out, enum history_form form)
{
	static const char *const columns[] = { "host", "port", "ip", "list",
		"class", "cause", "since", "changes", "nights_broken" };
	struct csv_row row;

	if (form != HISTORY_CSV)
		return;
	csv_begin(&row, out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
}

static const char *
ip_of(const struct history_host *host)
{
	return host->ip[0] == '\0' ? NULL : host->ip;
}

static void
append_host_text(struct text *out, const struct history_host *host,
    const struct history_change *changes, size_t count, struct arena *arena)
{
	const char *name = arena_printf(arena,
	    strchr(host->host, ':') != NULL ? "[%s]:%u" : "%s:%u", host->host,
	    host->port);

	if (ip_of(host) != NULL)
		name = arena_printf(arena, "%s at %s", name, host->ip);
	text_append_cell(out, name, SIZE_MAX);
	text_append(out, "\n  ");
	cell_append_wrapped(out,
	    arena_printf(arena, "%s, %s",
		history_state_text(
		    arena, host, host->broken ? "broken since " : "since "),
		class_and_cause(arena, host->class_word, host->cause)),
	    2);
	for (size_t i = 0; changes != NULL && i < count; i++) {
		text_append(out, "    ");
		text_append(out, date_text(arena, changes[i].night));
		text_append(out, "  ");
		cell_append_wrapped(out,
		    class_and_cause(
			arena, changes[i].class_word, changes[i].cause),
		    16);
	}
}

void
history_append_host(struct text *out, const struct history_host *host,
    const struct history_change *changes, size_t count, enum history_form form)
{
	struct arena *arena = arena_new();
	struct json_writer *object;
	struct csv_row row;

	switch (form) {
	case HISTORY_TEXT:
		append_host_text(out, host, changes, count, arena);
		break;
	case HISTORY_JSON:
		object = json_new_object();
		json_add_string(object, "host", host->host);
		json_add_integer(object, "port", host->port);
		json_add_string(object, "ip", ip_of(host));
		json_add_string(object, "list", host->list);
		json_add_string(object, "since", time_text(arena, host->since));
		json_add_string(object, "class", host->class_word);
		json_add_string(object, "cause", host->cause);
		json_add_integer(object, "changes", host->changes);
		json_add_integer(object, "nights_broken", host->nights_broken);
		json_print(object, out);
		text_append_char(out, '\n');
		json_writer_free(object);
		break;
	case HISTORY_CSV:
		csv_begin(&row, out);
		csv_string(&row, host->host);
		csv_integer(&row, host->port);
		csv_string(&row, ip_of(host));
		csv_string(&row, host->list);
		csv_string(&row, host->class_word);
		csv_string(&row, host->cause);
		csv_string(&row, time_text(arena, host->since));
		csv_integer(&row, host->changes);
		csv_integer(&row, host->nights_broken);
		csv_end(&row);
		break;
	}
	arena_free(arena);
}
