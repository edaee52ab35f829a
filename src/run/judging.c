/* Loads trust stores, known intermediates and data files.  Judges nothing. */
#include "run/judging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/clients.h"
#include "audit/distrust.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "model/client_choice.h"
#include "model/ct_logs.h"
#include "run/expected_files.h"
#include "rundir/policy_file.h"
#include "system/data_file.h"
#include "system/java_store.h"
#include "system/places.h"
#include "system/public_intermediates.h"
#include "system/verified.h"

enum { MOST_DATA = 1 << 20 };

void
judging_settings_clear(struct judging_settings *settings)
{
	store_settings_clear(&settings->stores);
	string_list_clear(&settings->intermediates);
	*settings = (struct judging_settings){ .has_now = false };
}

void
judging_settings_add_run(struct judging_settings *settings, struct arena *arena,
    const struct manifest *manifest, const char *directory)
{
	struct store_settings *stores = &settings->stores;
	size_t count = stores->files.count == 0 ? manifest->store_count : 0;

	if (count > 0) {
		settings->added_roots = manifest->added_roots;
		settings->added_root_count = manifest->added_root_count;
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = manifest->stores[i];
		const char *path =
		    arena_printf(arena, "%s/stores/%s.pem", directory, name);

		if (i > 0) {
			bool named = false;

			for (size_t k = 0; k < manifest->named_store_count; k++)
				named =
				    named || strcmp(manifest->named_stores[k],
						 name) == 0;
			store_settings_add(
			    stores, memory_string(name), path, !named);
			continue;
		}
		stores->saved_name = name;
		string_list_add(&stores->files, path);
	}
	if (!settings->has_now) {
		settings->has_now = true;
		settings->now = manifest->clock;
	}
	/* Both or neither: the run's warn_days may exceed a new crit_days. */
	if (settings->warn_days == 0 && settings->crit_days == 0) {
		settings->warn_days = manifest->warn_days;
		settings->crit_days = manifest->crit_days;
	}
	if (settings->clients == NULL) {
		settings->clients = manifest->client_count == 0
					? CLIENT_CHOICE_FIRST
					: manifest->clients[0].id;
		for (size_t i = 1; i < manifest->client_count; i++)
			settings->clients = arena_printf(arena, "%s,%s",
			    settings->clients, manifest->clients[i].id);
	}
	if (settings->policy == NULL) {
		char *path = policy_file_of_run(directory);

		settings->policy = arena_string(arena, path);
		free(path);
	}
	if (settings->expect == NULL) {
		char *path = expected_files_of_run(directory);

		settings->expect = arena_string(arena, path);
		free(path);
	}
}

static bool
add_stores(struct judging *judging, const struct judging_settings *settings)
{
	const struct store_set *set = &judging->set;

	if (!store_set_load(
		&judging->set, &settings->stores, settings->cache)) {
		judging->error = set->error;
		return false;
	}
	if (!set->has_default) {
		judging->error = "no system trust store was found: install "
				 "ca-certificates, or name one with --trust";
		return false;
	}
	if (set->entries[0].store == NULL) {
		judging->error = arena_printf(judging->arena, "store %s: %s",
		    set->entries[0].name, set->entries[0].error);
		return false;
	}
	judging->stores = memory_array(set->count, sizeof(*judging->stores));
	for (size_t i = 0; i < set->count; i++) {
		const struct store_entry *entry = &set->entries[i];

		/* Clients of this store are judged by the default one. */
		if (entry->store == NULL)
			log_warning("store %s is left out: %s", entry->name,
			    entry->error);
		else
			judging->stores[judging->audit.store_count++] =
			    entry->store;
	}
	judging->audit.stores =
	    (const struct trust_store *const *)judging->stores;
	return true;
}

static bool
add_file(struct judging *judging, struct known *known, const char *path,
    const char *original)
{
	char *error = NULL;

	if (known_add_file(known, path, original, &error) == 0)
		return true;
	judging->error =
	    arena_printf(judging->arena, "--intermediates: %s", error);
	free(error);
	return false;
}

/* On the heap; NULL: there is no such data file. */
static char *
data_path(const struct judging_settings *settings, const char *name)
{
	char *path;

	if (settings->data == NULL)
		return data_file_path(name);
	path = file_join(settings->data, name);
	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

/* The public list that comes with the program; without it, an empty one. */
static bool
add_public(struct judging *judging, struct known *known,
    const struct judging_settings *settings)
{
	char *path = data_path(settings, "intermediates.pem");
	bool done = path == NULL || add_file(judging, known, path, path);

	free(path);
	return done;
}

/*
 * The list that `fleetscan intermediates update` keeps: known to the run, and
 * to the clients that bring such a list along.  Without it the run goes on.
 */
static void
add_kept_list(struct judging *judging, const char *directory)
{
	enum { A_DAY = 24 * 60 * 60 };
	const char *path = public_intermediates_path(judging->arena, directory);
	struct public_intermediates list;
	int64_t days;

	if (!file_exists(path))
		return;
	if (!public_intermediates_find(judging->arena, path, &list) ||
	    !add_file(judging, judging->kept, path, path)) {
		log_error("%s cannot be read and is not used: \"fleetscan "
			  "intermediates update\" writes it again",
		    path);
		judging->error = NULL;
		return;
	}
	known_borrow(judging->preloaded, judging->kept);
	days = (clock_now() - list.date) / A_DAY;
	if (days > PUBLIC_INTERMEDIATES_DAYS)
		log_warning("the public intermediates are %lld days old: "
			    "\"fleetscan intermediates update\" renews them",
		    (long long)days);
}

static bool
add_known(struct judging *judging, const struct judging_settings *settings)
{
	const struct string_list *files = &settings->intermediates;
	const char *directory = settings->cache, *path;
	struct places places;

	judging->known = known_new();
	judging->preloaded = known_new();
	judging->kept = known_new();
	if (!add_public(judging, judging->preloaded, settings))
		return false;
	if (settings->no_intermediates)
		return true;
	/* The learned cache, where there is a place for it; when it cannot be
	   read, the run does without.  An interrupted run uses the copy from
	   when it began. */
	places_of_machine(judging->arena, &places);
	if (directory == NULL)
		directory = places.cache;
	if (directory != NULL) {
		judging->learned = arena_printf(
		    judging->arena, "%s/intermediates.pem", directory);
		path = settings->learned != NULL ? settings->learned
						 : judging->learned;
		if (file_exists(path) && !add_file(judging, judging->known,
					     path, judging->learned)) {
			log_error("%s", judging->error);
			judging->learned = NULL;
		}
		add_kept_list(judging, directory);
	}
	for (size_t i = 0; i < files->count; i++)
		if (!add_file(judging, judging->known, files->items[i],
			files->items[i]))
			return false;
	/* Files that are named replace the list that comes with the program,
	   not the one that the user fetched. */
	known_borrow(judging->known, judging->kept);
	return files->count > 0 ||
	       add_public(judging, judging->known, settings);
}

/* A data file's text into the arena; NULL, or what is wrong. */
static const char *
read_data(struct arena *arena, const struct judging_settings *settings,
    const char *name, struct bytes *text)
{
	struct text file = { .size = 0 };
	char *path = data_path(settings, name);
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

/*
 * What an administrator added to the default store: the files of --trust-add,
 * and what they were in a saved run.
 */
static void
find_added(struct judging *judging, const struct judging_settings *settings)
{
	const struct certificate_index *anchors =
	    trust_store_anchors(judging->stores[0]);
	const struct string_list *files = &settings->stores.added;
	struct bundle bundle = { .count = 0 };
	const char *error;
	const struct certificate *found;
	struct digest sha256;

	judging->added = certificate_index_new();
	/* They are in the store, so each of them could be read. */
	for (size_t i = 0; i < files->count; i++)
		java_store_read_any(judging->arena, &judging->set.places,
		    files->items[i], &bundle, &error);
	for (size_t i = 0; i < bundle.count; i++) {
		certificate_digest(bundle.certificates[i], &sha256);
		found = certificate_index_get(anchors, &sha256);
		if (found != NULL)
			certificate_index_add(judging->added, found);
	}
	for (size_t i = 0; i < settings->added_root_count; i++) {
		found = digest_from_hex(&sha256, settings->added_roots[i])
			    ? certificate_index_get(anchors, &sha256)
			    : NULL;
		if (found != NULL)
			certificate_index_add(judging->added, found);
	}
}

/*
 * By their program's list they would be unknown: so a run names them once, with
 * the reason why Chrome accepts them.
 */
void
judging_tell_local_roots(const struct judging *judging)
{
	enum { MOST_NAMES = 5 };
	struct certificate_list local = clients_local_roots(judging->clients);
	struct text names = { .size = 0 };

	for (size_t i = 0; i < local.count && i < MOST_NAMES; i++)
		text_printf(&names, "%s%s", i == 0 ? "" : "; ",
		    local.certificates[i]->subject);
	if (local.count > 0)
		log_info("store %s: %zu of its certificates %s in no public "
			 "list and count%s for every client: %s%s",
		    trust_store_name(judging->stores[0]), local.count,
		    local.count == 1 ? "is" : "are",
		    local.count == 1 ? "s" : "", names.data,
		    local.count > MOST_NAMES ? "; ..." : "");
	text_free(&names);
}

/* Profiles with the stores and programs that they are judged by. */
static void
add_clients(struct judging *judging, const struct judging_settings *settings,
    const struct client_profiles *profiles, const struct roots *roots,
    const struct distrust *distrust)
{
	const struct store_settings *stores = &settings->stores;
	const char **named =
	    arena_array(judging->arena, stores->named_count, sizeof(*named));
	size_t count = 0;

	for (size_t i = 0; i < stores->named_count; i++)
		if (!stores->named[i].installed)
			named[count++] =
			    arena_string(judging->arena, stores->named[i].name);
	find_added(judging, settings);
	judging->named = named;
	judging->named_count = count;
	judging->profiles = profiles;
	judging->clients = clients_new(&(struct client_settings){
	    .profiles = profiles,
	    .stores = judging->audit.stores,
	    .store_count = judging->audit.store_count,
	    /* --trust is every client's store; so it was in a saved run. */
	    .one_store = stores->files.count > 0 &&
			 (stores->saved_name == NULL ||
			     strcmp(stores->saved_name, "trust") == 0),
	    .named = named,
	    .named_count = count,
	    .roots = roots,
	    .distrust = distrust,
	    .at_hand = { known_certificates(judging->known),
		known_certificates(judging->preloaded) },
	    .added = judging->added,
	});
}

/* Without its file no log is known. */
static const char *
add_ct_logs(struct judging *judging, const struct judging_settings *settings)
{
	static const char name[] = "ct-logs.json";
	char *path = data_path(settings, name);
	struct bytes text = { NULL, 0 };
	const char *error = NULL;

	if (path == NULL)
		return NULL;
	free(path);
	error = read_data(judging->arena, settings, name, &text);
	if (error == NULL)
		judging->audit.ct_logs =
		    ct_logs_read(judging->arena, text, name, &error);
	return error;
}

const struct roots *
judging_read_roots(struct arena *arena, const struct judging_settings *settings,
    const char **error)
{
	struct bytes text;

	*error = read_data(arena, settings, "roots.json", &text);
	return *error == NULL ? roots_read(arena, text, "roots.json", error)
			      : NULL;
}

/* What data/ holds: client profiles, root programs and distrust rules. */
static bool
add_data(struct judging *judging, const struct judging_settings *settings)
{
	struct arena *arena = judging->arena;
	const struct client_profiles *profiles = NULL;
	const struct roots *roots = NULL;
	const struct distrust *distrust = NULL;
	struct bytes text = { NULL, 0 };
	const char *error = read_data(arena, settings, "clients.json", &text);

	if (error == NULL)
		profiles =
		    client_profiles_read(arena, text, "clients.json", &error);
	if (profiles != NULL) {
		profiles = client_profiles_choose(
		    arena, profiles, settings->clients, &error);
		if (profiles == NULL)
			error = arena_printf(arena, "--clients: %s", error);
	}
	if (error == NULL)
		roots = judging_read_roots(arena, settings, &error);
	if (error == NULL)
		error = add_ct_logs(judging, settings);
	if (error == NULL)
		error = read_data(arena, settings, "distrust.json", &text);
	if (error == NULL)
		distrust = distrust_read(arena, text, "distrust.json", &error);
	for (size_t i = 0;
	     error == NULL && profiles != NULL && i < profiles->count; i++) {
		const struct client_profile *profile = &profiles->list[i];

		if (profile->roots != NULL &&
		    roots_list(roots, profile->roots) == NULL)
			error = arena_printf(arena,
			    "clients.json: %s.roots: %s is no program and no "
			    "list of roots.json",
			    profile->id, profile->roots);
	}
	if (error == NULL)
		add_clients(judging, settings, profiles, roots, distrust);
	judging->audit.roots = roots;
	judging->error = error;
	return error == NULL;
}

bool
judging_load(struct judging *judging, const struct judging_settings *settings)
{
	char *error = NULL;

	*judging = (struct judging){ .arena = arena_new() };
	/* "none" is for a saved run, which has a policy of its own. */
	if (settings->policy != NULL && strcmp(settings->policy, "none") != 0) {
		judging->policy = policy_file_read(settings->policy, &error);
		judging->error = arena_string(judging->arena, error);
		free(error);
		if (judging->policy == NULL)
			return false;
	}
	if (!add_stores(judging, settings) || !add_known(judging, settings) ||
	    !add_data(judging, settings))
		return false;
	judging->cache = settings->cache;
	if (judging->cache == NULL) {
		struct places places;

		places_of_machine(judging->arena, &places);
		judging->cache = places.cache;
	}
	judging->audit.now = settings->has_now ? settings->now : clock_now();
	if (settings->expect != NULL && strcmp(settings->expect, "none") != 0) {
		judging->expected = expected_files_read(judging->arena,
		    settings->expect, judging->audit.now, &judging->error);
		if (judging->expected == NULL)
			return false;
	}
	judging->audit.expected = judging->expected;
	judging->audit.warn_days = settings->warn_days;
	judging->audit.crit_days = settings->crit_days;
	judging->audit.clients = judging->clients;
	judging->audit.policy = judging->policy;
	judging->audit.known = known_certificates(judging->known);
	judging->audit.preloaded = known_certificates(judging->preloaded);
	return true;
}

bool
judging_load_run(
    struct judging *judging, const char *directory, const char *data)
{
	struct judging_settings settings = {
		.no_intermediates = true,
		.data = data,
	};
	struct arena *arena = arena_new();
	struct manifest manifest;
	const char *reason = NULL;
	bool loaded = false;

	*judging = (struct judging){ .arena = arena_new() };
	if (manifest_read(arena, directory, &manifest, &reason) &&
	    manifest.store_count == 0)
		reason = "run.json names no trust store";
	judging->error = arena_string(judging->arena, reason);
	if (reason == NULL) {
		judging_clear(judging);
		judging_settings_add_run(
		    &settings, arena, &manifest, directory);
		loaded = judging_load(judging, &settings);
	}
	judging_settings_clear(&settings);
	arena_free(arena);
	return loaded;
}

struct verified *
judging_open_signatures(struct judging *judging)
{
	struct verified *verified;

	if (judging->learned == NULL || judging->cache == NULL)
		return NULL;
	verified = verified_open(
	    arena_printf(judging->arena, "%s/signatures", judging->cache),
	    clock_now());
	judging->audit.good_signatures = verified_signatures(verified);
	return verified;
}

void
judging_close_signatures(
    const struct judging *judging, struct verified *verified)
{
	if (verified != NULL && verified_save(verified) < 0)
		log_warning("%s/signatures cannot be written: %s",
		    judging->cache, strerror(errno));
	verified_free(verified);
}

void
judging_clear(struct judging *judging)
{
	clients_free(judging->clients);
	certificate_index_free(judging->added);
	policy_free(judging->policy);
	expected_free(judging->expected);
	arena_free(judging->arena);
	free(judging->stores);
	store_set_clear(&judging->set);
	known_free(judging->known);
	known_free(judging->preloaded);
	known_free(judging->kept);
	*judging = (struct judging){ .arena = NULL };
}
