/*
 * Revocation of the certificates of the judged path: by the sources of
 * evidence (CRLs, OCSP responders), and the staple.
 */
#ifndef AUDIT_REVOCATION_H
#define AUDIT_REVOCATION_H

#include "audit/audit_settings.h"
#include "audit/path.h"
#include "audit/revocation_source.h"
#include "model/result.h"
#include "x509/ocsp.h"

/* Of each step but the last, what each source says. */
struct path_evidence {
	const struct revocation_source *source;
	struct revocation_answer *answers;
	size_t count;
};

struct path_revocation {
	struct path_evidence by[REVOCATION_SOURCES_MOST];
	size_t source_count;
	bool is_waiting; /* for one of them */
};

void path_revocation_ask(struct path_revocation *,
    const struct audit_settings *, struct arena *, const struct path *,
    bool wait);

/* What the record says of it all. */
void revocation_judge(struct revocation *, struct arena *,
    const struct path_revocation *, const struct path *,
    const struct ocsp_verdict *staple, int64_t now);

#endif
