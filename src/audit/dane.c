/*
 * A record of usage 3 is of the server's own certificate, whose name and dates
 * do not count (RFC 7671 5.1); one of usage 2 is of a CA that the chain sent
 * leads to, with the name and the dates of the path as usual (RFC 7671 5.2).
 */
#include "audit/dane.h"

#include "x509/tlsa.h"

enum { MOST_STEPS = 32, MOST_ANCHORS = 4 /* of records */ };

static bool
is_in_time(const struct certificate *certificate, int64_t now)
{
	return certificate->times_valid && certificate->not_before <= now &&
	       now <= certificate->not_after;
}

/* Who signed this one, of those that were sent; NULL: none of them. */
static const struct certificate *
find_issuer(const struct audit_view *view, const struct certificate *subject)
{
	for (size_t i = 1; i < view->received_count; i++) {
		const struct certificate *issuer = view->received[i];
		enum signature_result signature;

		if (issuer != subject && certificate_is_authority(issuer) &&
		    bytes_equal(subject->raw_issuer, issuer->raw_subject) &&
		    edge_signature(view->edges, subject, issuer, &signature) &&
		    signature == SIGNATURE_GOOD)
			return issuer;
	}
	return NULL;
}

/*
 * A record without a digest has the CA itself, or its key: the server need not
 * send it (RFC 7671 5.2).
 */
static struct certificate *
anchor_of(const struct tlsa *tlsa)
{
	if (tlsa->matching != 0)
		return NULL;
	return tlsa->selector == 0 ? certificate_new(tlsa->data)
				   : certificate_new_bare_key(tlsa->data);
}

static bool
is_signed_by_anchor(const struct certificate *subject,
    const struct certificate *anchor, const struct tlsa *tlsa, int64_t now)
{
	if (tlsa->selector == 0 &&
	    (!bytes_equal(subject->raw_issuer, anchor->raw_subject) ||
		!certificate_is_authority(anchor) || !is_in_time(anchor, now)))
		return false;
	return signature_check_data(NULL, anchor, subject->signature_algorithm,
		   subject->tbs, subject->signature) == SIGNATURE_GOOD;
}

/* RFC 7672 3.2.2: the certificate may have the name that records are at. */
static bool
has_name(const struct audit_view *view)
{
	const char *base = view->seen->tlsa_base;
	struct host_name host;

	if (view->name == NAME_MATCHES || base == NULL)
		return view->name == NAME_MATCHES;
	host = host_name_of(base);
	return name_match(&host, view->received[0]) == NAME_MATCHES;
}

/*
 * The CAs are looked at from the leaf on; each signs the one before.  Of those
 * in the records themselves *tries are still computed with.
 */
static bool
leads_to(
    const struct audit_view *view, const struct tlsa *tlsa, unsigned *tries)
{
	const struct certificate *at = view->received[0];
	int64_t now = view->settings->now;
	struct certificate *anchor = NULL;
	bool does = false;

	if (!has_name(view))
		return false;
	if (*tries > 0)
		anchor = anchor_of(tlsa);
	if (anchor != NULL)
		(*tries)--;
	for (int i = 0; i < MOST_STEPS && at != NULL && !does; i++) {
		if (!is_in_time(at, now))
			break;
		does = (i > 0 && tlsa_fits(tlsa, at)) ||
		       (anchor != NULL &&
			   is_signed_by_anchor(at, anchor, tlsa, now));
		at = find_issuer(view, at);
	}
	certificate_free(anchor);
	return does;
}

enum tlsa_match
dane_match(const struct audit_view *view, struct arena *arena)
{
	const struct observation *seen = view->seen;
	enum tlsa_match match = TLSA_UNKNOWN;
	unsigned tries = MOST_ANCHORS;
	struct tlsa tlsa;

	for (size_t i = 0; i < seen->tlsa_count && match != TLSA_MATCHES; i++) {
		if (!tlsa_parse(arena, seen->tlsa[i], &tlsa) ||
		    !tlsa_is_usable(&tlsa))
			continue;
		if (tlsa.usage == TLSA_USAGE_EE
			? tlsa_fits(&tlsa, view->received[0])
			: leads_to(view, &tlsa, &tries))
			match = TLSA_MATCHES;
		else
			match = TLSA_DIFFERS;
	}
	return match;
}

static const char *
base_of(const struct observation *seen)
{
	return seen->tlsa_base != NULL ? seen->tlsa_base : seen->host;
}

/*
 * RFC 7672 2.1.2: where the zone is validated and the question fails, somebody
 * may hide the records: the mail waits.
 */
static void
find_failure(const struct audit_view *view, struct findings *findings)
{
	const struct observation *seen = view->seen;

	if (seen->tlsa_secure && string_equal(seen->tlsa_error, "servfail"))
		findings_add(findings, FINDING_DANE_FAILURE, "servfail", -1,
		    arena_printf(findings->arena,
			"the question for the TLSA records of _%u._tcp.%s is "
			"answered with SERVFAIL: servers that check DANE do "
			"not deliver, and try again later",
			(unsigned)seen->port, base_of(seen)));
}

/* RFC 7672 2.1: records that nobody vouches for do not count. */
static void
find_mismatch(const struct audit_view *view, struct findings *findings)
{
	const struct observation *seen = view->seen;
	struct finding *finding;

	if (!seen->tlsa_secure || view->tlsa_match != TLSA_DIFFERS)
		return;
	finding = findings_add(findings, FINDING_DANE_MISMATCH, NULL, -1,
	    arena_printf(findings->arena,
		"the chain fits none of the TLSA records of _%u._tcp.%s: "
		"servers that check DANE send it no mail",
		(unsigned)seen->port, base_of(seen)));
	for (size_t i = 0; i < seen->tlsa_count; i++)
		finding_tell(findings, finding, "record", seen->tlsa[i]);
}

const struct audit_rule dane_rules[] = {
	{ "DANE", find_mismatch },
	{ "TLSA question", find_failure },
	{ NULL, NULL },
};
