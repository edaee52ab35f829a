/*
 * Certificate Transparency logs, read from ct-logs.json: those that one
 * version of Chromium counts.  Whom they logged is in x509/certificate_scts.h.
 */
#ifndef MODEL_CT_LOGS_H
#define MODEL_CT_LOGS_H

#include "base/arena.h"
#include "base/bytes.h"

struct ct_log {
	struct digest id;
	const char *name, *run_by; /* "operator" in the file */
	struct bytes key;	   /* SubjectPublicKeyInfo; size 0: not known */
};

struct ct_logs {
	int64_t date; /* of the list */
	const struct ct_log *list;
	size_t count;
};

/* As roots_read. */
const struct ct_logs *ct_logs_read(
    struct arena *, struct bytes, const char *name, const char **error);

/* NULL: it is not in the list. */
const struct ct_log *ct_logs_find(
    const struct ct_logs *, const struct digest *id);

#endif
