/* Puts the stores of programs together, once a run. */
#include "audit/client_stores.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* The store of a program, shared by the clients that it judges for. */
struct program_store {
	const struct root_list *list;
	const char *own; /* the installed store whose local roots count too */
	struct trust_store *store;
	const struct root **absent;
	size_t absent_count;
};

struct client_stores {
	struct arena *arena;
	const struct client_settings *settings;
	struct certificate_index *public; /* at hand, in some list */
	struct certificate_index *local;  /* of the default store, in none */
	struct program_store *programs;
	size_t program_count;
	struct client_store *list; /* in the order of the profiles */
};

typedef void take_certificate(struct client_stores *,
    struct certificate_index *, const struct certificate *);

static void
take_all(struct client_stores *stores, const struct certificate_index *index,
    take_certificate *take, struct certificate_index *to)
{
	struct certificate_list list = { NULL, 0 };

	if (index != NULL)
		list = certificate_index_all(index);
	for (size_t i = 0; i < list.count; i++)
		take(stores, to, list.certificates[i]);
}

static void
take_of_store(struct client_stores *stores, const struct trust_store *store,
    take_certificate *take, struct certificate_index *to)
{
	take_all(stores, trust_store_anchors(store), take, to);
	take_all(stores, trust_store_intermediates(store), take, to);
}

static void
take_public(struct client_stores *stores, struct certificate_index *to,
    const struct certificate *certificate)
{
	if (roots_find(stores->settings->roots, &certificate->sha256) != NULL)
		certificate_index_add(to, certificate);
}

static void
take_local(struct client_stores *stores, struct certificate_index *to,
    const struct certificate *certificate)
{
	if (roots_find(stores->settings->roots, &certificate->sha256) == NULL)
		certificate_index_add(to, certificate);
}

static void
take_any(struct client_stores *stores, struct certificate_index *to,
    const struct certificate *certificate)
{
	(void)stores;
	certificate_index_add(to, certificate);
}

/* The store of this name, or NULL. */
static const struct trust_store *
find_store(const struct client_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->store_count; i++)
		if (strcmp(trust_store_name(settings->stores[i]), name) == 0)
			return settings->stores[i];
	return NULL;
}

/* The store that --store names for this client, or NULL. */
static const struct trust_store *
find_named(const struct client_settings *settings,
    const struct client_profile *profile)
{
	const char *const names[] = { profile->id, profile->store };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < settings->named_count; i++)
			if (strcmp(settings->named[i], names[k]) == 0)
				return find_store(settings, names[k]);
	return NULL;
}

/* Made of what is at hand.  Shared where the same list has the same roots. */
static const struct program_store *
program_store_of(
    struct client_stores *stores, const struct root_list *list, const char *own)
{
	const struct client_settings *settings = stores->settings;
	const struct trust_store *installed = find_store(settings, own);
	struct certificate_list public = certificate_index_all(stores->public);
	struct program_store *program = stores->programs;
	const struct program_store *end = program + stores->program_count;
	struct certificate_index *index;

	while (program < end &&
	       (program->list != list || strcmp(program->own, own) != 0))
		program++;
	if (program < end)
		return program;
	stores->program_count++;
	index = certificate_index_new();
	for (size_t i = 0; i < public.count; i++)
		if (root_is_in(settings->roots,
			roots_find(
			    settings->roots, &public.certificates[i]->sha256),
			list))
			certificate_index_add(index, public.certificates[i]);
	take_all(stores, stores->local, take_any, index);
	if (installed != NULL)
		take_of_store(stores, installed, take_local, index);
	take_all(stores, settings->added, take_any, index);
	*program = (struct program_store){ .list = list, .own = own };
	program->absent = arena_array(
	    stores->arena, settings->roots->count, sizeof(struct root *));
	for (size_t i = 0; i < settings->roots->count; i++) {
		const struct root *root = &settings->roots->list[i];

		if (root_is_in(settings->roots, root, list) &&
		    certificate_index_get(index, &root->sha256) == NULL)
			program->absent[program->absent_count++] = root;
	}
	program->store = trust_store_of(list->id, index);
	certificate_index_free(index);
	return program;
}

/*
 * Rules that name the client.  Not for one whose program does not judge: then
 * an administrator chose its roots.
 */
static void
fill_rules(struct client_stores *stores, const struct client_profile *profile,
    struct client_store *store)
{
	const struct distrust *distrust = stores->settings->distrust;

	if (distrust == NULL || (profile->roots != NULL && store->list == NULL))
		return;
	store->rules =
	    arena_array(stores->arena, distrust->count, sizeof(*store->rules));
	for (size_t i = 0; i < distrust->count; i++)
		if (distrust_rule_names(&distrust->rules[i], profile->id))
			store->rules[store->rule_count++] = &distrust->rules[i];
}

static void
fill_store(struct client_stores *stores, const struct client_profile *profile,
    struct client_store *store)
{
	const struct client_settings *settings = stores->settings;
	const struct root_list *list = NULL;

	store->store = find_named(settings, profile);
	if (store->store == NULL && settings->one_store)
		store->store = settings->stores[0];
	if (store->store == NULL && settings->roots != NULL &&
	    profile->roots != NULL)
		list = roots_list(settings->roots, profile->roots);
	if (list != NULL) {
		const struct program_store *program =
		    program_store_of(stores, list, profile->store);

		store->list = list;
		store->store = program->store;
		store->absent = program->absent;
		store->absent_count = program->absent_count;
	}
	if (store->store == NULL)
		store->store = find_store(settings, profile->store);
	if (store->store == NULL)
		store->store = settings->stores[0];
	fill_rules(stores, profile, store);
}

struct client_stores *
client_stores_new(const struct client_settings *settings)
{
	struct client_stores *stores = memory_new(sizeof(*stores));
	size_t count = settings->profiles->count;

	stores->arena = arena_new();
	stores->settings = settings;
	stores->public = certificate_index_new();
	stores->local = certificate_index_new();
	if (settings->roots != NULL && !settings->one_store) {
		/* What a store's file excludes may be a program's root. */
		for (size_t i = 0; i < settings->store_count; i++) {
			take_of_store(stores, settings->stores[i], take_public,
			    stores->public);
			take_all(stores,
			    trust_store_refused(settings->stores[i]),
			    take_public, stores->public);
		}
		for (size_t i = 0; i < 2; i++)
			take_all(stores, settings->at_hand[i], take_public,
			    stores->public);
		take_of_store(
		    stores, settings->stores[0], take_local, stores->local);
	}
	stores->programs =
	    arena_array(stores->arena, count, sizeof(*stores->programs));
	stores->list = arena_array(stores->arena, count, sizeof(*stores->list));
	for (size_t i = 0; i < count; i++)
		fill_store(
		    stores, &settings->profiles->list[i], &stores->list[i]);
	return stores;
}

void
client_stores_free(struct client_stores *stores)
{
	if (stores == NULL)
		return;
	for (size_t i = 0; i < stores->program_count; i++)
		trust_store_free(stores->programs[i].store);
	certificate_index_free(stores->public);
	certificate_index_free(stores->local);
	arena_free(stores->arena);
	free(stores);
}

const struct client_settings *
client_stores_settings(const struct client_stores *stores)
{
	return stores->settings;
}

const struct client_store *
client_store_of(const struct client_stores *stores, size_t profile)
{
	return &stores->list[profile];
}

const struct certificate_index *
client_stores_public(const struct client_stores *stores)
{
	return stores->public;
}

struct certificate_list
client_stores_local(const struct client_stores *stores)
{
	struct certificate_list none = { NULL, 0 };

	return stores->program_count == 0
		   ? none
		   : certificate_index_all(stores->local);
}

bool
client_store_lists(const struct client_stores *stores,
    const struct client_store *store, const struct certificate *certificate)
{
	const struct root *root;

	if (store->list == NULL)
		return false;
	root = roots_find(stores->settings->roots, &certificate->sha256);
	return root != NULL &&
	       root_is_in(stores->settings->roots, root, store->list);
}

static bool
is_too_late(const struct root_rule *rule, const struct certificate *leaf)
{
	if (rule->kind == ROOT_RULE_LOGGED && leaf->earliest_sct != 0)
		return leaf->earliest_sct > rule->date;
	return leaf->times_valid && leaf->not_before > rule->date;
}

bool
client_store_refuses(const struct client_stores *stores,
    const struct client_store *store, const struct certificate *leaf,
    const struct certificate *anchor, int64_t now, struct root_refusal *refusal)
{
	const struct client_settings *settings = stores->settings;

	*refusal = (struct root_refusal){ .rule = NULL };
	if (store->list != NULL && settings->added != NULL &&
	    certificate_index_get(settings->added, &anchor->sha256) != NULL)
		return false;
	if (store->list != NULL)
		refusal->root = roots_find(settings->roots, &anchor->sha256);
	if (refusal->root != NULL) {
		refusal->rule = root_rule_of(refusal->root, store->list);
		if (refusal->rule != NULL && is_too_late(refusal->rule, leaf))
			return true;
		refusal->rule = NULL;
	}
	refusal->distrust =
	    distrust_find(store->rules, store->rule_count, leaf, anchor, now);
	return refusal->distrust != NULL;
}

const struct distrust_rule *
client_store_policy(
    const struct client_store *store, const struct certificate *anchor)
{
	for (size_t i = 0; i < store->rule_count; i++)
		for (size_t k = 0; k < store->rules[i]->root_count; k++)
			if (digest_equal(
				store->rules[i]->roots[k], &anchor->sha256))
				return store->rules[i];
	return NULL;
}

bool
client_stores_have_policy(
    const struct client_stores *stores, const struct certificate *anchor)
{
	for (size_t i = 0; i < stores->settings->profiles->count; i++)
		if (client_store_policy(&stores->list[i], anchor) != NULL)
			return true;
	return false;
}

const char *
root_refusal_text(struct arena *arena, const struct root_refusal *refusal,
    const struct client_store *store, const struct certificate *leaf)
{
	const struct root_rule *rule = refusal->rule;
	bool is_logged;
	const char *does;

	if (rule == NULL)
		return refusal->distrust->sentence;
	is_logged = rule->kind == ROOT_RULE_LOGGED && leaf->earliest_sct != 0;
	does = rule->kind == ROOT_RULE_LOGGED ? "logged" : "issued";
	return arena_printf(arena,
	    "its root %s: %s refuses certificates %s after %s; this one %s %s",
	    refusal->root->name, store->list->title, does,
	    date_text(arena, rule->date),
	    is_logged			     ? "was logged on"
	    : rule->kind == ROOT_RULE_LOGGED ? "has no SCT and was issued on"
					     : "was issued on",
	    date_text(
		arena, is_logged ? leaf->earliest_sct : leaf->not_before));
}
