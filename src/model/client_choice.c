/* Chooses among the profiles of clients.json by id. */
#include "model/client_choice.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"

/* More words than profiles: those that stand for several. */
static const struct {
	const char *word;
	enum client_standing least;
} several[] = {
	{ "default", STANDING_DEFAULT },
	{ "all", STANDING_ON_DEMAND },
	{ CLIENT_CHOICE_FIRST, STANDING_FIRST },
};

enum {
	SEVERAL = sizeof(several) / sizeof(several[0]),
	SUGGESTED = SEVERAL - 1 /* the last is for saved runs */
};

/* Marks what one word of the list means; false: nobody is called so. */
static bool
mark(const struct client_profiles *profiles, const char *word, bool *marks)
{
	bool found = false;

	for (size_t k = 0; k < SEVERAL; k++) {
		if (strcmp(word, several[k].word) != 0)
			continue;
		for (size_t i = 0; i < profiles->count; i++)
			marks[i] = marks[i] || profiles->list[i].standing >=
						   several[k].least;
		return true;
	}
	for (size_t i = 0; i < profiles->count && !found; i++) {
		found = strcmp(word, profiles->list[i].id) == 0;
		marks[i] = marks[i] || found;
	}
	return found;
}

/* With the nearest word, or all of them where none is near. */
static const char *
unknown_sentence(struct arena *arena, const struct client_profiles *profiles,
    const char *word)
{
	size_t count = profiles->count + SUGGESTED;
	const char **names = arena_array(arena, count, sizeof(*names));
	const char *near, *list;

	for (size_t i = 0; i < profiles->count; i++)
		names[i] = profiles->list[i].id;
	for (size_t i = 0; i < SUGGESTED; i++)
		names[profiles->count + i] = several[i].word;
	near = nearest_word(word, names, count);
	if (near != NULL)
		return arena_printf(arena,
		    "no client is called \"%s\"; did you mean %s?", word, near);
	list = names[0];
	for (size_t i = 1; i < count; i++)
		list = arena_printf(arena, "%s, %s", list, names[i]);
	return arena_printf(
	    arena, "no client is called \"%s\"; there are %s", word, list);
}

const struct client_profiles *
client_profiles_choose(struct arena *arena,
    const struct client_profiles *profiles, const char *list,
    const char **error)
{
	bool *marks = arena_array(arena, profiles->count, sizeof(*marks));
	struct client_profile *chosen =
	    arena_array(arena, profiles->count, sizeof(*chosen));
	struct client_profiles *choice = arena_alloc(arena, sizeof(*choice));
	char *words = arena_string(arena, list == NULL ? "default" : list);
	const char *word;
	size_t count = 0;

	while ((word = strsep(&words, ",")) != NULL)
		if (!mark(profiles, word, marks)) {
			*error = unknown_sentence(arena, profiles, word);
			return NULL;
		}
	for (size_t i = 0; i < profiles->count; i++)
		if (marks[i])
			chosen[count++] = profiles->list[i];
	*choice = (struct client_profiles){ chosen, count };
	return choice;
}
