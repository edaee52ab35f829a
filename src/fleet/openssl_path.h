/*
 * The path that OpenSSL builds of what a server sent: by names and key
 * identifiers alone, the first that fits, and never tried again
 * (build_chain() in crypto/x509/x509_vfy.c).  No store is looked at.
 */
#ifndef FLEET_OPENSSL_PATH_H
#define FLEET_OPENSSL_PATH_H

#include "model/certificate.h"

enum { OPENSSL_MOST_STEPS = 32 };

struct openssl_path {
	const struct certificate *steps[OPENSSL_MOST_STEPS]; /* leaf first */
	size_t count;
};

/* The certificates are borrowed. */
void openssl_path_build(struct openssl_path *,
    const struct certificate *const sent[], size_t count);

/* The first one from the top that its issuer on the path did not sign. */
bool openssl_path_has_bad_signature(const struct openssl_path *, size_t *depth);

/* A CA without basicConstraints whose keyUsage makes it one all the same. */
bool openssl_path_has_old_ca(const struct openssl_path *, size_t depth);

/* Is the host, or a name of the leaf, in a subtree that a CA leaves out? */
bool openssl_path_is_excluded(const struct openssl_path *, const char *host);

#endif
