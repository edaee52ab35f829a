/*
 * CSV rows out (RFC 4180) and one line in.  Which columns there are is the
 * caller's business.
 */
#include "base/csv.h"

#include <inttypes.h>

void
csv_begin(struct csv_row *row, struct text *out)
{
	row->out = out;
	row->fields = 0;
}

/* "-12.5" is a number; "-1+cmd" is a formula that begins like one. */
static bool
is_plain_number(const char *string)
{
	size_t digits;

	if (*string == '+' || *string == '-')
		string++;
	digits = strspn(string, "0123456789");
	string += digits;
	if (*string == '.')
		string += 1 + strspn(string + 1, "0123456789");
	return digits > 0 && *string == '\0';
}

static bool
is_formula(const char *string)
{
	return *string != '\0' && strchr("=+-@\t\r", *string) != NULL &&
	       !is_plain_number(string);
}

static void
append_quoted(struct text *out, const char *string)
{
	text_append_char(out, '"');
	for (; *string != '\0'; string++) {
		if (*string == '"')
			text_append_char(out, '"');
		text_append_char(out, *string);
	}
	text_append_char(out, '"');
}

static void
separate(struct csv_row *row)
{
	if (row->fields++ > 0)
		text_append_char(row->out, ',');
}

void
csv_string(struct csv_row *row, const char *string)
{
	struct text guarded = { NULL, 0, 0 };

	separate(row);
	if (string == NULL)
		return;
	if (is_formula(string)) {
		text_append_char(&guarded, '\'');
		text_append(&guarded, string);
		string = guarded.data;
	}
	if (strpbrk(string, ",\"\r\n") != NULL)
		append_quoted(row->out, string);
	else
		text_append(row->out, string);
	text_free(&guarded);
}

void
csv_integer(struct csv_row *row, int64_t value)
{
	separate(row);
	text_printf(row->out, "%" PRId64, value);
}

void
csv_end(struct csv_row *row)
{
	text_append(row->out, "\r\n");
}

static char *
skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* A field found in a line: its content, and the delimiter behind it. */
struct found {
	char *content, *content_end, *delimiter;
};

/* Unquotes in place; the content only gets shorter. */
static bool
take_quoted(char *at, struct found *found)
{
	char *out = found->content = ++at;

	for (;; at++) {
		if (*at == '\0')
			return false;
		if (*at == '"' && *++at != '"')
			break;
		*out++ = *at;
	}
	found->content_end = out;
	found->delimiter = skip_blanks(at);
	return *found->delimiter == ',' || *found->delimiter == '\0';
}

static bool
take_bare(char *at, struct found *found)
{
	char *end = at + strcspn(at, ",");

	found->content = at;
	found->delimiter = end;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	found->content_end = end;
	return true;
}

int
csv_split(char *line, char *fields[], size_t most)
{
	struct found found;
	size_t count = 0;
	char delimiter;

	do {
		if (count == most)
			return -1;
		line = skip_blanks(line);
		if (*line == '"' ? !take_quoted(line, &found)
				 : !take_bare(line, &found))
			return -1;
		/* The end of a bare field is its delimiter: look first. */
		delimiter = *found.delimiter;
		*found.content_end = '\0';
		fields[count++] = found.content;
		line = found.delimiter + 1;
	} while (delimiter == ',');
	return (int)count;
}
