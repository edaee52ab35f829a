/*
 * Judging: an observation and what is known become a verdict.  Pure: no
 * network, no clock, no output; the same input gives the same verdict on
 * every machine, however busy.  reports/README.md, "How the class is decided",
 * has the order that audit.c follows step by step.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "audit/audit_settings.h"
#include "base/arena.h"
#include "model/result.h"
#include "x509/certificate_pool.h"

struct client_aia;

/*
 * One source of certificates that the server did not send, in order of
 * preference.  `where` says where it was found: a file, a URL, a host of `site`
 * if possible.
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
	const struct client_aia *aia; /* NULL: not looked for */
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

/* Is it before the other in the order in which a class is decided?  After all
   others comes ok. */
bool class_precedes(enum class_id, enum class_id other);

#endif
