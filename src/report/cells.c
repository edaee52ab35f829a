/* Cells, counts and colours for a terminal of 80 columns. */
#include "report/cells.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

enum {
	WIDTH = 80,
	CHANGE_COLUMNS = 12,
	HOST_COLUMNS = 28,
	STORY_LEAST = 24 /* so much of it is worth a place beside the host */
};

void
cell_append(struct text *out, const char *string, size_t columns)
{
	size_t start = out->size, used;

	text_append_cell(out, string == NULL ? "" : string, columns);
	used = text_columns(bytes_of(out->data + start, out->size - start));
	for (; used < columns; used++)
		text_append_char(out, ' ');
}

static void
append_words(struct text *out, const char *words, size_t column)
{
	size_t at = column;

	while (*words != '\0') {
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
}

void
cell_append_wrapped(struct text *out, const char *words, size_t column)
{
	struct text clean = { NULL, 0, 0 };

	text_append_cell(&clean, words, SIZE_MAX);
	if (clean.size > 0)
		append_words(out, clean.data, column);
	text_append_char(out, '\n');
	text_free(&clean);
}

static size_t
begin_line(struct text *out, size_t column)
{
	text_printf(out, "\n%*s", (int)column, "");
	return column;
}

void
cell_append_change(
    struct text *out, const char *word, const char *host, const char *story)
{
	size_t start = out->size, used;

	cell_append(out, word, CHANGE_COLUMNS);
	text_append_char(out, ' ');
	text_append_cell(out, host, SIZE_MAX);
	used = text_columns(bytes_of(out->data + start, out->size - start));
	for (; used < CHANGE_COLUMNS + 1 + HOST_COLUMNS; used++)
		text_append_char(out, ' ');
	/* A host is never cut; after a long one the story has its own line. */
	if (used + 1 + STORY_LEAST > WIDTH)
		used = begin_line(out, CHANGE_COLUMNS);
	text_append_char(out, ' ');
	text_append_cell(out, story, WIDTH - used - 1);
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
date_text(struct arena *arena, int64_t time)
{
	char *text = arena_alloc(arena, CLOCK_TEXT_SIZE);

	clock_format(time, text);
	text[sizeof("2026-11-23") - 1] = '\0';
	return text;
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
source_text(struct arena *arena, enum source from, const char *where)
{
	static const char *const verbs[SOURCE_COUNT] = {
		[SOURCE_RECEIVED] = "sent by",
		[SOURCE_FLEET] = "sent by",
		[SOURCE_KNOWN] = "found in",
		[SOURCE_STORE] = "in the trust store",
		[SOURCE_AIA] = "found at",
	};

	if (where == NULL)
		return verbs[from];
	return arena_printf(arena, "%s %s", verbs[from], where);
}

void
cell_append_count(struct text *out, uint64_t count, size_t columns)
{
	struct arena *scratch = arena_new();

	text_printf(out, "%*s", (int)columns, count_text(scratch, count));
	arena_free(scratch);
}

void
color_begin(struct text *out, enum severity severity, bool colors)
{
	static const char *const codes[SEVERITY_COUNT] = {
		[SEVERITY_OK] = "\033[32m",
		[SEVERITY_NOTICE] = "\033[36m",
		[SEVERITY_WARNING] = "\033[33m",
		[SEVERITY_ERROR] = "\033[31m",
	};

	if (colors)
		text_append(out, codes[severity]);
}

void
color_end(struct text *out, bool colors)
{
	if (colors)
		text_append(out, "\033[0m");
}

enum severity
class_severity(enum class_id class_id)
{
	if (class_id == CLASS_OK)
		return SEVERITY_OK;
	return class_id == CLASS_WEAK ? SEVERITY_WARNING : SEVERITY_ERROR;
}
