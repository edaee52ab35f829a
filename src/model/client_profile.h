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
#include "model/offer.h"

/*
 * What some client refuses.  Of several, the one listed first is told as the
 * reason: handshake, path, its rules, name, dates, staple, in the order in
 * which most libraries look.
 */
enum client_trait {
	/* The handshake */
	TRAIT_CONNECTION_LOST,	/* broke off after the certificates */
	TRAIT_OLD_PROTOCOL,	/* of no version that is offered */
	TRAIT_MESSAGE_SIZE,	/* limit most_message_octets */
	TRAIT_CERTIFICATE_SIZE, /* limit most_certificate_octets */
	TRAIT_SENT_COUNT,	/* limit most_sent */
	TRAIT_DHE,		/* not offered, as the next but bits */
	TRAIT_DHE_BITS,		/* limit least_dhe_bits */
	TRAIT_RSA_KEY_EXCHANGE,
	TRAIT_CBC_CIPHER,
	TRAIT_TRIPLE_DES,
	TRAIT_RARE_CIPHER, /* CCM, Camellia, RC4, or one without a name here */
	TRAIT_RARE_GROUP,
	/* Octets */
	TRAIT_LEAF_MALFORMED,
	TRAIT_LEAF_TRAILING, /* octets after the end of the leaf's DER */
	TRAIT_SENT_GARBAGE,  /* a further one is no certificate at all */
	/* The path's end */
	TRAIT_SELF_SIGNED_LEAF,
	TRAIT_UNTRUSTED_ROOT,
	TRAIT_PARTIAL_CHAIN, /* it ends in the store, but at no root */
	TRAIT_NO_ISSUER,
	/* The path's rules, RFC 5280 section 6.1 */
	TRAIT_BAD_SIGNATURE,
	TRAIT_UNSUPPORTED_ALGORITHM,
	TRAIT_PATH_COUNT, /* limit most_intermediates */
	TRAIT_CA_MALFORMED,
	TRAIT_NOT_A_CA,
	TRAIT_PATH_LENGTH,
	TRAIT_CA_KEY_USAGE, /* keyCertSign is missing */
	TRAIT_UNKNOWN_CRITICAL,
	TRAIT_POLICY_DEMANDED, /* critical policyConstraints, 4.2.1.11 */
	TRAIT_NAME_CONSTRAINTS,
	TRAIT_RARE_CONSTRAINTS,	       /* critical, and not on names of hosts */
	TRAIT_COMMON_NAME_CONSTRAINED, /* no DNS name; the CN is outside */
	TRAIT_DOTTED_COMMON_NAME_CONSTRAINED, /* and looks like a host */
	TRAIT_NAME_ENCODING, /* issuer and subject differ in octets only */
	/* What the leaf's key is for */
	TRAIT_CA_PURPOSE,     /* an intermediate's excludes servers */
	TRAIT_CA_PURPOSE_ANY, /* an intermediate's is any alone */
	TRAIT_LEAF_PURPOSE,
	TRAIT_LEAF_PURPOSE_ANY,	   /* anyExtendedKeyUsage alone */
	TRAIT_LEAF_USAGE_NO_TLS,   /* none that TLS could use */
	TRAIT_LEAF_USAGE_NOT_THIS, /* none for this key exchange */
	/* Must-haves of RFC 5280 4.1 and 4.2 that most overlook */
	TRAIT_NO_AUTHORITY_KEY_ID,   /* 4.2.1.1 */
	TRAIT_CA_NO_SUBJECT_KEY_ID,  /* 4.2.1.2 */
	TRAIT_CA_NO_KEY_USAGE,	     /* 4.2.1.3 */
	TRAIT_CA_BASIC_NOT_CRITICAL, /* 4.2.1.9 */
	TRAIT_EMPTY_SUBJECT,	     /* 4.1.2.6, SAN not critical */
	TRAIT_LEAF_IS_CA,	     /* 4.2.1.9 allows it */
	/* Strength */
	TRAIT_RSA_BITS, /* limit least_rsa_bits */
	TRAIT_SHA1,
	TRAIT_MD5,
	TRAIT_LEAF_P521,
	TRAIT_ED25519,	    /* any key of the path */
	TRAIT_LEAF_PSS_KEY, /* the key itself is for RSA-PSS alone */
	/* The name */
	TRAIT_NAME, /* no way in which it fits is one that is read */
	TRAIT_TYPED_UNICODE,
	TRAIT_TYPED_DOT,
	/* Dates */
	TRAIT_LEAF_EXPIRED,
	TRAIT_CA_EXPIRED,
	TRAIT_ROOT_EXPIRED,
	TRAIT_NOT_YET_VALID,
	/* Last */
	TRAIT_STAPLE_REVOKED,
	TRAIT_STAPLE_UNKNOWN,  /* to the CA that was asked */
	TRAIT_STAPLE_UNUSABLE, /* expired, forged, for another one */
	TRAIT_STAPLE_GARBAGE,
	TRAIT_STAPLE_MISSING, /* promised by one of those sent, RFC 7633 */
	TRAIT_CLIENT_CERT_REQUIRED,
	TRAIT_COUNT
};

/* A set of traits, or of ways: one bit each. */
#define CLIENT_BIT(n) ((uint64_t)1 << (n))
_Static_assert(TRAIT_COUNT <= 64, "traits have outgrown their set");

/*
 * How a name of the leaf fits the host; RFC 9525 knows the first three.  One
 * name may need several: "*.test" in the CN wants two of them read.
 */
enum client_way {
	WAY_NAME,
	WAY_ADDRESS,
	WAY_WILDCARD,
	WAY_NAME_UNDERSCORE, /* the host has one in it */
	WAY_WILDCARD_UNDERSCORE,
	WAY_WILDCARD_SUFFIX,	 /* "*.co.uk" */
	WAY_WILDCARD_TOP,	 /* "*.test" */
	WAY_WILDCARD_PARTIAL,	 /* "w*l.example.com" */
	WAY_WILDCARD_FRONT,	 /* "*l.example.com" */
	WAY_WILDCARD_A_LABEL,	 /* "xn--w*.example.com" */
	WAY_WILDCARD_INNER,	 /* "a.*.example.com" */
	WAY_NAME_DOT,		 /* "www.example.com." in the certificate */
	WAY_ADDRESS_AS_NAME,	 /* a dNSName of "192.0.2.1" */
	WAY_COMMON_NAME,	 /* no DNS name and no address beside it */
	WAY_COMMON_NAME_ADDRESS, /* the same, and the host is an address */
	WAY_COMMON_NAME_ADDRESS_BESIDE,	     /* beside another address */
	WAY_COMMON_NAME_ADDRESS_BESIDE_NAME, /* beside a DNS name */
	WAY_COMMON_NAME_BESIDE,	    /* an address, but no DNS name beside it */
	WAY_COMMON_NAME_BESIDE_URI, /* neither of both, but a URI */
	WAY_COUNT
};

/* Numbers a client compares; 0 in a profile is no limit. */
enum client_limit {
	LIMIT_LEAST_DHE_BITS,	       /* of the server's prime */
	LIMIT_LEAST_RSA_BITS,	       /* of every key on the path */
	LIMIT_MOST_SENT,	       /* certificates in the message */
	LIMIT_MOST_MESSAGE_OCTETS,     /* of the Certificate message */
	LIMIT_MOST_CERTIFICATE_OCTETS, /* of any one that was sent */
	LIMIT_MOST_INTERMEDIATES,      /* between leaf and anchor */
	LIMIT_COUNT
};

/* Is the limit undershot, and the trait that a breach has. */
bool client_limit_is_least(enum client_limit);
enum client_trait client_limit_trait(enum client_limit);

/* The traits of needing what these kinds are and not being offered it. */
uint64_t client_offer_traits(uint64_t kinds);

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
	/* No issuer is looked for above a root that was sent. */
	bool ends_at_roots;
	/* Issuers in the store are looked up by the octets of the name. */
	bool anchors_by_octets;
	/* Of several sent ones the first that is valid now comes first. */
	bool prefers_valid;
	bool fetches_aia; /* follows http caIssuers URLs */
	bool preloads;	  /* knows the public intermediates */
	enum leaf_anchor leaf_anchor;
	/* With more sent than this, the order is taken as it is; 0: never. */
	unsigned most_sorted;
};

struct client_profile {
	const char *id;	     /* as in records */
	const char *title;   /* "curl on OpenSSL" */
	const char *version; /* the one it was seen on */
	const char *source;  /* where the rules come from */
	const char *store;   /* the store it reads; else the default one */
	struct client_builder builder;
	uint64_t offers;       /* bits of enum offer_kind */
	uint64_t refuses;      /* traits; limits and offers have theirs */
	uint64_t anchor_takes; /* of these, what does not matter on an anchor */
	uint64_t tells_first;  /* these before the others, as the reason */
	uint64_t reads;	       /* ways */
	unsigned limits[LIMIT_COUNT];
	const char *reasons[TRAIT_COUNT]; /* in its own words, never NULL */
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

/*
 * The words of the file for traits and ways (client_words.c); a trait's is
 * also its reason where a profile has none.  Back: -1 when there is no such
 * word, or it is NULL.
 */
const char *client_trait_word(enum client_trait);
const char *client_way_word(enum client_way);
int client_trait_find(const char *word);
int client_way_find(const char *word);

#endif
