/* Loads stores and known intermediates.  Judges nothing. */
#include "cmd/judging.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cmd/commands.h"

static bool
add_store(struct judging *judging, const char *name, const char *const paths[],
    size_t count)
{
	char *error = NULL;
	struct trust_store *store =
	    trust_store_load(name, paths, count, &error);

	if (store == NULL) {
		log_error("store %s: %s", name, error);
		free(error);
		return false;
	}
	judging->stores = memory_grow(judging->stores, judging->store_count,
	    &judging->store_capacity, sizeof(*judging->stores));
	judging->stores[judging->store_count++] = store;
	return true;
}

/* The default store: what --trust names, else the system's; and additions. */
static bool
add_default_store(
    struct judging *judging, const struct trust_settings *settings)
{
	struct option_list paths = { .count = 0 };
	const char *system = trust_store_system_path();
	bool named = settings->trust.count > 0;
	bool done;

	if (!named && system == NULL) {
		log_error("no system trust store was found: install "
			  "ca-certificates, or name one with --trust");
		return false;
	}
	if (!named)
		option_list_add(&paths, system);
	for (size_t i = 0; i < settings->trust.count; i++)
		option_list_add(&paths, settings->trust.items[i]);
	for (size_t i = 0; i < settings->trust_add.count; i++)
		option_list_add(&paths, settings->trust_add.items[i]);
	done = add_store(judging, named ? "trust" : "system", paths.items,
	    paths.count);
	option_list_clear(&paths);
	return done;
}

static bool
add_stores(struct judging *judging, const struct trust_settings *settings)
{
	if (!add_default_store(judging, settings))
		return false;
	for (size_t i = 0; i < settings->store_count; i++)
		if (!add_store(judging, settings->stores[i].name,
			&settings->stores[i].path, 1))
			return false;
	return true;
}

static bool
add_known_file(struct known *known, const char *path)
{
	char *error = NULL;

	if (known_add_file(known, path, &error) == 0)
		return true;
	log_error("--intermediates: %s", error);
	free(error);
	return false;
}

static bool
add_known(struct judging *judging, const struct found_settings *settings)
{
	char *path;
	bool done = true;

	judging->known = known_new();
	if (settings->no_intermediates)
		return true;
	for (size_t i = 0; i < settings->intermediates.count; i++)
		if (!add_known_file(
			judging->known, settings->intermediates.items[i]))
			return false;
	if (settings->intermediates.count > 0)
		return true;
	path = known_default_path();
	if (path != NULL)
		done = add_known_file(judging->known, path);
	free(path);
	return done;
}

bool
judging_prepare(struct judging *judging, const char *command,
    const struct trust_settings *trust, const struct found_settings *found,
    const struct judge_settings *judge)
{
	*judging = (struct judging){ .store_count = 0 };
	if (!judge_settings_check(judge, command) ||
	    !add_stores(judging, trust) || !add_known(judging, found))
		return false;
	judging->audit = (struct audit_settings){
		.now = judge->has_at ? judge->at : clock_now(),
		.stores = (const struct trust_store *const *)judging->stores,
		.store_count = judging->store_count,
		.warn_days = judge->warn_days,
		.crit_days = judge->crit_days,
	};
	return true;
}

void
judging_clear(struct judging *judging)
{
	for (size_t i = 0; i < judging->store_count; i++)
		trust_store_free(judging->stores[i]);
	free(judging->stores);
	known_free(judging->known);
	*judging = (struct judging){ .store_count = 0 };
}
