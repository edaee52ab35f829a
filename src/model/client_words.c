/*
 * The words of clients.json for traits and ways, and the trait that breaking
 * each limit has.  No profile is looked at here.
 */
#include "model/client_profile.h"

#include <string.h>

static const char *const trait_words[TRAIT_COUNT] = {
	[TRAIT_CONNECTION_LOST] = "connection_lost",
	[TRAIT_OLD_PROTOCOL] = "old_protocol",
	[TRAIT_MESSAGE_SIZE] = "message_size",
	[TRAIT_CERTIFICATE_SIZE] = "certificate_size",
	[TRAIT_SENT_COUNT] = "sent_count",
	[TRAIT_DHE] = "dhe",
	[TRAIT_DHE_BITS] = "dhe_bits",
	[TRAIT_RSA_KEY_EXCHANGE] = "rsa_key_exchange",
	[TRAIT_CBC_CIPHER] = "cbc_cipher",
	[TRAIT_TRIPLE_DES] = "triple_des",
	[TRAIT_RARE_CIPHER] = "rare_cipher",
	[TRAIT_RARE_GROUP] = "rare_group",
	[TRAIT_LEAF_MALFORMED] = "leaf_malformed",
	[TRAIT_LEAF_TRAILING] = "leaf_trailing",
	[TRAIT_SENT_GARBAGE] = "sent_garbage",
	[TRAIT_SELF_SIGNED_LEAF] = "self_signed_leaf",
	[TRAIT_UNTRUSTED_ROOT] = "untrusted_root",
	[TRAIT_PARTIAL_CHAIN] = "partial_chain",
	[TRAIT_NO_ISSUER] = "no_issuer",
	[TRAIT_BAD_SIGNATURE] = "bad_signature",
	[TRAIT_UNSUPPORTED_ALGORITHM] = "unsupported_algorithm",
	[TRAIT_PATH_COUNT] = "path_count",
	[TRAIT_CA_MALFORMED] = "ca_malformed",
	[TRAIT_NOT_A_CA] = "not_a_ca",
	[TRAIT_PATH_LENGTH] = "path_length",
	[TRAIT_CA_KEY_USAGE] = "ca_key_usage",
	[TRAIT_UNKNOWN_CRITICAL] = "unknown_critical",
	[TRAIT_POLICY_DEMANDED] = "policy_demanded",
	[TRAIT_NAME_CONSTRAINTS] = "name_constraints",
	[TRAIT_RARE_CONSTRAINTS] = "rare_constraints",
	[TRAIT_COMMON_NAME_CONSTRAINED] = "common_name_constrained",
	[TRAIT_DOTTED_COMMON_NAME_CONSTRAINED] =
	    "dotted_common_name_constrained",
	[TRAIT_NAME_ENCODING] = "name_encoding",
	[TRAIT_CA_PURPOSE] = "ca_purpose",
	[TRAIT_CA_PURPOSE_ANY] = "ca_purpose_any",
	[TRAIT_LEAF_PURPOSE] = "leaf_purpose",
	[TRAIT_LEAF_PURPOSE_ANY] = "leaf_purpose_any",
	[TRAIT_LEAF_USAGE_NO_TLS] = "leaf_usage_no_tls",
	[TRAIT_LEAF_USAGE_NOT_THIS] = "leaf_usage_not_this",
	[TRAIT_NO_AUTHORITY_KEY_ID] = "no_authority_key_id",
	[TRAIT_CA_NO_SUBJECT_KEY_ID] = "ca_no_subject_key_id",
	[TRAIT_CA_NO_KEY_USAGE] = "ca_no_key_usage",
	[TRAIT_CA_BASIC_NOT_CRITICAL] = "ca_basic_not_critical",
	[TRAIT_EMPTY_SUBJECT] = "empty_subject",
	[TRAIT_LEAF_IS_CA] = "leaf_is_ca",
	[TRAIT_RSA_BITS] = "rsa_bits",
	[TRAIT_SHA1] = "sha1",
	[TRAIT_MD5] = "md5",
	[TRAIT_LEAF_P521] = "leaf_p521",
	[TRAIT_ED25519] = "ed25519",
	[TRAIT_LEAF_PSS_KEY] = "leaf_pss_key",
	[TRAIT_NAME] = "name",
	[TRAIT_TYPED_UNICODE] = "typed_unicode",
	[TRAIT_TYPED_DOT] = "typed_dot",
	[TRAIT_LEAF_EXPIRED] = "leaf_expired",
	[TRAIT_CA_EXPIRED] = "ca_expired",
	[TRAIT_ROOT_EXPIRED] = "root_expired",
	[TRAIT_NOT_YET_VALID] = "not_yet_valid",
	[TRAIT_STAPLE_REVOKED] = "staple_revoked",
	[TRAIT_STAPLE_UNKNOWN] = "staple_unknown",
	[TRAIT_STAPLE_UNUSABLE] = "staple_unusable",
	[TRAIT_STAPLE_GARBAGE] = "staple_garbage",
	[TRAIT_STAPLE_MISSING] = "staple_missing",
	[TRAIT_CLIENT_CERT_REQUIRED] = "client_cert_required",
};

static const char *const way_words[WAY_COUNT] = {
	[WAY_NAME] = "name",
	[WAY_ADDRESS] = "address",
	[WAY_WILDCARD] = "wildcard",
	[WAY_NAME_UNDERSCORE] = "name_underscore",
	[WAY_WILDCARD_UNDERSCORE] = "wildcard_underscore",
	[WAY_WILDCARD_SUFFIX] = "wildcard_suffix",
	[WAY_WILDCARD_TOP] = "wildcard_top",
	[WAY_WILDCARD_PARTIAL] = "wildcard_partial",
	[WAY_WILDCARD_FRONT] = "wildcard_front",
	[WAY_WILDCARD_A_LABEL] = "wildcard_a_label",
	[WAY_WILDCARD_INNER] = "wildcard_inner",
	[WAY_NAME_DOT] = "name_dot",
	[WAY_ADDRESS_AS_NAME] = "address_as_name",
	[WAY_COMMON_NAME] = "common_name",
	[WAY_COMMON_NAME_ADDRESS] = "common_name_address",
	[WAY_COMMON_NAME_ADDRESS_BESIDE] = "common_name_address_beside",
	[WAY_COMMON_NAME_ADDRESS_BESIDE_NAME] =
	    "common_name_address_beside_name",
	[WAY_COMMON_NAME_BESIDE] = "common_name_beside",
	[WAY_COMMON_NAME_BESIDE_URI] = "common_name_beside_uri",
};

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
	[OFFER_KIND_COUNT] = TRAIT_RARE_CIPHER, /* OFFER_UNKNOWN */
};

uint64_t
client_offer_traits(uint64_t kinds)
{
	uint64_t traits = 0;

	for (int i = 0; i <= OFFER_KIND_COUNT; i++)
		if ((kinds & OFFER_BIT(i)) != 0)
			traits |= CLIENT_BIT(kind_traits[i]);
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

const char *
client_way_word(enum client_way way)
{
	return way_words[way];
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
