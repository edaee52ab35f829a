/*
 * What Java trusts: its cacerts.  The old form, JKS, is read here; of PKCS#12
 * only Java's keytool tells for certain what Java reads.
 */
#ifndef SYSTEM_JAVA_STORE_H
#define SYSTEM_JAVA_STORE_H

#include "system/places.h"
#include "x509/bundle.h"

/* The cacerts that a Java started here would read. */
bool java_store_find(struct arena *, const struct places *, struct place *);

/*
 * Its certificates, appended.  The output of keytool is kept as PEM in the
 * cache directory until the cacerts changes; where that cannot be written,
 * keytool is asked each time.  -1 with a sentence in *error (in the arena):
 * also when fewer certificates came than the keystore says it holds.
 */
int java_store_read(struct arena *, const struct places *, const char *cacerts,
    struct bundle *, const char **error);

/*
 * A path that someone named, of whatever form (bundle_read_path); what of it
 * only keytool reads is read as above.
 */
int java_store_read_any(struct arena *, const struct places *, const char *path,
    struct bundle *, const char **error);

#endif
