/*
 * Growing strings, and strangers' strings made fit to be shown.  Escaping
 * for a format (JSON, CSV, HTML) is its writer's business.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/utf8.h"

void
text_clear(struct text *text)
{
	text->size = 0;
	if (text->data != NULL)
		text->data[0] = '\0';
}

void
text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ NULL, 0, 0 };
}

void
text_reserve(struct text *text, size_t extra)
{
	size_t wanted;

	/* One more for the final NUL, which `size` does not count. */
	if (extra < text->capacity - text->size)
		return;
	if (extra > SIZE_MAX / 2 - text->size)
		log_fatal("out of memory");
	wanted = text->size + extra + 1;
	if (wanted < text->capacity * 2)
		wanted = text->capacity * 2;
	if (wanted < 64)
		wanted = 64;
	text->data = memory_resize(text->data, wanted, 1);
	text->capacity = wanted;
	text->data[text->size] = '\0';
}

void
text_append_bytes(struct text *text, struct bytes bytes)
{
	text_reserve(text, bytes.size);
	if (bytes.size > 0)
		memcpy(text->data + text->size, bytes.data, bytes.size);
	text->size += bytes.size;
	text->data[text->size] = '\0';
}

void
text_append(struct text *text, const char *string)
{
	text_append_bytes(text, bytes_from_string(string));
}

void
text_append_char(struct text *text, char c)
{
	text_reserve(text, 1);
	text->data[text->size++] = c;
	text->data[text->size] = '\0';
}

void
text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;
	int size;

	text_reserve(text, 64);
	va_start(arguments, format);
	size = vsnprintf(text->data + text->size, text->capacity - text->size,
	    format, arguments);
	va_end(arguments);
	if (size < 0)
		log_bug("format cannot be printed");
	if ((size_t)size >= text->capacity - text->size) {
		text_reserve(text, (size_t)size);
		va_start(arguments, format);
		vsnprintf(text->data + text->size, (size_t)size + 1, format,
		    arguments);
		va_end(arguments);
	}
	text->size += (size_t)size;
}

static bool
is_control(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

static void
append_escaped(struct text *text, struct bytes octets)
{
	for (size_t i = 0; i < octets.size; i++)
		text_printf(text, "\\%02X", octets.data[i]);
}

/* The length of a first stretch that may pass as it is. */
static size_t
plain_prefix(struct bytes bytes)
{
	size_t at = 0;

	while (
	    at < bytes.size && bytes.data[at] >= 0x20 && bytes.data[at] < 0x7f)
		at++;
	return at;
}

void
text_append_clean(struct text *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code_point;
		size_t length = plain_prefix(bytes);
		bool passes = true;

		if (length == 0) {
			length = utf8_decode(bytes, &code_point);
			passes = length > 0 && !is_control(code_point);
			if (length == 0)
				length = 1;
		}
		if (passes)
			text_append_bytes(text, bytes_of(bytes.data, length));
		else
			append_escaped(text, bytes_of(bytes.data, length));
		bytes.data += length;
		bytes.size -= length;
	}
}

char *
text_clean(struct arena *arena, struct bytes bytes)
{
	struct text text = { NULL, 0, 0 };
	char *clean;

	if (plain_prefix(bytes) == bytes.size) {
		clean = arena_alloc(arena, bytes.size + 1);
		if (bytes.size > 0)
			memcpy(clean, bytes.data, bytes.size);
		return clean;
	}
	text_append_clean(&text, bytes);
	clean = arena_string(arena, text.data);
	text_free(&text);
	return clean;
}

struct range {
	uint32_t first, last;
};

/* Characters that reorder or end a line: a name must not rewrite a table. */
static const struct range reordering[] = {
	{ 0x61c, 0x61c },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2066, 0x2069 },
};

/* Unicode's combining marks and joiners, the common blocks of them. */
static const struct range zero_width[] = {
	{ 0x300, 0x36f },
	{ 0x483, 0x489 },
	{ 0x591, 0x5bd },
	{ 0x610, 0x61a },
	{ 0x64b, 0x65f },
	{ 0x1ab0, 0x1aff },
	{ 0x200b, 0x200d },
	{ 0x2060, 0x2064 },
	{ 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff },
};

/* East Asian Width W and F (UAX 11), and emoji. */
static const struct range double_width[] = {
	{ 0x1100, 0x115f },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0xa4cf },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f },
	{ 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

static bool
is_within(uint32_t code_point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code_point >= ranges[i].first &&
		    code_point <= ranges[i].last)
			return true;
	return false;
}

#define IS_WITHIN(code_point, ranges) \
	is_within(code_point, ranges, sizeof(ranges) / sizeof(*(ranges)))

static size_t
width_of(uint32_t code_point)
{
	if (IS_WITHIN(code_point, zero_width))
		return 0;
	return IS_WITHIN(code_point, double_width) ? 2 : 1;
}

/*
 * Appends the character that `bytes` begins with, escaped where it must be,
 * and returns the columns it takes; *length: the octets it took.
 */
static size_t
append_character(struct text *text, struct bytes bytes, size_t *length)
{
	enum { ESCAPE_COLUMNS = 3 };
	uint32_t code_point;

	*length = utf8_decode(bytes, &code_point);
	if (*length > 0 && !is_control(code_point) &&
	    !IS_WITHIN(code_point, reordering)) {
		text_append_bytes(text, bytes_of(bytes.data, *length));
		return width_of(code_point);
	}
	if (*length == 0)
		*length = 1;
	append_escaped(text, bytes_of(bytes.data, *length));
	return *length * ESCAPE_COLUMNS;
}

void
text_append_cell(struct text *text, const char *string, size_t columns)
{
	struct bytes rest = bytes_from_string(string);
	size_t used = 0, cut, length;

	text_reserve(text, rest.size);
	cut = text->size; /* where an ellipsis still fits */
	while (rest.size > 0) {
		used += append_character(text, rest, &length);
		if (used > columns) {
			text->size = cut;
			text->data[cut] = '\0';
			if (columns > 0)
				text_append(text, "…");
			return;
		}
		if (used < columns)
			cut = text->size;
		rest.data += length;
		rest.size -= length;
	}
}

size_t
text_columns(struct bytes rest)
{
	size_t columns = 0;

	while (rest.size > 0) {
		uint32_t code_point = 0;
		size_t length = utf8_decode(rest, &code_point);

		columns += length == 0 ? 1 : width_of(code_point);
		length += length == 0;
		rest.data += length;
		rest.size -= length;
	}
	return columns;
}
