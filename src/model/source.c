/* The table of sources.  Finding certificates in them is done in run. */
#include "model/source.h"

#include "base/bytes.h"

#define SOURCE_ROW(name, word, found, is_learned, is_fetched) \
	{ word, found, is_learned, is_fetched },

static const struct {
	const char *word, *found;
	bool is_learned, is_fetched;
} sources[SOURCE_COUNT] = { SOURCES(SOURCE_ROW) };

const char *
source_word(enum source source)
{
	return sources[source].word;
}

bool
source_is_learned(enum source source)
{
	return sources[source].is_learned;
}

bool
source_is_fetched(enum source source)
{
	return sources[source].is_fetched;
}

const char *
source_text(struct arena *arena, enum source source, const char *where)
{
	if (where == NULL)
		return sources[source].found;
	return arena_printf(arena, "%s %s", sources[source].found, where);
}

bool
source_from_word(const char *word, enum source *source)
{
	for (int i = 0; word != NULL && i < SOURCE_COUNT; i++) {
		if (!string_equal(sources[i].word, word))
			continue;
		*source = (enum source)i;
		return true;
	}
	return false;
}
