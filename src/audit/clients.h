/*
 * What each client would say of one host, predicted from its profile
 * (model/client_profile.h).  One engine judges them all: what is true of the
 * host becomes traits, clients that build paths alike share one search, and
 * a verdict is a comparison of bits.  Pure, as all of audit is.
 */
#ifndef AUDIT_CLIENTS_H
#define AUDIT_CLIENTS_H

#include "audit/client_facts.h"
#include "audit/client_stores.h"
#include "model/client_profile.h"
#include "model/result.h"

/* Profiles with their stores: made once a run, read by all threads. */
struct clients;

/* The settings are copied, what they name is borrowed.  The caller frees. */
struct clients *clients_new(const struct client_settings *);
/*
 * The same profiles with other stores, as many and with the same names, to
 * which these certificates were added for every client.
 */
struct clients *clients_with_stores(const struct clients *,
    const struct trust_store *const *stores,
    const struct certificate_index *added);
void clients_free(struct clients *);

const struct client_stores *clients_stores(const struct clients *);

/* The roots of the machine's store that no program lists: they count for every
   client.  None where no program judges. */
struct certificate_list clients_local_roots(const struct clients *);

/* Each offer that some of them makes, once; returns how many. */
enum { CLIENTS_MOST_OFFERS = 64 };
size_t clients_offers(
    const struct clients *, uint64_t offers[CLIENTS_MOST_OFFERS]);

/*
 * Fills the verdict's clients, in the order of the profiles.  One is
 * ACCEPTS_UNKNOWN where it depends on what was not looked at, or gave no
 * answer: AIA, or the server when it is offered what that client offers. True
 * when what AIA leads to could still change one.
 */
bool clients_judge(const struct clients *, struct arena *,
    const struct client_facts *, struct verdict *);

/*
 * The path that the client of this id takes first, followed to its end even
 * where a signature on it is wrong.  Returns its profile; NULL: no such client.
 */
const struct client_profile *clients_find_path(const struct clients *,
    const char *id, const struct client_facts *, struct path *);

#endif
