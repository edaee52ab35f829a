/*
 * Verdicts of clients: profiles that share a store and a way of building
 * paths form a group, each group looks for its path (or takes the one that
 * everybody finds), and each of its members weighs what was found.
 */
#include "audit/clients.h"

#include <stdlib.h>

#include "audit/client_names.h"
#include "audit/client_path.h"
#include "base/memory.h"

struct group {
	const struct trust_store *store;
	struct client_builder builder;
	size_t *members; /* indexes of profiles */
	size_t member_count;
};

struct clients {
	const struct client_profiles *profiles;
	bool one_store;
	struct group *groups; /* those of one store side by side */
	size_t group_count;
};

/* One client's verdict while paths are looked at. */
struct standing {
	struct client_traits host; /* of the host, that it refuses */
	/* Of these, what its own offer could change. */
	struct client_traits doubtful;
	struct client_traits best; /* with those of the path it likes best */
	unsigned best_count;
	bool judged;
	bool unseen; /* AIA would have been asked */
};

struct weighing {
	const struct client_profiles *profiles;
	const struct group *group;
	struct standing *standings;
	struct client_outcome last;
};

/*
 * What another certificate for an issuer could repair: only then does it
 * matter what AIA leads to.
 */
static const enum client_trait repairable[] = { TRAIT_UNTRUSTED_ROOT,
	TRAIT_PARTIAL_CHAIN, TRAIT_NO_ISSUER, TRAIT_BAD_SIGNATURE,
	TRAIT_PATH_COUNT, TRAIT_CA_MALFORMED, TRAIT_NOT_A_CA, TRAIT_PATH_LENGTH,
	TRAIT_CA_KEY_USAGE, TRAIT_NAME_CONSTRAINTS, TRAIT_CA_PURPOSE,
	TRAIT_CA_EXPIRED, TRAIT_ROOT_EXPIRED };

static bool
builds_alike(const struct client_builder *a, const struct client_builder *b)
{
	return a->backtracks == b->backtracks &&
	       a->partial_chain == b->partial_chain &&
	       a->key_ids_must_fit == b->key_ids_must_fit &&
	       a->anchor_key_ids_must_fit == b->anchor_key_ids_must_fit &&
	       a->serials_must_fit == b->serials_must_fit &&
	       a->anchor_serials_must_fit == b->anchor_serials_must_fit &&
	       a->ends_at_roots == b->ends_at_roots &&
	       a->anchors_by_octets == b->anchors_by_octets &&
	       a->prefers_valid == b->prefers_valid &&
	       a->fetches_aia == b->fetches_aia && a->preloads == b->preloads &&
	       a->leaf_anchor == b->leaf_anchor &&
	       a->skips_same_key == b->skips_same_key &&
	       a->skips_same_names == b->skips_same_names &&
	       a->most_sorted == b->most_sorted;
}

static void
join_group(struct clients *clients, const struct trust_store *store, size_t at)
{
	const struct client_builder *builder =
	    &clients->profiles->list[at].builder;
	struct group *group = clients->groups;
	const struct group *end = group + clients->group_count;

	while (group < end && (group->store != store ||
				  !builds_alike(&group->builder, builder)))
		group++;
	if (group == end) {
		clients->group_count++;
		group->store = store;
		group->builder = *builder;
		group->members = memory_array(
		    clients->profiles->count, sizeof(*group->members));
	}
	group->members[group->member_count++] = at;
}

struct clients *
clients_new(const struct client_profiles *profiles,
    const struct trust_store *const *stores, size_t store_count, bool one_store)
{
	struct clients *clients = memory_new(sizeof(*clients));

	clients->profiles = profiles;
	clients->one_store = one_store;
	clients->groups =
	    memory_array(profiles->count, sizeof(*clients->groups));
	for (size_t k = 0; k < store_count; k++)
		for (size_t i = 0; i < profiles->count; i++) {
			const char *wanted = profiles->list[i].store;
			size_t own = 0;

			while (
			    own < store_count &&
			    (one_store || strcmp(trust_store_name(stores[own]),
					      wanted) != 0))
				own++;
			if (k == (own < store_count ? own : 0))
				join_group(clients, stores[k], i);
		}
	return clients;
}

struct clients *
clients_with_stores(const struct clients *clients,
    const struct trust_store *const *stores, size_t store_count)
{
	return clients_new(
	    clients->profiles, stores, store_count, clients->one_store);
}

size_t
clients_offers(
    const struct clients *clients, uint64_t offers[CLIENTS_MOST_OFFERS])
{
	const struct client_profiles *profiles = clients->profiles;
	size_t count = 0, at;

	for (size_t i = 0; i < profiles->count; i++) {
		for (at = 0; at < count; at++)
			if (offers[at] == profiles->list[i].offers)
				break;
		if (at == count && count < CLIENTS_MOST_OFFERS)
			offers[count++] = profiles->list[i].offers;
	}
	return count;
}

void
clients_free(struct clients *clients)
{
	if (clients == NULL)
		return;
	for (size_t i = 0; i < clients->group_count; i++)
		free(clients->groups[i].members);
	free(clients->groups);
	free(clients);
}

/* What this client refuses about it: nothing when it would accept. */
static struct client_traits
refusals(
    const struct client_profile *profile, const struct client_outcome *outcome)
{
	struct client_traits bad = outcome->anchor_traits;

	client_traits_remove_all(&bad, &profile->anchor_takes);
	client_traits_add_all(&bad, &outcome->traits);
	client_traits_keep(&bad, &profile->refuses);
	for (int i = 0; i < LIMIT_COUNT; i++) {
		enum client_limit limit = (enum client_limit)i;
		unsigned bound = profile->limits[i];
		unsigned value = outcome->measures[i];

		if (bound == 0 || value == 0 || value == bound)
			continue;
		if (client_limit_is_least(limit) == (value < bound))
			client_traits_add(&bad, client_limit_trait(limit));
	}
	return bad;
}

/* Each member keeps the path with the fewest refusals; true: none has any. */
static bool
weigh(void *context, const struct path *path,
    const struct client_outcome *outcome)
{
	struct weighing *weighing = context;
	const struct group *group = weighing->group;
	bool content = true;

	(void)path;
	weighing->last = *outcome;
	for (size_t i = 0; i < group->member_count; i++) {
		size_t at = group->members[i];
		struct standing *standing = &weighing->standings[at];
		struct client_traits bad =
		    refusals(&weighing->profiles->list[at], outcome);
		unsigned count;

		client_traits_add_all(&bad, &standing->host);
		count = client_traits_count(&bad);
		if (!standing->judged || count < standing->best_count) {
			standing->best = bad;
			standing->best_count = count;
		}
		standing->judged = true;
		/* The best one has those of the host in any case. */
		content = content && standing->best_count ==
					 client_traits_count(&standing->host);
	}
	return content;
}

static void
judge_groups(const struct clients *clients, const struct client_facts *facts,
    const struct validation *validation, struct standing *standings)
{
	struct weighing weighing = {
		.profiles = clients->profiles,
		.standings = standings,
	};
	struct client_search search = { .plain = false };
	struct client_outcome plain;
	const struct trust_store *store = NULL;

	for (size_t i = 0; i < clients->group_count; i++) {
		const struct group *group = &clients->groups[i];
		const struct client_builder *builder = &group->builder;
		bool sorts =
		    builder->most_sorted == 0 ||
		    facts->seen->received_count <= builder->most_sorted;
		bool finds_more = builder->fetches_aia || builder->preloads;

		weighing.group = group;
		/*
		 * The one path there is suffices when all members accept it,
		 * or have no other place to look.
		 */
		if (group->store == store && search.plain && sorts &&
		    (weigh(&weighing, NULL, &plain) || !finds_more))
			continue;
		search = (struct client_search){
			.facts = facts,
			.validation = validation,
			.store = group->store,
			.how = builder,
			.consider = weigh,
			.context = &weighing,
		};
		client_search_run(&search);
		for (size_t k = 0; k < group->member_count; k++)
			standings[group->members[k]].unseen = search.unseen;
		search.plain = search.plain && !finds_more;
		plain = weighing.last;
		store = group->store;
	}
}

static struct client_traits
host_refusals(const struct client_profile *profile,
    const struct client_facts *facts, const struct client_outcome *host,
    const struct client_fits *fits)
{
	struct client_traits bad = refusals(profile, host);

	if (!client_fits_read(fits, profile->reads))
		client_traits_add(&bad, facts->host->address_size > 0
					    ? TRAIT_HOST_ADDRESS
					    : TRAIT_NAME);
	return bad;
}

/*
 * What the server chose first counts for those who offer it; for the others
 * what it chose when it was offered theirs.
 */
static void
weigh_other_offer(const struct client_profile *profile,
    const struct client_facts *facts, const struct client_fits *fits,
    struct standing *standing)
{
	const struct tls_facts *first = &facts->seen->tls, *chosen;
	enum offer_reply fate = offer_fate(profile->offers, first, &chosen);
	struct client_outcome own;
	struct client_traits lacking;

	if (fate == REPLY_ACCEPTED) {
		client_choice_outcome(facts, chosen, &own);
		standing->host = host_refusals(profile, facts, &own, fits);
		return;
	}
	lacking = client_offer_traits(offer_needed(first) & ~profile->offers);
	client_traits_add_all(&standing->host, &lacking);
	if (fate == REPLY_NONE)
		standing->doubtful = lacking;
}

/* What it refuses and no answer to its own offer could change. */
static struct client_traits
certain_refusals(const struct standing *standing)
{
	struct client_traits certain = standing->best;

	client_traits_remove_all(&certain, &standing->doubtful);
	return certain;
}

/* Would AIA be asked, and could its answer change the verdict? */
static bool
is_open(const struct standing *standing)
{
	struct client_traits certain = certain_refusals(standing);
	unsigned count = client_traits_count(&certain);
	unsigned repaired = 0;

	if (!standing->unseen || count == 0)
		return false;
	for (size_t i = 0; i < sizeof(repairable) / sizeof(repairable[0]); i++)
		repaired += client_traits_has(&certain, repairable[i]);
	return repaired == count;
}

/* With the alert's name where the client tells it. */
static const char *
reason_of(struct arena *arena, const struct client_profile *profile,
    const struct client_facts *facts, enum client_trait trait)
{
	static const char *const places[] = { "{alert}", "{alert words}" };
	const char *reason = profile->reasons[trait];
	const struct tls_alert *alert =
	    handshake_alert(&facts->seen->tls, trait == TRAIT_SERVER_ALERT);

	for (size_t i = 0; i < 2 && alert != NULL; i++) {
		const char *place = strstr(reason, places[i]);
		char *name;

		if (place == NULL)
			continue;
		name = arena_string(arena, alert->description);
		for (char *at = name; i == 1 && *at != '\0'; at++)
			if (*at == '_')
				*at = ' ';
		return arena_printf(arena, "%.*s%s%s", (int)(place - reason),
		    reason, name, place + strlen(places[i]));
	}
	return reason;
}

static struct client_verdict
verdict_of(struct arena *arena, const struct client_profile *profile,
    const struct client_facts *facts, const struct standing *standing)
{
	struct client_verdict verdict = { .id = profile->id };
	struct client_traits certain = certain_refusals(standing);
	struct client_traits first = certain, others = certain;

	client_traits_keep(&first, &profile->tells_first);
	client_traits_remove_all(&others, &profile->tells_last);
	if (standing->best_count == 0) {
		verdict.accepts = ACCEPTS_YES;
	} else if (client_traits_is_empty(&certain)) {
		verdict.accepts = ACCEPTS_UNKNOWN;
		verdict.reason = "no answer was seen to what it offers";
	} else if (is_open(standing)) {
		verdict.accepts = ACCEPTS_UNKNOWN;
		verdict.reason = "it would follow AIA, which was not done";
	} else {
		if (client_traits_is_empty(&first))
			first =
			    client_traits_is_empty(&others) ? certain : others;
		verdict.accepts = ACCEPTS_NO;
		verdict.reason = reason_of(
		    arena, profile, facts, client_traits_first(&first));
	}
	return verdict;
}

bool
clients_judge(const struct clients *clients, struct arena *arena,
    const struct client_facts *facts, struct verdict *verdict)
{
	const struct client_profile *profiles = clients->profiles->list;
	size_t count = clients->profiles->count;
	uint64_t needed = offer_needed(&facts->seen->tls);
	struct standing *standings;
	struct validation validation;
	struct client_outcome host;
	struct client_fits fits;
	bool open = false;

	verdict->client_count = count;
	verdict->clients = arena_array(arena, count, sizeof(*verdict->clients));
	if (facts->seen->received_count == 0) {
		for (size_t i = 0; i < count; i++)
			verdict->clients[i] =
			    (struct client_verdict){ profiles[i].id, ACCEPTS_NO,
				    status_word(facts->seen->status) };
		return false;
	}
	client_fits_find(facts->host, facts->received[0], &fits);
	client_host_outcome(facts, &host);
	standings = arena_array(arena, count, sizeof(*standings));
	for (size_t i = 0; i < count; i++) {
		standings[i].host =
		    host_refusals(&profiles[i], facts, &host, &fits);
		if ((needed & ~profiles[i].offers) != 0)
			weigh_other_offer(
			    &profiles[i], facts, &fits, &standings[i]);
	}
	validation = *facts->validation;
	validation.host = fits.count == 0 ? NULL : facts->host;
	judge_groups(clients, facts, &validation, standings);
	for (size_t i = 0; i < count; i++) {
		verdict->clients[i] =
		    verdict_of(arena, &profiles[i], facts, &standings[i]);
		open = open || is_open(&standings[i]);
	}
	return open;
}

static bool
take_first(void *context, const struct path *path,
    const struct client_outcome *outcome)
{
	(void)outcome;
	*(struct path *)context = *path;
	return true;
}

const struct client_profile *
clients_find_path(const struct clients *clients, const char *id,
    const struct client_facts *facts, struct path *path)
{
	const struct client_profile *profile =
	    client_profile_find(clients->profiles, id);
	const struct group *group = NULL;
	struct client_search search;

	for (size_t i = 0; i < clients->group_count; i++)
		for (size_t k = 0; k < clients->groups[i].member_count; k++)
			if (&clients->profiles
				 ->list[clients->groups[i].members[k]] ==
			    profile)
				group = &clients->groups[i];
	if (group == NULL)
		return NULL;
	search = (struct client_search){
		.facts = facts,
		.validation = facts->validation,
		.store = group->store,
		.how = &group->builder,
		.past_bad_signatures = true,
		.consider = take_first,
		.context = path,
	};
	client_search_run(&search);
	return profile;
}
