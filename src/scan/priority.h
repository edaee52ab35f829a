/*
 * The priority string of a handshake (gnutls_priority_init(3)), from a set of
 * what it offers.  Has the library's words, and does not call it.
 */
#ifndef SCAN_PRIORITY_H
#define SCAN_PRIORITY_H

#include "base/text.h"
#include "model/offer.h"

/* Which keys of the server's are offered, and in which order. */
enum offered_keys {
	KEYS_RSA_LAST,
	KEYS_RSA_FIRST,
	KEYS_RSA_ALONE,
	KEYS_NOT_RSA,
	KEYS_ORDER_COUNT
};

/* Appends it; OFFER_ALL is everything that any GnuTLS can still speak.  Of the
   further kinds see handshake_has_hybrid. */
void priority_write(struct text *, uint64_t offer, enum offered_keys);

#endif
