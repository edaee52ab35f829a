/*
 * Writes and reads the members of a record by its table.  Which members
 * there are is said beside the struct that they are of.
 */
#include "model/record_fields.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "model/source.h"
#include "model/words.h"

/* A double holds no larger whole number exactly. */
#define MOST_ORDINAL INT64_C(9007199254740992)

void
record_refuse(
    struct record_reader *reader, const char *key, const char *sentence)
{
	if (reader->reason == NULL)
		reader->reason =
		    arena_printf(reader->arena, "%s: %s", key, sentence);
}

const struct json *
record_member(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = json_get(object, key);

	if (member == NULL)
		record_refuse(reader, key, "is missing");
	return member;
}

const struct json *
record_array(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = record_member(reader, object, key);

	if (!json_is_array(member))
		record_refuse(reader, key, "is not an array");
	return member;
}

const struct json *
record_object(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = record_member(reader, object, key);

	if (!json_is_object(member))
		record_refuse(reader, key, "is not an object");
	return member;
}

static void
write_array(struct json_writer *array, enum field_kind kind, const void *value,
    size_t count, struct arena *scratch)
{
	if (kind == FIELD_STRINGS) {
		const char *const *strings = *(const char **const *)value;

		for (size_t i = 0; i < count; i++)
			json_append_string(array, strings[i]);
	} else if (kind == FIELD_OCTETS_LIST) {
		const struct bytes *list = *(const struct bytes *const *)value;

		for (size_t i = 0; i < count; i++)
			json_append_string(
			    array, base64_encode(scratch, list[i]));
	} else {
		const struct digest *list =
		    *(const struct digest *const *)value;

		for (size_t i = 0; list != NULL && i < count; i++)
			json_append_digest(array, &list[i]);
	}
}

static void
write_list(struct json_writer *object, const struct record_field *field,
    const void *facts, size_t count, struct arena *scratch)
{
	const char *item;
	bool is_map = field->kind == FIELD_MAP;
	struct json_writer *list = is_map ? json_add_object(object, field->key)
					  : json_add_array(object, field->key);

	memcpy(&item, (const char *)facts + field->offset, sizeof(item));
	for (size_t i = 0; i < count; i++, item += field->size)
		record_fields_write(
		    is_map ? json_add_object(
				 list, *(const char *const *)(const void *)item)
			   : json_append_object(list),
		    field->fields, item, scratch);
}

static struct bytes
bytes_at(const void *value)
{
	return *(const struct bytes *)value;
}

/* The word of the enum at `value`. */
static const char *
word_at(enum field_kind kind, const void *value)
{
	if (kind == FIELD_STATUS)
		return status_word(*(const enum status *)value);
	if (kind == FIELD_CLASS)
		return class_word(*(const enum class_id *)value);
	if (kind == FIELD_SEVERITY)
		return severity_word(*(const enum severity *)value);
	return source_word(*(const enum source *)value);
}

static void
write_field(struct json_writer *object, const struct record_field *field,
    const void *facts, struct arena *scratch)
{
	const char *key = field->key;
	const void *value = (const char *)facts + field->offset;
	size_t count = 0;

	if (field->count != 0)
		memcpy(
		    &count, (const char *)facts + field->count, sizeof(count));
	switch (field->kind) {
	case FIELD_LATER_STRING:
		if (*(const char *const *)value == NULL)
			return;
		/* fallthrough */
	case FIELD_STRING:
	case FIELD_NAME:
	case FIELD_NEWER_STRING:
		json_add_string(object, key, *(const char *const *)value);
		return;
	case FIELD_STRINGS:
	case FIELD_DIGESTS:
	case FIELD_OCTETS_LIST:
		write_array(json_add_array(object, key), field->kind, value,
		    count, scratch);
		return;
	case FIELD_DIGEST:
		json_add_digest(object, key, value);
		return;
	case FIELD_OCTETS:
		json_add_string(object, key,
		    bytes_at(value).size == 0
			? NULL
			: base64_encode(scratch, bytes_at(value)));
		return;
	case FIELD_LATER_BOOL:
		if (!*(const bool *)value)
			return;
		/* fallthrough */
	case FIELD_BOOL:
		json_add_bool(object, key, *(const bool *)value);
		return;
	case FIELD_ORDINAL:
		json_add_integer(
		    object, key, (int64_t) * (const uint64_t *)value);
		return;
	case FIELD_PORT:
		json_add_integer(object, key, *(const uint16_t *)value);
		return;
	case FIELD_LATER_COUNT:
		if (*(const unsigned *)value == 0)
			return;
		/* fallthrough */
	case FIELD_COUNT:
		json_add_integer(object, key, *(const unsigned *)value);
		return;
	case FIELD_TIME:
		json_add_string(
		    object, key, time_text(scratch, *(const int64_t *)value));
		return;
	case FIELD_MILLISECONDS: {
		double number = *(const double *)value;

		if (number < 0)
			json_add_null(object, key);
		else
			json_add_number(
			    object, key, round(number * 1000) / 1000);
		return;
	}
	case FIELD_STATUS:
	case FIELD_CLASS:
	case FIELD_SEVERITY:
	case FIELD_SOURCE:
		json_add_string(object, key, word_at(field->kind, value));
		return;
	case FIELD_PART:
		record_fields_write(object, field->fields, value, scratch);
		return;
	case FIELD_OBJECT:
		if (field->present != 0 &&
		    !*((const bool *)facts + field->present))
			json_add_null(object, key);
		else
			record_fields_write(json_add_object(object, key),
			    field->fields, value, scratch);
		return;
	case FIELD_LATER_LIST:
		if (count == 0)
			return;
		/* fallthrough */
	case FIELD_LIST:
	case FIELD_NEWER_LIST:
	case FIELD_MAP:
		write_list(object, field, facts, count, scratch);
		return;
	case FIELD_OWN:
		field->write(object, facts, scratch);
		return;
	case FIELD_END:
		return;
	}
}

void
record_fields_write(struct json_writer *object,
    const struct record_field *fields, const void *facts, struct arena *scratch)
{
	for (; fields->kind != FIELD_END; fields++)
		write_field(object, fields, facts, scratch);
}

/* NULL where it is null, which not all may be. */
static const char *
read_string(struct record_reader *reader, const struct json *member,
    const char *key, bool optional)
{
	if (json_string(member) == NULL && !(optional && json_is_null(member)))
		record_refuse(reader, key, "is not a string");
	return json_string(member);
}

static int64_t
read_integer(struct record_reader *reader, const struct json *member,
    const char *key, int64_t most)
{
	int64_t value = json_integer(member, INT64_MIN);

	if (value >= 0 && value <= most)
		return value;
	record_refuse(reader, key, "is not an integer in range");
	return 0;
}

static size_t
read_array(struct record_reader *reader, const struct json *array,
    const struct record_field *field, void *value)
{
	size_t most = json_length(array), count = 0;
	const char **strings = NULL;
	struct digest *digests = NULL;
	struct bytes *octets = NULL;

	if (!json_is_array(array))
		record_refuse(reader, field->key, "is not an array");
	if (field->kind == FIELD_STRINGS)
		*(const char ***)value = strings =
		    arena_array(reader->arena, most, sizeof(*strings));
	else if (field->kind == FIELD_DIGESTS)
		*(const struct digest **)value = digests =
		    arena_array(reader->arena, most, sizeof(*digests));
	else
		*(const struct bytes **)value = octets =
		    arena_array(reader->arena, most, sizeof(*octets));
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item), count++) {
		const char *string = json_string(item);

		if (digests != NULL && !json_digest(item, &digests[count]))
			record_refuse(
			    reader, field->key, "holds no SHA-256 value");
		if (digests == NULL && string == NULL)
			record_refuse(reader, field->key, "holds no string");
		else if (strings != NULL)
			strings[count] = string;
		else if (octets != NULL &&
			 base64_decode(reader->arena, bytes_from_string(string),
			     &octets[count]) < 0)
			record_refuse(reader, field->key, "is not base64");
	}
	return count;
}

static size_t
read_list(struct record_reader *reader, const struct json *list,
    const struct record_field *field, void *value)
{
	bool is_map = field->kind == FIELD_MAP;
	size_t count = json_length(list);
	char *item = arena_array(reader->arena, count, field->size);

	if (is_map ? !json_is_object(list) : !json_is_array(list))
		record_refuse(reader, field->key,
		    is_map ? "is not an object" : "is not an array");
	memcpy(value, &item, sizeof(item));
	for (const struct json *member = json_first(list); member != NULL;
	     member = json_next(member), item += field->size) {
		if (is_map)
			*(const char **)(void *)item = json_key(member);
		record_fields_read(reader, member, field->fields, item);
	}
	return count;
}

/* The enum at `value`, by its word. */
static bool
read_word(enum field_kind kind, const char *word, void *value)
{
	if (kind == FIELD_STATUS)
		return status_from_word(word, value);
	if (kind == FIELD_CLASS)
		return class_from_word(word, value);
	if (kind == FIELD_SEVERITY)
		return severity_from_word(word, value);
	return source_from_word(word, value);
}

/* Older records lack them, or all do where there is nothing to say. */
static bool
may_be_absent(enum field_kind kind)
{
	return kind == FIELD_LATER_STRING || kind == FIELD_NEWER_STRING ||
	       kind == FIELD_LATER_BOOL || kind == FIELD_LATER_COUNT ||
	       kind == FIELD_LATER_LIST || kind == FIELD_NEWER_LIST;
}

static void
read_field(struct record_reader *reader, const struct json *member,
    const struct record_field *field, void *facts)
{
	const char *key = field->key, *word;
	void *value = (char *)facts + field->offset;
	size_t count = 0;

	if (member == NULL) {
		if (!may_be_absent(field->kind))
			record_refuse(reader, key, "is missing");
		return;
	}
	switch (field->kind) {
	case FIELD_STRING:
	case FIELD_NAME:
	case FIELD_LATER_STRING:
	case FIELD_NEWER_STRING:
		*(const char **)value =
		    read_string(reader, member, key, field->kind != FIELD_NAME);
		return;
	case FIELD_STRINGS:
	case FIELD_DIGESTS:
	case FIELD_OCTETS_LIST:
		count = read_array(reader, member, field, value);
		break;
	case FIELD_LIST:
	case FIELD_LATER_LIST:
	case FIELD_NEWER_LIST:
	case FIELD_MAP:
		count = read_list(reader, member, field, value);
		break;
	case FIELD_DIGEST:
		if (!json_digest(member, value))
			record_refuse(reader, key, "is not a SHA-256 value");
		return;
	case FIELD_OCTETS:
		word = read_string(reader, member, key, true);
		if (word != NULL && base64_decode(reader->arena,
					bytes_from_string(word), value) < 0)
			record_refuse(reader, key, "is not base64");
		return;
	case FIELD_BOOL:
	case FIELD_LATER_BOOL:
		if (!json_is_bool(member))
			record_refuse(reader, key, "is not true or false");
		*(bool *)value = json_bool(member, false);
		return;
	case FIELD_ORDINAL:
		*(uint64_t *)value =
		    (uint64_t)read_integer(reader, member, key, MOST_ORDINAL);
		return;
	case FIELD_PORT:
		*(uint16_t *)value =
		    (uint16_t)read_integer(reader, member, key, UINT16_MAX);
		return;
	case FIELD_COUNT:
	case FIELD_LATER_COUNT:
		*(unsigned *)value =
		    (unsigned)read_integer(reader, member, key, UINT32_MAX);
		return;
	case FIELD_TIME:
		if (json_string(member) == NULL ||
		    !clock_parse(json_string(member), 0, value))
			record_refuse(reader, key, "is not a time");
		return;
	case FIELD_MILLISECONDS:
		if (!json_is_null(member) && !json_is_number(member))
			record_refuse(reader, key, "is not a number");
		*(double *)value = json_number(member, -1);
		return;
	case FIELD_STATUS:
	case FIELD_CLASS:
	case FIELD_SEVERITY:
	case FIELD_SOURCE:
		if (!read_word(field->kind, json_string(member), value))
			record_refuse(reader, key, "is no word of the list");
		return;
	case FIELD_OBJECT:
		if (field->present != 0) {
			*((bool *)facts + field->present) =
			    !json_is_null(member);
			if (json_is_null(member))
				return;
		}
		if (!json_is_object(member))
			record_refuse(reader, key, "is not an object");
		record_fields_read(reader, member, field->fields, value);
		return;
	default:
		return;
	}
	memcpy((char *)facts + field->count, &count, sizeof(count));
}

/*
 * *next is where the member of this row is in a record that we wrote: rows
 * and members have one order.  Another order takes a search.
 */
static void
read_fields(struct record_reader *reader, const struct json *object,
    const struct record_field *fields, const struct json **next, void *facts)
{
	for (; fields->kind != FIELD_END; fields++) {
		const struct json *member = *next;

		if (fields->part != 0 && (fields->part & reader->parts) == 0)
			continue;
		if (fields->kind == FIELD_PART) {
			read_fields(reader, object, fields->fields, next,
			    (char *)facts + fields->offset);
			continue;
		}
		if (fields->kind == FIELD_OWN) {
			fields->read(reader, object, facts);
			continue;
		}
		if (!string_equal(json_key(member), fields->key))
			member = json_get(object, fields->key);
		if (member != NULL)
			*next = json_next(member);
		read_field(reader, member, fields, facts);
	}
}

void
record_fields_read(struct record_reader *reader, const struct json *object,
    const struct record_field *fields, void *facts)
{
	const struct json *next = json_first(object);

	read_fields(reader, object, fields, &next, facts);
}

void
record_line_write(
    struct text *out, const struct record_field *fields, const void *facts)
{
	struct arena *scratch = arena_new();
	struct json_writer *object = json_new_object();

	record_fields_write(object, fields, facts, scratch);
	json_print(object, out);
	text_append_char(out, '\n');
	json_writer_free(object);
	arena_free(scratch);
}

bool
record_line_read_parts(struct arena *arena, struct bytes line,
    const struct record_field *fields, unsigned parts, void *facts,
    const char **reason)
{
	enum { PASSED_MOST = 16 };
	struct record_reader reader = { arena, NULL, parts };
	char *error = arena_alloc(arena, JSON_ERROR_SIZE);
	const char *passed_over[PASSED_MOST + 1] = { NULL };
	const struct json *object;
	size_t count = 0;

	for (const struct record_field *field = fields;
	     field->kind != FIELD_END && count < PASSED_MOST; field++)
		if (field->part != 0 && (field->part & parts) == 0)
			passed_over[count++] = field->key;
	object =
	    json_parse_in(arena, line, count > 0 ? passed_over : NULL, error);
	*reason = error;
	if (object == NULL)
		return false;
	record_fields_read(&reader, object, fields, facts);
	*reason = reader.reason;
	return reader.reason == NULL;
}

bool
record_line_read(struct arena *arena, struct bytes line,
    const struct record_field *fields, void *facts, const char **reason)
{
	return record_line_read_parts(
	    arena, line, fields, UINT_MAX, facts, reason);
}
