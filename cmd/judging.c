/* Loads stores, known intermediates and client profiles.  Judges nothing. */
#include "cmd/judging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/clients.h"
#include "audit/distrust.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cmd/commands.h"
#include "system/data_file.h"
#include "system/places.h"
#include "rundir/policy_file.h"

enum { MOST_DATA = 1 << 20 };

/* Clients of an installed store that cannot be read go by the default. */
static void
take_store(struct judging *judging, const struct store_entry *entry)
{
	if (entry->store == NULL) {
		log_warning(
		    "store %s is left out: %s", entry->name, entry->error);
		return;
	}
	judging->stores[judging->store_count++] = entry->store;
}

static bool
add_stores(struct judging *judging, const struct trust_settings *trust,
    const char *cache)
{
	const struct store_set *set = &judging->set;

	if (!store_set_load(&judging->set, trust, cache))
		return false;
	if (!set->has_default) {
		log_error("no system trust store was found: install "
			  "ca-certificates, or name one with --trust");
		return false;
	}
	if (set->entries[0].store == NULL) {
		log_error("store %s: %s", set->entries[0].name,
		    set->entries[0].error);
		return false;
	}
	judging->stores = memory_array(set->count, sizeof(*judging->stores));
	for (size_t i = 0; i < set->count; i++)
		take_store(judging, &set->entries[i]);
	return true;
}

static bool
add_known_copy(struct known *known, const char *path, const char *original)
{
	char *error = NULL;

	if (known_add_copy(known, path, original, &error) == 0)
		return true;
	log_error("--intermediates: %s", error);
	free(error);
	return false;
}

static bool
add_known_file(struct known *known, const char *path)
{
	return add_known_copy(known, path, path);
}

/* The public list that comes with the program; without it, an empty one. */
static bool
add_public(struct known *known)
{
	char *path = data_file_path("intermediates.pem");
	bool done = path == NULL || add_known_file(known, path);

	free(path);
	return done;
}

/* What earlier runs learned; NULL where there is no place for it. */
static const char *
learned_cache(struct arena *arena, const char *directory)
{
	struct places places;

	places_of_machine(arena, &places);
	if (directory == NULL)
		directory = places.cache;
	return directory == NULL
		   ? NULL
		   : arena_printf(arena, "%s/intermediates.pem", directory);
}

/* An interrupted run goes on with what was known when it began. */
static void
add_learned(struct judging *judging, const struct found_settings *settings)
{
	const char *path;

	judging->learned = learned_cache(judging->arena, settings->cache);
	if (judging->learned == NULL)
		return;
	path = settings->learned != NULL ? settings->learned : judging->learned;
	if (file_exists(path) &&
	    !add_known_copy(judging->known, path, judging->learned))
		judging->learned = NULL;
}

static bool
add_known(struct judging *judging, const struct found_settings *settings)
{
	judging->known = known_new();
	judging->preloaded = known_new();
	if (!add_public(judging->preloaded))
		return false;
	if (settings->no_intermediates)
		return true;
	add_learned(judging, settings);
	for (size_t i = 0; i < settings->intermediates.count; i++)
		if (!add_known_file(
			judging->known, settings->intermediates.items[i]))
			return false;
	return settings->intermediates.count > 0 || add_public(judging->known);
}

/* A data file's text into the arena; NULL, or what is wrong. */
static const char *
read_data(struct arena *arena, const char *name, struct bytes *text)
{
	struct text file = { .size = 0 };
	char *path = data_file_path(name);
	const char *error = NULL;

	if (path == NULL)
		error = arena_printf(arena,
		    "%s: it is neither in ../data nor in ../share/fleetscan "
		    "beside the program",
		    name);
	else if (file_read(path, MOST_DATA, &file) < 0)
		error = arena_printf(arena, "%s: %s", path, strerror(errno));
	else
		*text = arena_bytes(arena, bytes_of(file.data, file.size));
	text_free(&file);
	free(path);
	return error;
}

static bool
add_distrust(struct judging *judging)
{
	struct bytes text;
	const char *error = read_data(judging->arena, "distrust.json", &text);

	if (error == NULL)
		judging->distrust = distrust_read(
		    judging->arena, text, "distrust.json", &error);
	if (judging->distrust == NULL)
		log_error("%s", error);
	return judging->distrust != NULL;
}

static bool
add_clients(struct judging *judging, bool one_store)
{
	const struct client_profiles *profiles = NULL;
	struct bytes text;
	const char *error = read_data(judging->arena, "clients.json", &text);

	if (error == NULL)
		profiles = client_profiles_read(
		    judging->arena, text, "clients.json", &error);
	if (profiles == NULL) {
		log_error("%s", error);
		return false;
	}
	judging->clients = clients_new(profiles,
	    (const struct trust_store *const *)judging->stores,
	    judging->store_count, one_store);
	return true;
}

/* "none" is for a saved run, which has one of its own otherwise. */
static bool
add_policy(struct judging *judging, const char *path)
{
	char *error = NULL;

	if (path == NULL || strcmp(path, "none") == 0)
		return true;
	judging->policy = policy_file_read(path, &error);
	if (judging->policy == NULL)
		log_error("%s", error);
	free(error);
	return judging->policy != NULL;
}

/* --trust is every client's store; so it was in a run that used it. */
static bool
is_one_store(const struct trust_settings *trust)
{
	return trust->trust.count > 0 &&
	       (trust->saved_name == NULL ||
		   strcmp(trust->saved_name, "trust") == 0);
}

bool
judging_prepare(struct judging *judging, const char *command,
    const struct trust_settings *trust, const struct found_settings *found,
    const struct judge_settings *judge)
{
	*judging = (struct judging){ .arena = arena_new() };
	if (!judge_settings_check(judge, command) ||
	    !add_policy(judging, judge->policy) ||
	    !add_stores(judging, trust, found->cache) ||
	    !add_known(judging, found) ||
	    !add_clients(judging, is_one_store(trust)) ||
	    !add_distrust(judging))
		return false;
	judging->audit = (struct audit_settings){
		.now = judge->has_at ? judge->at : clock_now(),
		.stores = (const struct trust_store *const *)judging->stores,
		.store_count = judging->store_count,
		.warn_days = judge->warn_days,
		.crit_days = judge->crit_days,
		.clients = judging->clients,
		.distrust = judging->distrust,
		.policy = judging->policy,
		.preloaded = known_certificates(judging->preloaded),
	};
	return true;
}

void
judging_clear(struct judging *judging)
{
	clients_free(judging->clients);
	policy_free(judging->policy);
	arena_free(judging->arena);
	free(judging->stores);
	store_set_clear(&judging->set);
	known_free(judging->known);
	known_free(judging->preloaded);
	*judging = (struct judging){ .store_count = 0 };
}
