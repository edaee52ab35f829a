/*
 * All that a run knows of revocation: its CRLs and its OCSP responses, as the
 * sources that the audit asks.
 */
#ifndef RUN_EVIDENCE_H
#define RUN_EVIDENCE_H

#include "audit/audit_settings.h"
#include "scan/fetch.h"

struct certificate;

struct evidence_settings {
	bool has_crls;
	const char *cache; /* a directory; NULL: none */
	int64_t now;	   /* which lists are of use */
	/* NULL: no network for these */
	const struct fetch_options *crl_fetch, *ocsp_fetch;
	const char *directory; /* of the run; NULL: none */
	bool is_resumed;       /* it holds what was found before */
	/* Of runs that are judged again. */
	const char *const *runs;
	size_t run_count;
};

struct run_evidence;

/* NULL with errno: what is found could not be kept in the directory. */
struct run_evidence *evidence_open(const struct evidence_settings *);
/* What is under way is given up. */
void evidence_close(struct run_evidence *);

/* The sources that have anything to say. */
void evidence_fill(const struct run_evidence *, struct audit_settings *);

/* The last probe is done: what is asked from now on has this long in all. */
void evidence_limit(struct run_evidence *, uint64_t timeout_ms);

/* Its evidence will be asked for: looking begins now. */
void evidence_want(struct run_evidence *, const struct certificate *);

/* Once the last host is judged.  -1 with errno. */
int evidence_save(struct run_evidence *);

#endif
