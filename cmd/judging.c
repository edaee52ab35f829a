/* Loads stores and known intermediates.  Judges nothing. */
#include "cmd/judging.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cmd/commands.h"

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
	    !add_stores(judging, trust, found->cache) ||
	    !add_known(judging, found))
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
	free(judging->stores);
	store_set_clear(&judging->set);
	known_free(judging->known);
	*judging = (struct judging){ .store_count = 0 };
}
