/* Revocation of the certificates of the judged path: by CRL, and the staple. */
#ifndef AUDIT_REVOCATION_H
#define AUDIT_REVOCATION_H

#include "audit/crl_source.h"
#include "audit/path.h"
#include "model/result.h"
#include "x509/ocsp.h"

/* Of each step but the last, what its CRL says. */
struct path_crls {
	struct crl_answer *answers; /* NULL: not asked */
	size_t count;
	bool is_waiting; /* for one of them */
};

void path_crls_ask(struct path_crls *, const struct crl_source *,
    struct arena *, const struct path *, int64_t now, bool wait);

/* What the record says of it all. */
void revocation_judge(struct revocation *, struct arena *,
    const struct path_crls *, const struct path *, const struct ocsp_staple *,
    int64_t now);

#endif
