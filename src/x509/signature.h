/*
 * Signatures over certificates, computed by GnuTLS and remembered.  Memory is
 * bounded and belongs to one thread: each worker has its own.
 */
#ifndef X509_SIGNATURE_H
#define X509_SIGNATURE_H

#include "x509/certificate.h"

enum signature_result {
	SIGNATURE_GOOD,
	SIGNATURE_BAD,
	SIGNATURE_UNSUPPORTED_ALGORITHM, /* GnuTLS cannot compute it */
	SIGNATURE_UNSUPPORTED_KEY	 /* we will not: see key_flaw() */
};

/*
 * NULL, or why nothing is computed with this key: what follows "the key of
 * CN=CA".  RSA over 8192 bits or with an exponent over 64 bits costs up to
 * half a second a signature; EC parameters of one's own are banned by RFC
 * 5480 2.1.1, and could be of a weak curve.
 */
const char *key_flaw(const struct certificate *);

struct signature_memory;
struct signature_memory *signature_memory_new(void);
void signature_memory_free(struct signature_memory *);

/*
 * A certificate under an issuer's key: SHA-256 over the SHA-256 of both and
 * the version of what computes, cut to 192 bits.  To pass off a forged
 * certificate, somebody who makes both certificates (a good one under a key of
 * his own, and the forged one) needs a collision: 2^96 hashes; who does not, a
 * second preimage of one of a million: 2^172.  With 128 bits the collision
 * would cost 2^64, which has been done; more than 192 gains nothing.
 */
struct signature_id {
	uint8_t octets[24];
};

/*
 * Pairs that verified good in earlier runs, kept by somebody else
 * (system/verified.h).  Many threads call these at once.
 */
struct good_signatures {
	void *context;
	bool (*has)(void *context, const struct signature_id *);
	/* Does `has` know it from now on? */
	bool (*add)(void *context, const struct signature_id *);
};

/* Asked before anything is computed, and told what was good; borrowed. */
void signature_memory_share(
    struct signature_memory *, const struct good_signatures *);

/*
 * Was `subject` signed with the key of `issuer`?  Says nothing else about
 * either.  MD5 and SHA-1 are computed (weakness is another rule); RSA-PSS
 * parameters come from the certificate.  *fresh (may be NULL) is incremented
 * when the answer was computed.  No budget may depend on it, or verdicts would
 * depend on what is remembered: audit/path.c counts what it asks.
 */
enum signature_result signature_check(struct signature_memory *,
    const struct certificate *subject, const struct certificate *issuer,
    unsigned *fresh);

/*
 * For other signed things (OCSP responses): `algorithm` is the whole
 * AlgorithmIdentifier.
 */
enum signature_result signature_check_data(struct signature_memory *,
    const struct certificate *issuer, struct bytes algorithm, struct bytes data,
    struct bytes signature);

/*
 * The same where the data was hashed while it came, by signature_digest: a
 * gnutls_digest_algorithm_t, or GNUTLS_DIG_UNKNOWN where the data itself is
 * needed (Ed25519, Ed448), or the algorithm is not known.
 */
enum signature_result signature_check_hash(struct signature_memory *,
    const struct certificate *issuer, struct bytes algorithm, struct bytes hash,
    struct bytes signature);
int signature_digest(struct bytes algorithm);

#endif
