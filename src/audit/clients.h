/*
 * What each client would say of one host, predicted from its profile
 * (model/client_profile.h).  One engine judges them all: what is true of the
 * host becomes traits, clients that build paths alike share one search, and
 * a verdict is a comparison of bits.  Pure, as all of audit is.
 */
#ifndef AUDIT_CLIENTS_H
#define AUDIT_CLIENTS_H

#include "audit/validate.h"
#include "model/client_profile.h"
#include "model/observation.h"
#include "model/result.h"

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
 * What following an AIA URL led to.  False when nobody looked (or may not):
 * then a client that fetches cannot be predicted where it matters.  A fetch
 * that failed is an empty list.
 */
struct client_aia {
	bool (*find)(void *context, const char *url, struct certificate_list *);
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
	const struct client_aia *aia; /* NULL: nobody looked */
	/* Public intermediates (not the operator's own); NULL: none known. */
	const struct certificate_index *preloaded;
};

/* Profiles with their stores: made once a run, read by all threads. */
struct clients;

/*
 * Each profile is judged with the store that it names, if that is one of
 * these, else with the first; with `one_store` always with the first.
 * Profiles and stores are borrowed.  The caller frees.
 */
struct clients *clients_new(const struct client_profiles *,
    const struct trust_store *const *stores, size_t store_count,
    bool one_store);
void clients_free(struct clients *);

/* Each offer that some of them makes, once; returns how many. */
enum { CLIENTS_MOST_OFFERS = 64 };
size_t clients_offers(
    const struct clients *, uint64_t offers[CLIENTS_MOST_OFFERS]);

/*
 * Fills the verdict's clients, in the order of the profiles.  One is
 * ACCEPTS_UNKNOWN where it hangs on what was not looked at, or gave no
 * answer: AIA, or the server when it is offered what that client offers.
 * True when what AIA leads to could still change one.
 */
bool clients_judge(const struct clients *, struct arena *,
    const struct client_facts *, struct verdict *);

#endif
