/*
 * The stores a command judges by or shows: those its options name, and where
 * they leave it open, those installed here.
 */
#ifndef CMD_STORE_SET_H
#define CMD_STORE_SET_H

#include "cmd/common_options.h"
#include "x509/trust_store.h"

struct store_entry {
	const char *name;
	const char *path;    /* several are joined by ":" */
	const char *whose;   /* "--store", "JAVA_HOME": why it is here */
	const char *same_as; /* an earlier entry of the same file, or NULL */
	struct trust_store *store; /* NULL: it cannot be read */
	const char *error;	   /* a sentence then, else NULL */
};

struct store_set {
	struct arena *arena; /* holds the strings */
	struct store_entry *entries;
	size_t count, capacity;
	bool has_default; /* the first entry is it */
};

/*
 * The default first ("trust" or "system", if there is any), then installed
 * ones, then each --store, which also replaces an installed one of its name.
 * False once it has complained of one that an option names; an installed one
 * that cannot be read is kept, with its error.  `cache` is a directory; NULL:
 * the user's.  store_set_clear is safe in any case.
 */
bool store_set_load(
    struct store_set *, const struct trust_settings *, const char *cache);
void store_set_clear(struct store_set *);

#endif
