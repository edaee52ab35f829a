/* What the files that read bundles share; nobody else includes this. */
#ifndef X509_BUNDLE_INTERNAL_H
#define X509_BUNDLE_INTERNAL_H

#include "x509/bundle.h"

/* The DER is borrowed, the list is the arena's. */
void bundle_add(struct arena *, struct bundle *, struct bytes der);

/*
 * Whatever form it is in; false, with half a sentence in *reason where there
 * is more to say than that it holds no certificate.
 */
bool bundle_read(struct arena *, struct bytes, const char *password,
    struct bundle *, const char **reason);

/* PKCS#7 and PKCS#12 in DER; false, and the reason, when refused. */
bool bundle_read_pkcs7(struct arena *, struct bytes der, struct bundle *);
bool bundle_read_pkcs12(struct arena *, struct bytes der, const char *password,
    struct bundle *, const char **reason);

/* Text with PEM blocks in it, and a table with a column of such text. */
void bundle_read_pem(struct arena *, struct bytes, struct bundle *);
bool bundle_is_table(struct bytes);
void bundle_read_table(struct arena *, struct bytes, struct bundle *);

#endif
