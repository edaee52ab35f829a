/*
 * Certificates out of files as people keep them: PEM bundles, single DER,
 * PKCS#7 (AIA answers), PKCS#12, Java's keystores (JKS), p11-kit's text,
 * directories of these, and the CCADB's reports (CSV with a PEM column).
 */
#ifndef X509_BUNDLE_H
#define X509_BUNDLE_H

#include "x509/bundle_pkcs.h"

/*
 * All certificates in these octets, whatever of the forms above they are;
 * appended to the bundle.  0, or -1 when not a single one is in there.
 */
int bundle_read_bytes(struct arena *, struct bytes, struct bundle *);

/*
 * A file, or every file of a directory (sorted by name, hash links and
 * duplicates once; one level).  -1 with a sentence in *error (in the arena).
 * `password` is for PKCS#12; NULL tries none and "changeit".  A PKCS#12 of
 * which GnuTLS returns fewer certificates than it holds is refused.
 */
int bundle_read_path(struct arena *, const char *path, const char *password,
    struct bundle *, const char **error);

#endif
