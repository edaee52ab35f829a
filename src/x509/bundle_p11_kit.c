/*
 * p11-kit's text: sections that begin with "[p11-kit-object-v1]", attributes a
 * line, PEM blocks between them.  What is outside of all sections is PEM.  A
 * section of the class x-certificate-extension says more of every certificate
 * that has its public key.
 */
#include "x509/bundle_p11_kit.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"
#include "x509/bundle_text.h"

static const char section_mark[] = "[p11-kit-object-v1]";

/* The first mark at the beginning of a line; NULL: none. */
static const uint8_t *
find_section(struct bytes text)
{
	const uint8_t *at = text.data, *end = text.data + text.size;

	while (at != NULL && at < end) {
		at = memmem(
		    at, (size_t)(end - at), section_mark, strlen(section_mark));
		if (at != NULL && (at == text.data || at[-1] == '\n'))
			return at;
		if (at != NULL)
			at++;
	}
	return NULL;
}

bool
bundle_is_p11_kit(struct bytes text)
{
	return find_section(text) != NULL;
}

struct attributes {
	bool is_extension; /* it says more of another section's certificate */
	bool is_usage;	   /* and that is its extended key usage */
	bool trusted;
	struct store_terms terms;
	struct bytes value, key; /* in the arena; decoded */
};

/* What an extension that stands apart excludes from TLS servers. */
struct excluded_key {
	struct excluded_key *next;
	struct bytes key; /* SubjectPublicKeyInfo */
};

/* Without the quotes, and %HH as the octet. */
static struct bytes
decode_value(struct arena *arena, struct bytes value)
{
	uint8_t *octets = arena_alloc(arena, value.size + 1);
	size_t size = 0;

	for (size_t i = 0; i < value.size; i++) {
		char hex[3] = { 0 };

		if (value.data[i] == '"')
			continue;
		if (value.data[i] != '%' || i + 2 >= value.size) {
			octets[size++] = value.data[i];
			continue;
		}
		memcpy(hex, value.data + i + 1, 2);
		octets[size++] = (uint8_t)strtoul(hex, NULL, 16);
		i += 2;
	}
	return bytes_of(octets, size);
}

/* A date in either form of X.509's, or none. */
static void
read_date(struct bytes date, struct store_terms *terms)
{
	unsigned forms;

	terms->has_distrust_after = der_time(
	    date.size == strlen("YYMMDDHHMMSSZ") ? DER_UTC_TIME
						 : DER_GENERALIZED_TIME,
	    date, &terms->distrust_after, &forms);
}

/* "name: value", without what is around them. */
static void
read_attribute(
    struct arena *arena, struct bytes line, struct attributes *attributes)
{
	const uint8_t *colon =
	    line.size == 0 ? NULL : memchr(line.data, ':', line.size);
	struct bytes name, value;
	bool is_true;

	if (colon == NULL)
		return;
	name = bytes_of(line.data, (size_t)(colon - line.data));
	value = bytes_of(colon + 1, line.size - name.size - 1);
	while (
	    value.size > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
		value = bytes_of(value.data + 1, value.size - 1);
	while (value.size > 0 && (value.data[value.size - 1] == ' ' ||
				     value.data[value.size - 1] == '\r'))
		value.size--;
	is_true = bytes_equal(value, bytes_from_string("true"));
	if (bytes_equal(name, bytes_from_string("trusted")))
		attributes->trusted = is_true;
	else if (bytes_equal(name, bytes_from_string("x-distrusted")))
		attributes->terms.distrusted = is_true;
	else if (bytes_equal(
		     name, bytes_from_string("nss-server-distrust-after")))
		read_date(decode_value(arena, value), &attributes->terms);
	else if (bytes_equal(name, bytes_from_string("class")))
		attributes->is_extension = bytes_equal(
		    value, bytes_from_string("x-certificate-extension"));
	else if (bytes_equal(name, bytes_from_string("object-id")))
		attributes->is_usage =
		    bytes_equal(value, bytes_from_string("2.5.29.37"));
	else if (bytes_equal(name, bytes_from_string("value")))
		attributes->value = decode_value(arena, value);
	else if (bytes_equal(name, bytes_from_string("public-key-info")) ||
		 bytes_equal(name, bytes_from_string("x-public-key-info")))
		attributes->key = decode_value(arena, value);
}

/* Base64 has no colon, so that the lines of PEM blocks say nothing. */
static struct attributes
read_attributes(struct arena *arena, struct bytes section)
{
	struct attributes attributes = { false };

	while (section.size > 0) {
		const uint8_t *end = memchr(section.data, '\n', section.size);
		size_t size =
		    end == NULL ? section.size : (size_t)(end - section.data);

		read_attribute(
		    arena, bytes_of(section.data, size), &attributes);
		size += end != NULL;
		section = bytes_of(section.data + size, section.size - size);
	}
	return attributes;
}

/* The key as a block of PEM, the other form of its attribute. */
static void
read_key(struct arena *arena, struct bytes section, struct bytes *key)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----";
	const uint8_t *end = section.data + section.size, *stop;
	const uint8_t *at =
	    section.size == 0
		? NULL
		: memmem(section.data, section.size, begin, strlen(begin));

	if (at == NULL)
		return;
	at += strlen(begin);
	stop = memmem(at, (size_t)(end - at), "-----", strlen("-----"));
	if (stop == NULL ||
	    base64_decode(arena, bytes_of(at, (size_t)(stop - at)), key) < 0)
		*key = bytes_of(NULL, 0);
}

/*
 * Does this Extension (RFC 5280 4.1) name uses, TLS servers not among them?
 * `trust extract` leaves out a root also where it cannot be read.
 */
static bool
excludes_servers(struct bytes extension)
{
	struct der der = der_of(extension), inside, uses;
	struct der_item item;

	if (!der_enter(&der, DER_SEQUENCE, &inside) ||
	    !der_take(&inside, DER_OID, &item))
		return true;
	der_take(&inside, DER_BOOLEAN, &item);
	if (!der_take(&inside, DER_OCTET_STRING, &item))
		return true;
	der = der_of(item.content);
	return !der_enter(&der, DER_SEQUENCE, &uses) ||
	       !bundle_names_servers(uses);
}

/* The SubjectPublicKeyInfo of a certificate; none where it is not read. */
static struct bytes
key_of(struct bytes certificate)
{
	/* serialNumber, signature, issuer, validity, subject */
	enum { FIELDS_BEFORE_KEY = 5 };
	struct der der = der_of(certificate), inside, fields;
	struct der_item item = { 0 };

	if (!der_enter(&der, DER_SEQUENCE, &inside) ||
	    !der_enter(&inside, DER_SEQUENCE, &fields))
		return bytes_of(NULL, 0);
	der_take(&fields, DER_CONTEXT_CONSTRUCTED(0), &item); /* version */
	for (int i = 0; i < FIELDS_BEFORE_KEY; i++)
		if (!der_next(&fields, &item))
			return bytes_of(NULL, 0);
	return der_take(&fields, DER_SEQUENCE, &item) ? item.whole
						      : bytes_of(NULL, 0);
}

static void
read_section(struct arena *arena, struct bytes section, struct bundle *bundle,
    struct excluded_key **excluded)
{
	struct attributes attributes = read_attributes(arena, section);
	size_t first = bundle->count;

	if (attributes.is_extension) {
		read_key(arena, section, &attributes.key);
		if (attributes.is_usage && attributes.key.size > 0 &&
		    excludes_servers(attributes.value)) {
			struct excluded_key *more =
			    arena_alloc(arena, sizeof(*more));

			*more =
			    (struct excluded_key){ *excluded, attributes.key };
			*excluded = more;
		}
		return;
	}
	bundle_read_pem(arena, section, bundle);
	/* As `trust extract` does: distrust wins, and trust has to be said. */
	if (!attributes.trusted && !attributes.terms.distrusted)
		bundle->count = first;
	for (; first < bundle->count; first++) {
		struct store_terms *terms = &bundle->terms[first];

		/* Nobody trusts it, whatever OpenSSL's form says. */
		if (attributes.terms.distrusted)
			*terms = (struct store_terms){ .distrusted = true };
		terms->has_distrust_after = attributes.terms.has_distrust_after;
		terms->distrust_after = attributes.terms.distrust_after;
	}
}

void
bundle_read_p11_kit(
    struct arena *arena, struct bytes text, struct bundle *bundle)
{
	const uint8_t *end = text.data + text.size;
	const uint8_t *at = find_section(text);
	struct excluded_key *excluded = NULL;
	size_t first = bundle->count;

	bundle_read_pem(
	    arena, bytes_of(text.data, (size_t)(at - text.data)), bundle);
	while (at != NULL) {
		const uint8_t *section = at + strlen(section_mark);

		at = find_section(bytes_of(section, (size_t)(end - section)));
		read_section(arena,
		    bytes_of(
			section, (size_t)((at == NULL ? end : at) - section)),
		    bundle, &excluded);
	}
	/* They may stand before the certificate or behind it. */
	for (; excluded != NULL && first < bundle->count; first++) {
		struct bytes key = key_of(bundle->certificates[first]);

		for (const struct excluded_key *other = excluded; other != NULL;
		     other = other->next)
			if (bytes_equal(other->key, key))
				bundle->terms[first].distrusted = true;
	}
}
