/*
 * The priority string of a handshake (gnutls_priority_init(3)), from a set of
 * what it offers.  Has the library's words, and does not call it.
 */
#ifndef SCAN_PRIORITY_H
#define SCAN_PRIORITY_H

#include "base/text.h"
#include "model/offer.h"

/* Appends it; OFFER_ALL is everything that GnuTLS can still speak. */
void priority_write(struct text *, uint64_t offer);

#endif
