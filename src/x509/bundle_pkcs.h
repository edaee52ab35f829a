/* A list of certificates, and those in PKCS#7 and PKCS#12 containers. */
#ifndef X509_BUNDLE_PKCS_H
#define X509_BUNDLE_PKCS_H

#include "base/arena.h"

/*
 * What a file says of a certificate beside its octets; all zero: nothing, so
 * whoever reads the file trusts it.
 */
struct store_terms {
	/* p11-kit and the CCADB: nobody trusts it for TLS servers. */
	bool distrusted;
	/* OpenSSL: its uses exclude TLS servers; or name them, which makes it
	   an anchor even where it is not a root. */
	bool rejected, allowed;
	/* It stands only in OpenSSL's form, TRUSTED CERTIFICATE. */
	bool is_trusted_form;
	/* p11-kit: leaves issued after this are refused. */
	bool has_distrust_after;
	int64_t distrust_after;
};

static inline bool
store_terms_are_empty(const struct store_terms *terms)
{
	return !terms->distrusted && !terms->rejected && !terms->allowed &&
	       !terms->is_trusted_form && !terms->has_distrust_after;
}

struct bundle {
	struct bytes *certificates; /* DER, in file order, in the arena */
	struct store_terms *terms;  /* of each; NULL: nothing is said */
	size_t count;
	size_t skipped; /* blocks that could not be decoded */
};

/* The DER is borrowed, the list is the arena's.  NULL: no terms. */
void bundle_add(struct arena *, struct bundle *, struct bytes der,
    const struct store_terms *);

/*
 * Containers in DER.  False when no certificate was found; *reason is then
 * half a sentence where there is more to say.
 */
bool bundle_read_pkcs7(struct arena *, struct bytes der, struct bundle *);
bool bundle_read_pkcs12(struct arena *, struct bytes der, const char *password,
    struct bundle *, const char **reason);

#endif
