/* The words of faces, and the registry of signature schemes. */
#include "model/face.h"

#include <string.h>

static const char *const words[FACE_OFFER_COUNT] = {
	[FACE_MAIN] = "main",
	[FACE_RSA] = "rsa",
	[FACE_NOT_RSA] = "not_rsa",
	[FACE_RSA_FIRST] = "rsa_first",
	[FACE_TLS12] = "tls1.2",
	[FACE_NO_SNI] = "no_sni",
	[FACE_FOREIGN_SNI] = "foreign_sni",
};

const char *
face_word(enum face_offer offer)
{
	return words[offer];
}

bool
face_from_word(const char *word, enum face_offer *offer)
{
	for (int i = 0; word != NULL && i < FACE_OFFER_COUNT; i++)
		if (strcmp(words[i], word) == 0) {
			*offer = (enum face_offer)i;
			return true;
		}
	return false;
}

/* Those that clients were seen to offer. */
static const struct {
	const char *word;
	enum signing_key key;
} schemes[] = {
	{ "rsa_pkcs1_md5", SIGNING_KEY_COUNT },
	{ "rsa_pkcs1_sha1", SIGNING_KEY_COUNT },
	{ "rsa_pkcs1_sha224", SIGNING_KEY_COUNT },
	{ "rsa_pkcs1_sha256", SIGNING_KEY_COUNT },
	{ "rsa_pkcs1_sha384", SIGNING_KEY_COUNT },
	{ "rsa_pkcs1_sha512", SIGNING_KEY_COUNT },
	{ "dsa_sha1", SIGNING_KEY_COUNT },
	{ "dsa_sha224", SIGNING_KEY_COUNT },
	{ "dsa_sha256", SIGNING_KEY_COUNT },
	{ "dsa_sha384", SIGNING_KEY_COUNT },
	{ "dsa_sha512", SIGNING_KEY_COUNT },
	{ "ecdsa_sha1", SIGNING_KEY_COUNT },
	{ "ecdsa_sha224", SIGNING_KEY_COUNT },
	{ "ecdsa_secp256r1_sha256", SIGNING_P256 },
	{ "ecdsa_secp384r1_sha384", SIGNING_P384 },
	{ "ecdsa_secp521r1_sha512", SIGNING_P521 },
	{ "ecdsa_brainpoolP256r1tls13_sha256", SIGNING_KEY_COUNT },
	{ "ecdsa_brainpoolP384r1tls13_sha384", SIGNING_KEY_COUNT },
	{ "ecdsa_brainpoolP512r1tls13_sha512", SIGNING_KEY_COUNT },
	{ "rsa_pss_rsae_sha256", SIGNING_RSA },
	{ "rsa_pss_rsae_sha384", SIGNING_RSA },
	{ "rsa_pss_rsae_sha512", SIGNING_RSA },
	{ "rsa_pss_pss_sha256", SIGNING_RSA_PSS },
	{ "rsa_pss_pss_sha384", SIGNING_RSA_PSS },
	{ "rsa_pss_pss_sha512", SIGNING_RSA_PSS },
	{ "ed25519", SIGNING_ED25519 },
	{ "ed448", SIGNING_ED448 },
	{ "mldsa44", SIGNING_KEY_COUNT },
	{ "mldsa65", SIGNING_KEY_COUNT },
	{ "mldsa87", SIGNING_KEY_COUNT },
};

bool
signature_scheme_find(const char *word, enum signing_key *key)
{
	for (size_t i = 0;
	     word != NULL && i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i].word, word) == 0) {
			*key = schemes[i].key;
			return true;
		}
	return false;
}
