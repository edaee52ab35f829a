/*
 * How one kind of TLS client decides: data read from clients.json, no code a
 * client.  A host has traits, ways in which its name fits, and measures;
 * a profile says which traits the client refuses, which ways it reads, and
 * where its limits are.  Judging is done in audit/clients.c.
 *
 * Where the rules come from: every entry of clients.json has its `source`.
 * The words for traits say what was seen of real clients; the RFC section is
 * named where the trait is a rule of RFC 5280.
 */
#ifndef MODEL_CLIENT_PROFILE_H
#define MODEL_CLIENT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/client_trait.h"
#include "model/face.h"

/* A leaf that is itself in the store. */
enum leaf_anchor {
	LEAF_ANCHOR_NEVER,
	LEAF_ANCHOR_SELF_SIGNED, /* only when it is self-signed */
	LEAF_ANCHOR_ALONE,	 /* only when nothing else is sent */
	LEAF_ANCHOR_ALWAYS
};

/* How a client looks for a path.  Profiles with equal ones share a search. */
struct client_builder {
	/* Tries another issuer where the first one leads to no good end. */
	bool backtracks;
	/* Any certificate of the store is an anchor, not its roots alone. */
	bool partial_chain;
	/* A key identifier that differs makes it another's certificate. */
	bool key_ids_must_fit;
	bool anchor_key_ids_must_fit; /* the same, for those in the store */
	/* A serial number or name in the AKI that differs does so too. */
	bool serials_must_fit;
	bool anchor_serials_must_fit; /* the serial number alone */
	/* No issuer is looked for above one that was sent and looks signed by
	   itself, its signature unseen. */
	bool ends_at_roots;
	/* One whose key usage has no keyCertSign does not look so. */
	bool roots_must_sign;
	/* Another version of one on the path, of the same name and key, is
	   skipped (RFC 4158 5.2); or only of the same alternative names too. */
	bool skips_same_key, skips_same_names;
	/* Issuers in the store are looked up by the octets of the name. */
	bool anchors_by_octets;
	/* Of several that fit there, the one that was read last comes first;
	   or the one that was read first, be it valid now or not. */
	bool last_anchor, first_anchor;
	/* Of several sent ones the first that is valid now comes first. */
	bool prefers_valid;
	/* A sent one is the issuer of those before it only. */
	bool issuers_follow;
	/* The store is asked only where those sent lead to no end of it. */
	bool sent_first;
	/* A wrong signature ends the search, though it backtracks. */
	bool ends_at_bad_signature;
	bool fetches_aia; /* follows http caIssuers URLs */
	bool preloads;	  /* knows the public intermediates */
	/* Reads TRUSTED CERTIFICATE in a store, and obeys the uses there. */
	bool reads_trusted_form;
	enum leaf_anchor leaf_anchor;
	/* With more sent than this, the order is taken as it is; 0: never. */
	unsigned most_sorted;
};

/* Who judges where nobody chose: --clients (model/client_choice.h). */
enum client_standing {
	STANDING_ON_DEMAND,
	STANDING_DEFAULT,
	STANDING_FIRST /* of the first version: what a run means that names none
			*/
};

struct client_profile {
	const char *id;	     /* as in records */
	const char *title;   /* "curl on OpenSSL" */
	const char *version; /* the one it was seen on */
	const char *date;    /* when it was seen: "2026-11" */
	const char *source;  /* where the rules come from */
	const char *store;   /* the store it reads; else the default one */
	/* The root program whose list it brings along, or one of its lists
	   (model/roots.h); NULL: it reads a store. */
	const char *roots;
	enum client_standing standing;
	struct client_builder builder;
	uint64_t offers;	      /* bits of enum offer_kind */
	struct signature_order order; /* which of several leaves it gets */
	struct client_traits refuses; /* limits and offers have theirs */
	/* Of these, what does not matter on an anchor. */
	struct client_traits anchor_takes;
	/* As the reason, before and behind the others. */
	struct client_traits tells_first, tells_last;
	uint64_t reads; /* bits of enum client_way */
	unsigned limits[LIMIT_COUNT];
	/*
	 * In its own words, never NULL.  "{alert}" stands for the alert's name,
	 * "{alert words}" for the same without underscores.
	 */
	const char *reasons[TRAIT_COUNT];
};

struct client_profiles {
	const struct client_profile *list;
	size_t count;
};

/*
 * Reads the text of a clients.json; `name` is what messages call it.
 * Everything is in the arena.  NULL with a sentence in *error that says
 * where: "clients.json: openssl.refuses[3]: no such trait".
 */
const struct client_profiles *client_profiles_read(
    struct arena *, struct bytes, const char *name, const char **error);

/* NULL: no such client. */
const struct client_profile *client_profile_find(
    const struct client_profiles *, const char *id);

#endif
