/* The extensions of a certificate (RFC 5280 4.2). */
#ifndef X509_CERTIFICATE_EXTENSIONS_H
#define X509_CERTIFICATE_EXTENSIONS_H

#include "x509/certificate_reader.h"

/* Sets the fields from the content of [3], the list of extensions. */
void reader_extensions(struct certificate_reader *, struct bytes explicit);

#endif
