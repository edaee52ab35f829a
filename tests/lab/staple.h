/*
 * OCSP responses (RFC 6960) to staple: true, false and broken ones.
 */
#ifndef LAB_STAPLE_H
#define LAB_STAPLE_H

#include "tests/lab/pki.h"
#include "tests/lab/scenario.h"

/* Nothing is written for STAPLE_NONE, or where the issuer cannot sign. */
void put_staple(struct octets *, const struct pki *,
    const struct pki_certificate *leaf, enum staple);

#endif
