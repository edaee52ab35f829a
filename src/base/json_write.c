/*
 * JSON going out: text from the first member on, as a record is written a
 * million times.  The octets are those that cJSON prints, with which readers
 * and earlier runs compare.
 */
#include "base/json.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { MOST_DEPTH = 64, FIRST_ROOM = 4096 };

/* A container that is still open; levels[0] is the outermost. */
struct json_writer {
	struct json_document *document;
	bool is_array, has_members;
};

struct json_document {
	struct json_writer levels[MOST_DEPTH];
	size_t depth; /* of the innermost that is open */
	struct text text;
};

static void
open_level(struct json_document *document, size_t depth, bool is_array)
{
	if (depth >= MOST_DEPTH)
		fatal_bug("a document is built too deep");
	document->depth = depth;
	document->levels[depth] =
	    (struct json_writer){ document, is_array, false };
	text_append_char(&document->text, is_array ? '[' : '{');
}

/* Of the octets that pass as they are, from the first one on. */
static size_t
plain_length(struct bytes rest)
{
	size_t size = 0;
	uint32_t code_point;

	if (rest.data[0] >= 0x80)
		return utf8_decode(rest, &code_point);
	while (size < rest.size && rest.data[size] >= 0x20 &&
	       rest.data[size] < 0x80 && rest.data[size] != '"' &&
	       rest.data[size] != '\\')
		size++;
	return size;
}

static void
append_escaped(struct text *text, uint8_t octet)
{
	static const char octets[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = octet == 0 ? NULL : strchr(octets, octet);

	if (octet >= 0x80)
		text_append(text, "\xef\xbf\xbd"); /* U+FFFD */
	else if (at == NULL)
		text_printf(text, "\\u%04x", octet);
	else
		text_printf(text, "\\%c", letters[at - octets]);
}

static void
append_string(struct text *text, const char *string)
{
	struct bytes rest = bytes_from_string(string);

	text_append_char(text, '"');
	while (rest.size > 0) {
		size_t size = plain_length(rest);

		if (size > 0) {
			text_append_bytes(text, bytes_of(rest.data, size));
		} else {
			append_escaped(text, rest.data[0]);
			size = 1;
		}
		rest = bytes_of(rest.data + size, rest.size - size);
	}
	text_append_char(text, '"');
}

static void
close_levels(struct text *text, const struct json_document *document,
    size_t from, size_t down_to)
{
	for (size_t i = from; i > down_to; i--)
		text_append_char(
		    text, document->levels[i].is_array ? ']' : '}');
}

/* A comma and the key (NULL: an element); then the value is to be appended. */
static struct text *
next_value(struct json_writer *container, const char *key)
{
	struct json_document *document = container->document;
	size_t depth = (size_t)(container - document->levels);

	if (container->is_array != (key == NULL))
		fatal_bug("a member goes to an object, an element to an array");
	close_levels(&document->text, document, document->depth, depth);
	document->depth = depth;
	if (container->has_members)
		text_append_char(&document->text, ',');
	container->has_members = true;
	if (key != NULL) {
		append_string(&document->text, key);
		text_append_char(&document->text, ':');
	}
	return &document->text;
}

static struct json_writer *
new_document(bool is_array)
{
	struct json_document *document = memory_new(sizeof(*document));

	text_reserve(&document->text, FIRST_ROOM);
	open_level(document, 0, is_array);
	return document->levels;
}

static struct json_writer *
next_container(struct json_writer *container, const char *key, bool is_array)
{
	struct json_document *document = container->document;

	next_value(container, key);
	open_level(document, document->depth + 1, is_array);
	return &document->levels[document->depth];
}

struct json_writer *
json_new_object(void)
{
	return new_document(false);
}

struct json_writer *
json_new_array(void)
{
	return new_document(true);
}

void
json_writer_free(struct json_writer *outermost)
{
	text_free(&outermost->document->text);
	free(outermost->document);
}

struct json_writer *
json_add_object(struct json_writer *object, const char *key)
{
	return next_container(object, key, false);
}

struct json_writer *
json_add_array(struct json_writer *object, const char *key)
{
	return next_container(object, key, true);
}

struct json_writer *
json_append_object(struct json_writer *array)
{
	return next_container(array, NULL, false);
}

void
json_add_null(struct json_writer *object, const char *key)
{
	text_append(next_value(object, key), "null");
}

void
json_add_bool(struct json_writer *object, const char *key, bool value)
{
	text_append(next_value(object, key), value ? "true" : "false");
}

void
json_add_number(struct json_writer *object, const char *key, double value)
{
	const double whole_most = 1e15; /* "%.15g" writes no exponent below */
	struct text *text = next_value(object, key);
	char digits[32];
	double back;

	if (!isfinite(value)) {
		text_append(text, "null");
	} else if (fabs(value) < whole_most && value == trunc(value)) {
		text_printf(text, "%" PRId64, (int64_t)value);
	} else {
		/* Fifteen digits where they say enough. */
		snprintf(digits, sizeof(digits), "%1.15g", value);
		back = strtod(digits, NULL);
		if (fabs(back - value) >
		    fmax(fabs(back), fabs(value)) * DBL_EPSILON)
			snprintf(digits, sizeof(digits), "%1.17g", value);
		text_append(text, digits);
	}
}

void
json_add_integer(struct json_writer *object, const char *key, int64_t value)
{
	json_add_number(object, key, (double)value);
}

static void
append_string_or_null(struct text *text, const char *string)
{
	if (string == NULL)
		text_append(text, "null");
	else
		append_string(text, string);
}

void
json_add_string(struct json_writer *object, const char *key, const char *string)
{
	append_string_or_null(next_value(object, key), string);
}

void
json_append_string(struct json_writer *array, const char *string)
{
	append_string_or_null(next_value(array, NULL), string);
}

static void
append_digest(struct text *text, const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	append_string(text, hex);
}

void
json_add_digest(
    struct json_writer *object, const char *key, const struct digest *digest)
{
	append_digest(next_value(object, key), digest);
}

void
json_append_digest(struct json_writer *array, const struct digest *digest)
{
	append_digest(next_value(array, NULL), digest);
}

static void
append_document(struct text *out, const struct json_writer *outermost)
{
	const struct json_document *document = outermost->document;

	text_append_bytes(
	    out, bytes_of(document->text.data, document->text.size));
	close_levels(out, document, document->depth, 0);
	text_append_char(out, outermost->is_array ? ']' : '}');
}

void
json_print(const struct json_writer *outermost, struct text *text)
{
	append_document(text, outermost);
}

static void
append_tabs(struct text *out, size_t count)
{
	while (count-- > 0)
		text_append_char(out, '\t');
}

void
json_print_pretty(const struct json_writer *outermost, struct text *out)
{
	struct text compact = { .size = 0 };
	bool is_array[MOST_DEPTH + 1] = { false };
	size_t depth = 0;

	append_document(&compact, outermost);
	for (size_t i = 0; i < compact.size; i++) {
		char octet = compact.data[i];
		size_t start = i;

		switch (octet) {
		case '"':
			for (i++; compact.data[i] != '"'; i++)
				i += compact.data[i] == '\\';
			text_append_bytes(
			    out, bytes_of(compact.data + start, i + 1 - start));
			continue;
		case '{':
		case '[':
			is_array[++depth] = octet == '[';
			text_append(out, octet == '[' ? "[" : "{\n");
			if (octet == '{' && compact.data[i + 1] != '}')
				append_tabs(out, depth);
			continue;
		case ',':
			text_append(out, is_array[depth] ? ", " : ",\n");
			if (!is_array[depth])
				append_tabs(out, depth);
			continue;
		case ':':
			text_append(out, ":\t");
			continue;
		case '}':
			if (compact.data[i - 1] != '{')
				text_append_char(out, '\n');
			append_tabs(out, depth - 1);
			depth--;
			break;
		case ']':
			depth--;
			break;
		default:
			break;
		}
		text_append_char(out, octet);
	}
	text_free(&compact);
}
