/* The list of signed certificate timestamps in a certificate (RFC 6962 3.3). */
#ifndef X509_CERTIFICATE_SCTS_H
#define X509_CERTIFICATE_SCTS_H

#include "base/bytes.h"

/* Seconds since the epoch; 0: none can be read. */
int64_t scts_earliest(struct bytes list);

#endif
