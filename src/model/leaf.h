/* The leaf's facts that people ask for, out of its certificate. */
#ifndef MODEL_LEAF_H
#define MODEL_LEAF_H

#include "x509/certificate.h"
#include "model/result.h"

/* Strings are borrowed from the certificate or live in the arena. */
void leaf_facts_fill(struct leaf_facts *, struct arena *,
    const struct certificate *leaf, int64_t now);

#endif
