/* Gathers and loads stores.  The callers decide what a missing one means. */
#include "system/store_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/installed_stores.h"
#include "system/java_store.h"

void
store_settings_add(struct store_settings *settings, char *name,
    const char *path, bool installed)
{
	settings->named = memory_grow(settings->named, settings->named_count,
	    &settings->named_capacity, sizeof(*settings->named));
	settings->named[settings->named_count++] =
	    (struct named_store){ name, path, installed };
}

bool
store_settings_names(const struct store_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->named_count; i++)
		if (strcmp(settings->named[i].name, name) == 0)
			return true;
	return false;
}

void
store_settings_clear(struct store_settings *settings)
{
	string_list_clear(&settings->files);
	string_list_clear(&settings->added);
	for (size_t i = 0; i < settings->named_count; i++)
		free((char *)settings->named[i].name);
	free(settings->named);
	*settings = (struct store_settings){ .saved_name = NULL };
}

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

static int
read_named(const void *context, struct arena *arena, const char *path,
    struct bundle *bundle, const char **error)
{
	return java_store_read_any(arena, context, path, bundle, error);
}

/*
 * The files joined, `added` (or NULL) after them; NULL, with set->error, when
 * it cannot be read.
 */
static struct store_entry *
add_files(struct store_set *set, const char *name, const char *whose,
    const char *const *paths, size_t count, const struct string_list *added)
{
	struct string_list all = { .count = 0 };
	struct trust_store *store;
	struct store_entry *entry;
	char *error = NULL;

	for (size_t i = 0; i < count; i++)
		string_list_add(&all, paths[i]);
	for (size_t i = 0; added != NULL && i < added->count; i++)
		string_list_add(&all, added->items[i]);
	store = trust_store_load_by(
	    name, all.items, all.count, read_named, &set->places, &error);
	entry = add_entry(set, name,
	    store != NULL ? trust_store_origin(store) : all.items[0], whose);
	fill_entry(set, entry, store, error);
	string_list_clear(&all);
	if (store == NULL)
		set->error = arena_printf(
		    set->arena, "store %s: %s", entry->name, entry->error);
	return store == NULL ? NULL : entry;
}

static const struct store_entry *
find_entry(const struct store_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->entries[i].name, name) == 0)
			return &set->entries[i];
	return NULL;
}

static void
add_one_installed(
    struct store_set *set, const struct installed_store *installed)
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
		store = installed_store_load(installed, &set->places, &error);
	}
	fill_entry(set, entry, store, error);
}

static bool
add_installed(struct store_set *set, const struct store_settings *settings)
{
	struct installed_store found[INSTALLED_STORES_MOST];
	size_t count = installed_stores_find(set->arena, &set->places, found);
	bool done = true;

	for (size_t i = 0; i < count && done; i++) {
		/* Then the default holds more than the file they share. */
		if (settings->added.count > 0)
			found[i].same_as = NULL;
		if (strcmp(found[i].name, "system") != 0) {
			if (!store_settings_names(settings, found[i].name))
				add_one_installed(set, &found[i]);
			continue;
		}
		set->has_default = true;
		/* Files that --trust-add names have to be readable. */
		if (settings->added.count == 0)
			add_one_installed(set, &found[i]);
		else
			done = add_files(set, found[i].name, found[i].whose,
				   &found[i].path, 1, &settings->added) != NULL;
	}
	return done;
}

bool
store_set_load(struct store_set *set, const struct store_settings *settings,
    const char *cache)
{
	bool done = true;

	*set = (struct store_set){ .arena = arena_new() };
	places_of_machine(set->arena, &set->places);
	if (cache != NULL)
		set->places.cache = cache;
	if (settings->files.count > 0) {
		set->has_default = true;
		done = add_files(set,
			   settings->saved_name == NULL ? "trust"
							: settings->saved_name,
			   "--trust", settings->files.items,
			   settings->files.count, &settings->added) != NULL;
	} else {
		done = add_installed(set, settings);
	}
	for (size_t i = 0; i < settings->named_count && done; i++) {
		const struct named_store *named = &settings->named[i];

		done = find_entry(set, named->name) == NULL;
		if (done)
			done = add_files(set, named->name, "--store",
				   &named->path, 1, NULL) != NULL;
		else
			set->error = arena_printf(set->arena,
			    "--store %s: names the default store; --trust "
			    "chooses another one",
			    named->name);
	}
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
