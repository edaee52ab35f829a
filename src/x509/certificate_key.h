/* Public keys and signature algorithms of certificates. */
#ifndef X509_CERTIFICATE_KEY_H
#define X509_CERTIFICATE_KEY_H

#include "x509/certificate_reader.h"

/* Sets the fields of the certificate from its SubjectPublicKeyInfo. */
void reader_key(struct certificate_reader *, struct bytes whole);

/* An AlgorithmIdentifier as far as signatures need it. */
struct signature_scheme {
	enum signature_kind kind;
	enum hash_kind hash;
	const char *name; /* NULL: not known */
	struct bytes oid;
	uint32_t salt_size;	/* RSA-PSS, RFC 4055 3.1 */
	bool mask_hash_differs; /* RSA-PSS: MGF1 over another hash */
};

/* False when it is not an AlgorithmIdentifier, or PSS without its own. */
bool signature_scheme_parse(struct bytes whole, struct signature_scheme *);

#endif
