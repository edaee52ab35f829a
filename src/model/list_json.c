/*
 * Finds where the values of a JSON text begin and end, so that a list of any
 * length is read value by value; base/json takes each apart.
 */
#include "model/list_json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"

static const char fault_json[] = "not JSON, or JSON that ends too early";
static const char fault_nothing[] =
    "JSON without host, ip, url, domain or targets";

/* Between values, and within the one being read. */
struct json_state {
	bool in_array; /* of the whole list */
	bool any;      /* a value was read */
	bool by_line;  /* the first value did not go over a line's end */
};

static bool
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * The octets of the next value into reader->line.  A value that is broken
 * ends with its line where every value has a line, or with the list.
 */
static enum list_step
read_value(struct list_reader *reader, struct json_state *state)
{
	struct text *value = &reader->line;
	bool in_string = false, escaped = false, has_line_end = false;
	size_t depth = 0;
	int c;

	text_clear(value);
	while ((c = list_input_octet(reader->input)) >= 0) {
		if (value->size == 0 && (is_space(c) || c == ','))
			continue;
		if (value->size == 0 && c == '[' && !state->in_array) {
			state->in_array = true;
			continue;
		}
		if (value->size == 0 && c == ']' && state->in_array) {
			state->in_array = false;
			continue;
		}
		if (value->size == 0)
			reader->number = list_input_number(reader->input);
		if (c == '\n' && state->by_line)
			return LIST_LINE;
		has_line_end = has_line_end || c == '\n';
		/*
		 * A bare word or number ends before what follows it; a line
		 * that is no JSON is one value.
		 */
		if (depth == 0 && !in_string && value->size > 0 &&
		    !state->by_line && (is_space(c) || c == ',' || c == ']')) {
			state->in_array = state->in_array && c != ']';
			return LIST_LINE;
		}
		text_append_char(value, (char)c);
		if (value->size > LIST_JSON_MOST)
			return list_reader_fail(
			    reader, "a JSON value of more than 4 MiB");
		if (in_string) {
			in_string = escaped || c != '"';
			escaped = !escaped && c == '\\';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
		if (depth > 0 || in_string ||
		    (c != '}' && c != ']' && c != '"'))
			continue;
		if (!state->any && !state->in_array)
			state->by_line = !has_line_end;
		state->any = true;
		return LIST_LINE;
	}
	if (c == -2)
		return list_reader_fail_input(reader);
	return value->size > 0 ? LIST_LINE : LIST_END;
}

/* A string, or a number as its digits; NULL: neither. */
static const char *
scalar(struct arena *arena, const struct json *value)
{
	double number = json_number(value, -1);
	const char *string = json_string(value);

	if (string != NULL)
		return arena_string(arena, string);
	if (!json_is_number(value))
		return NULL;
	/* What is no port is refused as such. */
	return number >= 0 && number <= UINT32_MAX &&
		       number == (double)(uint32_t)number
		   ? arena_printf(arena, "%" PRIu32, (uint32_t)number)
		   : "?";
}

/* ["a", "b"], each of which may be "a;b" as in a table. */
static void
set_tags(struct list_entries *entries, struct list_entry *entry,
    const struct json *array)
{
	struct text joined = { .size = 0 };

	for (const struct json *tag = json_first(array); tag != NULL;
	     tag = json_next(tag))
		if (json_string(tag) != NULL)
			text_printf(&joined, "%s;", json_string(tag));
	if (joined.size > 0)
		list_entry_set(entries, entry, COLUMN_TAGS, joined.data);
	text_free(&joined);
}

/* masscan's "ports": [{"port": 443, "proto": "tcp", "status": "open"}]. */
static void
add_ports(struct list_entries *entries, struct list_entry entry,
    const struct json *ports)
{
	for (const struct json *port = json_first(ports); port != NULL;
	     port = json_next(port)) {
		const char *protocol = json_string(json_get(port, "proto"));
		const char *status = json_string(json_get(port, "status"));

		if ((protocol != NULL && strcmp(protocol, "tcp") != 0) ||
		    (status != NULL && strcmp(status, "open") != 0))
			continue;
		entry.port = scalar(entries->arena, json_get(port, "port"));
		list_entries_add(entries, entry);
	}
}

static void
add_strings(struct list_reader *reader, const struct json *array)
{
	struct list_entries *entries = &reader->entries;

	for (const struct json *target = json_first(array); target != NULL;
	     target = json_next(target)) {
		struct list_entry entry = { .host = scalar(
						entries->arena, target) };

		if (entry.host == NULL)
			entry.fault = fault_nothing;
		list_entries_add(entries, entry);
	}
}

static void
add_object(
    struct list_reader *reader, const struct json *object, struct bytes octets)
{
	struct list_entries *entries = &reader->entries;
	const struct json *ports = json_get(object, "ports");
	const char *url = json_string(json_get(object, "url"));
	size_t best[COLUMN_COUNT + 1], order;
	struct list_entry entry = { .host = NULL };

	if (json_is_array(json_get(object, "targets"))) {
		add_strings(reader, json_get(object, "targets"));
		return;
	}
	for (size_t i = 0; i <= COLUMN_COUNT; i++)
		best[i] = SIZE_MAX;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		enum list_column column =
		    list_column_find(json_key(member), &order);

		if (column == COLUMN_COUNT || order >= best[column])
			continue;
		if (column == COLUMN_TAGS && json_is_array(member))
			set_tags(entries, &entry, member);
		else if (scalar(entries->arena, member) == NULL)
			continue;
		else
			list_entry_set(entries, &entry, column,
			    scalar(entries->arena, member));
		best[column] = order;
	}
	/* httpx: "host" is the address that "url" led to. */
	if (url != NULL && strstr(url, "://") != NULL)
		entry = (struct list_entry){
			.host = arena_string(entries->arena, url),
			.tags = entry.tags,
			.tag_count = entry.tag_count,
		};
	if (entry.host == NULL && entry.ip == NULL)
		list_reader_add_fault(reader, octets, fault_nothing);
	else if (json_is_array(ports))
		add_ports(entries, entry, ports);
	else
		list_entries_add(entries, entry);
}

enum list_step
list_json_read(struct list_reader *reader)
{
	char error[80];
	struct json *json;
	enum list_step step;
	struct bytes octets;

	if (reader->state == NULL)
		reader->state = memory_new(sizeof(struct json_state));
	list_entries_reset(&reader->entries);
	step = read_value(reader, reader->state);
	if (step != LIST_LINE)
		return step;
	octets = bytes_of(reader->line.data, reader->line.size);
	/* The last element of older masscans is {finished: 1}. */
	if (strcmp(reader->line.data, "{finished: 1}") == 0)
		return LIST_RECORD;
	json = json_parse(octets, error);
	if (json_is_object(json)) {
		add_object(reader, json, octets);
	} else if (json_string(json) != NULL) {
		list_entries_add(&reader->entries,
		    (struct list_entry){
			.host = scalar(reader->entries.arena, json) });
	} else {
		list_reader_add_fault(
		    reader, octets, json == NULL ? fault_json : fault_nothing);
	}
	json_free(json);
	return LIST_RECORD;
}
