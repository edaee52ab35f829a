/*
 * Writes the OCSP response a server staples: signed by the issuer itself,
 * for one certificate, with the answer the scenario asks for.
 */
#include <gnutls/crypto.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/staple.h"

enum { SHA1_SIZE = 20 };

static void
put_hash(struct octets *out, const struct octets *data)
{
	uint8_t digest[SHA1_SIZE];

	if (gnutls_hash_fast(
		GNUTLS_DIG_SHA1, data->data, data->length, digest) < 0)
		lab_bug("cannot hash", "put_hash");
	put_value(out, TAG_OCTET_STRING, digest, sizeof(digest));
}

static void
put_certificate_id(struct octets *out, const struct pki_certificate *issuer,
    const struct pki_certificate *leaf)
{
	struct octets name = { 0 };
	size_t id = put_open(out, TAG_SEQUENCE);
	size_t algorithm = put_open(out, TAG_SEQUENCE);

	put_oid_text(out, "1.3.14.3.2.26");
	put_null(out);
	put_close(out, algorithm);
	pki_put_subject(&name, &issuer->recipe, issuer->recipe.string_tag);
	put_hash(out, &name);
	put_value(out, TAG_OCTET_STRING, issuer->key->id, KEY_ID_SIZE);
	pki_put_serial(out, &leaf->recipe);
	put_close(out, id);
	octets_clear(&name);
}

static void
put_status(struct octets *out, const struct pki *pki, enum staple staple)
{
	size_t inside;

	if (staple == STAPLE_UNKNOWN) {
		put_value(out, TAG_CONTEXT(2), NULL, 0);
		return;
	}
	if (staple != STAPLE_REVOKED) {
		put_value(out, TAG_CONTEXT(0), NULL, 0);
		return;
	}
	inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(1));
	put_generalized_time(out, pki->now - DAYS(5));
	put_close(out, inside);
}

static void
put_single(struct octets *out, const struct pki *pki,
    const struct pki_certificate *issuer, const struct pki_certificate *leaf,
    enum staple staple)
{
	bool expired = staple == STAPLE_EXPIRED;
	size_t single = put_open(out, TAG_SEQUENCE);
	size_t next;

	put_certificate_id(out, issuer, leaf);
	put_status(out, pki, staple);
	put_generalized_time(out, pki->now - (expired ? DAYS(9) : DAYS(1)));
	next = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	put_generalized_time(out, pki->now + (expired ? -DAYS(2) : DAYS(6)));
	put_close(out, next);
	put_close(out, single);
}

static void
put_response_data(struct octets *out, const struct pki *pki,
    const struct pki_certificate *issuer, const struct pki_certificate *leaf,
    enum staple staple)
{
	size_t data = put_open(out, TAG_SEQUENCE);
	size_t inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(1));

	pki_put_subject(out, &issuer->recipe, issuer->recipe.string_tag);
	put_close(out, inside);
	put_generalized_time(out, pki->now - HOURS(20));
	inside = put_open(out, TAG_SEQUENCE);
	put_single(out, pki, issuer, leaf, staple);
	put_close(out, inside);
	put_close(out, data);
}

static void
put_response(struct octets *out, const struct octets *basic)
{
	size_t response = put_open(out, TAG_SEQUENCE);
	size_t outer, inside;

	put_value(out, TAG_ENUMERATED, "\0", 1); /* successful */
	outer = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	inside = put_open(out, TAG_SEQUENCE);
	put_oid_text(out, "1.3.6.1.5.5.7.48.1.1");
	put_value(out, TAG_OCTET_STRING, basic->data, basic->length);
	put_close(out, inside);
	put_close(out, outer);
	put_close(out, response);
}

static void
put_signed_response(struct octets *out, const struct pki *pki,
    const struct pki_certificate *leaf, enum staple staple)
{
	const struct pki_certificate *issuer =
	    pki_find(pki, leaf->recipe.issuer);
	struct octets data = { 0 };
	struct octets basic = { 0 };

	put_response_data(&data, pki, issuer, leaf, staple);
	if (pki_put_signed(&basic, &data,
		staple == STAPLE_FORGED ? leaf->key : issuer->key,
		SIGNED_SHA256))
		put_response(out, &basic);
	octets_clear(&data);
	octets_clear(&basic);
}

void
put_staple(struct octets *out, const struct pki *pki,
    const struct pki_certificate *leaf, enum staple staple)
{
	size_t inside;

	switch (staple) {
	case STAPLE_NONE:
		return;
	case STAPLE_GARBAGE:
		octets_fill(out, 0xa5, 200);
		return;
	case STAPLE_TRY_LATER:
		inside = put_open(out, TAG_SEQUENCE);
		put_value(out, TAG_ENUMERATED, "\3", 1);
		put_close(out, inside);
		return;
	default:
		put_signed_response(out, pki, leaf, staple);
	}
}
