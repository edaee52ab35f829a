/*
 * Lines for a terminal of 80 columns: cells of a fixed width, wrapped words,
 * numbers and dates as people write them.  Control characters and what is not
 * UTF-8 are escaped on the way.
 */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include "base/text.h"

/*
 * A string made safe to show, as text_append_clean does, then cut to `columns`
 * terminal columns with a final ellipsis.  For terminals: bidirectional
 * controls are escaped too.
 */
void text_append_cell(struct text *, const char *string, size_t columns);

/* The terminal columns of a string that was appended so; of valid UTF-8. */
size_t text_columns(struct bytes);

/* Cut to the columns and filled up to them with blanks. */
void cell_append(struct text *, const char *, size_t columns);

/*
 * Words, from a line that has come to this column; further lines begin in
 * the same column.  Ends with a newline.
 */
void cell_append_wrapped(struct text *, const char *words, size_t column);

/* A line, or two: a host and what happened to it. */
void cell_append_change(
    struct text *, const char *word, const char *host, const char *detail);

/* "5,000", right-aligned. */
void cell_append_count(struct text *, uint64_t, size_t columns);

/* The same as a string in the arena, for the middle of a sentence. */
const char *count_text(struct arena *, uint64_t);

/* "" or "s", for "1 host" and "2 hosts" */
const char *plural(uint64_t count);

/* One more item of a list; `list` NULL: the first. */
const char *list_text(
    struct arena *, const char *list, const char *between, const char *more);

/* "curl, python and 9 more": up to most + 1 names, else the first `most`. */
const char *names_text(
    struct arena *, const char *const names[], size_t count, size_t most);

#endif
