/*
 * Certificate Transparency of the leaf: its timestamps in the certificate and
 * the staple, and whether they are enough for Chrome.
 */
#ifndef AUDIT_SCTS_H
#define AUDIT_SCTS_H

#include "audit/path.h"
#include "model/ct_logs.h"
#include "model/result.h"
#include "x509/ocsp.h"

/* Of one leaf; in the arena. */
struct leaf_scts {
	struct sct_facts *list;
	size_t count;
};

void leaf_scts_judge(struct leaf_scts *, struct arena *, const struct ct_logs *,
    const struct path *, const struct ocsp_verdict *);

#endif
