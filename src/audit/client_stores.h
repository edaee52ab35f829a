/*
 * Which roots each client trusts: a store of the machine, or the list of the
 * root program that it brings along, with the conditions of the program for
 * some of its roots.  Made once a run, read by all threads.
 *
 * A program's store is put together from certificates that are at hand: those
 * of every loaded store and of the known intermediates that stand in the
 * program's list, and the local roots.  A local root is one of the machine's
 * store that no program lists, as of a company: its administrator installed it
 * for every client.
 */
#ifndef AUDIT_CLIENT_STORES_H
#define AUDIT_CLIENT_STORES_H

#include "audit/distrust.h"
#include "model/client_profile.h"
#include "model/roots.h"
#include "x509/trust_store.h"

struct client_settings {
	const struct client_profiles *profiles;
	const struct trust_store *const *stores; /* the first is the default */
	size_t store_count;
	/* --trust: every client is judged by the default store, but for those
	   that --store names. */
	bool one_store;
	const char *const *named; /* stores, or clients, that --store names */
	size_t named_count;
	const struct roots *roots;	 /* NULL: no programs */
	const struct distrust *distrust; /* NULL: no such rules */
	/* Certificates beyond the stores' that may be a program's roots. */
	const struct certificate_index *at_hand[2];
	/* Roots of the default store that an administrator added: they count
	   for every client, whatever a program says.  NULL: none. */
	const struct certificate_index *added;
};

/* What one client is judged by. */
struct client_store {
	const struct trust_store *store;
	const struct root_list *list; /* the program's; NULL: the store alone */
	/* Those of the list whose certificate is not available. */
	const struct root **absent;
	size_t absent_count;
	const struct distrust_rule **rules; /* that name the client */
	size_t rule_count;
};

/* Why a leaf is refused below a root that is in the store. */
struct root_refusal {
	const struct root *root;
	const struct root_rule *rule;	      /* the program's, or NULL */
	const struct distrust_rule *distrust; /* or one of distrust.json */
};

struct client_stores;

/* All that the settings name is borrowed. */
struct client_stores *client_stores_new(const struct client_settings *);
void client_stores_free(struct client_stores *);

const struct client_settings *client_stores_settings(
    const struct client_stores *);

/* Of the profile at this index. */
const struct client_store *client_store_of(
    const struct client_stores *, size_t profile);

/* Certificates at hand that stand in some program's list. */
const struct certificate_index *client_stores_public(
    const struct client_stores *);
/* Those of the default store that stand in none, where programs judge. */
struct certificate_list client_stores_local(const struct client_stores *);

/* Is this certificate a root of the program that judges for the client? */
bool client_store_lists(const struct client_stores *,
    const struct client_store *, const struct certificate *);

/* Does the client refuse this leaf although its path ends at the anchor? */
bool client_store_refuses(const struct client_stores *,
    const struct client_store *, const struct certificate *leaf,
    const struct certificate *anchor, int64_t now, struct root_refusal *);

/* The rule of distrust.json that the client has for this root; NULL: none. */
const struct distrust_rule *client_store_policy(
    const struct client_store *, const struct certificate *anchor);
/* Has any of the clients one? */
bool client_stores_have_policy(
    const struct client_stores *, const struct certificate *anchor);

/* The reason then, without the client's own words. */
const char *root_refusal_text(struct arena *, const struct root_refusal *,
    const struct client_store *, const struct certificate *leaf);

#endif
