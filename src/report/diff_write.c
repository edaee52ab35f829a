/* Changes for machines: JSON lines and CSV. */
#include "report/diff_write.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"

static const char *const columns[] = {
	"change",
	"host",
	"port",
	"ip",
	"fields",
	"from_class",
	"to_class",
	"from_cause",
	"to_cause",
	"from_status",
	"to_status",
	"from_not_after",
	"to_not_after",
	"from_issuer_cn",
	"to_issuer_cn",
	"from_root",
	"to_root",
	"from_key",
	"to_key",
	"from_tls_version",
	"to_tls_version",
	"from_received",
	"to_received",
	"first_broken",
	"since",
	"last_good",
	"flaps",
};

static const char *
end_of(struct arena *arena, const struct leaf_facts *leaf)
{
	return leaf->present && !leaf->undated && leaf->not_after != 0
		   ? time_text(arena, leaf->not_after)
		   : NULL;
}

static const char *
root_of(struct arena *arena, const struct result *result)
{
	const struct step *root = result_root(result);

	return root == NULL ? NULL : result_common_name(arena, root->subject);
}

static const char *
tls_of(const struct result *result)
{
	return result->seen.has_tls ? result->seen.tls.version : NULL;
}

static void
add_side(struct json_writer *object, const char *key,
    const struct result *result, struct arena *arena)
{
	const struct leaf_facts *leaf;
	struct json_writer *side;

	if (result == NULL) {
		json_add_null(object, key);
		return;
	}
	leaf = &result->leaf;
	side = json_add_object(object, key);
	json_add_string(side, "class", class_word(result->verdict.class_id));
	json_add_string(side, "cause", result_cause(result));
	json_add_string(
	    side, "severity", severity_word(result->verdict.severity));
	json_add_string(side, "status", status_word(result->seen.status));
	json_add_string(side, "not_after", end_of(arena, leaf));
	json_add_string(side, "issuer_cn", leaf->issuer_cn);
	json_add_string(side, "root", root_of(arena, result));
	json_add_string(side, "key", leaf->key);
	json_add_string(side, "tls_version", tls_of(result));
	json_add_integer(
	    side, "received", (int64_t)result->seen.received_count);
	if (leaf->present)
		json_add_digest(side, "sha256", &leaf->sha256);
	else
		json_add_null(side, "sha256");
	json_add_string(side, "error", result->seen.error);
}

void
diff_append_json(
    const struct diff *diff, const struct change *change, struct text *out)
{
	struct arena *arena = arena_new();
	const struct observation *seen;
	struct json_writer *object, *list, *history;
	struct history_facts past;
	struct change_sides sides;

	if (!diff_read(diff, change, arena, &sides)) {
		arena_free(arena);
		return;
	}
	seen = &sides.host->seen;
	object = json_new_object();
	json_add_string(object, "change", change_word(change->kind));
	json_add_string(
	    object, "host", seen->host != NULL ? seen->host : seen->input);
	json_add_integer(object, "port", seen->port);
	json_add_string(object, "ip", seen->ip);
	json_add_string(object, "site", seen->site);
	add_side(object, "from", sides.has_from ? &sides.from : NULL, arena);
	add_side(object, "to", sides.has_to ? &sides.to : NULL, arena);
	list = json_add_array(object, "fields");
	for (unsigned i = 0; i < DIFF_FIELDS; i++)
		if ((change->fields & DIFF_BIT(i)) != 0)
			json_append_string(
			    list, diff_field_word((enum diff_field)i));
	if (diff_past(diff, change, &sides, &past)) {
		history = json_add_object(object, "history");
		json_add_string(history, "first_broken",
		    time_text(arena, past.first_broken));
		json_add_string(history, "since", time_text(arena, past.since));
		json_add_string(
		    history, "last_good", time_text(arena, past.last_good));
		json_add_integer(history, "flaps", past.flaps);
		json_add_integer(history, "runs", past.runs);
	}
	json_print(object, out);
	text_append_char(out, '\n');
	json_writer_free(object);
	arena_free(arena);
}

void
diff_append_csv_header(struct text *out)
{
	struct csv_row row;

	csv_begin(&row, out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		csv_string(&row, columns[i]);
	csv_end(&row);
}

static const char *
fields_text(struct arena *arena, unsigned fields)
{
	const char *list = NULL;

	for (unsigned i = 0; i < DIFF_FIELDS; i++) {
		const char *word = diff_field_word((enum diff_field)i);

		if ((fields & DIFF_BIT(i)) == 0)
			continue;
		list = list == NULL ? word
				    : arena_printf(arena, "%s;%s", list, word);
	}
	return list;
}

/* What the columns after `fields` hold, each of both sides. */
enum { SIDE_VALUES = 9 };

static void
side_values(struct arena *arena, const struct result *result,
    const char *values[SIDE_VALUES])
{
	const struct leaf_facts *leaf = &result->leaf;
	size_t at = 0;

	values[at++] = class_word(result->verdict.class_id);
	values[at++] = result_cause(result);
	values[at++] = status_word(result->seen.status);
	values[at++] = end_of(arena, leaf);
	values[at++] = leaf->issuer_cn;
	values[at++] = root_of(arena, result);
	values[at++] = leaf->key;
	values[at++] = tls_of(result);
	values[at++] = arena_printf(arena, "%zu", result->seen.received_count);
}

void
diff_append_csv(
    const struct diff *diff, const struct change *change, struct text *out)
{
	const char *from[SIDE_VALUES] = { NULL }, *to[SIDE_VALUES] = { NULL };
	struct history_facts past = { .since = 0 };
	bool is_known;
	struct arena *arena = arena_new();
	const struct observation *seen;
	struct change_sides sides;
	struct csv_row row;

	if (!diff_read(diff, change, arena, &sides)) {
		arena_free(arena);
		return;
	}
	seen = &sides.host->seen;
	is_known = diff_past(diff, change, &sides, &past);
	if (sides.has_from)
		side_values(arena, &sides.from, from);
	if (sides.has_to)
		side_values(arena, &sides.to, to);
	csv_begin(&row, out);
	csv_string(&row, change_word(change->kind));
	csv_string(&row, seen->host != NULL ? seen->host : seen->input);
	csv_integer(&row, seen->port);
	csv_string(&row, seen->ip);
	csv_string(&row, fields_text(arena, change->fields));
	for (size_t i = 0; i < SIDE_VALUES; i++) {
		csv_string(&row, from[i]);
		csv_string(&row, to[i]);
	}
	/* Empty without a history, and for a host that is not broken now. */
	csv_string(&row, time_text(arena, past.first_broken));
	csv_string(&row, time_text(arena, past.since));
	csv_string(&row, time_text(arena, past.last_good));
	if (is_known)
		csv_integer(&row, past.flaps);
	else
		csv_string(&row, NULL);
	csv_end(&row);
	arena_free(arena);
}
