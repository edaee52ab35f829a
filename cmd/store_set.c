/* Gathers and loads stores.  What a missing one means, its callers say. */
#include "cmd/store_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/installed_stores.h"

static struct store_entry *
add_entry(struct store_set *set, const char *name, const char *path,
    const char *whose)
{
	struct store_entry *entry;

	set->entries = memory_grow(
	    set->entries, set->count, &set->capacity, sizeof(*set->entries));
	entry = &set->entries[set->count++];
	*entry = (struct store_entry){
		.name = arena_string(set->arena, name),
		.path = arena_string(set->arena, path),
		.whose = whose,
	};
	return entry;
}

/* Takes what loading gave: a store, or an error from the heap. */
static void
fill_entry(struct store_set *set, struct store_entry *entry,
    struct trust_store *store, char *error)
{
	entry->store = store;
	if (store != NULL)
		return;
	entry->error = arena_string(set->arena, error);
	free(error);
}

static bool
complain(const struct store_entry *entry)
{
	if (entry->store == NULL)
		log_error("store %s: %s", entry->name, entry->error);
	return entry->store != NULL;
}

static struct store_entry *
add_files(struct store_set *set, const char *name, const char *whose,
    const struct option_list *paths)
{
	char *error = NULL;
	struct trust_store *store =
	    trust_store_load(name, paths->items, paths->count, &error);
	struct store_entry *entry = add_entry(set, name,
	    store != NULL ? trust_store_origin(store) : paths->items[0], whose);

	fill_entry(set, entry, store, error);
	return entry;
}

/* A default store of files, and what --trust-add adds to it. */
static struct store_entry *
add_joined(struct store_set *set, const char *name, const char *whose,
    const struct option_list *paths, const struct option_list *added)
{
	struct option_list all = { .count = 0 };
	struct store_entry *entry;

	for (size_t i = 0; i < paths->count; i++)
		option_list_add(&all, paths->items[i]);
	for (size_t i = 0; i < added->count; i++)
		option_list_add(&all, added->items[i]);
	entry = add_files(set, name, whose, &all);
	option_list_clear(&all);
	return entry;
}

static const struct store_entry *
find_entry(const struct store_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->entries[i].name, name) == 0)
			return &set->entries[i];
	return NULL;
}

static bool
is_replaced(const struct trust_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->store_count; i++)
		if (strcmp(settings->stores[i].name, name) == 0)
			return true;
	return false;
}

static void
add_one_installed(struct store_set *set, const struct places *places,
    const struct installed_store *installed)
{
	struct store_entry *entry =
	    add_entry(set, installed->name, installed->path, installed->whose);
	const struct store_entry *same =
	    installed->same_as == NULL ? NULL
				       : find_entry(set, installed->same_as);
	struct trust_store *store = NULL;
	char *error = NULL;

	if (same != NULL && same->store != NULL) {
		entry->same_as = same->name;
		store = trust_store_share(
		    same->store, installed->name, installed->path);
	} else {
		store = installed_store_load(installed, places, &error);
	}
	fill_entry(set, entry, store, error);
}

static bool
is_default(const struct installed_store *installed)
{
	return strcmp(installed->name, "system") == 0;
}

/* Files that --trust-add names have to be readable. */
static bool
add_system(struct store_set *set, const struct trust_settings *settings,
    const struct places *places, const struct installed_store *installed)
{
	struct option_list path = { .count = 0 };
	struct store_entry *entry;

	set->has_default = true;
	if (settings->trust_add.count == 0) {
		add_one_installed(set, places, installed);
		return true;
	}
	option_list_add(&path, installed->path);
	entry = add_joined(set, installed->name, installed->whose, &path,
	    &settings->trust_add);
	option_list_clear(&path);
	return complain(entry);
}

static bool
add_installed(struct store_set *set, const struct trust_settings *settings,
    const char *cache)
{
	struct installed_store found[INSTALLED_STORES_MOST];
	struct places places;
	size_t count;
	bool done = true;

	places_of_machine(set->arena, &places);
	if (cache != NULL)
		places.cache = cache;
	count = installed_stores_find(set->arena, &places, found);
	for (size_t i = 0; i < count && done; i++) {
		/* Then the default holds more than the file they share. */
		if (settings->trust_add.count > 0)
			found[i].same_as = NULL;
		if (is_default(&found[i]))
			done = add_system(set, settings, &places, &found[i]);
		else if (!is_replaced(settings, found[i].name))
			add_one_installed(set, &places, &found[i]);
	}
	return done;
}

static bool
add_named(struct store_set *set, const struct store_option *named)
{
	struct option_list path = { .count = 0 };
	struct store_entry *entry;

	if (find_entry(set, named->name) != NULL) {
		log_error("--store %s: names the default store; --trust "
			  "chooses another one",
		    named->name);
		return false;
	}
	option_list_add(&path, named->path);
	entry = add_files(set, named->name, "--store", &path);
	option_list_clear(&path);
	return complain(entry);
}

bool
store_set_load(struct store_set *set, const struct trust_settings *settings,
    const char *cache)
{
	bool done = true;

	*set = (struct store_set){ .arena = arena_new() };
	if (settings->trust.count > 0) {
		set->has_default = true;
		done = complain(add_joined(set,
		    settings->saved_name == NULL ? "trust"
						 : settings->saved_name,
		    "--trust", &settings->trust, &settings->trust_add));
	} else {
		done = add_installed(set, settings, cache);
	}
	for (size_t i = 0; i < settings->store_count && done; i++)
		done = add_named(set, &settings->stores[i]);
	return done;
}

void
store_set_clear(struct store_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		trust_store_free(set->entries[i].store);
	free(set->entries);
	arena_free(set->arena);
	*set = (struct store_set){ .count = 0 };
}
