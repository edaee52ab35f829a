/* Facts about a trust store, and where two differ. */
#ifndef X509_STORE_FACTS_H
#define X509_STORE_FACTS_H

#include "x509/trust_store.h"

struct store_facts {
	size_t anchors, intermediates;
	size_t refused;		  /* the file excludes them from TLS servers */
	size_t unusable;	  /* damaged: they cannot be trust anchors */
	size_t expired;		  /* of the anchors, at the time asked for */
	bool has_dates;		  /* at least one anchor has a readable end */
	int64_t earliest, latest; /* ends of the anchors' validity */
};

void store_facts(const struct trust_store *, int64_t now, struct store_facts *);

/* The anchors of one that the other does not hold; the arena has the list. */
struct certificate_list store_only_in(struct arena *,
    const struct trust_store *, const struct trust_store *other);

#endif
