/*
 * CSV as RFC 4180 writes it: CRLF line ends, fields quoted when they must be.
 * Where a spreadsheet would see a formula an apostrophe goes before it: at
 * the start of a field (= + - @ TAB CR LF, and not a plain number), and = + -
 * @ behind a quote, tab, line end, comma or semicolon within one.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/bytes.h"
#include "base/text.h"

/* One row after another into a text; NULL is an empty field. */
struct csv_row {
	struct text *out;
	size_t fields;
};

void csv_begin(struct csv_row *, struct text *out);
void csv_string(struct csv_row *, const char *);
void csv_integer(struct csv_row *, int64_t);
void csv_end(struct csv_row *);

/*
 * Splits one line at a separator, which is a comma, semicolon or tab (quoted
 * fields may hold it and doubled quotes, not line ends) into at most `most`
 * fields, unquoted in place in `line`, trimmed of blanks outside quotes.
 * Returns the number of fields, or -1 when a quote never closes, text follows
 * one, or there are more fields than `most`.
 */
int csv_split(char *line, char separator, char *fields[], size_t most);

#endif
