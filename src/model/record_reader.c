/*
 * One member after another out of a JSON object.  What the members mean is
 * the business of who asks.
 */
#include "model/record_reader.h"

#include "base/base64.h"
#include "base/clock.h"

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

const char *
record_string(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const char *string = json_string(record_member(reader, object, key));

	if (string == NULL)
		record_refuse(reader, key, "is not a string");
	return arena_string(reader->arena, string);
}

const char *
record_optional_string(
    struct record_reader *reader, const struct json *object, const char *key)
{
	if (json_is_null(record_member(reader, object, key)))
		return NULL;
	return record_string(reader, object, key);
}

const char **
record_strings(struct record_reader *reader, const struct json *object,
    const char *key, size_t *count)
{
	const struct json *array = record_array(reader, object, key);
	const char **strings =
	    arena_array(reader->arena, json_length(array), sizeof(char *));

	*count = 0;
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item)) {
		const char *string = json_string(item);

		if (string == NULL)
			record_refuse(reader, key, "holds no string");
		else
			strings[(*count)++] =
			    arena_string(reader->arena, string);
	}
	return strings;
}

bool
record_bool(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = record_member(reader, object, key);

	if (!json_is_bool(member))
		record_refuse(reader, key, "is not true or false");
	return json_bool(member, false);
}

int64_t
record_integer(struct record_reader *reader, const struct json *object,
    const char *key, int64_t least, int64_t most)
{
	const struct json *member = record_member(reader, object, key);
	int64_t value = json_integer(member, INT64_MIN);

	if (value >= least && value <= most && value != INT64_MIN)
		return value;
	record_refuse(reader, key, "is not an integer in range");
	return least;
}

void
record_digest(struct record_reader *reader, const struct json *object,
    const char *key, struct digest *digest)
{
	memset(digest, 0, sizeof(*digest));
	if (!json_digest(record_member(reader, object, key), digest))
		record_refuse(reader, key, "is not a SHA-256 value");
}

const struct digest *
record_digests(struct record_reader *reader, const struct json *object,
    const char *key, size_t *count)
{
	const struct json *array = record_array(reader, object, key);
	struct digest *digests =
	    arena_array(reader->arena, json_length(array), sizeof(*digests));

	*count = 0;
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item))
		if (!json_digest(item, &digests[(*count)++]))
			record_refuse(reader, key, "holds no SHA-256 value");
	return digests;
}

int64_t
record_time(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const char *string = json_string(record_member(reader, object, key));
	int64_t time = 0;

	if (string == NULL || !clock_parse(string, 0, &time))
		record_refuse(reader, key, "is not a time");
	return time;
}

double
record_milliseconds(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = record_member(reader, object, key);

	if (!json_is_null(member) && !json_is_number(member))
		record_refuse(reader, key, "is not a number");
	return json_number(member, -1);
}

struct bytes
record_octets(
    struct record_reader *reader, const struct json *object, const char *key)
{
	const struct json *member = record_member(reader, object, key);
	const char *encoded = json_string(member);
	struct bytes octets = { NULL, 0 };

	if (json_is_null(member))
		return octets;
	if (encoded == NULL || base64_decode(reader->arena,
				   bytes_from_string(encoded), &octets) < 0)
		record_refuse(reader, key, "is not base64");
	return octets;
}
