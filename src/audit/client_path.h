/*
 * How clients look for a path: one search by the rules of a profile's path
 * building.  Unlike path.c it looks for the path that this client would take,
 * not for the best one.
 */
#ifndef AUDIT_CLIENT_PATH_H
#define AUDIT_CLIENT_PATH_H

#include "audit/client_stores.h"
#include "audit/client_traits.h"

struct client_search {
	const struct client_facts *facts;
	const struct validation *validation; /* as client_path_outcome's */
	const struct trust_store *store;
	const struct client_builder *how;
	/* Of a client whose program judges: a received certificate that the
	   program lists is an anchor, be it in the store or not. */
	const struct client_stores *stores;
	const struct client_store *client; /* NULL: no program */
	/* Continues past a bad signature, to see the whole path. */
	bool past_bad_signatures;
	/*
	 * Called at each end of a path that is reached; true ends the search.
	 */
	bool (*consider)(
	    void *context, const struct path *, const struct client_outcome *);
	void *context;

	/* Answers */
	bool plain;  /* there was never a choice: every client that neither
			fetches nor preloads finds this one path */
	bool unseen; /* an AIA URL was wanted that was not fetched */
	/* One of the store that it passed over, as it stands there in a form
	   that this client does not read; or NULL. */
	const struct certificate *unread;
	const struct certificate *refused; /* the store excludes it; or NULL */
};

void client_search_run(struct client_search *);

/*
 * Some clients read the message from its end, take each certificate whose
 * issuer they know by then for a further CA, and refuse one that is out of
 * date or not signed by it, needed or not.  Adds the traits of those behind
 * the leaf.
 */
void client_sent_traits(const struct client_facts *, const struct trust_store *,
    struct client_traits *);

#endif
