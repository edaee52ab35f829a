/*
 * Pieces of a line for terminals: cells of a width, numbers as people write
 * them, colours.  Every string is made harmless on the way.
 */
#ifndef REPORT_CELLS_H
#define REPORT_CELLS_H

#include "base/text.h"
#include "model/words.h"

/* Cut to the columns and filled up to them with blanks. */
void cell_append(struct text *, const char *, size_t columns);

/*
 * Words, from a line that has come to this column; further lines begin in
 * the same column.  Ends with a newline.
 */
void cell_append_wrapped(struct text *, const char *words, size_t column);

/* A line, or two: what became of a host.  The story ends with the line. */
void cell_append_change(
    struct text *, const char *word, const char *host, const char *story);

/* "5,000", right-aligned. */
void cell_append_count(struct text *, uint64_t, size_t columns);

/* The same as a string in the arena, for the middle of a sentence. */
const char *count_text(struct arena *, uint64_t);

/* "2026-11-23" */
const char *date_text(struct arena *, int64_t time);

/* One more item of a list; `list` NULL: the first. */
const char *list_text(
    struct arena *, const char *list, const char *between, const char *more);

/* "sent by api.example.com", "in the trust store" */
const char *source_text(struct arena *, enum source, const char *where);

/* Starts the colour of a severity; nothing where there are no colours. */
void color_begin(struct text *, enum severity, bool colors);
void color_end(struct text *, bool colors);

/* OK where the class is fine, ERROR or WARNING as the class weighs. */
enum severity class_severity(enum class_id);

#endif
