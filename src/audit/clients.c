/*
 * Verdicts of clients: profiles that share a store and a way of building paths
 * form a group, each group looks for its path (or takes the one path that there
 * is), and each of its members is then judged by that path.
 */
#include "audit/clients.h"

#include <stdlib.h>

#include "audit/client_names.h"
#include "audit/client_path.h"
#include "base/memory.h"

struct group {
	const struct client_store *client; /* of its members */
	struct client_builder builder;
	size_t *members; /* indexes of profiles */
	size_t member_count;
};

struct clients {
	struct client_settings settings;
	const struct client_profiles *profiles;
	struct client_stores *stores;
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
	bool unseen;		     /* AIA would have been asked */
	struct root_refusal refusal; /* of that path, with TRAIT_ROOT_REFUSED */
	const struct certificate *last;		    /* the end of that path */
	const struct certificate *unread, *refused; /* client_search's */
	const struct trust_store *store;
};

/* What verdicts need to know of a path. */
struct seen_path {
	enum path_end end;
	const struct certificate *last;
	struct client_outcome outcome;
};

struct weighing {
	const struct clients *clients;
	const struct client_facts *facts;
	const size_t *members; /* indexes of profiles */
	size_t member_count;
	struct standing *standings;
	struct seen_path seen;
};

/*
 * What another certificate for an issuer could repair: only then does it
 * matter what AIA leads to.
 */
static const enum client_trait repairable[] = { TRAIT_UNTRUSTED_ROOT,
	TRAIT_PARTIAL_CHAIN, TRAIT_NO_ISSUER, TRAIT_CA_NO_ISSUER,
	TRAIT_BAD_SIGNATURE, TRAIT_PATH_COUNT, TRAIT_CA_MALFORMED,
	TRAIT_NOT_A_CA, TRAIT_PATH_LENGTH, TRAIT_CA_KEY_USAGE,
	TRAIT_NAME_CONSTRAINTS, TRAIT_CA_PURPOSE, TRAIT_CA_EXPIRED,
	TRAIT_ROOT_EXPIRED, TRAIT_ROOT_REFUSED };

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
	       a->roots_must_sign == b->roots_must_sign &&
	       a->anchors_by_octets == b->anchors_by_octets &&
	       a->last_anchor == b->last_anchor &&
	       a->first_anchor == b->first_anchor &&
	       a->prefers_valid == b->prefers_valid &&
	       a->issuers_follow == b->issuers_follow &&
	       a->sent_first == b->sent_first &&
	       a->ends_at_bad_signature == b->ends_at_bad_signature &&
	       a->fetches_aia == b->fetches_aia && a->preloads == b->preloads &&
	       a->leaf_anchor == b->leaf_anchor &&
	       a->reads_trusted_form == b->reads_trusted_form &&
	       a->skips_same_key == b->skips_same_key &&
	       a->skips_same_names == b->skips_same_names &&
	       a->most_sorted == b->most_sorted;
}

static void
join_group(
    struct clients *clients, const struct client_store *client, size_t at)
{
	const struct client_builder *builder =
	    &clients->profiles->list[at].builder;
	struct group *group = clients->groups;
	const struct group *end = group + clients->group_count;

	while (group < end && (group->client->store != client->store ||
				  !builds_alike(&group->builder, builder)))
		group++;
	if (group == end) {
		clients->group_count++;
		group->client = client;
		group->builder = *builder;
		group->members = memory_array(
		    clients->profiles->count, sizeof(*group->members));
	}
	group->members[group->member_count++] = at;
}

/* Groups of the default store first, then each other store's together. */
static void
make_groups(struct clients *clients)
{
	size_t count = clients->profiles->count, left = count;
	const struct trust_store *store = clients->settings.stores[0];
	bool *joined = memory_array(count, sizeof(*joined));

	while (left > 0) {
		const struct trust_store *next = NULL;

		for (size_t i = 0; i < count; i++) {
			const struct client_store *client =
			    client_store_of(clients->stores, i);

			if (joined[i])
				continue;
			if (client->store == store) {
				join_group(clients, client, i);
				joined[i] = true;
				left--;
			} else if (next == NULL) {
				next = client->store;
			}
		}
		store = next;
	}
	free(joined);
}

struct clients *
clients_new(const struct client_settings *settings)
{
	struct clients *clients = memory_new(sizeof(*clients));

	clients->settings = *settings;
	clients->profiles = settings->profiles;
	clients->stores = client_stores_new(&clients->settings);
	clients->groups =
	    memory_array(clients->profiles->count, sizeof(*clients->groups));
	make_groups(clients);
	return clients;
}

struct clients *
clients_with_stores(const struct clients *clients,
    const struct trust_store *const *stores,
    const struct certificate_index *added)
{
	struct client_settings settings = clients->settings;

	settings.stores = stores;
	settings.added = added;
	return clients_new(&settings);
}

const struct client_stores *
clients_stores(const struct clients *clients)
{
	return clients->stores;
}

struct certificate_list
clients_local_roots(const struct clients *clients)
{
	return client_stores_local(clients->stores);
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
	client_stores_free(clients->stores);
	free(clients);
}

/* What this client refuses about it: nothing when it would accept. */
static struct client_traits
refusals(
    const struct client_profile *profile, const struct client_outcome *outcome)
{
	struct client_traits bad = outcome->anchor_traits;
	struct client_traits limits = { { 0 } };

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
			client_traits_add(&limits, client_limit_trait(limit));
	}
	/* A leaf that is itself trusted has nothing else on its path. */
	if (outcome->leaf_is_anchor)
		client_traits_remove_all(&limits, &profile->anchor_takes);
	client_traits_add_all(&bad, &limits);
	return bad;
}

/* Each member keeps the path with the fewest refusals; true: none has any. */
static bool
weigh_seen(struct weighing *weighing)
{
	const struct clients *clients = weighing->clients;
	const struct seen_path *seen = &weighing->seen;
	bool content = true;

	for (size_t i = 0; i < weighing->member_count; i++) {
		size_t at = weighing->members[i];
		const struct client_store *client =
		    client_store_of(clients->stores, at);
		struct standing *standing = &weighing->standings[at];
		struct client_traits bad =
		    refusals(&clients->profiles->list[at], &seen->outcome);
		struct root_refusal refusal;
		struct client_traits host = standing->host;
		unsigned count;
		bool late = seen->end == PATH_ANCHOR &&
			    client_store_refuses(clients->stores, client,
				weighing->facts->received[0], seen->last,
				weighing->facts->validation->now, &refusal);

		if (seen->outcome.leaf_is_anchor)
			client_traits_remove_all(
			    &host, &clients->profiles->list[at].anchor_takes);
		client_traits_add_all(&bad, &host);
		/* A program asks while it looks for a path, and looks for
		   another one; Java asks when it has found its path. */
		if (late && client->list != NULL)
			client_traits_add(&bad, TRAIT_ROOT_REFUSED);
		count = client_traits_count(&bad);
		if (!standing->judged || count < standing->best_count) {
			if (late)
				client_traits_add(&bad, TRAIT_ROOT_REFUSED);
			standing->best = bad;
			standing->best_count = count;
			standing->last = seen->last;
			if (late)
				standing->refusal = refusal;
		}
		standing->judged = true;
		/* The best one has those of the host in any case. */
		content = content && standing->best_count ==
					 client_traits_count(&standing->host);
	}
	return content;
}

/* The traits of the host that hang on the store. */
static void
add_sent_traits(const struct clients *clients, const struct group *group,
    const struct client_facts *facts, struct standing *standings)
{
	for (size_t i = 0; i < group->member_count; i++) {
		size_t at = group->members[i];
		const struct client_traits *refuses =
		    &clients->profiles->list[at].refuses;
		struct client_traits sent = { { 0 } };

		if (!client_traits_has(refuses, TRAIT_SENT_EXPIRED) &&
		    !client_traits_has(refuses, TRAIT_SENT_BAD_SIGNATURE))
			continue;
		client_sent_traits(facts, group->client->store, &sent);
		client_traits_keep(&sent, refuses);
		client_traits_add_all(&standings[at].host, &sent);
	}
}

static bool
weigh(void *context, const struct path *path,
    const struct client_outcome *outcome)
{
	struct weighing *weighing = context;

	weighing->seen = (struct seen_path){
		.end = path->end,
		.last = path->steps[path->length - 1].certificate,
		.outcome = *outcome,
	};
	return weigh_seen(weighing);
}

static bool
lists_equal(struct certificate_list a, struct certificate_list b)
{
	if (a.count != b.count)
		return false;
	for (size_t i = 0; i < a.count; i++)
		if (!digest_equal(
			&a.certificates[i]->sha256, &b.certificates[i]->sha256))
			return false;
	return true;
}

/*
 * Does a client find the same in both stores, whatever it was sent here?  Then
 * one search serves the clients of both.  What AIA or preloaded certificates
 * lead to is not looked at.
 */
static bool
is_same_store(const struct clients *clients, const struct client_facts *facts,
    const struct trust_store *first, const struct client_store *other)
{
	const struct trust_store *store = other->store;

	if (first == store)
		return true;
	if (trust_store_has_terms(first) || trust_store_has_terms(store))
		return false;
	for (size_t i = 0; i < facts->seen->received_count; i++) {
		const struct certificate *sent = facts->received[i];
		struct certificate_list anchors = certificate_index_find(
		    trust_store_anchors(first), sent->issuer_key_name);

		/* Above one that is not a root, more of the store follows. */
		for (size_t k = 0; k < anchors.count; k++)
			if (!anchors.certificates[k]->self_issued)
				return false;
		if (!lists_equal(anchors,
			certificate_index_find(trust_store_anchors(store),
			    sent->issuer_key_name)) ||
		    certificate_index_find(
			trust_store_intermediates(first), sent->issuer_key_name)
			    .count > 0 ||
		    certificate_index_find(
			trust_store_intermediates(store), sent->issuer_key_name)
			    .count > 0)
			return false;
		/* A root that is known by its fingerprint alone. */
		if (sent->self_issued &&
		    client_store_lists(clients->stores, other, sent) &&
		    trust_store_find(store, &sent->sha256) == STORE_ABSENT)
			return false;
	}
	return trust_store_find(first, &facts->received[0]->sha256) ==
	       trust_store_find(store, &facts->received[0]->sha256);
}

/* The path that there is no other to, once a search has found that. */
struct plain_path {
	const struct trust_store *store;
	bool found;
	struct seen_path seen;
};

static void
judge_groups(const struct clients *clients, struct arena *arena,
    const struct client_facts *facts, const struct validation *validation,
    struct standing *standings)
{
	size_t count = clients->group_count;
	struct weighing weighing = {
		.clients = clients,
		.facts = facts,
		.standings = standings,
	};
	struct plain_path first = { .found = false }, other = first;
	size_t *members =
	    arena_array(arena, clients->profiles->count, sizeof(*members));
	bool *same = arena_array(arena, count, sizeof(*same));
	bool *done = arena_array(arena, count, sizeof(*done));

	for (size_t i = 0; i < count; i++)
		add_sent_traits(clients, &clients->groups[i], facts, standings);
	first.store = clients->settings.stores[0];
	for (size_t i = 0; i < count; i++)
		same[i] = i > 0 && clients->groups[i].client->store ==
				       clients->groups[i - 1].client->store
			      ? same[i - 1]
			      : is_same_store(clients, facts, first.store,
				    clients->groups[i].client);
	for (size_t i = 0; i < count; i++) {
		const struct group *group = &clients->groups[i];
		const struct client_builder *builder = &group->builder;
		struct plain_path *plain = same[i] ? &first : &other;
		bool sorts =
		    builder->most_sorted == 0 ||
		    facts->seen->received_count <= builder->most_sorted;
		bool finds_more = builder->fetches_aia || builder->preloads;
		struct client_search search;

		if (done[i])
			continue;
		weighing.members = members;
		weighing.member_count = 0;
		for (size_t k = i; k < count; k++) {
			const struct group *more = &clients->groups[k];

			if (k != i &&
			    (finds_more || !same[i] || !same[k] ||
				!builds_alike(builder, &more->builder)))
				continue;
			done[k] = true;
			for (size_t m = 0; m < more->member_count; m++)
				members[weighing.member_count++] =
				    more->members[m];
		}
		if (!same[i] && other.store != group->client->store)
			other = (struct plain_path){ .found = false };
		other.store = same[i] ? other.store : group->client->store;
		/*
		 * The one path there is suffices when all members accept it,
		 * or have no other place to look.
		 */
		if (plain->found && sorts) {
			weighing.seen = plain->seen;
			if (weigh_seen(&weighing) || !finds_more)
				continue;
		}
		search = (struct client_search){
			.facts = facts,
			.validation = validation,
			.store = group->client->store,
			.how = builder,
			.stores = clients->stores,
			.client =
			    group->client->list == NULL ? NULL : group->client,
			.consider = weigh,
			.context = &weighing,
		};
		client_search_run(&search);
		for (size_t k = 0; k < weighing.member_count; k++) {
			struct standing *standing = &standings[members[k]];

			standing->unseen = search.unseen;
			standing->unread = search.unread;
			standing->refused = search.refused;
			standing->store = group->client->store;
		}
		plain->found = search.plain && !finds_more;
		plain->seen = weighing.seen;
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
 * What the server chose first counts for those who offer it; for the others its
 * choice when their offer was made.
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

/* Could another certificate for an issuer change the verdict? */
static bool
is_repairable(const struct client_traits *certain)
{
	unsigned repaired = 0;

	for (size_t i = 0; i < sizeof(repairable) / sizeof(repairable[0]); i++)
		repaired += client_traits_has(certain, repairable[i]);
	return repaired > 0 && repaired == client_traits_count(certain);
}

/* Would AIA be asked, and could its answer change the verdict? */
static bool
is_open(const struct standing *standing)
{
	struct client_traits certain = certain_refusals(standing);

	return standing->unseen && is_repairable(&certain);
}

/*
 * A root that the program has, whose certificate is not available, and whose
 * name is that of an issuer: whether it signed cannot be checked.
 */
static const struct root *
find_absent_root(
    const struct client_store *client, const struct client_facts *facts)
{
	for (size_t i = 0; i < facts->seen->received_count; i++) {
		const char *issuer = facts->received[i]->issuer;

		for (size_t k = 0; issuer != NULL && k < client->absent_count;
		     k++)
			if (strcmp(client->absent[k]->subject, issuer) == 0)
				return client->absent[k];
	}
	return NULL;
}

/* With the alert's name where the client prints it. */
static const char *
reason_of(struct arena *arena, const struct client_profile *profile,
    const struct client_facts *facts, enum client_trait trait)
{
	static const char *const places[] = { "{alert}", "{alert words}" };
	const char *reason = profile->reasons[trait];
	const struct tls_alert *alert =
	    handshake_alert(&facts->seen->tls, trait == TRAIT_SERVER_ALERT);

	if (trait == TRAIT_BIG_HELLO)
		return arena_printf(arena,
		    "its ClientHello with X25519MLKEM768 gets %s",
		    big_hello_answer_text(arena, &facts->seen->tls.big_hello));
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

/*
 * The public root that the chain leads to, and that is not in the program's
 * list; NULL: there is none.  Where the record's path ends, or else where this
 * client's own path does, or could go on.
 */
static const struct root *
find_dropped_root(const struct clients *clients,
    const struct client_store *client, const struct client_facts *facts,
    const struct standing *standing)
{
	const struct roots *roots = clients->settings.roots;
	const struct path *judged = facts->judged;
	const struct certificate *last = standing->last;
	const struct root *root = NULL;
	struct certificate_list issuers;

	if (judged != NULL && judged->end == PATH_ANCHOR)
		root = roots_find(roots,
		    &judged->steps[judged->length - 1].certificate->sha256);
	if (root == NULL)
		root = roots_find(roots, &last->sha256);
	issuers = certificate_index_find(
	    client_stores_public(clients->stores), last->issuer_key_name);
	for (size_t i = 0; root == NULL && i < issuers.count; i++) {
		enum signature_result result;

		if (edge_signature(
			facts->edges, last, issuers.certificates[i], &result) &&
		    result == SIGNATURE_GOOD)
			root =
			    roots_find(roots, &issuers.certificates[i]->sha256);
	}
	return root == NULL || root_is_in(roots, root, client->list) ? NULL
								     : root;
}

/* "its root R is not in Chrome 156's list (in Debian 12's until ...)" */
static const char *
dropped_root_text(struct arena *arena, const struct roots *roots,
    const struct root_list *list, const struct root *root)
{
	const struct root_list *last, *gone;
	const char *text = arena_printf(
	    arena, "its root %s is not in %s's list", root->name, list->title);

	if (!roots_system_standing(roots, root, &last, &gone))
		return text;
	if (gone == NULL)
		return arena_printf(
		    arena, "%s (it is in %s's)", text, last->title);
	return arena_printf(
	    arena, "%s (in %s's until %s)", text, last->title, gone->version);
}

/* The traits of a path that comes to no root of the store. */
static bool
is_rootless(enum client_trait trait)
{
	return trait == TRAIT_SELF_SIGNED_LEAF ||
	       trait == TRAIT_UNTRUSTED_ROOT || trait == TRAIT_PARTIAL_CHAIN ||
	       trait == TRAIT_NO_ISSUER || trait == TRAIT_CA_NO_ISSUER;
}

/*
 * With what the client's words do not tell: which certificate of the store
 * would have helped, and why it did not.
 */
static const char *
add_store_words(struct arena *arena, const char *reason,
    enum client_trait trait, const struct standing *standing)
{
	const struct certificate *unread = standing->unread;
	const struct store_terms *terms =
	    standing->refused == NULL
		? NULL
		: trust_store_terms(standing->store, standing->refused);

	/* "certificate rejected" says it of OpenSSL's uses. */
	if (trait == TRAIT_STORE_REFUSES && terms != NULL && !terms->rejected)
		return arena_printf(arena, "%s; %s is one that the store %s",
		    reason, standing->refused->subject,
		    store_terms_words(arena, terms));
	if (unread == NULL || !is_rootless(trait))
		return reason;
	return arena_printf(arena,
	    "%s; the store holds %s only as TRUSTED CERTIFICATE, a form of "
	    "OpenSSL that this client does not read",
	    reason, unread->subject);
}

static struct client_verdict
verdict_of(const struct clients *clients, struct arena *arena, size_t at,
    const struct client_facts *facts, const struct standing *standing)
{
	const struct client_profile *profile = &clients->profiles->list[at];
	const struct client_store *client =
	    client_store_of(clients->stores, at);
	struct client_verdict verdict = { .id = profile->id };
	struct client_traits certain = certain_refusals(standing);
	struct client_traits first = certain, others = certain;
	const struct root *root = NULL;
	enum client_trait trait;

	client_traits_keep(&first, &profile->tells_first);
	client_traits_remove_all(&others, &profile->tells_last);
	if (client_traits_is_empty(&standing->best)) {
		verdict.accepts = ACCEPTS_YES;
		return verdict;
	}
	verdict.accepts = ACCEPTS_UNKNOWN;
	if (client_traits_is_empty(&certain)) {
		verdict.reason =
		    client_traits_has(&standing->best, TRAIT_BIG_HELLO)
			? "it depends on the segments in which its ClientHello "
			  "arrives"
			: "no answer was seen to what it offers";
		return verdict;
	}
	if (client_traits_is_empty(&first))
		first = client_traits_is_empty(&others) ? certain : others;
	trait = client_traits_first(&first);
	if (is_rootless(trait) && is_repairable(&certain))
		root = find_absent_root(client, facts);
	if (root != NULL) {
		verdict.reason = arena_printf(arena,
		    "the certificate of %s, a root of %s's list, is not at "
		    "hand: --intermediates can name it",
		    root->name, client->list->title);
		return verdict;
	}
	if (is_rootless(trait) && client->list != NULL)
		root = find_dropped_root(clients, client, facts, standing);
	/* What AIA leads to below a root that is known is that root. */
	if (root == NULL && trait != TRAIT_ROOT_REFUSED && is_open(standing)) {
		verdict.reason = "it would follow AIA, which was not done";
		return verdict;
	}
	verdict.accepts = ACCEPTS_NO;
	verdict.reason = reason_of(arena, profile, facts, trait);
	if (root != NULL)
		verdict.reason = arena_printf(arena, "%s: %s", verdict.reason,
		    dropped_root_text(
			arena, clients->settings.roots, client->list, root));
	else if (trait == TRAIT_ROOT_REFUSED && standing->refusal.rule == NULL)
		verdict.reason = standing->refusal.distrust->sentence;
	else if (trait == TRAIT_ROOT_REFUSED)
		verdict.reason = arena_printf(arena, "%s: %s", verdict.reason,
		    root_refusal_text(
			arena, &standing->refusal, client, facts->received[0]));
	else
		verdict.reason =
		    add_store_words(arena, verdict.reason, trait, standing);
	return verdict;
}

/*
 * No certificate came.  A server that answers another hello than ours may let
 * in who offers what it chose then; who offers nothing that it refused us
 * does not get further than we did.
 */
static struct client_verdict
verdict_without_chain(
    const struct client_profile *profile, const struct observation *seen)
{
	const struct tls_facts *tls = &seen->tls;
	struct client_verdict verdict = { .id = profile->id };
	bool is_ours = false, may_be_taken = false;

	for (size_t i = 0; i < tls->offer_count; i++) {
		const struct offer_answer *given = &tls->offers[i];

		if (given->reply == REPLY_ACCEPTED)
			may_be_taken =
			    may_be_taken || (offer_needed(&given->chosen) &
						~profile->offers) == 0;
		else if (given->reply == REPLY_REFUSED)
			is_ours =
			    is_ours || (profile->offers & ~given->offer) == 0;
	}
	verdict.reason = status_word(seen->status);
	if (hello_was_taken(tls->big_hello.answer) &&
	    (may_be_taken || !is_ours)) {
		verdict.accepts = ACCEPTS_UNKNOWN;
		verdict.reason = "the server answers such a ClientHello; its "
				 "certificates were not seen";
	}
	return verdict;
}

/* Of the clients whose hello is that large. */
static void
weigh_big_hello(const struct client_profile *profile,
    const struct client_facts *facts, struct standing *standing)
{
	enum big_hello_fate fate = big_hello_fate(&facts->seen->tls.big_hello);

	if ((profile->offers & OFFER_BIT(OFFER_X25519MLKEM768)) == 0 ||
	    (fate != BIG_HELLO_REFUSED && fate != BIG_HELLO_DEPENDS))
		return;
	client_traits_add(&standing->host, TRAIT_BIG_HELLO);
	if (fate == BIG_HELLO_DEPENDS)
		client_traits_add(&standing->doubtful, TRAIT_BIG_HELLO);
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
			    verdict_without_chain(&profiles[i], facts->seen);
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
		weigh_big_hello(&profiles[i], facts, &standings[i]);
	}
	validation = *facts->validation;
	validation.host = fits.count == 0 ? NULL : facts->host;
	judge_groups(clients, arena, facts, &validation, standings);
	for (size_t i = 0; i < count; i++) {
		verdict->clients[i] =
		    verdict_of(clients, arena, i, facts, &standings[i]);
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
		.store = group->client->store,
		.how = &group->builder,
		.past_bad_signatures = true,
		.consider = take_first,
		.context = path,
	};
	client_search_run(&search);
	return profile;
}
