/*
 * Asks the environment where things are, and looks for files by pattern. Does
 * not read them.
 */
#include "system/places.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "x509/trust_store.h"

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

void
places_of_machine(struct arena *arena, struct places *places)
{
	const char *caches = variable("XDG_CACHE_HOME");

	*places = (struct places){
		.root = "",
		.home = variable("HOME"),
		.java_home = variable("JAVA_HOME"),
		.virtual_env = variable("VIRTUAL_ENV"),
		.search_path = variable("PATH"),
		.system = trust_store_system_path(),
	};
	/* XDG base directory specification: a relative path is ignored. */
	if (caches != NULL && *caches == '/')
		places->cache = arena_printf(arena, "%s/fleetscan", caches);
	else if (places->home != NULL)
		places->cache =
		    arena_printf(arena, "%s/.cache/fleetscan", places->home);
}

/* The pattern with its beginning replaced; NULL where that is not set. */
static const char *
expand(struct arena *arena, const struct places *places, const char *pattern)
{
	const struct {
		const char *word, *value;
	} beginnings[] = {
		{ "~", places->home },
		{ "$JAVA_HOME", places->java_home },
		{ "$VIRTUAL_ENV", places->virtual_env },
		{ "", places->root },
	};
	size_t count = sizeof(beginnings) / sizeof(*beginnings);

	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(beginnings[i].word);

		if (strncmp(pattern, beginnings[i].word, size) != 0)
			continue;
		return beginnings[i].value == NULL
			   ? NULL
			   : arena_printf(arena, "%s%s", beginnings[i].value,
				 pattern + size);
	}
	return NULL;
}

/* Java's 8 calls itself 1.8.0; "temurin-25-jdk" begins with a word. */
static const char *
version_in(const char *path, size_t literal)
{
	const char *version = path + literal;

	version += strcspn(version, "0123456789/");
	return starts_with(version, "1.") ? version + 2 : version;
}

static const char *
find_newest(struct arena *arena, const char *pattern)
{
	size_t literal = strcspn(pattern, "*");
	const char *newest = NULL;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0) {
		globfree(&found);
		return NULL;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];

		if (newest == NULL || strverscmp(version_in(path, literal),
					  version_in(newest, literal)) > 0)
			newest = path;
	}
	newest = arena_string(arena, newest);
	globfree(&found);
	return newest;
}

bool
places_search(struct arena *arena, const struct places *places,
    const struct place_row rows[], size_t count, struct place *place)
{
	for (size_t i = 0; i < count; i++) {
		const char *pattern = expand(arena, places, rows[i].pattern);
		const char *path =
		    pattern == NULL ? NULL : find_newest(arena, pattern);

		/* glob(3) also returns links to files that do not exist. */
		if (path == NULL || !file_exists(path))
			continue;
		*place = (struct place){ path, rows[i].whose };
		return true;
	}
	return false;
}
