/*
 * The trust stores that a run is judged by, or that `stores` shows: those that
 * the settings name, and where they leave it open, those installed here.
 */
#ifndef SYSTEM_STORE_SET_H
#define SYSTEM_STORE_SET_H

#include "base/arena.h"
#include "base/string_list.h"
#include "system/places.h"
#include "x509/trust_store.h"

/* A store with a name of its own: --store NAME=PATH. */
struct named_store {
	const char *name; /* on the heap */
	const char *path;
	bool installed; /* a saved run's that was found where it was made */
};

/* Strings are borrowed, but for names of stores. */
struct store_settings {
	struct string_list files; /* joined: the one store; none: "system" */
	const char *saved_name;	  /* `files` is a saved run's, of this name */
	struct string_list added; /* to the default store */
	struct named_store *named;
	size_t named_count, named_capacity;
};

void store_settings_add(
    struct store_settings *, char *name, const char *path, bool installed);
/* Is a store of this name among those that --store names? */
bool store_settings_names(const struct store_settings *, const char *name);
void store_settings_clear(struct store_settings *);

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
	struct places places;
	struct store_entry *entries;
	size_t count, capacity;
	bool has_default; /* the first entry is it */
	const char *error;
};

/*
 * The default first ("trust" or "system", if there is any), then installed
 * ones, then each --store, which also replaces an installed one of its name.
 * False, with a sentence in set->error, where one that the settings name cannot
 * be read; an installed one is kept then, with its own error.  `cache` is a
 * directory; NULL: the user's.  store_set_clear is safe in any case.
 */
bool store_set_load(
    struct store_set *, const struct store_settings *, const char *cache);
void store_set_clear(struct store_set *);

#endif
