/* Lists of signed certificate timestamps (RFC 6962 3.3), in TLS's encoding. */
#ifndef X509_CERTIFICATE_SCTS_H
#define X509_CERTIFICATE_SCTS_H

#include "base/bytes.h"

/* RFC 6962 3.2, of version 1. */
struct sct {
	struct digest log_id;
	uint64_t timestamp_ms;
	struct bytes extensions;
	unsigned hash, signer; /* RFC 5246 7.4.1.4.1 */
	struct bytes signature;
};

/*
 * Takes the entries of a list one by one.
 * False at the end; what cannot be read is passed over.
 */
struct sct_cursor {
	struct bytes rest;
};
struct sct_cursor scts_of(struct bytes list);
bool scts_next(struct sct_cursor *, struct sct *);

/* Seconds since the epoch; 0: none can be read. */
int64_t scts_earliest(struct bytes list);

#endif
