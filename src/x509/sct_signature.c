/*
 * Puts together what a log signed: for a timestamp within a certificate that
 * is the certificate without the list, which was not there yet (RFC 6962 3.2).
 */
#include "x509/sct_signature.h"

#include <gnutls/abstract.h>

#include "base/text.h"
#include "x509/der.h"

enum { X509_ENTRY = 0, PRECERT_ENTRY = 1 };

static void
put_number(struct text *out, uint64_t number, unsigned octets)
{
	while (octets-- > 0)
		text_append_char(out, (char)(number >> 8 * octets));
}

static void
put_header(struct text *out, uint8_t tag, size_t size)
{
	unsigned octets = 1;

	text_append_char(out, (char)tag);
	if (size < 0x80) {
		text_append_char(out, (char)size);
		return;
	}
	while (octets < sizeof(size) && size >> 8 * octets != 0)
		octets++;
	text_append_char(out, (char)(0x80 | octets));
	put_number(out, size, octets);
}

static void
put_element(struct text *out, uint8_t tag, const struct text *content)
{
	put_header(out, tag, content->size);
	text_append_bytes(out, bytes_of(content->data, content->size));
}

/* All but the list of timestamps. */
static bool
put_extensions(struct text *out, struct der explicit)
{
	static const struct bytes scts =
	    OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02");
	struct der list, extension;
	struct der_item item, oid;

	if (!der_enter(&explicit, DER_SEQUENCE, &list))
		return false;
	while (der_next(&list, &item)) {
		extension = der_of(item.content);
		if (!der_take(&extension, DER_OID, &oid))
			return false;
		if (!bytes_equal(oid.content, scts))
			text_append_bytes(out, item.whole);
	}
	return der_at_end(&list);
}

static bool
put_precertificate(struct text *out, const struct certificate *certificate)
{
	struct text content = { .size = 0 }, list = { .size = 0 };
	struct text explicit = { .size = 0 };
	struct der whole = der_of(certificate->tbs), inside;
	struct der_item item;
	bool good = der_enter(&whole, DER_SEQUENCE, &inside);

	while (good && der_next(&inside, &item)) {
		if (item.tag != DER_CONTEXT_CONSTRUCTED(3)) {
			text_append_bytes(&content, item.whole);
			continue;
		}
		good = put_extensions(&list, der_of(item.content));
		put_element(&explicit, DER_SEQUENCE, &list);
		put_element(&content, item.tag, &explicit);
	}
	put_element(out, DER_SEQUENCE, &content);
	text_free(&content);
	text_free(&list);
	text_free(&explicit);
	return good;
}

static bool
put_signed(struct text *out, const struct sct *sct,
    const struct certificate *certificate, const struct certificate *issuer)
{
	struct text entry = { .size = 0 };
	bool good = true;

	put_number(out, 0, 1); /* version 1 */
	put_number(out, 0, 1); /* certificate_timestamp */
	put_number(out, sct->timestamp_ms, 8);
	put_number(out, issuer == NULL ? X509_ENTRY : PRECERT_ENTRY, 2);
	if (issuer == NULL) {
		text_append_bytes(&entry, certificate->der);
	} else {
		text_append_bytes(out, digest_bytes(&issuer->spki_sha256));
		good = put_precertificate(&entry, certificate);
	}
	put_number(out, entry.size, 3);
	text_append_bytes(out, bytes_of(entry.data, entry.size));
	put_number(out, sct->extensions.size, 2);
	text_append_bytes(out, sct->extensions);
	text_free(&entry);
	return good;
}

bool
sct_is_signed(const struct sct *sct, struct bytes key,
    const struct certificate *certificate, const struct certificate *issuer)
{
	enum { SHA256 = 4, RSA = 1, ECDSA = 3 };
	gnutls_datum_t spki = { (void *)key.data, (unsigned)key.size };
	gnutls_datum_t signature = { (void *)sct->signature.data,
		(unsigned)sct->signature.size };
	struct text data = { .size = 0 };
	gnutls_pubkey_t public_key;
	bool good = false;

	/* RFC 6962 2.1.4: no others are allowed. */
	if (sct->hash != SHA256 ||
	    (sct->signer != RSA && sct->signer != ECDSA) ||
	    gnutls_pubkey_init(&public_key) < 0)
		return false;
	if (put_signed(&data, sct, certificate, issuer) &&
	    gnutls_pubkey_import(public_key, &spki, GNUTLS_X509_FMT_DER) >= 0) {
		gnutls_datum_t octets = { (void *)data.data,
			(unsigned)data.size };

		good = gnutls_pubkey_verify_data2(public_key,
			   sct->signer == RSA ? GNUTLS_SIGN_RSA_SHA256
					      : GNUTLS_SIGN_ECDSA_SHA256,
			   0, &octets, &signature) >= 0;
	}
	gnutls_pubkey_deinit(public_key);
	text_free(&data);
	return good;
}
