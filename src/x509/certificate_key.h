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
	struct pss_parameters pss; /* of SIGNATURE_RSA_PSS */
};

/* False when it is not an AlgorithmIdentifier, or PSS without its own. */
bool signature_scheme_parse(struct bytes whole, struct signature_scheme *);

/* Can a signature of this kind be of this kind of key at all? */
bool signature_kind_fits(enum signature_kind, enum key_kind);

#endif
