/* The stapled OCSP response of one host, judged with its best path. */
#ifndef AUDIT_STAPLE_H
#define AUDIT_STAPLE_H

#include "audit/path.h"
#include "model/observation.h"
#include "x509/ocsp.h"

/*
 * What the staple says of the leaf.  OCSP_NONE as well when the path does not
 * know the leaf's issuer: then the signature on the response cannot be checked.
 */
void staple_judge(struct ocsp_verdict *, const struct observation *,
    const struct path *, struct signature_memory *, int64_t now);

#endif
