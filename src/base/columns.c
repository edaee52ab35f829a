/*
 * How many columns of a terminal a string takes, and strings cut, filled and
 * wrapped to a number of columns.
 */
#include "base/columns.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/utf8.h"

enum {
	WIDTH = 80,
	CHANGE_COLUMNS = 12,
	HOST_COLUMNS = 28,
	STORY_LEAST =
	    24 /* with this width left, the text begins on the host's line */
};

struct range {
	uint32_t first, last;
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
	if (*length > 0 && !utf8_is_control(code_point) &&
	    !utf8_reorders(code_point)) {
		text_append_bytes(text, bytes_of(bytes.data, *length));
		return width_of(code_point);
	}
	if (*length == 0)
		*length = 1;
	text_append_escaped(text, bytes_of(bytes.data, *length));
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
		/* Nearly everything: printed as it is, a column each. */
		length = utf8_printable_ascii(rest);
		if (length > 0 && length < columns - used) {
			text_append_bytes(text, bytes_of(rest.data, length));
			used += length;
			cut = text->size;
			rest = bytes_of(rest.data + length, rest.size - length);
			continue;
		}
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

void
cell_append(struct text *out, const char *string, size_t columns)
{
	size_t start = out->size, used;

	text_append_cell(out, string == NULL ? "" : string, columns);
	used = text_columns(bytes_of(out->data + start, out->size - start));
	for (; used < columns; used++)
		text_append_char(out, ' ');
}

void
cell_append_wrapped(struct text *out, const char *string, size_t column)
{
	struct text clean = { NULL, 0, 0 };
	size_t at = column;

	text_append_cell(&clean, string, SIZE_MAX);
	for (const char *words = clean.data; words != NULL && *words != '\0';) {
		size_t length = strcspn(words, " ");
		size_t columns = text_columns(bytes_of(words, length));

		if (at > column && at + 1 + columns > WIDTH) {
			text_printf(out, "\n%*s", (int)column, "");
			at = column;
		}
		if (at > column) {
			text_append_char(out, ' ');
			at++;
		}
		text_append_bytes(out, bytes_of(words, length));
		at += columns;
		words += length;
		words += strspn(words, " ");
	}
	text_append_char(out, '\n');
	text_free(&clean);
}

void
cell_append_change(
    struct text *out, const char *word, const char *host, const char *detail)
{
	size_t start = out->size, used;

	cell_append(out, word, CHANGE_COLUMNS);
	text_append_char(out, ' ');
	text_append_cell(out, host, SIZE_MAX);
	used = text_columns(bytes_of(out->data + start, out->size - start));
	for (; used < CHANGE_COLUMNS + 1 + HOST_COLUMNS; used++)
		text_append_char(out, ' ');
	/* A host is never cut; after a long one the detail has its own line. */
	if (used + 1 + STORY_LEAST > WIDTH) {
		text_printf(out, "\n%*s", CHANGE_COLUMNS, "");
		used = CHANGE_COLUMNS;
	}
	text_append_char(out, ' ');
	text_append_cell(out, detail, WIDTH - used - 1);
	text_append_char(out, '\n');
}

const char *
count_text(struct arena *arena, uint64_t count)
{
	enum { MOST = 32 };
	char digits[MOST];
	char *out = arena_alloc(arena, MOST), *to = out;
	int size = snprintf(digits, sizeof(digits), "%" PRIu64, count);

	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	return out;
}

const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

const char *
list_text(struct arena *arena, const char *list, const char *between,
    const char *more)
{
	return list == NULL
		   ? more
		   : arena_printf(arena, "%s%s%s", list, between, more);
}

const char *
names_text(
    struct arena *arena, const char *const names[], size_t count, size_t most)
{
	size_t shown = count <= most + 1 ? count : most;
	const char *list = NULL;

	for (size_t i = 0; i < shown; i++)
		list = list_text(arena, list, ", ", names[i]);
	return shown == count ? list
			      : arena_printf(arena, "%s and %zu more", list,
				    count - shown);
}

void
cell_append_count(struct text *out, uint64_t count, size_t columns)
{
	struct arena *scratch = arena_new();

	text_printf(out, "%*s", (int)columns, count_text(scratch, count));
	arena_free(scratch);
}
