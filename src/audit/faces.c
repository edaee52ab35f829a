/* Which client gets which face, which is the worst, and what is told of it. */
#include "audit/faces.h"

#include "audit/clients.h"
#include "model/finding.h"

/* One face while it is judged. */
struct shown {
	struct observation seen; /* as if the server had no other */
	const struct certificate *const *received;
	struct result result;
	const char *sni;      /* that was sent; `seen` has the host's */
	const char **clients; /* that get it */
	size_t client_count;
	bool is_got; /* by a client that counts for the class */
};

struct faces {
	struct shown list[FACES_MOST + 1]; /* by offer; the main one first */
	size_t count;
	bool server_decides;
};

/* What was seen beside the certificates is true of all of them. */
static void
add_face(struct faces *faces, const struct observation *seen,
    const struct face *face, const struct certificate *const *received)
{
	size_t at = faces->count++;
	struct shown *shown;

	while (at > 0 && faces->list[at - 1].seen.shown > face->offer) {
		faces->list[at] = faces->list[at - 1];
		at--;
	}
	shown = &faces->list[at];
	*shown = (struct shown){
		.seen = *seen,
		.received = received,
		.sni = face->sni,
	};
	shown->seen.faces = NULL;
	shown->seen.face_count = 0;
	shown->seen.server_decides = false;
	if (face->offer == seen->shown)
		return;
	shown->seen.shown = face->offer;
	shown->seen.newer = (struct newer_leaf){ .at = NULL };
	shown->seen.chain = face->chain;
	shown->seen.received = face->received;
	shown->seen.received_count = face->received_count;
	shown->seen.tls.version = face->tls.version;
	shown->seen.tls.cipher = face->tls.cipher;
	shown->seen.tls.mac = face->tls.mac;
	shown->seen.tls.group = face->tls.group;
	shown->seen.tls.staple = face->tls.staple;
	shown->seen.tls.ocsp_stapled = face->tls.ocsp_stapled;
	shown->seen.tls.proof = false;
	shown->seen.tls.scts_asked = false;
	shown->seen.tls.scts = bytes_of(NULL, 0);
	if (!seen->tls.client_cert_required) {
		shown->seen.tls.failed_by = FAILED_BY_NOBODY;
		shown->seen.status = STATUS_SUCCESS;
		shown->seen.error = NULL;
	}
}

static enum signing_key
signing_key_of(const struct certificate *leaf)
{
	switch (leaf->key_kind) {
	case KEY_RSA:
		return SIGNING_RSA;
	case KEY_RSA_PSS:
		return SIGNING_RSA_PSS;
	case KEY_ED25519:
		return SIGNING_ED25519;
	case KEY_ED448:
		return SIGNING_ED448;
	case KEY_EC:
		if (leaf->curve == CURVE_P256)
			return SIGNING_P256;
		if (leaf->curve == CURVE_P384)
			return SIGNING_P384;
		return leaf->curve == CURVE_P521 ? SIGNING_P521
						 : SIGNING_KEY_COUNT;
	default:
		return SIGNING_KEY_COUNT;
	}
}

static bool
is_rsa(enum signing_key key)
{
	return key == SIGNING_RSA || key == SIGNING_RSA_PSS;
}

static bool
is_tls13(const struct shown *shown)
{
	return shown->seen.tls.version != NULL &&
	       starts_with(shown->seen.tls.version, "TLS1.3");
}

/* Does a server that has both show the other one to this client? */
static bool
is_preferred(const struct client_profile *profile, const struct shown *other,
    const struct shown *main, bool server_decides)
{
	enum signing_key a = signing_key_of(other->received[0]);
	enum signing_key b = signing_key_of(main->received[0]);
	const unsigned char *rank = profile->order.rank;

	if (a == SIGNING_KEY_COUNT || b == SIGNING_KEY_COUNT || rank[a] == 0)
		return false;
	if (rank[b] == 0)
		return true;
	/* The main offer has RSA last: the server did not go by it. */
	if (server_decides || is_rsa(b))
		return false;
	return is_tls13(main) ? rank[a] < rank[b]
			      : is_rsa(a) && profile->order.rsa_suites_first;
}

static struct shown *
face_of(struct faces *faces, const struct client_profile *profile)
{
	struct shown *main = &faces->list[0];

	for (size_t i = 1; i < faces->count; i++) {
		struct shown *other = &faces->list[i];
		enum face_offer offer = other->seen.shown;

		if (offer == FACE_TLS12 && is_tls13(main) &&
		    (profile->offers & OFFER_BIT(OFFER_TLS13)) == 0)
			return other;
		if ((offer == FACE_RSA || offer == FACE_NOT_RSA) &&
		    is_preferred(profile, other, main, faces->server_decides))
			return other;
	}
	return main;
}

/* The worst that counts; of equal ones the main one, as it stands first. */
static struct shown *
find_worst(struct faces *faces)
{
	struct shown *worst = NULL;

	for (size_t i = 0; i < faces->count; i++) {
		struct shown *one = &faces->list[i];

		if (one->is_got &&
		    (worst == NULL ||
			class_precedes(one->result.verdict.class_id,
			    worst->result.verdict.class_id)))
			worst = one;
	}
	return worst != NULL ? worst : &faces->list[0];
}

static bool
has_same_verdict(const struct shown *a, const struct shown *b)
{
	return a->result.verdict.class_id == b->result.verdict.class_id &&
	       string_equal(a->result.verdict.cause, b->result.verdict.cause);
}

static enum severity
severity_of(const struct shown *shown)
{
	const struct finding *finding = result_class_finding(&shown->result);

	return finding == NULL ? SEVERITY_OK : finding->severity;
}

static const char *
client_words(struct arena *arena, const struct shown *shown)
{
	const char *words = NULL;

	for (size_t i = 0; i < shown->client_count; i++)
		words = words == NULL ? shown->clients[i]
				      : arena_printf(arena, "%s, %s", words,
					    shown->clients[i]);
	return words != NULL ? words : "no client of this run";
}

/* "EC P-256 (ok) for openssl, curl; RSA 2048 (missing intermediate) for go" */
static void
tell_difference(struct arena *arena, struct faces *faces,
    const struct shown *worst, struct result *result)
{
	struct verdict *verdict = &result->verdict;
	size_t count = verdict->finding_count, told = 0;
	struct finding *list = arena_array(arena, count + 1, sizeof(*list));
	struct evidence *evidence =
	    arena_array(arena, faces->count, sizeof(*evidence));
	enum severity severity = SEVERITY_OK;
	const char *words = NULL;

	for (size_t i = 0; i < faces->count; i++) {
		const struct shown *one = &faces->list[i];
		const char *text =
		    arena_printf(arena, "%s (%s) to %s", one->result.leaf.key,
			class_title(one->result.verdict.class_id),
			client_words(arena, one));
		enum severity weight = severity_of(one);

		words = words == NULL
			    ? text
			    : arena_printf(arena, "%s; %s", words, text);
		evidence[told++] =
		    (struct evidence){ face_word(one->seen.shown), text };
		if (one == worst || has_same_verdict(one, worst))
			weight = one->is_got ? weight : SEVERITY_OK;
		else if (one->client_count == 0 && weight > SEVERITY_NOTICE)
			weight = SEVERITY_NOTICE;
		if (weight > severity)
			severity = weight;
	}
	if (severity == SEVERITY_OK)
		return;
	if (count > 0)
		memcpy(list, verdict->findings, count * sizeof(*list));
	list[count] = (struct finding){
		.id = finding_word(FINDING_FACE_DIFFERS),
		.severity = severity,
		.cert = -1,
		.detail = arena_printf(arena, "the server shows %s", words),
		.evidence = evidence,
		.evidence_count = told,
	};
	verdict->findings = list;
	verdict->finding_count = count + 1;
	if (severity > verdict->severity)
		verdict->severity = severity;
}

/* The others, in the record and for another judgement. */
static void
list_others(struct arena *arena, const struct faces *faces,
    const struct shown *worst, struct result *result)
{
	size_t count = faces->count - 1, at = 0;
	struct face *seen = arena_array(arena, count, sizeof(*seen));
	struct face_verdict *list = arena_array(arena, count, sizeof(*list));

	for (size_t i = 0; i < faces->count; i++) {
		const struct shown *one = &faces->list[i];

		if (one == worst)
			continue;
		seen[at] = (struct face){
			.offer = one->seen.shown,
			.sni = one->sni,
			.tls = one->seen.tls,
			.chain = one->seen.chain,
			.received = one->seen.received,
			.received_count = one->seen.received_count,
		};
		list[at] = (struct face_verdict){
			.seen = seen[at],
			.subjects = arena_array(
			    arena, one->seen.received_count, sizeof(char *)),
			.subject_count = one->seen.received_count,
			.missing = one->result.verdict.missing,
			.missing_count = one->result.verdict.missing_count,
			.class_id = one->result.verdict.class_id,
			.cause = one->result.verdict.cause,
			.clients = one->clients,
			.client_count = one->client_count,
		};
		for (size_t k = 0; k < list[at].subject_count; k++)
			list[at].subjects[k] = one->received[k]->subject;
		at++;
	}
	result->seen.faces = seen;
	result->seen.face_count = count;
	result->seen.server_decides = faces->server_decides;
	result->verdict.faces = list;
	result->verdict.face_count = count;
}

/* Each client has the verdict of the face that it gets. */
static void
deal_clients(struct arena *arena, const struct audit_settings *settings,
    struct faces *faces, struct client_verdict *verdicts)
{
	const struct client_profiles *profiles =
	    client_stores_settings(clients_stores(settings->clients))->profiles;

	for (size_t i = 0; i < faces->count; i++)
		faces->list[i].clients =
		    arena_array(arena, profiles->count, sizeof(char *));
	for (size_t i = 0; i < profiles->count; i++) {
		const struct client_profile *profile = &profiles->list[i];
		struct shown *shown = face_of(faces, profile);

		shown->clients[shown->client_count++] = profile->id;
		shown->is_got =
		    shown->is_got || profile->standing == STANDING_FIRST;
		if (shown->result.verdict.clients != NULL)
			verdicts[i] = shown->result.verdict.clients[i];
	}
}

bool
faces_judge(struct auditor *auditor, const struct audit_settings *settings,
    struct arena *arena, const struct observation *seen,
    const struct face_chain *chains, const struct audit_sources *sources,
    struct result *result)
{
	struct faces *faces = arena_alloc(arena, sizeof(*faces));
	struct face own = { .offer = seen->shown, .sni = seen->sni };
	struct client_verdict *verdicts;
	const struct shown *worst;
	bool open = false;

	memset(faces, 0, sizeof(*faces));
	faces->server_decides = seen->server_decides;
	add_face(faces, seen, &own, chains[0].received);
	for (size_t i = 0; i < seen->face_count && i < FACES_MOST; i++)
		add_face(faces, seen, &seen->faces[i], chains[i + 1].received);
	for (size_t i = 0; i < faces->count; i++) {
		struct shown *one = &faces->list[i];

		open = auditor_judge(auditor, arena, &one->seen, one->received,
			   sources, &one->result) ||
		       open;
	}
	verdicts = arena_array(arena,
	    faces->list[0].result.verdict.client_count, sizeof(*verdicts));
	if (settings->clients != NULL &&
	    faces->list[0].result.verdict.client_count > 0)
		deal_clients(arena, settings, faces, verdicts);
	worst = find_worst(faces);
	*result = worst->result;
	result->verdict.clients = verdicts;
	tell_difference(arena, faces, worst, result);
	list_others(arena, faces, worst, result);
	return open;
}
