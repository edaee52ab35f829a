/* One host as its clients see it: what their verdicts are predicted from. */
#ifndef AUDIT_CLIENT_FACTS_H
#define AUDIT_CLIENT_FACTS_H

#include "audit/validate.h"
#include "model/observation.h"

/* What the stapled response says, once verified. */
enum staple_word {
	STAPLE_SAYS_NOTHING,
	STAPLE_SAYS_GOOD,
	STAPLE_SAYS_REVOKED,
	STAPLE_SAYS_UNKNOWN,
	STAPLE_IS_UNUSABLE, /* expired, forged, or for another certificate */
	STAPLE_IS_GARBAGE   /* no OCSP response at all */
};

/*
 * What following an AIA URL led to.  False when not looked at (or may not):
 * then a client that fetches cannot be predicted where it matters.  A fetch
 * that failed is an empty list.
 */
struct client_aia {
	bool (*find)(void *context, const char *url, struct certificate_list *);
	/* Why it led to nothing, or was not asked though it was to be; else
	   NULL. */
	const char *(*why)(void *context, const char *url);
	void *context;
};

/* One host, as its clients see it. */
struct client_facts {
	const struct observation *seen;
	const struct certificate *const *received; /* leaf first */
	const struct host_name *host;
	const struct validation *validation; /* its `host` is not looked at */
	struct edge_memory *edges;
	enum staple_word staple;
	const struct client_aia *aia; /* NULL: not looked at */
	/* The record's path, in the default store; NULL: none was looked for.
	 */
	const struct path *judged;
	/* Public intermediates (not the operator's own); NULL: none known. */
	const struct certificate_index *preloaded;
};

#endif
