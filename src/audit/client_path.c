/*
 * The search of client_path.h.  Candidates are the store's, then the sent ones
 * in wire order, then preloaded and fetched ones; a client that does not
 * backtrack takes the first that it holds for the issuer and does not try
 * another.
 */
#include "audit/client_path.h"

enum {
	CANDIDATES_MOST = 64,
	KNOWN_MOST = 64,
	ENDS_MOST = 128 /* a hostile chain may have any number of them */
};

/* Lower ones are tried first. */
enum rank {
	RANK_STORED,
	RANK_STORED_LATE, /* late: not valid now */
	RANK_RECEIVED,
	RANK_LATE,	    /* only where the client prefers valid ones */
	RANK_STORED_BEHIND, /* where it takes sent ones first */
	RANK_PRELOADED,
	RANK_FETCHED
};

struct candidate {
	const struct certificate *certificate;
	enum source from;
	int received;
	bool anchor;
	bool refused; /* by what the store says of it */
	enum rank rank;
};

struct candidates {
	struct candidate list[CANDIDATES_MOST];
	size_t count;
};

struct walk {
	struct client_search *search;
	struct path path;
	unsigned ends;
	unsigned verdicts; /* ends but those for lack of a current root */
	bool over;
};

static const struct certificate *
last_certificate(const struct walk *walk)
{
	return walk->path.steps[walk->path.length - 1].certificate;
}

static bool
is_valid_at(const struct certificate *certificate, int64_t now)
{
	return certificate->times_valid && now >= certificate->not_before &&
	       now <= certificate->not_after;
}

static bool
is_current(const struct walk *walk, const struct certificate *certificate)
{
	return is_valid_at(certificate, walk->search->validation->now);
}

/*
 * Where several were sent and none is valid now, OpenSSL takes the one that
 * lasts longest (find_issuer() in crypto/x509/x509_vfy.c).
 */
static bool
comes_before(const struct candidate *a, const struct candidate *b)
{
	return a->rank < b->rank ||
	       (a->rank == RANK_LATE && b->rank == RANK_LATE &&
		   a->certificate->not_after > b->certificate->not_after);
}

static bool
is_same_entity(const struct certificate *a, const struct certificate *b)
{
	return digest_equal(&a->spki_sha256, &b->spki_sha256) &&
	       bytes_equal(a->subject_key, b->subject_key);
}

/* Each certificate once, from where it is found first. */
static void
add(const struct walk *walk, struct candidates *to, struct candidate candidate)
{
	const struct digest *sha256 = &candidate.certificate->sha256;
	size_t at = to->count;

	if (to->count == CANDIDATES_MOST || path_holds(&walk->path, sha256))
		return;
	for (size_t i = 0; i < walk->path.length; i++) {
		const struct certificate *on = walk->path.steps[i].certificate;

		if (!is_same_entity(on, candidate.certificate))
			continue;
		walk->search->plain = false;
		if (walk->search->how->skips_same_key ||
		    (walk->search->how->skips_same_names &&
			bytes_equal(on->raw_alternative_names,
			    candidate.certificate->raw_alternative_names)))
			return;
	}
	for (size_t i = 0; i < to->count; i++)
		if (digest_equal(&to->list[i].certificate->sha256, sha256))
			return;
	while (at > 0 && comes_before(&candidate, &to->list[at - 1])) {
		to->list[at] = to->list[at - 1];
		at--;
	}
	to->list[at] = candidate;
	to->count++;
}

/* As far as this client compares the AKI with what the candidate says. */
static bool
is_issuer_for(const struct client_builder *how,
    const struct certificate *subject, const struct certificate *issuer,
    bool anchor)
{
	if ((how->key_ids_must_fit ||
		(how->anchor_key_ids_must_fit && anchor)) &&
	    key_id_compare(subject, issuer) == KEY_ID_DIFFERS)
		return false;
	if (how->serials_must_fit && !authority_name_fits(subject, issuer))
		return false;
	return !(how->serials_must_fit ||
		   (how->anchor_serials_must_fit && anchor)) ||
	       authority_serial_fits(subject, issuer);
}

/*
 * What this client makes of the store's terms for a certificate: false where
 * it does not read the form in which it stands there.
 */
static bool
read_terms(const struct walk *walk, const struct certificate *certificate,
    bool *refused, bool *allowed)
{
	struct client_search *search = walk->search;
	const struct store_terms *terms =
	    trust_store_terms(search->store, certificate);
	bool reads = search->how->reads_trusted_form;

	*refused = *allowed = false;
	if (terms == NULL)
		return true;
	search->plain = false;
	if (terms->is_trusted_form && !reads) {
		search->unread = certificate;
		return false;
	}
	*refused = terms->distrusted || (reads && terms->rejected) ||
		   store_terms_is_too_late(terms, search->facts->received[0]);
	*allowed = reads && terms->allowed;
	if (*refused)
		search->refused = certificate;
	return true;
}

/* Of several in the store, most libraries prefer one that is valid now. */
static void
add_stored(const struct walk *walk, struct candidates *to,
    const struct certificate_index *index, bool anchors)
{
	const struct client_builder *how = walk->search->how;
	const struct certificate *subject = last_certificate(walk);
	struct certificate_list list =
	    certificate_index_find(index, subject->issuer_key_name);

	for (size_t i = 0; i < list.count; i++) {
		const struct certificate *issuer =
		    list.certificates[how->last_anchor ? list.count - 1 - i
						       : i];
		bool refused, allowed;

		if (!read_terms(walk, issuer, &refused, &allowed))
			continue;
		if (how->anchors_by_octets &&
		    !bytes_equal(subject->raw_issuer, issuer->raw_subject)) {
			walk->search->plain = false;
			continue;
		}
		add(walk, to,
		    (struct candidate){
			.certificate = issuer,
			.from = SOURCE_STORE,
			.received = -1,
			.refused = refused,
			.anchor = how->partial_chain || allowed ||
				  (anchors && issuer->self_issued &&
				      is_issuer_for(how, issuer, issuer, true)),
			.rank = how->sent_first ? RANK_STORED_BEHIND
				: how->first_anchor || is_current(walk, issuer)
				    ? RANK_STORED
				    : RANK_STORED_LATE,
		    });
	}
}

static bool
is_listed(
    const struct client_search *search, const struct certificate *certificate)
{
	return search->client != NULL && certificate->self_issued &&
	       client_store_lists(search->stores, search->client, certificate);
}

static void
add_received(
    const struct walk *walk, struct candidates *to, size_t from, size_t end)
{
	const struct certificate *subject = last_certificate(walk);

	for (size_t i = from; i < end; i++) {
		const struct certificate *issuer =
		    walk->search->facts->received[i];
		bool late = walk->search->how->prefers_valid &&
			    !is_current(walk, issuer);

		if (bytes_equal(issuer->subject_key, subject->issuer_key_name))
			add(walk, to,
			    (struct candidate){
				.certificate = issuer,
				.from = SOURCE_RECEIVED,
				.received = (int)i,
				.anchor = is_listed(walk->search, issuer),
				.rank = late ? RANK_LATE : RANK_RECEIVED,
			    });
	}
}

/*
 * RFC 5280 4.2.2.1.  No client seen fetches https URLs: that would want
 * another certificate first.
 */
static void
add_fetched(const struct walk *walk, struct candidates *to)
{
	const struct client_aia *aia = walk->search->facts->aia;
	const struct certificate *subject = last_certificate(walk);
	bool is_found = false, is_skipped = false;

	for (size_t i = 0; i < subject->issuer_url_count; i++) {
		const char *url = subject->issuer_urls[i];
		struct certificate_list list = { NULL, 0 };

		if (strncasecmp(url, "http://", 7) != 0)
			continue;
		if (aia == NULL || !aia->find(aia->context, url, &list)) {
			is_skipped = true;
			continue;
		}
		for (size_t k = 0; k < list.count; k++) {
			if (!bytes_equal(list.certificates[k]->subject_key,
				subject->issuer_key_name))
				continue;
			is_found = true;
			add(walk, to,
			    (struct candidate){
				.certificate = list.certificates[k],
				.from = SOURCE_AIA,
				.received = -1,
				.rank = RANK_FETCHED,
			    });
		}
	}
	/* Where one URL led to the issuer the others were not asked. */
	if (is_skipped && !is_found)
		walk->search->unseen = true;
}

/*
 * Too many for this client to sort: what follows in the message must be the
 * issuer, and the store is asked only for the last one's.
 */
static bool
is_unsorted(const struct walk *walk)
{
	unsigned most = walk->search->how->most_sorted;

	return most != 0 && walk->search->facts->seen->received_count > most;
}

static void
gather(const struct walk *walk, struct candidates *to)
{
	const struct client_search *search = walk->search;
	const struct path_step *last = &walk->path.steps[walk->path.length - 1];
	struct bytes issuer = last->certificate->issuer_key_name;
	size_t count = search->facts->seen->received_count, first = 0;
	struct certificate_list preloaded = { NULL, 0 };

	to->count = 0;
	if ((issuer.size == 0 && !last->certificate->issuer_empty) ||
	    walk->path.length == PATH_MOST_DEPTH)
		return;
	if (is_unsorted(walk) && last->received >= 0 &&
	    (size_t)last->received + 1 < count) {
		add_received(walk, to, (size_t)last->received + 1,
		    (size_t)last->received + 2);
		return;
	}
	if (search->how->issuers_follow && last->received >= 0)
		first = (size_t)last->received + 1;
	for (size_t i = 0; i < first; i++)
		if (bytes_equal(
			search->facts->received[i]->subject_key, issuer))
			walk->search->plain = false;
	add_stored(walk, to, trust_store_anchors(search->store), true);
	add_stored(walk, to, trust_store_intermediates(search->store), false);
	add_stored(walk, to, trust_store_refused(search->store), true);
	add_received(walk, to, first, is_unsorted(walk) ? 0 : count);
	if (search->how->preloads && search->facts->preloaded != NULL)
		preloaded =
		    certificate_index_find(search->facts->preloaded, issuer);
	for (size_t i = 0; i < preloaded.count; i++)
		add(walk, to,
		    (struct candidate){
			.certificate = preloaded.certificates[i],
			.from = SOURCE_KNOWN,
			.received = -1,
			.rank = RANK_PRELOADED,
		    });
	if (search->how->fetches_aia)
		add_fetched(walk, to);
}

/* With no more than one candidate, which all hold for the issuer. */
static bool
leaves_no_choice(const struct walk *walk, const struct candidates *candidates)
{
	const struct certificate *subject = last_certificate(walk);
	const struct candidate *only = &candidates->list[0];

	if (is_unsorted(walk) || candidates->count > 1)
		return false;
	return candidates->count == 0 ||
	       ((only->from != SOURCE_RECEIVED ||
		    only->received >
			walk->path.steps[walk->path.length - 1].received) &&
		   key_id_compare(subject, only->certificate) !=
		       KEY_ID_DIFFERS &&
		   authority_serial_fits(subject, only->certificate) &&
		   authority_name_fits(subject, only->certificate) &&
		   bytes_equal(
		       subject->raw_issuer, only->certificate->raw_subject) &&
		   (only->from == SOURCE_RECEIVED ||
		       only->certificate->self_issued));
}

static void
finish(struct walk *walk, enum path_end end)
{
	struct client_search *search = walk->search;
	struct client_outcome outcome;

	walk->path.end = end;
	client_path_outcome(search->validation, &walk->path, &outcome);
	walk->ends++;
	if (client_traits_has(&outcome.traits, TRAIT_BAD_SIGNATURE) ||
	    (end == PATH_ANCHOR &&
		!client_traits_has(&outcome.anchor_traits, TRAIT_ROOT_EXPIRED)))
		walk->verdicts++;
	walk->over =
	    search->consider(search->context, &walk->path, &outcome) ||
	    walk->ends == ENDS_MOST || !search->how->backtracks ||
	    (search->how->ends_at_bad_signature &&
		client_traits_has(&outcome.traits, TRAIT_BAD_SIGNATURE));
}

static void explore(struct walk *);

static void
descend(struct walk *walk, const struct candidate *candidate)
{
	struct path *path = &walk->path;
	struct path_step *below = &path->steps[path->length - 1];
	bool known = edge_signature(walk->search->facts->edges,
	    below->certificate, candidate->certificate, &below->signature);

	if (!known)
		below->signature = SIGNATURE_BAD;
	below->signed_above = true;
	path->steps[path->length++] = (struct path_step){
		.certificate = candidate->certificate,
		.from = candidate->from,
		.received = candidate->received,
	};
	if (candidate->refused)
		finish(walk, PATH_REFUSED);
	else if (candidate->anchor)
		finish(walk, PATH_ANCHOR);
	else if (below->signature == SIGNATURE_BAD &&
		 !walk->search->past_bad_signatures)
		finish(walk, PATH_OPEN);
	else
		explore(walk);
	path->length--;
	below->signed_above = false;
}

static void
explore(struct walk *walk)
{
	const struct client_builder *how = walk->search->how;
	struct edge_memory *edges = walk->search->facts->edges;
	const struct certificate *subject = last_certificate(walk);
	struct candidates candidates;
	unsigned ends = walk->ends, verdicts = walk->verdicts;

	/* One that looks self-signed, where another version could follow. */
	if (how->ends_at_roots && certificate_looks_self_signed(subject) &&
	    !(how->roots_must_sign && subject->has_key_usage &&
		(subject->key_usage & USAGE_KEY_CERT_SIGN) == 0)) {
		walk->search->plain = false;
		finish(walk, PATH_SELF_SIGNED);
		return;
	}
	gather(walk, &candidates);
	walk->search->plain =
	    walk->search->plain && leaves_no_choice(walk, &candidates);
	for (size_t i = 0; i < candidates.count && !walk->over; i++) {
		const struct candidate *candidate = &candidates.list[i];

		if (candidate->rank == RANK_STORED_BEHIND &&
		    walk->verdicts > verdicts)
			continue;
		if (is_issuer_for(how, subject, candidate->certificate,
			candidate->anchor))
			descend(walk, candidate);
	}
	if (walk->ends == ends)
		finish(walk, path_is_self_signed(edges, subject)
				 ? PATH_SELF_SIGNED
				 : PATH_OPEN);
}

void
client_search_run(struct client_search *search)
{
	struct walk walk = { .search = search };
	const struct client_facts *facts = search->facts;
	const struct certificate *leaf = facts->received[0];
	enum leaf_anchor leaf_anchor = search->how->leaf_anchor;
	bool refused = false, allowed;

	walk.path.steps[0] = (struct path_step){
		.certificate = leaf,
		.from = SOURCE_RECEIVED,
	};
	walk.path.length = 1;
	search->unseen = false;
	search->unread = search->refused = NULL;
	search->plain =
	    trust_store_find(search->store, &leaf->sha256) == STORE_ABSENT;
	if (!search->plain && !read_terms(&walk, leaf, &refused, &allowed))
		leaf_anchor = LEAF_ANCHOR_NEVER;
	if (refused)
		finish(&walk, PATH_REFUSED);
	else if (!search->plain &&
		 (leaf_anchor == LEAF_ANCHOR_ALWAYS ||
		     (leaf_anchor == LEAF_ANCHOR_SELF_SIGNED &&
			 path_is_self_signed(facts->edges, leaf)) ||
		     (leaf_anchor == LEAF_ANCHOR_ALONE &&
			 facts->seen->received_count == 1)))
		finish(&walk, PATH_ANCHOR);
	if (!walk.over && !refused)
		explore(&walk);
}

/* Looks for one of these that certifies it, as far as the name says. */
static void
look_for_issuer(const struct client_facts *facts,
    const struct certificate *subject, struct certificate_list list,
    bool *found, bool *is_signed)
{
	enum signature_result result;

	for (size_t i = 0; i < list.count; i++) {
		const struct certificate *issuer = list.certificates[i];

		if (!bytes_equal(
			issuer->subject_key, subject->issuer_key_name) ||
		    key_id_compare(subject, issuer) == KEY_ID_DIFFERS)
			continue;
		*found = true;
		if (edge_signature(facts->edges, subject, issuer, &result) &&
		    result != SIGNATURE_BAD)
			*is_signed = true;
	}
}

void
client_sent_traits(const struct client_facts *facts,
    const struct trust_store *store, struct client_traits *to)
{
	const struct certificate *known[KNOWN_MOST];
	struct certificate_list sent_cas = { known, 0 };

	for (size_t i = facts->seen->received_count; i-- > 1;) {
		const struct certificate *sent = facts->received[i];
		struct bytes issuer = sent->issuer_key_name;
		bool found = false, is_signed = false;

		look_for_issuer(facts, sent,
		    certificate_index_find(trust_store_anchors(store), issuer),
		    &found, &is_signed);
		look_for_issuer(facts, sent,
		    certificate_index_find(
			trust_store_intermediates(store), issuer),
		    &found, &is_signed);
		look_for_issuer(facts, sent, sent_cas, &found, &is_signed);
		if (found && !is_signed)
			client_traits_add(to, TRAIT_SENT_BAD_SIGNATURE);
		if (!is_signed)
			continue;
		if (!is_valid_at(sent, facts->validation->now))
			client_traits_add(to, TRAIT_SENT_EXPIRED);
		if (sent->is_ca && sent_cas.count < KNOWN_MOST)
			known[sent_cas.count++] = sent;
	}
}
