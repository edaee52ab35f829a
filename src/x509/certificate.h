/*
 * Makes a certificate out of DER and answers the questions about it that are
 * asked everywhere.
 */
#ifndef X509_CERTIFICATE_H
#define X509_CERTIFICATE_H

#include "x509/certificate_fields.h"

/*
 * Reads one certificate, copying the DER.  Never fails: damage is a fact.
 * The caller frees.
 */
struct certificate *certificate_new(struct bytes der);

/* The same for a caller who has computed the digest of the DER already. */
struct certificate *certificate_new_known(
    struct bytes der, const struct digest *sha256);

/* A SubjectPublicKeyInfo by itself: nothing but the key is known. */
struct certificate *certificate_new_bare_key(struct bytes spki);

void certificate_free(struct certificate *);

void certificate_digest(struct bytes der, struct digest *);

/*
 * May this certificate sign others at all, as far as it says itself?  Used to
 * separate the CA certificates that are kept for the run from the leaves that
 * are freed: CA:TRUE, or a version 1 certificate that is self-issued.
 */
bool certificate_is_authority(const struct certificate *);

/*
 * Self-issued, its key could have signed it, and its key identifiers, where
 * present, say the same key: what OpenSSL calls self-signed.
 */
bool certificate_looks_self_signed(const struct certificate *);

#endif
