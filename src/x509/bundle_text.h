/* Certificates in text: PEM, and a CSV table with PEM in one column. */
#ifndef X509_BUNDLE_TEXT_H
#define X509_BUNDLE_TEXT_H

#include "x509/bundle_pkcs.h"

void bundle_read_pem(struct arena *, struct bytes, struct bundle *);
bool bundle_is_table(struct bytes);
void bundle_read_table(struct arena *, struct bytes, struct bundle *);

#endif
