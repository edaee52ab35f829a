/*
 * Judging: an observation and what is known become a verdict.  Pure: no
 * network, no clock, no output; the same input gives the same verdict on
 * every machine, however busy.  How the class is decided is in the interface
 * document, "How the class is decided"; audit.c follows it step by step.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/arena.h"
#include "x509/certificate_pool.h"
#include "model/result.h"
#include "x509/signature.h"
#include "x509/trust_store.h"

struct clients;
struct distrust;
struct client_aia;
struct policy;

/* What a whole run is judged by.  Immutable, shared by all threads. */
struct audit_settings {
	int64_t now;
	const struct trust_store *const *stores; /* the first is the default */
	size_t store_count;
	unsigned warn_days, crit_days;	 /* 0: by the certificate's validity */
	const struct clients *clients;	 /* NULL: none is predicted */
	const struct distrust *distrust; /* NULL: no such rules */
	const struct policy *policy;	 /* NULL: none */
	/* Public intermediates that some clients carry; NULL: none known. */
	const struct certificate_index *preloaded;
};

/*
 * One source of certificates that the server did not send, in order of
 * preference.  `where` names the place for people: a file, a URL, a host of
 * `site` if possible.
 */
struct audit_source {
	const struct certificate_index *certificates;
	enum source from;
	const char *(*where)(
	    const void *context, const struct certificate *, const char *site);
	const void *context;
};

struct audit_sources {
	const struct audit_source *list;
	size_t count;
	const struct client_aia *aia; /* NULL: nobody looked */
};

/* One thread's memory of signatures. */
struct auditor;
struct auditor *auditor_new(const struct audit_settings *);
void auditor_free(struct auditor *);

/*
 * Judges one observation whose chain, parsed, is `received` (leaf first).
 * The result borrows from the observation, the certificates, the sources and
 * the arena.  Returns true when certificates found elsewhere could still
 * change the verdict: without sources it is not final then.
 */
bool auditor_judge(struct auditor *, struct arena *, const struct observation *,
    const struct certificate *const *received, const struct audit_sources *,
    struct result *);

#endif
