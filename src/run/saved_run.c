/*
 * Loads run.json, the stores beside it and the data files.  Judges nothing,
 * and looks at no store of this machine.
 */
#include "run/saved_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/clients.h"
#include "audit/distrust.h"
#include "base/file.h"
#include "base/memory.h"
#include "system/data_file.h"
#include "run/known.h"
#include "rundir/manifest.h"
#include "rundir/policy_file.h"

enum { MOST_DATA = 1 << 20 };

struct saved_run {
	struct arena *arena;
	const char *data; /* a directory; NULL: the program's */
	struct trust_store **stores;
	size_t store_count;
	struct known *preloaded; /* of the run that was opened */
	const struct client_profiles *profiles;
	struct clients *clients;
	struct policy *policy; /* of the run that was opened, or NULL */
	bool one_store;	       /* --trust: every client is judged by it */
	struct audit_settings audit;
};

static void
complete(struct saved_run *run)
{
	run->audit.stores = (const struct trust_store *const *)run->stores;
	run->audit.store_count = run->store_count;
	run->clients = clients_new(
	    run->profiles, run->audit.stores, run->store_count, run->one_store);
	run->audit.clients = run->clients;
}

/* On the heap; NULL: there is none. */
static char *
data_path(const struct saved_run *run, const char *name)
{
	char *path;

	if (run->data == NULL)
		return data_file_path(name);
	path = file_join(run->data, name);
	if (file_exists(path))
		return path;
	free(path);
	return NULL;
}

/* NULL, or what is wrong, in the arena. */
static const char *
read_data(struct saved_run *run, const char *name, struct bytes *out)
{
	struct arena *arena = run->arena;
	struct text text = { .size = 0 };
	char *path = data_path(run, name);
	const char *error = NULL;

	if (path == NULL)
		error =
		    arena_printf(arena, "%s is not beside the program", name);
	else if (file_read(path, MOST_DATA, &text) < 0)
		error = arena_printf(arena, "%s: %s", path, strerror(errno));
	else
		*out = arena_bytes(arena, bytes_of(text.data, text.size));
	text_free(&text);
	free(path);
	return error;
}

static const char *
load_data(struct saved_run *run)
{
	struct bytes text;
	const char *error = read_data(run, "clients.json", &text);

	if (error != NULL)
		return error;
	run->profiles =
	    client_profiles_read(run->arena, text, "clients.json", &error);
	if (run->profiles == NULL)
		return error;
	error = read_data(run, "distrust.json", &text);
	if (error != NULL)
		return error;
	run->audit.distrust =
	    distrust_read(run->arena, text, "distrust.json", &error);
	return run->audit.distrust == NULL ? error : NULL;
}

/* Clients that know the public intermediates; fine without. */
static const char *
load_preloaded(struct saved_run *run)
{
	char *path = data_path(run, "intermediates.pem");
	char *error = NULL;
	const char *reason = NULL;

	run->preloaded = known_new();
	if (path != NULL && known_add_file(run->preloaded, path, &error) < 0)
		reason = arena_string(run->arena, error);
	run->audit.preloaded = known_certificates(run->preloaded);
	free(error);
	free(path);
	return reason;
}

static const char *
load_store(struct saved_run *run, const char *directory, const char *name)
{
	char *error = NULL;
	const char *path =
	    arena_printf(run->arena, "%s/stores/%s.pem", directory, name);
	struct trust_store *store = trust_store_load(name, &path, 1, &error);
	const char *reason = arena_string(run->arena, error);

	free(error);
	if (store != NULL)
		run->stores[run->store_count++] = store;
	return store == NULL ? reason : NULL;
}

static const char *
load_policy(struct saved_run *run, const char *directory)
{
	char *path = policy_file_of_run(directory);
	char *error = NULL;
	const char *reason;

	if (path == NULL)
		return NULL;
	run->policy = policy_file_read(path, &error);
	run->audit.policy = run->policy;
	reason = arena_string(run->arena, error);
	free(error);
	free(path);
	return reason;
}

static const char *
load(struct saved_run *run, const char *directory)
{
	struct manifest manifest;
	const char *reason = NULL;

	if (!manifest_read(run->arena, directory, &manifest, &reason))
		return reason;
	if (manifest.store_count == 0)
		return "run.json names no trust store";
	run->audit.now = manifest.clock;
	run->audit.warn_days = manifest.warn_days;
	run->audit.crit_days = manifest.crit_days;
	run->one_store = strcmp(manifest.stores[0], "trust") == 0;
	run->stores = memory_array(manifest.store_count, sizeof(*run->stores));
	for (size_t i = 0; i < manifest.store_count && reason == NULL; i++)
		reason = load_store(run, directory, manifest.stores[i]);
	if (reason == NULL)
		reason = load_data(run);
	if (reason == NULL)
		reason = load_preloaded(run);
	if (reason == NULL)
		reason = load_policy(run, directory);
	return reason;
}

struct saved_run *
saved_run_open(const char *directory, const char *data, char **error)
{
	struct saved_run *run = memory_new(sizeof(*run));
	const char *reason;

	run->arena = arena_new();
	run->data = data;
	reason = load(run, directory);
	if (reason == NULL) {
		complete(run);
		return run;
	}
	*error = memory_string(reason);
	saved_run_free(run);
	return NULL;
}

static void
add_all(struct bundle *bundle, const struct certificate_index *index)
{
	struct certificate_list list = certificate_index_all(index);

	for (size_t i = 0; i < list.count; i++)
		bundle->certificates[bundle->count++] =
		    list.certificates[i]->der;
}

static struct trust_store *
store_with(const struct trust_store *store,
    const struct certificate *const extra[], size_t count)
{
	const struct certificate_index *anchors = trust_store_anchors(store);
	const struct certificate_index *others =
	    trust_store_intermediates(store);
	size_t most = certificate_index_all(anchors).count +
		      certificate_index_all(others).count + count;
	struct bundle bundle = {
		.certificates = memory_array(most, sizeof(struct bytes)),
	};
	struct trust_store *larger;
	char *error = NULL;

	add_all(&bundle, anchors);
	add_all(&bundle, others);
	for (size_t i = 0; i < count; i++)
		bundle.certificates[bundle.count++] = extra[i]->der;
	larger = trust_store_from_bundle(trust_store_name(store),
	    trust_store_origin(store), &bundle, &error);
	free(error);
	free(bundle.certificates);
	return larger;
}

struct saved_run *
saved_run_with(const struct saved_run *run,
    const struct certificate *const extra[], size_t count)
{
	struct saved_run *larger = memory_new(sizeof(*larger));

	larger->profiles = run->profiles;
	larger->one_store = run->one_store;
	larger->audit = run->audit;
	larger->stores = memory_array(run->store_count, sizeof(*run->stores));
	for (size_t i = 0; i < run->store_count; i++)
		larger->stores[larger->store_count++] =
		    store_with(run->stores[i], extra, count);
	complete(larger);
	return larger;
}

void
saved_run_free(struct saved_run *run)
{
	if (run == NULL)
		return;
	clients_free(run->clients);
	for (size_t i = 0; i < run->store_count; i++)
		trust_store_free(run->stores[i]);
	free(run->stores);
	known_free(run->preloaded);
	policy_free(run->policy);
	arena_free(run->arena);
	free(run);
}

const struct audit_settings *
saved_run_settings(const struct saved_run *run)
{
	return &run->audit;
}
