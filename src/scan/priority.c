/*
 * A table of the library's words, each with the kinds that need it, in the
 * order in which they are sent: a preference by cost.  What is offered is the
 * caller's choice.
 */
#include "scan/priority.h"

#include <stddef.h>

struct priority_row {
	const char *words;
	uint64_t kinds; /* any of them needs it; 0: always there */
};

#define SHA1_MAC                                                 \
	(OFFER_BIT(OFFER_CBC_SHA1) | OFFER_BIT(OFFER_CAMELLIA) | \
	    OFFER_BIT(OFFER_TRIPLE_DES) | OFFER_BIT(OFFER_RC4))

/*
 * The cheapest first: X25519 is the one key share that is sent, and
 * AES-128-GCM saves a SHA-384 transcript.  Versions are named one by one, for
 * NORMAL is what the system's policy says it is.  %COMPAT lets a leaf pass
 * whose key usage does not fit the key exchange.
 */
static const struct priority_row bulk[] = {
	{ "NONE", 0 },
	{ ":+VERS-TLS1.3", OFFER_BIT(OFFER_TLS13) },
	{ ":+VERS-TLS1.2", OFFER_BIT(OFFER_TLS12) },
	{ ":+VERS-TLS1.1", OFFER_BIT(OFFER_TLS11) },
	{ ":+VERS-TLS1.0", OFFER_BIT(OFFER_TLS10) },
	{ ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305",
	    OFFER_BIT(OFFER_AEAD) },
	{ ":+AES-128-CCM:+AES-256-CCM", OFFER_BIT(OFFER_CCM) },
	{ ":+AES-128-CBC:+AES-256-CBC",
	    OFFER_BIT(OFFER_CBC_SHA2) | OFFER_BIT(OFFER_CBC_SHA1) },
	{ ":+CAMELLIA-128-CBC:+CAMELLIA-256-CBC", OFFER_BIT(OFFER_CAMELLIA) },
	{ ":+3DES-CBC", OFFER_BIT(OFFER_TRIPLE_DES) },
	{ ":+ARCFOUR-128", OFFER_BIT(OFFER_RC4) },
	{ ":+AEAD", 0 },
	{ ":+SHA256:+SHA384",
	    OFFER_BIT(OFFER_CBC_SHA2) | OFFER_BIT(OFFER_CAMELLIA) },
	{ ":+SHA1", SHA1_MAC },
	{ ":+MD5", OFFER_BIT(OFFER_RC4) },
	{ NULL, 0 },
};

static const struct priority_row groups[] = {
	/* First, as its share is what those who ask for it get. */
	{ ":+GROUP-X25519-MLKEM768", OFFER_BIT(OFFER_X25519MLKEM768) },
	{ ":+GROUP-X25519", OFFER_BIT(OFFER_X25519) },
	{ ":+GROUP-SECP256R1", OFFER_BIT(OFFER_P256) },
	{ ":+GROUP-SECP384R1", OFFER_BIT(OFFER_P384) },
	{ ":+GROUP-SECP521R1", OFFER_BIT(OFFER_P521) },
	{ ":+GROUP-X448", OFFER_BIT(OFFER_X448) },
	{ ":+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-FFDHE4096",
	    OFFER_BIT(OFFER_FFDHE) },
	{ NULL, 0 },
};

/*
 * A server that goes by the client's order takes the first key that it has: in
 * TLS 1.3 by the signatures, before by the suites, whose order is that of the
 * key exchanges.
 */
static const struct priority_row rsa_exchanges[] = {
	{ ":+ECDHE-RSA", OFFER_BIT(OFFER_ECDHE) },
	{ ":+DHE-RSA", OFFER_BIT(OFFER_DHE) },
	{ ":+RSA", OFFER_BIT(OFFER_RSA) },
	{ NULL, 0 },
};

static const struct priority_row other_exchanges[] = {
	{ ":+ECDHE-ECDSA", OFFER_BIT(OFFER_ECDHE) },
	{ ":+DHE-DSS", OFFER_BIT(OFFER_DHE) },
	{ NULL, 0 },
};

static const struct priority_row rsa_signatures[] = {
	{ ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256:+SIGN-RSA-PSS-SHA256"
	  ":+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA384:+SIGN-RSA-PSS-SHA384"
	  ":+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA512:+SIGN-RSA-PSS-SHA512"
	  ":+SIGN-RSA-SHA224:+SIGN-RSA-SHA1:+SIGN-RSA-MD5",
	    0 },
	{ NULL, 0 },
};

static const struct priority_row other_signatures[] = {
	{ ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SECP256R1-SHA256"
	  ":+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP384R1-SHA384"
	  ":+SIGN-ECDSA-SHA512:+SIGN-ECDSA-SECP521R1-SHA512"
	  ":+SIGN-EdDSA-Ed25519:+SIGN-EdDSA-Ed448"
	  ":+SIGN-ECDSA-SHA224:+SIGN-ECDSA-SHA1"
	  ":+SIGN-DSA-SHA256:+SIGN-DSA-SHA1",
	    0 },
	{ NULL, 0 },
};

static void
write_rows(struct text *out, const struct priority_row *row, uint64_t offer)
{
	for (; row->words != NULL; row++)
		if (row->kinds == 0 || (row->kinds & offer) != 0)
			text_append(out, row->words);
}

static void
write_keys(struct text *out, uint64_t offer, enum offered_keys keys,
    const struct priority_row *rsa, const struct priority_row *other)
{
	if (keys == KEYS_RSA_FIRST || keys == KEYS_RSA_ALONE)
		write_rows(out, rsa, offer);
	if (keys != KEYS_RSA_ALONE)
		write_rows(out, other, offer);
	if (keys == KEYS_RSA_LAST)
		write_rows(out, rsa, offer);
}

void
priority_write(struct text *out, uint64_t offer, enum offered_keys keys)
{
	write_rows(out, bulk, offer);
	write_keys(out, offer, keys, rsa_exchanges, other_exchanges);
	write_rows(out, groups, offer);
	write_keys(out, offer, keys, rsa_signatures, other_signatures);
	text_append(
	    out, ":+COMP-NULL:+CTYPE-X509:%COMPAT:%UNSAFE_RENEGOTIATION");
}
