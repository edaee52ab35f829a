/*
 * Sets of offered kinds: their words, what a choice needs of them, and what
 * follows for offers that were not made.  Says nothing of single clients.
 */
#include "model/offer.h"

#include <string.h>

static const char *const words[OFFER_KIND_COUNT] = {
	[OFFER_TLS10] = "tls1.0",
	[OFFER_TLS11] = "tls1.1",
	[OFFER_TLS12] = "tls1.2",
	[OFFER_TLS13] = "tls1.3",
	[OFFER_ECDHE] = "ecdhe",
	[OFFER_DHE] = "dhe",
	[OFFER_RSA] = "rsa",
	[OFFER_AEAD] = "aead",
	[OFFER_CCM] = "ccm",
	[OFFER_CBC_SHA2] = "cbc_sha2",
	[OFFER_CBC_SHA1] = "cbc_sha1",
	[OFFER_CAMELLIA] = "camellia",
	[OFFER_TRIPLE_DES] = "triple_des",
	[OFFER_RC4] = "rc4",
	[OFFER_X25519] = "x25519",
	[OFFER_P256] = "p256",
	[OFFER_P384] = "p384",
	[OFFER_P521] = "p521",
	[OFFER_X448] = "x448",
	[OFFER_FFDHE] = "ffdhe",
	[OFFER_X25519MLKEM768] = "x25519mlkem768",
};

/* Names as GnuTLS spells them, by their beginnings. */
struct name_row {
	const char *prefix;
	enum offer_kind kind;
};

static const struct name_row version_rows[] = {
	{ "TLS1.3", OFFER_TLS13 },
	{ "TLS1.2", OFFER_TLS12 },
	{ "TLS1.1", OFFER_TLS11 },
	{ "TLS1.0", OFFER_TLS10 },
	{ NULL, 0 },
};

static const struct name_row cipher_rows[] = {
	{ "AES-128-GCM", OFFER_AEAD },
	{ "AES-256-GCM", OFFER_AEAD },
	{ "CHACHA20-POLY1305", OFFER_AEAD },
	{ "AES-128-CCM", OFFER_CCM },
	{ "AES-256-CCM", OFFER_CCM },
	{ "AES-128-CBC", OFFER_CBC_SHA1 },
	{ "AES-256-CBC", OFFER_CBC_SHA1 },
	{ "CAMELLIA", OFFER_CAMELLIA },
	{ "3DES", OFFER_TRIPLE_DES },
	{ "ARCFOUR", OFFER_RC4 },
	{ NULL, 0 },
};

static const struct name_row group_rows[] = {
	{ "X25519-MLKEM768", OFFER_X25519MLKEM768 },
	{ "X25519", OFFER_X25519 },
	{ "SECP256R1", OFFER_P256 },
	{ "SECP384R1", OFFER_P384 },
	{ "SECP521R1", OFFER_P521 },
	{ "X448", OFFER_X448 },
	{ "FFDHE", OFFER_FFDHE },
	{ NULL, 0 },
};

const char *
offer_word(enum offer_kind kind)
{
	return words[kind];
}

int
offer_find(const char *word)
{
	for (int i = 0; word != NULL && i < OFFER_KIND_COUNT; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static uint64_t
look_up(const struct name_row *row, const char *name)
{
	for (; row->prefix != NULL; row++)
		if (starts_with(name, row->prefix))
			return OFFER_BIT(row->kind);
	return OFFER_UNKNOWN;
}

uint64_t
offer_tls12_alone(uint64_t offer)
{
	uint64_t others = OFFER_BIT(OFFER_TLS10) | OFFER_BIT(OFFER_TLS11) |
			  OFFER_BIT(OFFER_TLS13);

	return (offer & ~others) | OFFER_BIT(OFFER_TLS12);
}

uint64_t
offer_needed(const struct tls_facts *tls)
{
	const char *group;
	uint64_t needed;

	if (tls->version == NULL)
		return 0;
	needed = look_up(version_rows, tls->version);
	/* Where no MAC was noted, it is read as what is common: SHA-1. */
	if (tls->cipher != NULL && tls->mac != NULL &&
	    look_up(cipher_rows, tls->cipher) == OFFER_BIT(OFFER_CBC_SHA1) &&
	    strcmp(tls->mac, "SHA1") != 0)
		needed |= OFFER_BIT(OFFER_CBC_SHA2);
	else if (tls->cipher != NULL)
		needed |= look_up(cipher_rows, tls->cipher);
	/* Up to TLS 1.2 the finite fields are the key exchange's own affair. */
	group = tls->group;
	if (group == NULL)
		return needed;
	if (starts_with(tls->version, "TLS1.3"))
		return needed | look_up(group_rows, group);
	if (strcmp(group, "RSA") == 0)
		return needed | OFFER_BIT(OFFER_RSA);
	if (starts_with(group, "DHE") || starts_with(group, "FFDHE"))
		return needed | OFFER_BIT(OFFER_DHE);
	return needed | OFFER_BIT(OFFER_ECDHE) | look_up(group_rows, group);
}

static bool
covers(uint64_t offer, const struct tls_facts *tls)
{
	return (offer_needed(tls) & ~offer) == 0;
}

enum offer_reply
offer_fate(uint64_t offer, const struct tls_facts *tls,
    const struct tls_facts **chosen)
{
	*chosen = tls;
	if (covers(offer, tls))
		return REPLY_ACCEPTED;
	for (size_t i = 0; i < tls->offer_count; i++) {
		const struct offer_answer *given = &tls->offers[i];

		if (given->reply == REPLY_REFUSED &&
		    (offer & OFFER_ALL & ~given->offer) == 0)
			return REPLY_REFUSED;
		if (given->reply != REPLY_ACCEPTED ||
		    !covers(offer, &given->chosen))
			continue;
		*chosen = &given->chosen;
		return REPLY_ACCEPTED;
	}
	return REPLY_NONE;
}

/*
 * The kind that our library lacks is left out: of a server that chose without
 * it, that is none of the reasons.
 *
 * A server that does not answer once is left alone.  A union may get what
 * none of its members offers; then one of them is tried by itself.
 */
bool
offer_next(const uint64_t *offers, size_t count, const struct tls_facts *tls,
    uint64_t *next)
{
	size_t tried = tls->offer_count;
	const struct tls_facts *ignored;
	uint64_t needed = offer_needed(tls);
	uint64_t first = 0, all = 0;

	if (tried == OFFER_MOST_ANSWERS ||
	    (tried > 0 && tls->offers[tried - 1].reply == REPLY_NONE))
		return false;
	for (size_t i = 0; i < count; i++) {
		if ((needed & ~offers[i]) == 0 ||
		    offer_fate(offers[i], tls, &ignored) != REPLY_NONE)
			continue;
		all |= offers[i] & OFFER_ALL;
		if (first == 0)
			first = offers[i] & OFFER_ALL;
	}
	if (all == 0)
		return false;
	*next = tried > 0 && all == tls->offers[tried - 1].offer ? first : all;
	return true;
}
