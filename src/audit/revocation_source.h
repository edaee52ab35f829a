/*
 * What the audit asks of the places where evidence of revocation comes from:
 * run/crls.c and run/ocsp_answers.c.  To add a source:
 * REVOCATION_SOURCES_MOST in audit/audit_settings.h, and run/evidence.c.
 */
#ifndef AUDIT_REVOCATION_SOURCE_H
#define AUDIT_REVOCATION_SOURCE_H

#include "base/arena.h"
#include "x509/certificate.h"

enum evidence_state {
	EVIDENCE_NONE,	  /* nothing was looked at; the sentence says why */
	EVIDENCE_WAITING, /* it is on its way */
	EVIDENCE_GOOD,
	EVIDENCE_REVOKED,
	EVIDENCE_UNUSABLE /* looked at, and it proves nothing */
};

struct revocation_answer {
	enum evidence_state state;
	const char *url; /* NULL: there is none */
	/*
	 * When unusable: "stale", "not_yet_valid", "undated", "forged",
	 * "foreign", "wrong_scope", "malformed", "unknown"; those that are not
	 * the CA's fault are "failed", "late" (no time was left to fetch),
	 * "indirect", "delta", "critical_extension", "some_reasons",
	 * "unsupported", "not_successful".  Static.
	 */
	const char *cause;
	const char *sentence; /* what follows "the CRL URL" or the like, in the
				 arena */
	const char *reason;   /* when revoked; NULL: not said */
	int64_t since, this_update, next_update; /* 0: not known */
};

struct revocation_source {
	const char *word; /* in records: "crl" */
	const char *noun; /* in sentences, before a URL: "CRL" */
	/*
	 * Of `subject`, which `issuer` has signed.  With `wait` it is never
	 * EVIDENCE_WAITING.  Called on every thread.
	 */
	void (*ask)(void *context, struct arena *,
	    const struct certificate *subject, const struct certificate *issuer,
	    int64_t now, bool wait, struct revocation_answer *);
	void *context;
};

#endif
