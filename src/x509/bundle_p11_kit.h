/*
 * Certificates in p11-kit's text (pkcs11 trust modules, the source of Fedora's
 * and Arch's stores): sections of attributes, each with a PEM block.
 */
#ifndef X509_BUNDLE_P11_KIT_H
#define X509_BUNDLE_P11_KIT_H

#include "x509/bundle_pkcs.h"

bool bundle_is_p11_kit(struct bytes);
/* Those that are neither trusted nor distrusted are left out. */
void bundle_read_p11_kit(struct arena *, struct bytes, struct bundle *);

#endif
