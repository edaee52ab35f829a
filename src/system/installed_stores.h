/*
 * The trust stores found on this machine: the system's, that of Python's
 * certifi, Java's.  Finding one reads nothing of it.
 */
#ifndef SYSTEM_INSTALLED_STORES_H
#define SYSTEM_INSTALLED_STORES_H

#include "system/places.h"
#include "x509/trust_store.h"

enum { INSTALLED_STORES_MOST = 3 };

struct installed_store {
	const char *name;  /* "system", "certifi", "java" */
	const char *path;  /* in the arena, or the places' */
	const char *whose; /* why there: "JAVA_HOME", in a few words */
	/*
	 * An earlier one that is the very same file: Debian's python3-certifi
	 * is a link to the system's.  NULL: none.
	 */
	const char *same_as;
};

/* How many there are; the system's, if found, is the first. */
size_t installed_stores_find(struct arena *, const struct places *,
    struct installed_store found[INSTALLED_STORES_MOST]);

/* NULL with a sentence in *error (heap; the caller frees). */
struct trust_store *installed_store_load(
    const struct installed_store *, const struct places *, char **error);

#endif
