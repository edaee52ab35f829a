/*
 * One list while it is read, whatever its form: the input, the record read
 * last, and the lines that most forms consist of.
 */
#ifndef MODEL_LIST_READER_H
#define MODEL_LIST_READER_H

#include "base/text.h"
#include "model/list_entry.h"
#include "model/list_input.h"

/* The columns of a table, in their order. */
enum { LIST_COLUMNS_MOST = 64 };

struct list_columns {
	enum list_column columns[LIST_COLUMNS_MOST]; /* COLUMN_COUNT: unread */
	size_t count; /* 0: there is no header row */
	char separator;
};

struct list_reader {
	struct list_input *input;
	struct list_entries entries; /* of the record read last */
	struct text line;  /* the line read last, to be cut in place */
	uint64_t number;   /* of the line where the record begins */
	struct text error; /* why the list cannot be read on */
	struct list_columns header;
	bool is_past_header;
	void *state; /* the form's own, on the heap */
};

/*
 * The next line, without the blanks at its end, in reader->line.  A comment,
 * which begins with one of the marks at the start of the line or behind a
 * blank, is cut off.
 */
enum list_step {
	LIST_ERROR = -1,
	LIST_END = 0,
	LIST_RECORD = 1, /* entries, or none: a comment, or another section */
	LIST_LINE = 2	 /* to be taken apart */
};
enum list_step list_reader_line(
    struct list_reader *, const char *comment_marks);
/* The same of octets that are not from the input. */
enum list_step list_reader_take(
    struct list_reader *, struct bytes, const char *comment_marks);

/* Without the blanks around it. */
char *list_trim(char *text);

/* Sets the error. */
enum list_step list_reader_fail(struct list_reader *, const char *sentence);

/* The list ended or cannot be read: by errno of the input. */
enum list_step list_reader_fail_input(struct list_reader *);

/*
 * An entry that is no target.  `octets` is what stands in the list; what is
 * long is cut.
 */
void list_reader_add_fault(
    struct list_reader *, struct bytes octets, const char *sentence);

/* Returns the memory, and closes the input. */
void list_reader_clear(struct list_reader *);

#endif
