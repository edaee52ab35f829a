/*
 * A record of usage 3 is of the server's own certificate, whose name and dates
 * do not count (RFC 7671 5.1); one of usage 2 is of a CA that the chain sent
 * leads to, with the name and the dates of the path as usual (RFC 7671 5.2).
 */
#include "audit/dane.h"

#include "x509/tlsa.h"

enum { MOST_STEPS = 32 };

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

/* The CAs are looked at from the leaf on; each signs the one before. */
static bool
leads_to(const struct audit_view *view, const struct tlsa *tlsa)
{
	const struct certificate *at = view->received[0];
	int64_t now = view->settings->now;

	if (view->name != NAME_MATCHES || !is_in_time(at, now))
		return false;
	for (int i = 0; i < MOST_STEPS; i++) {
		at = find_issuer(view, at);
		if (at == NULL || !is_in_time(at, now))
			return false;
		if (tlsa_fits(tlsa, at))
			return true;
	}
	return false;
}

enum tlsa_match
dane_match(const struct audit_view *view, struct arena *arena)
{
	const struct observation *seen = view->seen;
	enum tlsa_match match = TLSA_UNKNOWN;
	struct tlsa tlsa;

	for (size_t i = 0; i < seen->tlsa_count && match != TLSA_MATCHES; i++) {
		if (!tlsa_parse(arena, seen->tlsa[i], &tlsa) ||
		    !tlsa_is_usable(&tlsa))
			continue;
		if (tlsa.usage == TLSA_USAGE_EE
			? tlsa_fits(&tlsa, view->received[0])
			: leads_to(view, &tlsa))
			match = TLSA_MATCHES;
		else
			match = TLSA_DIFFERS;
	}
	return match;
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
		(unsigned)seen->port, seen->host));
	for (size_t i = 0; i < seen->tlsa_count; i++)
		finding_tell(findings, finding, "record", seen->tlsa[i]);
}

const struct audit_rule dane_rules[] = {
	{ "DANE", find_mismatch },
	{ NULL, NULL },
};
