/* Certificates written as PEM (RFC 7468); bundle.h reads them. */
#ifndef X509_PEM_H
#define X509_PEM_H

#include "base/text.h"

/*
 * Appends one certificate, below a line "# COMMENT" unless that is NULL.  The
 * comment may be text of an unknown host: it cannot begin a block.
 */
void pem_append(struct text *, const char *comment, struct bytes der);

#endif
