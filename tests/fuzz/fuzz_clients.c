/*
 * Any octets as a clients.json: refused with a sentence that names the file,
 * or read; then each client has its words, is found by its id, and can be
 * chosen.
 */
#include <stdio.h>

#include "base/arena.h"
#include "model/client_choice.h"
#include "tests/fuzz/fuzz.h"

static void
require_profile(
    struct arena *arena, const struct client_profiles *profiles, size_t at)
{
	const struct client_profile *profile = &profiles->list[at];
	const struct client_profiles *chosen;
	const char *error = NULL;

	require(profile->id != NULL && profile->id[0] != '\0');
	require(client_profile_find(profiles, profile->id) == profile);
	require_clean(profile->id);
	require_clean(profile->title);
	require_clean(profile->version);
	require_clean(profile->store);
	for (int i = 0; i < TRAIT_COUNT; i++) {
		require(profile->reasons[i] != NULL);
		require_clean(profile->reasons[i]);
	}
	chosen = client_profiles_choose(arena, profiles, profile->id, &error);
	require(chosen == NULL ? error != NULL : chosen->count > 0);
	require_clean(error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const char *error = NULL;
	const struct client_profiles *profiles =
	    client_profiles_read(arena, bytes_of(data, size), "c.json", &error);

	if (profiles == NULL) {
		require(error != NULL && strncmp(error, "c.json: ", 8) == 0);
		require(strlen(error) > 8);
		require_clean(error);
	}
	for (size_t i = 0; profiles != NULL && i < profiles->count; i++)
		require_profile(arena, profiles, i);
	arena_free(arena);
	return 0;
}
