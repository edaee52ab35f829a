/*
 * What clients offer in a ClientHello, as far as servers differ about it: a
 * set of kinds, one bit each.  What a server chose needs some of them; a
 * client that offers those gets it, and of one that does not only a
 * connection with its own offer tells the fate.  Which connections are worth
 * making, and what they tell of the others, is decided here; making them is
 * not.
 */
#ifndef MODEL_OFFER_H
#define MODEL_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tls_facts.h"

enum offer_kind {
	OFFER_TLS10,
	OFFER_TLS11,
	OFFER_TLS12,
	OFFER_TLS13,
	/* Key exchanges, up to TLS 1.2 */
	OFFER_ECDHE,
	OFFER_DHE,
	OFFER_RSA,
	/* Ciphers with their MAC */
	OFFER_AEAD, /* AES-GCM and ChaCha20-Poly1305 */
	OFFER_CCM,
	OFFER_CBC_SHA2, /* AES with HMAC-SHA-256 or -384 */
	OFFER_CBC_SHA1, /* AES with HMAC-SHA-1 */
	OFFER_CAMELLIA,
	OFFER_TRIPLE_DES,
	OFFER_RC4,
	/* Groups; the finite fields in TLS 1.3, where no kind above counts */
	OFFER_X25519,
	OFFER_P256,
	OFFER_P384,
	OFFER_P521,
	OFFER_X448,
	OFFER_FFDHE,
	/* A share of it in the first hello, which is large then */
	OFFER_X25519MLKEM768,
	OFFER_KIND_COUNT
};

#define OFFER_BIT(kind) ((uint64_t)1 << (kind))
/* Everything that the scan's own library offers. */
#define OFFER_ALL (OFFER_BIT(OFFER_X25519MLKEM768) - 1)
/* An offer with TLS 1.2 as its only version. */
uint64_t offer_tls12_alone(uint64_t offer);

/* What no kind names: needed, it is in nobody's offer. */
#define OFFER_UNKNOWN OFFER_BIT(OFFER_KIND_COUNT)

/* The words of clients.json and of records; -1: no such word, or NULL. */
const char *offer_word(enum offer_kind);
int offer_find(const char *word);

/* What the server's choice needs; 0 where nothing is known to be chosen. */
uint64_t offer_needed(const struct tls_facts *);

/* Connections with an offer of their own, in all, to one host. */
enum { OFFER_MOST_ANSWERS = 2 };

/*
 * How a client with this offer fares.  Where the server accepted something
 * that the client offers too, that is what the client gets: *chosen is the
 * handshake in question, else the first one.
 */
enum offer_reply offer_fate(
    uint64_t offer, const struct tls_facts *, const struct tls_facts **chosen);

/*
 * Of these offers, some may still be in doubt: sets *next to what the next
 * connection should offer, the union of those, so that a refusal settles all
 * of them.  False: none is, or enough was tried.
 */
bool offer_next(const uint64_t *offers, size_t count, const struct tls_facts *,
    uint64_t *next);

#endif
