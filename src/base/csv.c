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

/*
 * Does a formula begin here?  At the start of a field, or within one behind
 * what another program, or another country's Excel, takes for its end.
 */
static bool
begins_formula(const char *field, const char *at)
{
	if (at == field)
		return strchr("=+-@\t\r\n", *at) != NULL &&
		       !is_plain_number(field);
	return strchr(",;\t\r\n\"", at[-1]) != NULL &&
	       strchr("=+-@", *at) != NULL;
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
	size_t size;
	bool is_plain, quoted;

	separate(row);
	if (string == NULL)
		return;
	/*
	 * RFC 4180 asks for quotes around commas, quotes and line ends;
	 * semicolons and tabs are there because LibreOffice splits at them
	 * too, blanks at the ends because some readers drop them.
	 */
	size = strlen(string);
	is_plain = strpbrk(string, ",;\t\"\r\n") == NULL;
	quoted = !is_plain ||
		 (size > 0 && (string[0] == ' ' || string[size - 1] == ' '));
	if (quoted)
		text_append_char(row->out, '"');
	/* An apostrophe makes a formula text.  In a plain string, as nearly all
	   are, one can begin at the start alone. */
	if (is_plain && size > 0 && begins_formula(string, string))
		text_append_char(row->out, '\'');
	if (is_plain)
		text_append(row->out, string);
	for (const char *at = string; !is_plain && *at != '\0'; at++) {
		if (begins_formula(string, at))
			text_append_char(row->out, '\'');
		if (*at == '"')
			text_append_char(row->out, '"');
		text_append_char(row->out, *at);
	}
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

/* A tab is no blank where it separates. */
static char *
skip_blanks(char *at, char separator)
{
	while (*at == ' ' || (*at == '\t' && separator != '\t'))
		at++;
	return at;
}

int
csv_split(char *line, char separator, char *fields[], size_t most)
{
	const char ends[] = { separator, '\0' };
	size_t count = 0;
	char found, *out;

	do {
		if (count == most)
			return -1;
		line = skip_blanks(line, separator);
		if (*line == '"') {
			/* Unquoted in place: it only gets shorter. */
			fields[count++] = out = ++line;
			for (;; line++) {
				if (*line == '\0')
					return -1;
				if (*line == '"' && *++line != '"')
					break;
				*out++ = *line;
			}
			line = skip_blanks(line, separator);
		} else {
			fields[count++] = line;
			line += strcspn(line, ends);
			out = line;
			while (out > fields[count - 1] &&
			       (out[-1] == ' ' || out[-1] == '\t'))
				out--;
		}
		/* The end of a bare field may be its separator: look first. */
		found = *line++;
		if (found != separator && found != '\0')
			return -1;
		*out = '\0';
	} while (found != '\0');
	return (int)count;
}
