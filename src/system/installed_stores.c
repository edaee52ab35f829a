/*
 * Finds and loads the stores of this machine.  The command decides whether one
 * that cannot be read is an error.
 */
#include "system/installed_stores.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/java_store.h"

/*
 * In the order in which a Python would find it.  The copy inside pip is not
 * looked for: no program but pip reads it, and it may be years old.
 */
static const struct place_row certifi_rows[] = {
	{ "$VIRTUAL_ENV/lib/python3*/site-packages/certifi/cacert.pem",
	    "VIRTUAL_ENV" },
	{ "~/.local/lib/python3*/site-packages/certifi/cacert.pem",
	    "pip's, for this user" },
	{ "/usr/local/lib/python3*/site-packages/certifi/cacert.pem", "pip's" },
	{ "/usr/local/lib/python3*/dist-packages/certifi/cacert.pem", "pip's" },
	{ "/usr/lib/python3/dist-packages/certifi/cacert.pem",
	    "the distribution" },
	{ "/usr/lib/python3*/site-packages/certifi/cacert.pem",
	    "the distribution" },
	{ "~/.pyenv/versions/*/lib/python3*/site-packages/certifi/cacert.pem",
	    "the newest of pyenv's" },
};

static bool
find_system(
    struct arena *arena, const struct places *places, struct place *place)
{
	(void)arena;
	*place = (struct place){ places->system, "the system" };
	return places->system != NULL;
}

static bool
find_certifi(
    struct arena *arena, const struct places *places, struct place *place)
{
	return places_search(arena, places, certifi_rows,
	    sizeof(certifi_rows) / sizeof(*certifi_rows), place);
}

struct store_kind {
	const char *name;
	bool (*find)(struct arena *, const struct places *, struct place *);

	/* NULL: it is a file or directory of certificates. */
	int (*read)(struct arena *, const struct places *, const char *path,
	    struct bundle *, const char **error);
};

/* The names are those that client profiles use. */
static const struct store_kind kinds[INSTALLED_STORES_MOST] = {
	{ "system", find_system, NULL },
	{ "certifi", find_certifi, NULL },
	{ "java", java_store_find, java_store_read },
};

size_t
installed_stores_find(struct arena *arena, const struct places *places,
    struct installed_store found[INSTALLED_STORES_MOST])
{
	char path[PATH_MAX], earlier[PATH_MAX];
	size_t count = 0;

	for (size_t i = 0; i < INSTALLED_STORES_MOST; i++) {
		struct place place;

		if (!kinds[i].find(arena, places, &place))
			continue;
		found[count] = (struct installed_store){
			.name = kinds[i].name,
			.path = place.path,
			.whose = place.whose,
		};
		for (size_t k = count; k-- > 0;)
			if (realpath(place.path, path) != NULL &&
			    realpath(found[k].path, earlier) != NULL &&
			    strcmp(path, earlier) == 0)
				found[count].same_as = found[k].name;
		count++;
	}
	return count;
}

struct trust_store *
installed_store_load(const struct installed_store *installed,
    const struct places *places, char **error)
{
	const struct store_kind *kind = kinds;
	struct bundle bundle = { .count = 0 };
	struct trust_store *store = NULL;
	struct arena *arena;
	const char *sentence;

	while (strcmp(kind->name, installed->name) != 0)
		kind++;
	if (kind->read == NULL)
		return trust_store_load(
		    installed->name, &installed->path, 1, error);
	arena = arena_new();
	if (kind->read(arena, places, installed->path, &bundle, &sentence) < 0)
		*error = memory_string(sentence);
	else
		store = trust_store_from_bundle(
		    installed->name, installed->path, &bundle, error);
	arena_free(arena);
	return store;
}
