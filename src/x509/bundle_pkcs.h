/* A list of certificates, and those in PKCS#7 and PKCS#12 containers. */
#ifndef X509_BUNDLE_PKCS_H
#define X509_BUNDLE_PKCS_H

#include "base/arena.h"

struct bundle {
	struct bytes *certificates; /* DER, in file order, in the arena */
	size_t count;
	size_t skipped; /* blocks that could not be decoded */
};

/* The DER is borrowed, the list is the arena's. */
void bundle_add(struct arena *, struct bundle *, struct bytes der);

/*
 * Containers in DER.  False when no certificate was found; *reason is then
 * half a sentence where there is more to say.
 */
bool bundle_read_pkcs7(struct arena *, struct bytes der, struct bundle *);
bool bundle_read_pkcs12(struct arena *, struct bytes der, const char *password,
    struct bundle *, const char **reason);

#endif
