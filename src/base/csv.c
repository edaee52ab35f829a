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

/* Where a spreadsheet that separates otherwise may begin a new cell. */
static bool
ends_cell(char before)
{
	return before != '\0' && strchr(",;\t\r\n\"", before) != NULL;
}

/*
 * Does a formula begin here?  At the start of a field, or within one behind
 * what another program, or another country's Excel, takes for its end.
 */
static bool
begins_formula(const char *field, const char *at)
{
	if (*at == '\0')
		return false;
	if (at == field)
		return strchr("=+-@\t\r\n", *at) != NULL &&
		       !is_plain_number(field);
	return ends_cell(at[-1]) && strchr("=+-@", *at) != NULL;
}

/* An apostrophe makes it text. */
static void
append_guarded(struct text *out, const char *string)
{
	for (const char *at = string; *at != '\0'; at++) {
		if (begins_formula(string, at))
			text_append_char(out, '\'');
		if (*at == '"')
			text_append_char(out, '"');
		text_append_char(out, *at);
	}
}

/*
 * RFC 4180 asks for quotes around commas, quotes and line ends; semicolons
 * and tabs are there because LibreOffice splits at them too, blanks at the
 * ends because some readers drop them.
 */
static bool
needs_quotes(const char *string)
{
	size_t size = strlen(string);

	return strpbrk(string, ",;\t\"\r\n") != NULL ||
	       (size > 0 && (string[0] == ' ' || string[size - 1] == ' '));
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
	bool quoted;

	separate(row);
	if (string == NULL)
		return;
	quoted = needs_quotes(string);
	if (quoted)
		text_append_char(row->out, '"');
	append_guarded(row->out, string);
	if (quoted)
		text_append_char(row->out, '"');
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
