/*
 * What the audit asks of the place where CRLs come from; it is filled by
 * run/crls.c and never by anything that looks at a clock here.
 */
#ifndef AUDIT_CRL_SOURCE_H
#define AUDIT_CRL_SOURCE_H

#include "base/arena.h"
#include "x509/certificate.h"

enum crl_state {
	CRL_NONE,    /* nothing was looked at; the sentence says why */
	CRL_WAITING, /* it is on its way */
	CRL_GOOD,
	CRL_REVOKED,
	CRL_UNUSABLE /* looked at, and it proves nothing */
};

struct crl_answer {
	enum crl_state state;
	const char *url; /* NULL: there is none */
	/*
	 * When unusable: "stale", "not_yet_valid", "undated", "forged",
	 * "foreign", "wrong_scope", "malformed"; those that are not the CA's
	 * fault are "failed", "indirect", "delta", "critical_extension",
	 * "some_reasons", "unsupported".  Static.
	 */
	const char *cause;
	const char *sentence; /* what follows "the CRL URL", in the arena */
	const char *reason;   /* when revoked; NULL: not said */
	int64_t since, this_update, next_update; /* 0: not known */
};

struct crl_source {
	/*
	 * Of `subject`, which `issuer` has signed.  With `wait` it is never
	 * CRL_WAITING.  Called on every thread.
	 */
	void (*ask)(void *context, struct arena *,
	    const struct certificate *subject, const struct certificate *issuer,
	    int64_t now, bool wait, struct crl_answer *);
	void *context;
};

#endif
