/*
 * Where files are on this machine, by its environment; read once and passed on
 * as a parameter.
 */
#ifndef SYSTEM_PLACES_H
#define SYSTEM_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct places {
	const char *root; /* before every absolute place; "" */
	const char *home; /* these are NULL where not set */
	const char *java_home;
	const char *virtual_env; /* Python's */
	const char *search_path; /* PATH */
	const char *system;	 /* the system's trust store */
	const char *cache;	 /* a directory that need not exist */
};

/* Borrows from the environment, and from the arena. */
void places_of_machine(struct arena *, struct places *);

/*
 * A place to look at: a glob(7) pattern that begins with "/", "~/",
 * "$JAVA_HOME/" or "$VIRTUAL_ENV/"; and in a few words, whose place it is.
 */
struct place_row {
	const char *pattern;
	const char *whose;
};

struct place {
	const char *path;  /* in the arena */
	const char *whose; /* the row's */
};

/*
 * The first row that leads to a file.  Where its pattern fits several, the
 * one of the highest version, read from what its first asterisk stands for.
 */
bool places_search(struct arena *, const struct places *,
    const struct place_row rows[], size_t count, struct place *);

#endif
