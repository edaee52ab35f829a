/* Certificates in text: PEM, and a CSV table with PEM in one column. */
#ifndef X509_BUNDLE_TEXT_H
#define X509_BUNDLE_TEXT_H

#include "x509/bundle_pkcs.h"
#include "x509/der.h"

void bundle_read_pem(struct arena *, struct bytes, struct bundle *);
bool bundle_is_table(struct bytes);
/* Is serverAuth or any use (RFC 5280 4.2.1.12) among these OIDs? */
bool bundle_names_servers(struct der uses);
void bundle_read_table(struct arena *, struct bytes, struct bundle *);

#endif
