/*
 * Takes Certificate messages apart, every length checked against what is there.
 * Nothing is judged: a chain may be empty, very long, or of no certificates.
 */
#include <stdlib.h>

#include "x509/der.h"
#include "base/memory.h"
#include "scan/chain.h"

enum {
	SMALL_MESSAGE = 16 * 1024, /* what a slot keeps for its next host */
	SMALL_COUNT = 16,
	MOST_RSA_OCTETS = 8192 / 8,
	MOST_EXPONENT_OCTETS = 64 / 8,
	MOST_ELEMENTS = 5000, /* a thousand names on the leaf are 1,100 */
	EXTENSION_STATUS_REQUEST = 5, /* RFC 6066 section 1.1 */
	STATUS_TYPE_OCSP = 1
};

static bool
read_ocsp(struct bytes status, struct bytes *response)
{
	if (status.size < 1 || status.data[0] != STATUS_TYPE_OCSP)
		return false;
	status = bytes_of(status.data + 1, status.size - 1);
	return bytes_take_vector(&status, 3, response);
}

/* The extensions of one TLS 1.3 CertificateEntry. */
static bool
read_extensions(struct bytes extensions, struct bytes *staple)
{
	while (extensions.size > 0) {
		struct bytes body;
		unsigned type;

		if (extensions.size < 2)
			return false;
		type = (unsigned)extensions.data[0] << 8 | extensions.data[1];
		extensions = bytes_of(extensions.data + 2, extensions.size - 2);
		if (!bytes_take_vector(&extensions, 2, &body))
			return false;
		if (type == EXTENSION_STATUS_REQUEST &&
		    !read_ocsp(body, staple))
			return false;
	}
	return true;
}

static bool
read_list(struct chain *chain, struct bytes list, bool tls13)
{
	while (list.size > 0) {
		struct bytes certificate, extensions, staple = { NULL, 0 };

		if (chain->count == CHAIN_MOST_CERTIFICATES ||
		    !bytes_take_vector(&list, 3, &certificate))
			return false;
		chain->certificates =
		    memory_grow(chain->certificates, chain->count,
			&chain->capacity, sizeof(*chain->certificates));
		chain->certificates[chain->count++] = certificate;
		if (!tls13)
			continue;
		if (!bytes_take_vector(&list, 2, &extensions) ||
		    !read_extensions(extensions, &staple))
			return false;
		if (chain->count == 1)
			chain->staple = staple;
	}
	return true;
}

bool
chain_parse(struct chain *chain, struct bytes message, bool tls13)
{
	struct bytes rest, context, list;

	chain_reset(chain);
	text_append_bytes(&chain->message, message);
	rest = bytes_of(chain->message.data, chain->message.size);
	if (tls13 && !bytes_take_vector(&rest, 1, &context))
		return false;
	if (bytes_take_vector(&rest, 3, &list))
		return read_list(chain, list, tls13) && rest.size == 0;
	/* The list's length is more than came: what came is kept. */
	if (rest.size >= 3)
		read_list(chain, bytes_of(rest.data + 3, rest.size - 3), tls13);
	return false;
}

bool
chain_parse_status(struct chain *chain, struct bytes message)
{
	struct bytes response;

	if (!read_ocsp(message, &response))
		return false;
	text_clear(&chain->late_staple);
	text_append_bytes(&chain->late_staple, response);
	chain->staple =
	    bytes_of(chain->late_staple.data, chain->late_staple.size);
	return true;
}

void
chain_reset(struct chain *chain)
{
	text_clear(&chain->message);
	text_clear(&chain->late_staple);
	if (chain->message.capacity > SMALL_MESSAGE)
		text_free(&chain->message);
	if (chain->late_staple.capacity > SMALL_MESSAGE)
		text_free(&chain->late_staple);
	if (chain->capacity > SMALL_COUNT) {
		free(chain->certificates);
		chain->certificates = NULL;
		chain->capacity = 0;
	}
	chain->count = 0;
	chain->staple = bytes_of(NULL, 0);
}

void
chain_clear(struct chain *chain)
{
	text_free(&chain->message);
	text_free(&chain->late_staple);
	free(chain->certificates);
	memset(chain, 0, sizeof(*chain));
}

/* RFC 5280 4.1: SubjectPublicKeyInfo is the seventh field, after [0]. */
static bool
find_key(struct bytes certificate, struct der *key)
{
	struct der whole = der_of(certificate), outer, tbs;
	struct der_item skipped;

	if (!der_enter(&whole, DER_SEQUENCE, &outer) ||
	    !der_enter(&outer, DER_SEQUENCE, &tbs))
		return false;
	der_take(&tbs, DER_CONTEXT_CONSTRUCTED(0), &skipped);
	for (int i = 0; i < 5; i++)
		if (!der_next(&tbs, &skipped))
			return false;
	return der_enter(&tbs, DER_SEQUENCE, key);
}

/* rsaEncryption and id-RSASSA-PSS, RFC 8017 appendix C */
static bool
is_rsa(struct bytes oid)
{
	static const uint8_t pkcs1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01 };
	uint8_t last;

	if (oid.size != sizeof(pkcs1) + 1 ||
	    memcmp(oid.data, pkcs1, sizeof(pkcs1)) != 0)
		return false;
	last = oid.data[sizeof(pkcs1)];
	return last == 1 || last == 10;
}

/* The size of a number without its leading zero octets. */
static size_t
significant(struct bytes number)
{
	size_t zeros = 0;

	while (zeros < number.size && number.data[zeros] == 0)
		zeros++;
	return number.size - zeros;
}

/* Of an RSA key, what follows its algorithm. */
static bool
find_rsa_key(struct bytes certificate, struct der *key)
{
	struct der algorithm;
	struct der_item oid;

	return find_key(certificate, key) &&
	       der_enter(key, DER_SEQUENCE, &algorithm) &&
	       der_take(&algorithm, DER_OID, &oid) && is_rsa(oid.content);
}

bool
chain_key_is_rsa(struct bytes certificate)
{
	struct der key;

	return find_rsa_key(certificate, &key);
}

bool
chain_key_is_costly(struct bytes certificate)
{
	struct der key, inside, numbers;
	struct der_item bits, modulus, exponent;
	struct bytes octets;
	unsigned unused;

	if (!find_rsa_key(certificate, &key) ||
	    !der_take(&key, DER_BIT_STRING, &bits) ||
	    !der_bit_string(bits.content, &octets, &unused))
		return false;
	inside = der_of(octets);
	if (!der_enter(&inside, DER_SEQUENCE, &numbers) ||
	    !der_take(&numbers, DER_INTEGER, &modulus) ||
	    !der_take(&numbers, DER_INTEGER, &exponent))
		return false;
	return significant(modulus.content) > MOST_RSA_OCTETS ||
	       significant(exponent.content) > MOST_EXPONENT_OCTETS;
}

/*
 * Elements inside others are counted too: a constructed one is stepped into,
 * and so is an OCTET STRING that holds one, as the value of an extension does.
 */
bool
chain_is_costly(const struct chain *chain)
{
	size_t elements = 0;

	for (size_t i = 0; i < chain->count; i++) {
		struct bytes rest = chain->certificates[i];
		size_t header, content;
		uint8_t tag;

		while (elements <= MOST_ELEMENTS &&
		       der_header(rest, &tag, &header, &content)) {
			/* Bit 6 says constructed, X.690 8.1.2.5. */
			bool enters =
			    (tag & 0x20) != 0 ||
			    (tag == DER_OCTET_STRING && header < rest.size &&
				rest.data[header] == DER_SEQUENCE);
			size_t step = header + (enters ? 0 : content);

			if (step > rest.size)
				step = rest.size;
			rest = bytes_of(rest.data + step, rest.size - step);
			elements++;
		}
	}
	return elements > MOST_ELEMENTS;
}

bool
chain_is_same(const struct chain *a, const struct chain *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!bytes_equal(a->certificates[i], b->certificates[i]))
			return false;
	return true;
}

bool
chain_is_must_staple(struct bytes certificate)
{
	static const char oid[] = "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18";

	return memmem(certificate.data, certificate.size, oid,
		   sizeof(oid) - 1) != NULL;
}
