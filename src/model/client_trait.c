/*
 * The words of clients.json for traits and ways, and the trait that breaking
 * each limit has.  No profile is looked at here.
 */
#include "model/client_trait.h"

#include <string.h>

#include "model/offer.h"

#define CLIENT_WORD(name, word) word,

static const char *const trait_words[TRAIT_COUNT] = { CLIENT_TRAITS(
    CLIENT_WORD) };
static const char *const way_words[WAY_COUNT] = { CLIENT_WAYS(CLIENT_WORD) };

static const struct {
	enum client_trait trait;
	bool least;
} limits[LIMIT_COUNT] = {
	[LIMIT_LEAST_DHE_BITS] = { TRAIT_DHE_BITS, true },
	[LIMIT_LEAST_RSA_BITS] = { TRAIT_RSA_BITS, true },
	[LIMIT_MOST_SENT] = { TRAIT_SENT_COUNT, false },
	[LIMIT_MOST_MESSAGE_OCTETS] = { TRAIT_MESSAGE_SIZE, false },
	[LIMIT_MOST_CERTIFICATE_OCTETS] = { TRAIT_CERTIFICATE_SIZE, false },
	[LIMIT_MOST_INTERMEDIATES] = { TRAIT_PATH_COUNT, false },
	[LIMIT_MOST_NAME_PRODUCT] = { TRAIT_NAME_PRODUCT, false },
	[LIMIT_MOST_ALTERNATIVE_NAME_PRODUCT] = { TRAIT_NAME_PRODUCT, false },
	[LIMIT_MOST_NAME_COMPARISONS] = { TRAIT_NAME_COMPARISONS, false },
};

/* What a client that does not offer the kind says of a server that insists. */
static const enum client_trait kind_traits[OFFER_KIND_COUNT + 1] = {
	[OFFER_TLS10] = TRAIT_OLD_PROTOCOL,
	[OFFER_TLS11] = TRAIT_OLD_PROTOCOL,
	[OFFER_TLS12] = TRAIT_OLD_PROTOCOL,
	[OFFER_TLS13] = TRAIT_OLD_PROTOCOL,
	[OFFER_ECDHE] = TRAIT_RARE_GROUP,
	[OFFER_DHE] = TRAIT_DHE,
	[OFFER_RSA] = TRAIT_RSA_KEY_EXCHANGE,
	[OFFER_AEAD] = TRAIT_RARE_CIPHER,
	[OFFER_CCM] = TRAIT_RARE_CIPHER,
	[OFFER_CBC_SHA2] = TRAIT_CBC_CIPHER,
	[OFFER_CBC_SHA1] = TRAIT_CBC_CIPHER,
	[OFFER_CAMELLIA] = TRAIT_RARE_CIPHER,
	[OFFER_TRIPLE_DES] = TRAIT_TRIPLE_DES,
	[OFFER_RC4] = TRAIT_RARE_CIPHER,
	[OFFER_X25519] = TRAIT_RARE_GROUP,
	[OFFER_P256] = TRAIT_RARE_GROUP,
	[OFFER_P384] = TRAIT_RARE_GROUP,
	[OFFER_P521] = TRAIT_RARE_GROUP,
	[OFFER_X448] = TRAIT_RARE_GROUP,
	[OFFER_FFDHE] = TRAIT_RARE_GROUP,
	[OFFER_X25519MLKEM768] = TRAIT_RARE_GROUP,
	[OFFER_KIND_COUNT] = TRAIT_RARE_CIPHER, /* OFFER_UNKNOWN */
};

struct client_traits
client_offer_traits(uint64_t kinds)
{
	struct client_traits traits = { { 0 } };

	for (int i = 0; i <= OFFER_KIND_COUNT; i++)
		if ((kinds & OFFER_BIT(i)) != 0)
			client_traits_add(&traits, kind_traits[i]);
	return traits;
}

bool
client_limit_is_least(enum client_limit limit)
{
	return limits[limit].least;
}

enum client_trait
client_limit_trait(enum client_limit limit)
{
	return limits[limit].trait;
}

const char *
client_trait_word(enum client_trait trait)
{
	return trait_words[trait];
}

static int
find_word(const char *const words[], int count, const char *word)
{
	for (int i = 0; word != NULL && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

int
client_trait_find(const char *word)
{
	return find_word(trait_words, TRAIT_COUNT, word);
}

int
client_way_find(const char *word)
{
	return find_word(way_words, WAY_COUNT, word);
}
