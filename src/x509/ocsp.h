/*
 * OCSP (RFC 6960): the CA's status of one certificate.  A response, stapled or
 * asked for, is checked for who signed it, for which certificate, and when.
 * No responder is asked here.
 */
#ifndef X509_OCSP_H
#define X509_OCSP_H

#include "base/arena.h"
#include "x509/signature.h"

enum ocsp_state {
	OCSP_NONE, /* no response */
	OCSP_GOOD,
	OCSP_REVOKED,
	OCSP_UNKNOWN, /* the CA does not know the certificate */
	OCSP_UNUSABLE /* a response that proves nothing: see the reason */
};

enum {
	OCSP_SKEW = 300, /* seconds that clocks may differ by */
	/* Without a nextUpdate, a response older than this is not used. */
	OCSP_MOST_AGE = 15 * 86400
};

struct ocsp_verdict {
	enum ocsp_state state;

	/*
	 * When unusable: a word and a sentence, static.  "malformed",
	 * "not_successful", "other_certificate", "bad_signature",
	 * "unauthorized_responder", "critical_extension", "expired",
	 * "not_yet_valid".  NULL otherwise.
	 */
	const char *cause, *reason;

	/* Seconds; 0 where the response does not say, or is not understood. */
	int64_t this_update, next_update;

	/* When revoked; the reason is RFC 5280 5.3.1's word, or NULL. */
	int64_t revoked_at;
	const char *revocation_reason;

	/* SignedCertificateTimestampList (RFC 6962 3.3) of a response that is
	   usable; size 0: none. */
	struct bytes scts;
};

/*
 * Judges the response for `leaf`, which `issuer` has signed.  The signature
 * is the issuer's own or that of a responder whose certificate is in the
 * response, issued by the same key for this purpose (RFC 6960 4.2.2.2).
 */
void ocsp_judge(struct ocsp_verdict *, struct bytes response,
    const struct certificate *leaf, const struct certificate *issuer,
    struct signature_memory *, int64_t now);

/* What a responder is asked about `subject`, which `issuer` has signed. */
bool ocsp_request(struct arena *, const struct certificate *subject,
    const struct certificate *issuer, struct bytes *request);

#endif
