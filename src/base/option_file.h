/*
 * A file of options, one a line: NAME, NAME VALUE or NAME = VALUE, with or
 * without dashes before the name.  `#` at the start of a line or behind a blank
 * begins a comment; a value in double quotes keeps its blanks and `#`. Which
 * names are valid is checked by the caller.
 */
#ifndef BASE_OPTION_FILE_H
#define BASE_OPTION_FILE_H

#include "base/text.h"

struct option_file {
	const char *path;
	struct text text; /* what was read; the lines are cut out of it */
	char *rest;	  /* where the next line begins */
	unsigned line;	  /* of the last one, from 1 */
};

struct option_line {
	const char *name;
	const char *value; /* NULL: none */
};

/* -1 with errno: not readable, or too large to be meant. */
int option_file_read(struct option_file *, const char *path);

/*
 * 1 with the next line that says something, 0 at the end, -1 with a sentence
 * (static) on what is wrong with a line.  The strings live until clear.
 */
int option_file_next(
    struct option_file *, struct option_line *, const char **wrong);

void option_file_clear(struct option_file *);

#endif
