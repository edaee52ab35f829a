/* Certificates written as PEM (RFC 7468); bundle.h reads them. */
#ifndef X509_PEM_H
#define X509_PEM_H

#include "base/text.h"
#include "x509/bundle_pkcs.h"

/*
 * Appends one certificate, below a line "# COMMENT" unless that is NULL.  The
 * comment may be text of an unknown host: it cannot begin a block.
 */
void pem_append(struct text *, const char *comment, struct bytes der);

/*
 * The same for a certificate of a trust store, so that reading it back gives
 * the same terms (NULL: none): as p11-kit's text and OpenSSL's form.
 */
void pem_append_stored(struct text *, const char *comment, struct bytes der,
    const struct store_terms *);

#endif
