/*
 * p11-kit's text: sections that begin with "[p11-kit-object-v1]", attributes a
 * line, PEM blocks between them.  What is outside of all sections is PEM.
 */
#include "x509/bundle_p11_kit.h"

#include <stdlib.h>

#include "base/text.h"
#include "x509/bundle_text.h"
#include "x509/der.h"

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
	bool trusted;
	struct store_terms terms;
};

/* Quoted, and %HH for an octet: a date in either form of X.509's, or none. */
static void
read_date(struct bytes value, struct store_terms *terms)
{
	char date[16];
	size_t size = 0;
	unsigned forms;

	for (size_t i = 0; i < value.size && size < sizeof(date); i++) {
		char hex[3] = { 0 };

		if (value.data[i] == '"')
			continue;
		if (value.data[i] != '%' || i + 2 >= value.size) {
			date[size++] = (char)value.data[i];
			continue;
		}
		memcpy(hex, value.data + i + 1, 2);
		date[size++] = (char)strtoul(hex, NULL, 16);
		i += 2;
	}
	terms->has_distrust_after =
	    der_time(size == sizeof("YYMMDDHHMMSS") ? DER_UTC_TIME
						    : DER_GENERALIZED_TIME,
		bytes_of(date, size), &terms->distrust_after, &forms);
}

/* "name: value", without what is around them. */
static void
read_attribute(struct bytes line, struct attributes *attributes)
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
		read_date(value, &attributes->terms);
	else if (bytes_equal(name, bytes_from_string("class")))
		attributes->is_extension = bytes_equal(
		    value, bytes_from_string("x-certificate-extension"));
}

/* Base64 has no colon, so that the lines of PEM blocks say nothing. */
static struct attributes
read_attributes(struct bytes section)
{
	struct attributes attributes = { false };

	while (section.size > 0) {
		const uint8_t *end = memchr(section.data, '\n', section.size);
		size_t size =
		    end == NULL ? section.size : (size_t)(end - section.data);

		read_attribute(bytes_of(section.data, size), &attributes);
		size += end != NULL;
		section = bytes_of(section.data + size, section.size - size);
	}
	return attributes;
}

static void
read_section(struct arena *arena, struct bytes section, struct bundle *bundle)
{
	struct attributes attributes = read_attributes(section);
	size_t first = bundle->count;

	if (attributes.is_extension)
		return;
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

	bundle_read_pem(
	    arena, bytes_of(text.data, (size_t)(at - text.data)), bundle);
	while (at != NULL) {
		const uint8_t *section = at + strlen(section_mark);

		at = find_section(bytes_of(section, (size_t)(end - section)));
		read_section(arena,
		    bytes_of(
			section, (size_t)((at == NULL ? end : at) - section)),
		    bundle);
	}
}
