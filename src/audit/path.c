/*
 * The depth-first search of path.h: candidates for each step in a fixed order
 * (trusted anchors first, then by key identifier, then by source), signatures
 * checked before descending, branches that cannot beat the best cut off.
 * What makes a path good or bad is the question's business (validate.c).
 */
#include <stdlib.h>
#include <string.h>

#include "audit/path.h"
#include "x509/certificate_names.h"

/* Candidates for one step: a hostile chain may hold hundreds of one name. */
enum { CANDIDATES_MOST = 64, EDGE_SLOTS = 512 };

struct edge {
	const uint8_t *subject, *issuer; /* digests; NULL: free slot */
	enum signature_result result;
};

struct edge_memory {
	struct signature_memory *signatures;
	struct edge slots[EDGE_SLOTS];
	unsigned used;
	bool exhausted;
};

struct path_candidate {
	const struct certificate *certificate;
	enum source from;
	int received;
	enum key_id_match match;
	bool other_version; /* the AKI names another one by its serial */
	bool anchor;
};

struct search {
	const struct path_question *question;
	struct path_answer *answer;
	struct path current;
	size_t certain_faults; /* of the steps on `current` */
	bool found_end;
	unsigned ends;
};

enum key_id_match
key_id_compare(
    const struct certificate *subject, const struct certificate *issuer)
{
	if (!subject->has_authority_key_id ||
	    subject->authority_key_id.size == 0 || !issuer->has_subject_key_id)
		return KEY_ID_ABSENT;
	return bytes_equal(subject->authority_key_id, issuer->subject_key_id)
		   ? KEY_ID_FITS
		   : KEY_ID_DIFFERS;
}

bool
authority_serial_fits(
    const struct certificate *subject, const struct certificate *issuer)
{
	return subject->authority_serial.size == 0 ||
	       bytes_equal(subject->authority_serial, issuer->serial);
}

bool
authority_name_fits(
    const struct certificate *subject, const struct certificate *issuer)
{
	struct bytes name = subject->authority_name, canonical;
	struct arena *scratch;
	bool fits;

	if (name.size == 0 || bytes_equal(name, issuer->raw_issuer))
		return true;
	scratch = arena_new();
	fits = name_canonical(scratch, name, &canonical) &&
	       bytes_equal(canonical, issuer->issuer_key_name);
	arena_free(scratch);
	return fits;
}

struct edge_memory *
edge_memory_new(struct arena *arena, struct signature_memory *signatures)
{
	struct edge_memory *edges = arena_alloc(arena, sizeof(*edges));

	edges->signatures = signatures;
	return edges;
}

static struct edge *
edge_slot(struct edge_memory *edges, const struct certificate *subject,
    const struct certificate *issuer)
{
	const uint8_t *s = subject->sha256.octets;
	const uint8_t *i = issuer->sha256.octets;
	size_t at = (size_t)(s[0] ^ (unsigned)i[1] << 3);

	for (;; at++) {
		struct edge *edge = &edges->slots[at % EDGE_SLOTS];

		if (edge->subject == NULL)
			return edge;
		if (memcmp(edge->subject, s, 32) == 0 &&
		    memcmp(edge->issuer, i, 32) == 0)
			return edge;
	}
}

bool
edge_signature(struct edge_memory *edges, const struct certificate *subject,
    const struct certificate *issuer, enum signature_result *result)
{
	struct edge *edge = edge_slot(edges, subject, issuer);

	if (edge->subject == NULL) {
		if (edges->used >= PATH_MOST_SIGNATURES) {
			edges->exhausted = true;
			return false;
		}
		edges->used++;
		edge->subject = subject->sha256.octets;
		edge->issuer = issuer->sha256.octets;
		edge->result =
		    signature_check(edges->signatures, subject, issuer, NULL);
	}
	*result = edge->result;
	return true;
}

bool
edge_memory_exhausted(const struct edge_memory *edges)
{
	return edges->exhausted;
}

bool
path_is_self_signed(
    struct edge_memory *edges, const struct certificate *certificate)
{
	enum signature_result result;

	return certificate->self_issued &&
	       certificate_looks_self_signed(certificate) &&
	       edge_signature(edges, certificate, certificate, &result) &&
	       result != SIGNATURE_BAD;
}

bool
path_holds(const struct path *path, const struct digest *sha256)
{
	for (size_t i = 0; i < path->length; i++)
		if (digest_equal(&path->steps[i].certificate->sha256, sha256))
			return true;
	return false;
}

static struct path_step *
last_step(struct search *search)
{
	return &search->current.steps[search->current.length - 1];
}

/* Better candidates sort first; equal ones keep the order they came in. */
static int
candidate_rank(const struct path_candidate *candidate)
{
	return (candidate->anchor ? 0 : 8) + 2 * (int)candidate->match +
	       candidate->other_version;
}

static size_t
candidate_insert(struct edge_memory *edges, struct path_candidate *list,
    size_t count, const struct certificate *subject,
    struct path_candidate candidate)
{
	size_t at = count;

	if (count == CANDIDATES_MOST) {
		edges->exhausted = true;
		return count;
	}
	for (size_t i = 0; i < count; i++)
		if (digest_equal(&list[i].certificate->sha256,
			&candidate.certificate->sha256))
			return count;
	candidate.match = key_id_compare(subject, candidate.certificate);
	candidate.other_version =
	    !authority_serial_fits(subject, candidate.certificate);
	while (at > 0 &&
	       candidate_rank(&list[at - 1]) > candidate_rank(&candidate)) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = candidate;
	return count + 1;
}

static size_t
gather_index(const struct path_question *question,
    const struct certificate_index *index, enum source from, bool anchor,
    const struct certificate *subject, struct path_candidate *list,
    size_t count)
{
	struct certificate_list certificates =
	    certificate_index_find(index, subject->issuer_key_name);

	for (size_t i = 0; i < certificates.count; i++) {
		const struct certificate *issuer = certificates.certificates[i];
		struct path_candidate candidate = {
			.certificate = issuer,
			.from = from,
			.received = -1,
			.anchor =
			    anchor && !trust_store_refuses(question->store,
					  issuer, question->received[0]),
		};

		for (size_t k = question->received_count; k-- > 0;)
			if (digest_equal(&question->received[k]->sha256,
				&issuer->sha256))
				candidate.received = (int)k;
		count = candidate_insert(
		    question->edges, list, count, subject, candidate);
	}
	return count;
}

static size_t
gather(const struct path_question *question, const struct certificate *subject,
    struct path_candidate list[CANDIDATES_MOST])
{
	size_t count = 0;

	if (subject->issuer_key_name.size == 0 && !subject->issuer_empty)
		return 0;
	count = gather_index(question, trust_store_anchors(question->store),
	    SOURCE_STORE, true, subject, list, count);
	count = gather_index(question, trust_store_refused(question->store),
	    SOURCE_STORE, false, subject, list, count);
	for (size_t i = 0; i < question->received_count; i++) {
		const struct certificate *issuer = question->received[i];

		if (bytes_equal(issuer->subject_key, subject->issuer_key_name))
			count = candidate_insert(question->edges, list, count,
			    subject,
			    (struct path_candidate){
				.certificate = issuer,
				.from = SOURCE_RECEIVED,
				.received = (int)i,
			    });
	}
	for (size_t i = 0; i < question->found_count; i++)
		count = gather_index(question, question->found[i].certificates,
		    question->found[i].from, false, subject, list, count);
	return count;
}

/*
 * Which of two ends is better: one in the store, then one at a root, then the
 * longer path.
 */
static bool
is_better(const struct path *a, const struct path *b)
{
	if (a->end != b->end)
		return a->end > b->end;
	if (a->end == PATH_OPEN && a->length != b->length)
		return a->length > b->length;
	return a->faults.count < b->faults.count;
}

static void
finish(struct search *search, enum path_end end)
{
	const struct path_question *question = search->question;
	struct path *path = &search->current;

	search->ends++;
	path->end = end;
	path->faults.count = 0;
	question->validate(question->context, path);
	if (search->found_end && !is_better(path, &search->answer->path))
		return;
	search->found_end = true;
	search->answer->path = *path;
}

static bool
is_over(struct search *search)
{
	const struct path *best = &search->answer->path;

	if (search->ends >= PATH_MOST_PATHS)
		search->question->edges->exhausted = search->answer->exhausted =
		    true;
	return search->answer->exhausted ||
	       (search->found_end && best->end == PATH_ANCHOR &&
		   best->faults.count == 0);
}

static void explore(struct search *);

static void
descend(struct search *search, const struct path_candidate *candidate)
{
	const struct path_question *question = search->question;
	const struct path *best = &search->answer->path;
	struct path *path = &search->current;
	size_t faults_before = search->certain_faults;

	path->steps[path->length++] = (struct path_step){
		.certificate = candidate->certificate,
		.from = candidate->from,
		.received = candidate->received,
	};
	path->end = candidate->anchor ? PATH_ANCHOR : PATH_OPEN;
	search->certain_faults +=
	    question->step_faults(question->context, path, path->length - 1);
	/* These steps alone may have as many faults as the best whole path. */
	if (search->found_end && best->end == PATH_ANCHOR &&
	    search->certain_faults >= best->faults.count)
		; /* the best so far is not beaten */
	else if (candidate->anchor)
		finish(search, PATH_ANCHOR);
	else
		explore(search);
	search->certain_faults = faults_before;
	path->length--;
	last_step(search)->signed_above = false;
}

/*
 * A signature that fails under a key which fits by identifier is a broken
 * signature; under any other key it only says that this is not the issuer.
 */
static bool
is_issuer(struct search *search, const struct path_candidate *candidate)
{
	const struct certificate *issuer = candidate->certificate;
	const struct path *path = &search->current;
	struct path_step *below = last_step(search);
	enum signature_result result;

	/*
	 * A path that returns to the same name and key is a loop.  A CA may
	 * sign a server's certificate for itself all the same: only a CA's that
	 * it signed for itself is another version of the same CA.
	 */
	for (size_t i = 0; i < path->length; i++) {
		const struct certificate *on = path->steps[i].certificate;

		if (digest_equal(&on->spki_sha256, &issuer->spki_sha256) &&
		    bytes_equal(on->subject_key, issuer->subject_key) &&
		    (i > 0 || certificate_is_authority(on) ||
			!certificate_is_authority(issuer)))
			return false;
	}
	if (!edge_signature(
		search->question->edges, below->certificate, issuer, &result)) {
		search->answer->exhausted = true;
		return false;
	}
	if (result != SIGNATURE_GOOD && candidate->match == KEY_ID_DIFFERS)
		return false;
	if (result == SIGNATURE_BAD && candidate->match != KEY_ID_FITS)
		return false;
	below->signature = result;
	below->signed_above = true;
	return true;
}

static void
explore(struct search *search)
{
	struct path_candidate list[CANDIDATES_MOST];
	const struct certificate *subject = last_step(search)->certificate;
	size_t count;
	bool stepped = false;

	if (trust_store_refuses(search->question->store, subject,
		search->question->received[0])) {
		finish(search, PATH_REFUSED);
		return;
	}
	count = gather(search->question, subject, list);
	if (search->current.length == PATH_MOST_DEPTH && count > 0) {
		search->question->edges->exhausted = true;
		count = 0;
	}
	for (size_t i = 0; i < count && !is_over(search); i++) {
		if (!is_issuer(search, &list[i]))
			continue;
		stepped = true;
		descend(search, &list[i]);
	}
	if (search->found_end && (stepped || is_over(search)))
		return;
	finish(search, path_is_self_signed(search->question->edges, subject)
			   ? PATH_SELF_SIGNED
			   : PATH_OPEN);
}

void
path_search(const struct path_question *question, struct path_answer *answer)
{
	struct search search = { .question = question, .answer = answer };
	const struct certificate *leaf = question->received[0];

	memset(answer, 0, sizeof(*answer));
	search.current.steps[0] = (struct path_step){
		.certificate = leaf,
		.from = SOURCE_RECEIVED,
	};
	search.current.length = 1;
	search.certain_faults =
	    question->step_faults(question->context, &search.current, 0);
	if (trust_store_find(question->store, &leaf->sha256) == STORE_ANCHOR &&
	    !trust_store_refuses(question->store, leaf, leaf))
		finish(&search, PATH_ANCHOR);
	else
		explore(&search);
	if (!search.found_end)
		finish(&search, PATH_OPEN);
}
