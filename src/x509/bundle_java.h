/* Certificates in Java's keystores of the old form: JKS. */
#ifndef X509_BUNDLE_JAVA_H
#define X509_BUNDLE_JAVA_H

#include "x509/bundle_pkcs.h"

/* By its first octets: JKS, or JCEKS, which is not read. */
bool bundle_is_java(struct bytes);
/*
 * False, with half a sentence in *reason and nothing added, when it is not
 * whole or holds no trusted certificate.  Its password protects keys and a
 * digest at its end, not certificates: none is needed.
 */
bool bundle_read_java(
    struct arena *, struct bytes, struct bundle *, const char **reason);

#endif
