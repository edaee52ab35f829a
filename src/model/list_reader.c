/* Lines and faults, for all forms of lists. */
#include "model/list_reader.h"

#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"

static const char fault_long[] = "a line of more than 4096 octets";
static const char fault_control[] = "a control character";
static const char fault_not_utf8[] = "not UTF-8";

enum { MOST_SHOWN = 512 };

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

enum list_step
list_reader_fail(struct list_reader *reader, const char *sentence)
{
	text_clear(&reader->error);
	text_append(&reader->error, sentence);
	return LIST_ERROR;
}

enum list_step
list_reader_fail_input(struct list_reader *reader)
{
	switch (errno) {
	case EFBIG:
		return list_reader_fail(
		    reader, "a line of more than 64 MiB: this is no list");
	case ETIMEDOUT:
		return list_reader_fail(
		    reader, "this FIFO gave no data for a minute");
	default:
		return list_reader_fail(reader, strerror(errno));
	}
}

void
list_reader_add_fault(
    struct list_reader *reader, struct bytes octets, const char *sentence)
{
	struct list_entry entry = { .fault = sentence };

	if (octets.size > MOST_SHOWN) {
		octets.size = MOST_SHOWN;
		/* Not within a character. */
		while (octets.size > 0 &&
		       (octets.data[octets.size] & 0xc0) == 0x80)
			octets.size--;
	}
	if (octets.size > 0)
		entry.input = text_clean(reader->entries.arena, octets);
	list_entries_add(&reader->entries, entry);
}

char *
list_trim(char *text)
{
	char *end;

	while (is_blank(*text))
		text++;
	end = text + strlen(text);
	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* C0, DEL and C1 (RFC 3629: C2 80 to C2 9F); blanks are none. */
static const char *
find_foreign(struct bytes octets)
{
	if (utf8_valid_prefix(octets) < octets.size)
		return fault_not_utf8;
	for (size_t i = 0; i < octets.size; i++) {
		uint8_t c = octets.data[i];

		if ((c < 0x20 && !is_blank((char)c)) || c == 0x7f ||
		    (c == 0xc2 && octets.data[i + 1] < 0xa0))
			return fault_control;
	}
	return NULL;
}

/* What is before a comment, which begins at the start or behind a blank. */
static struct bytes
without_comment(struct bytes line, const char *marks)
{
	bool quoted = false;

	for (size_t i = 0; i < line.size; i++) {
		char c = (char)line.data[i];

		if (c == '"')
			quoted = !quoted;
		if (c != '\0' && strchr(marks, c) != NULL && !quoted &&
		    (i == 0 || is_blank((char)line.data[i - 1])))
			return bytes_of(line.data, i);
	}
	return line;
}

enum list_step
list_reader_take(
    struct list_reader *reader, struct bytes octets, const char *comment_marks)
{
	struct text *line = &reader->line;
	const char *fault;

	octets = without_comment(octets, comment_marks);
	while (octets.size > 0 && is_blank((char)octets.data[octets.size - 1]))
		octets.size--;
	if (octets.size == 0)
		return LIST_RECORD;
	fault = find_foreign(octets);
	if (fault != NULL) {
		list_reader_add_fault(reader, octets, fault);
		return LIST_RECORD;
	}
	text_clear(line);
	text_append_bytes(line, octets);
	/* One kind of blank is enough for what follows, and safe in a tag. */
	for (size_t i = 0; i < line->size; i++)
		if (is_blank(line->data[i]) &&
		    line->data[i] != reader->header.separator)
			line->data[i] = ' ';
	return LIST_LINE;
}

enum list_step
list_reader_line(struct list_reader *reader, const char *comment_marks)
{
	struct bytes octets;
	int result = list_input_line(reader->input, &octets);

	list_entries_reset(&reader->entries);
	reader->number = list_input_number(reader->input);
	if (result < 0 && errno == EMSGSIZE) {
		list_reader_add_fault(reader, bytes_of("", 0), fault_long);
		return LIST_RECORD;
	}
	if (result <= 0)
		return result == 0 ? LIST_END : list_reader_fail_input(reader);
	return list_reader_take(reader, octets, comment_marks);
}

void
list_reader_clear(struct list_reader *reader)
{
	list_input_close(reader->input);
	list_entries_clear(&reader->entries);
	text_free(&reader->line);
	text_free(&reader->error);
	free(reader->state);
}
