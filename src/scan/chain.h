/*
 * The certificates a server sent, taken from its Certificate message before
 * any library has looked at them: raw DER in wire order, and the OCSP response
 * that came with the leaf.  Says nothing about what is in them, but for one
 * question that must be asked before the leaf's key is used.
 */
#ifndef SCAN_CHAIN_H
#define SCAN_CHAIN_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/text.h"

enum { CHAIN_MOST_CERTIFICATES = 256 };

struct chain {
	struct text message;	 /* our copy; the rest points into it */
	struct text late_staple; /* TLS 1.2: a message of its own */
	struct bytes *certificates;
	size_t count, capacity;
	struct bytes staple; /* OCSPResponse of the leaf; size 0: none */
};

/*
 * Reads the body of a Certificate message: RFC 8446 4.4.2 when tls13, else RFC
 * 5246 7.4.2.  What lies before the first wrong length is kept.  False when a
 * length was wrong or there were more certificates than we keep.
 */
bool chain_parse(struct chain *, struct bytes message, bool tls13);

/* Reads the body of a CertificateStatus message, RFC 6066 section 8. */
bool chain_parse_status(struct chain *, struct bytes message);

/* Empties it; the memory of an unusually large chain is freed. */
void chain_reset(struct chain *);
void chain_clear(struct chain *);

/*
 * Does computing with this certificate's key cost far more than usual?  RSA
 * over 8192 bits, or with an exponent over 64 bits, does.  False when the key
 * cannot be found: then nothing is computed with it.
 */
bool chain_key_is_costly(struct bytes certificate);

/*
 * Do the certificates together have so many elements that a library would hold
 * up everybody else while it reads them?  libtasn1 takes about two microseconds
 * for each, and without its fix for CVE-2024-12133 a time that grows with
 * their square.
 */
bool chain_is_costly(const struct chain *);

/* For PKCS #1 or for RSA-PSS; false where no key can be found. */
bool chain_key_is_rsa(struct bytes certificate);

/* Has the certificate an extension for TLS features (RFC 7633)? */
bool chain_is_must_staple(struct bytes certificate);

bool chain_is_same(const struct chain *, const struct chain *);

#endif
