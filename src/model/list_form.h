/*
 * The forms of host lists: a row each, with how its content is recognised and
 * how it is read.  README.md in tests/lists has an example of each.
 */
#ifndef MODEL_LIST_FORM_H
#define MODEL_LIST_FORM_H

#include "model/list_reader.h"

struct list_form {
	const char *name;  /* as --list-form takes it */
	const char *title; /* "masscan -oL"; NULL: need not be said */
	enum list_step (*read)(struct list_reader *);
	void (*end)(struct list_reader *); /* NULL: nothing is left to free */
};

/* NULL: no form has that name. */
const struct list_form *list_form_find(const char *name);

/* The name of each form, in the order in which they are looked for; NULL
   after the last. */
const char *list_form_name(size_t at);

/*
 * Recognises the form of reader->input by its first lines, in this order: a
 * header row, JSON, the lines by which a tool is known, INI, the shape of the
 * columns.  `wanted` is taken instead where it is not NULL.  The reader is
 * made ready, and `said` gets what the user is to know, or nothing.  NULL:
 * refused, and reader->error says why and what to do.
 */
const struct list_form *list_form_recognise(
    struct list_reader *, const struct list_form *wanted, struct text *said);

#endif
