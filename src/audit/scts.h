/*
 * Certificate Transparency of the leaf: its timestamps in the certificate, the
 * staple and the TLS extension, and whether they are enough for Chrome.
 */
#ifndef AUDIT_SCTS_H
#define AUDIT_SCTS_H

#include "audit/audit_settings.h"
#include "audit/path.h"
#include "model/ct_logs.h"
#include "model/result.h"
#include "model/tls_facts.h"
#include "x509/ocsp.h"

/* Of one leaf; in the arena. */
struct leaf_scts {
	struct sct_facts *list;
	size_t count;
};

void leaf_scts_judge(struct leaf_scts *, struct arena *, const struct ct_logs *,
    const struct path *, const struct ocsp_verdict *, const struct tls_facts *);

/* Are the logs known well enough, and does Chrome demand them of this root? */
bool scts_can_be_judged(const struct audit_settings *);
bool scts_are_demanded(
    const struct audit_settings *, const struct certificate *root);

/*
 * May timestamps in the TLS extension change a verdict?  The leaf has none,
 * and by the names of the issuers it may come from a root of which Chrome
 * demands them.
 */
bool scts_may_matter(
    const struct audit_settings *, const struct bytes chain[], size_t count);

#endif
