/*
 * TLSA records (RFC 6698): from the octets of the DNS, to the text of zone
 * files and back, and whether a certificate is the one that is meant.
 */
#ifndef X509_TLSA_H
#define X509_TLSA_H

#include "base/arena.h"
#include "x509/certificate.h"

/* More is no digest and no certificate that servers send. */
enum { TLSA_MOST_DATA = 8192 };

enum { TLSA_USAGE_TA = 2, TLSA_USAGE_EE = 3 };

struct tlsa {
	uint8_t usage, selector, matching;
	struct bytes data;
};

/* False where it is no TLSA record, or a longer one.  Borrows. */
bool tlsa_read(struct tlsa *, struct bytes rdata);

/* "3 1 1 0123...", in the arena, and back. */
const char *tlsa_text(struct arena *, const struct tlsa *);
bool tlsa_parse(struct arena *, const char *text, struct tlsa *);

/*
 * May a client of SMTP use it (RFC 7672 3.1)?  Not those of the usages 0 and 1,
 * and none of a selector or matching type that is not known.
 */
bool tlsa_is_usable(const struct tlsa *);

/* Is it this certificate's, or this key's? */
bool tlsa_fits(const struct tlsa *, const struct certificate *);

#endif
