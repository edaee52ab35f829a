/*
 * Makes and keeps the lab's private keys.  RSA keys cost tens of milliseconds,
 * so leaves share theirs; EC keys are cheap, so each certificate has its own.
 */
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/keys.h"

struct kind {
	const char *name;
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
};

static const struct kind kinds[] = {
	{ "ec256", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	{ "ec384", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	{ "ec521", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1) },
	{ "rsa1024", GNUTLS_PK_RSA, 1024 },
	{ "rsa2048", GNUTLS_PK_RSA, 2048 },
	{ "rsa3072", GNUTLS_PK_RSA, 3072 },
	{ "rsa4096", GNUTLS_PK_RSA, 4096 },
	{ "pss2048", GNUTLS_PK_RSA_PSS, 2048 },
	{ "ed25519", GNUTLS_PK_EDDSA_ED25519,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) },
};

static const struct kind *
find_kind(struct span name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* Where the value of the DER item at `at` begins; its length in `length`. */
static size_t
value_of(const struct octets *der, size_t at, size_t *length)
{
	size_t count = der->data[at + 1] & 0x7f;

	*length = der->data[at + 1];
	if (*length < 0x80)
		return at + 2;
	*length = 0;
	for (size_t i = 0; i < count; i++)
		*length = *length << 8 | der->data[at + 2 + i];
	return at + 2 + count;
}

/* RFC 5280 4.2.1.2, method 1; also the issuerKeyHash of OCSP. */
static bool
hash_public_bits(struct key *key)
{
	size_t length;
	size_t algorithm = value_of(&key->spki, 0, &length);
	size_t inside = value_of(&key->spki, algorithm, &length);
	size_t bits = value_of(&key->spki, inside + length, &length);

	return gnutls_hash_fast(GNUTLS_DIG_SHA1, key->spki.data + bits + 1,
		   length - 1, key->id) >= 0;
}

static bool
export_public(struct key *key)
{
	gnutls_datum_t spki;
	gnutls_pubkey_t public_key;
	bool ok;

	if (gnutls_pubkey_init(&public_key) < 0)
		return false;
	ok = gnutls_pubkey_import_privkey(public_key, key->private_key, 0, 0) >=
		 0 &&
	     gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_DER, &spki) >= 0;
	gnutls_pubkey_deinit(public_key);
	if (!ok)
		return false;
	octets_add(&key->spki, spki.data, spki.size);
	gnutls_free(spki.data);
	return hash_public_bits(key);
}

/*
 * A modulus of 16,384 bits with an exponent as long: a signature check with it
 * takes a client half a second, unless it checks the size first.
 */
static void
write_monster(struct key *key)
{
	struct octets numbers = { 0 };
	size_t outer, inner;

	outer = put_open(&numbers, TAG_SEQUENCE);
	for (int i = 0; i < 2; i++) {
		inner = put_open(&numbers, TAG_INTEGER);
		octets_add_byte(&numbers, 0);
		octets_fill(&numbers, 0xe5, 16384 / 8);
		put_close(&numbers, inner);
	}
	put_close(&numbers, outer);
	outer = put_open(&key->spki, TAG_SEQUENCE);
	inner = put_open(&key->spki, TAG_SEQUENCE);
	put_oid_text(&key->spki, "1.2.840.113549.1.1.1");
	put_null(&key->spki);
	put_close(&key->spki, inner);
	put_bit_string(&key->spki, numbers.data, numbers.length, 0);
	put_close(&key->spki, outer);
	memset(key->id, 0xe5, sizeof(key->id));
	octets_clear(&numbers);
}

static bool
generate(struct key *key)
{
	const char *cursor = key->label;
	const struct kind *kind;
	struct span name;

	if (!list_next(&cursor, '/', &name))
		return false;
	if (span_is(name, "rsa16384e")) {
		write_monster(key);
		return true;
	}
	kind = find_kind(name);
	if (kind == NULL)
		lab_bug("no such kind of key", key->label);
	if (gnutls_privkey_init(&key->private_key) < 0)
		return false;
	return gnutls_privkey_generate(
		   key->private_key, kind->algorithm, kind->bits, 0) >= 0 &&
	       export_public(key);
}

static void
free_key(struct key *key)
{
	if (key->private_key != NULL)
		gnutls_privkey_deinit(key->private_key);
	octets_clear(&key->spki);
	free(key->label);
	free(key);
}

const struct key *
key_ring_get(struct key_ring *ring, const char *label)
{
	struct key *key;

	for (key = ring->first; key != NULL; key = key->next)
		if (strcmp(key->label, label) == 0)
			return key;
	key = lab_alloc(1, sizeof(*key));
	key->label = lab_copy_text(label);
	if (!generate(key)) {
		free_key(key);
		return NULL;
	}
	key->next = ring->first;
	ring->first = key;
	return key;
}

void
key_ring_clear(struct key_ring *ring)
{
	while (ring->first != NULL) {
		struct key *key = ring->first;

		ring->first = key->next;
		free_key(key);
	}
}
