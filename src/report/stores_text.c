/* What a store holds, its dates, and how it differs from the first. */
#include "report/stores_text.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/json.h"
#include "report/stores_roots.h"
#include "x509/store_facts.h"

enum { NAME_COLUMNS = 12, SUBJECT_COLUMNS = 76, MOST_SUBJECTS = 10 };

/* Of one file or directory; several, joined, have no date of their own. */
static bool
file_date(const struct store_entry *entry, char out[CLOCK_TEXT_SIZE])
{
	struct stat file;

	if (stat(entry->path, &file) < 0)
		return false;
	clock_format(file.st_mtim.tv_sec, out);
	return true;
}

static void
append_date(struct text *out, bool is_known, const char *date)
{
	text_printf(out, " %-10.10s", is_known ? date : "-");
}

/* Paths are never cut: they are there to be copied. */
static void
append_store(struct text *out, const struct store_entry *entry,
    const struct roots *roots, int64_t now)
{
	struct store_facts facts;
	char earliest[CLOCK_TEXT_SIZE], latest[CLOCK_TEXT_SIZE];
	char changed[CLOCK_TEXT_SIZE];
	bool has_date;

	cell_append(out, entry->name, NAME_COLUMNS);
	if (entry->store == NULL) {
		text_append(out, " cannot be read\n  ");
		cell_append_wrapped(out, entry->error, 2);
		return;
	}
	has_date = file_date(entry, changed);
	store_facts(entry->store, now, &facts);
	clock_format(facts.earliest, earliest);
	clock_format(facts.latest, latest);
	text_printf(out, " %7zu %5zu %8zu %7zu ", facts.anchors,
	    facts.intermediates, facts.unusable, facts.expired);
	append_date(out, facts.has_dates, earliest);
	append_date(out, facts.has_dates, latest);
	append_date(out, has_date, changed);
	text_append(out, "\n  ");
	text_append_cell(out, entry->path, SIZE_MAX);
	text_append_char(out, '\n');
	if (facts.refused > 0)
		text_printf(out,
		    "  %zu more in it, which the file itself excludes from "
		    "TLS servers\n",
		    facts.refused);
	if (entry->same_as != NULL) {
		text_printf(out, "  (%s; the same file as %s)\n", entry->whose,
		    entry->same_as);
		return;
	}
	text_printf(out, "  (%s)\n", entry->whose);
	store_roots_append(out, roots, entry->store);
}

static void
append_only_in(struct text *out, struct arena *arena,
    const struct store_entry *entry, const struct store_entry *other)
{
	struct certificate_list only =
	    store_only_in(arena, entry->store, other->store);

	text_printf(out, "  only in %s: %zu\n", entry->name, only.count);
	for (size_t i = 0; i < only.count && i < MOST_SUBJECTS; i++) {
		text_append(out, "    ");
		text_append_cell(
		    out, only.certificates[i]->subject, SUBJECT_COLUMNS);
		text_append_char(out, '\n');
	}
	if (only.count > MOST_SUBJECTS)
		text_printf(
		    out, "    and %zu more\n", only.count - MOST_SUBJECTS);
}

/* What the others are compared with: the first that can be read. */
static const struct store_entry *
first_readable(const struct store_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->entries[i].store != NULL)
			return &set->entries[i];
	return NULL;
}

static bool
is_compared(const struct store_entry *entry, const struct store_entry *first)
{
	return entry->store != NULL && entry != first;
}

void
stores_append_table(const struct store_set *set, const struct roots *roots,
    int64_t now, struct text *out)
{
	const struct store_entry *first = first_readable(set);

	cell_append(out, "store", NAME_COLUMNS);
	text_append(out, " anchors other unusable expired  first ends "
			 "last ends  file date\n");
	for (size_t i = 0; i < set->count; i++)
		append_store(out, &set->entries[i], roots, now);
	for (size_t i = 0; i < set->count; i++) {
		const struct store_entry *entry = &set->entries[i];

		if (!is_compared(entry, first) || entry->same_as != NULL)
			continue;
		text_printf(out, "\n%s against %s\n", entry->name, first->name);
		append_only_in(out, set->arena, entry, first);
		append_only_in(out, set->arena, first, entry);
	}
}

static void
add_date(struct json_writer *object, struct arena *arena, const char *key,
    bool is_known, const char *date)
{
	json_add_string(
	    object, key, is_known ? arena_string(arena, date) : NULL);
}

static void
add_facts(struct json_writer *object, struct arena *arena,
    const struct store_entry *entry, int64_t now)
{
	struct store_facts facts;
	char date[CLOCK_TEXT_SIZE];
	bool has_date;

	store_facts(entry->store, now, &facts);
	json_add_integer(object, "anchors", (int64_t)facts.anchors);
	json_add_integer(object, "intermediates", (int64_t)facts.intermediates);
	json_add_integer(object, "refused", (int64_t)facts.refused);
	json_add_integer(object, "unusable", (int64_t)facts.unusable);
	json_add_integer(object, "expired", (int64_t)facts.expired);
	clock_format(facts.earliest, date);
	add_date(object, arena, "earliest_not_after", facts.has_dates, date);
	clock_format(facts.latest, date);
	add_date(object, arena, "latest_not_after", facts.has_dates, date);
	has_date = file_date(entry, date);
	add_date(object, arena, "file_date", has_date, date);
}

static void
add_only_in(struct json_writer *object, struct arena *arena, const char *key,
    const struct store_entry *entry, const struct store_entry *other)
{
	struct certificate_list only =
	    store_only_in(arena, entry->store, other->store);
	struct json_writer *array = json_add_array(object, key);

	for (size_t i = 0; i < only.count; i++) {
		struct json_writer *item = json_append_object(array);

		json_add_digest(item, "sha256", &only.certificates[i]->sha256);
		json_add_string(item, "subject", only.certificates[i]->subject);
	}
}

void
stores_append_json(const struct store_set *set, const struct store_entry *entry,
    const struct roots *roots, int64_t now, struct text *out)
{
	const struct store_entry *first = first_readable(set);
	struct json_writer *object = json_new_object();

	json_add_string(object, "name", entry->name);
	json_add_string(object, "path",
	    text_clean(set->arena, bytes_from_string(entry->path)));
	json_add_string(object, "found", entry->whose);
	json_add_string(object, "same_as", entry->same_as);
	json_add_string(object, "error",
	    entry->error == NULL
		? NULL
		: text_clean(set->arena, bytes_from_string(entry->error)));
	if (entry->store != NULL) {
		add_facts(object, set->arena, entry, now);
		store_roots_add(object, roots, entry->store);
	}
	if (is_compared(entry, first)) {
		json_add_string(object, "compared_with", first->name);
		add_only_in(object, set->arena, "only_here", entry, first);
		add_only_in(object, set->arena, "only_there", first, entry);
	}
	json_print(object, out);
	text_append_char(out, '\n');
	json_writer_free(object);
}
