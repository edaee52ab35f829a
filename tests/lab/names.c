/*
 * Names, alternative names, usages and purposes: from the words of a recipe
 * to DER.  A word that is not known is a bug of the lab's tables.
 */
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "tests/lab/der_writer.h"
#include "tests/lab/names.h"

struct word {
	const char *text;
	const char *oid;
};

static const struct word attributes[] = {
	{ "CN=", "2.5.4.3" },
	{ "C=", "2.5.4.6" },
	{ "L=", "2.5.4.7" },
	{ "ST=", "2.5.4.8" },
	{ "O=", "2.5.4.10" },
	{ "OU=", "2.5.4.11" },
	{ "DC=", "0.9.2342.19200300.100.1.25" },
	{ "E=", "1.2.840.113549.1.9.1" },
};

static const struct word purposes[] = {
	{ "serverAuth", "1.3.6.1.5.5.7.3.1" },
	{ "clientAuth", "1.3.6.1.5.5.7.3.2" },
	{ "codeSigning", "1.3.6.1.5.5.7.3.3" },
	{ "emailProtection", "1.3.6.1.5.5.7.3.4" },
	{ "OCSPSigning", "1.3.6.1.5.5.7.3.9" },
	{ "any", "2.5.29.37.0" },
};

static const char *const usages[] = {
	"digitalSignature",
	"nonRepudiation",
	"keyEncipherment",
	"dataEncipherment",
	"keyAgreement",
	"keyCertSign",
	"cRLSign",
};

static const struct word *
find_attribute(struct span item)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (span_begins(item, attributes[i].text))
			return &attributes[i];
	lab_bug("no such attribute", item.text);
}

static void
put_attribute(struct octets *out, struct span item, unsigned tag)
{
	const struct word *attribute = find_attribute(item);
	struct span value = span_after(item, strlen(attribute->text));
	char *text = span_copy(value);
	size_t set = put_open(out, TAG_SET);
	size_t pair = put_open(out, TAG_SEQUENCE);

	if (tag == 0)
		tag = TAG_UTF8_STRING;
	if (attribute->text[0] == 'C' && attribute->text[1] == '=')
		tag = TAG_PRINTABLE_STRING; /* RFC 5280 A.1 */
	if (attribute->text[0] == 'D' || attribute->text[0] == 'E')
		tag = TAG_IA5_STRING;
	put_oid_text(out, attribute->oid);
	put_text(out, tag, text);
	put_close(out, pair);
	put_close(out, set);
	free(text);
}

void
put_name(struct octets *out, const char *text, unsigned tag)
{
	size_t name = put_open(out, TAG_SEQUENCE);
	struct span item;

	while (list_next(&text, '/', &item))
		put_attribute(out, item, tag);
	put_close(out, name);
}

static void
add_address(struct octets *out, struct span span)
{
	char *text = span_copy(span);
	uint8_t address[16];

	if (inet_pton(AF_INET, text, address) == 1)
		octets_add(out, address, 4);
	else if (inet_pton(AF_INET6, text, address) == 1)
		octets_add(out, address, 16);
	else
		lab_bug("no IP address", text);
	free(text);
}

static void
put_addresses(struct octets *out, struct span value)
{
	char *text = span_copy(value);
	const char *cursor = text;
	size_t inside = put_open(out, TAG_CONTEXT(7));
	struct span address;

	while (list_next(&cursor, '/', &address))
		add_address(out, address);
	put_close(out, inside);
	free(text);
}

static void
put_directory_name(struct octets *out, struct span value)
{
	char *text = span_copy(value);
	size_t inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(4));

	put_name(out, text, 0);
	put_close(out, inside);
	free(text);
}

/* A user principal name, the otherName seen most in the wild. */
static void
put_other_name(struct octets *out, struct span value)
{
	char *text = span_copy(value);
	size_t name = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	size_t inside;

	put_oid_text(out, "1.3.6.1.4.1.311.20.2.3");
	inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	put_text(out, TAG_UTF8_STRING, text);
	put_close(out, inside);
	put_close(out, name);
	free(text);
}

static void
put_filling(struct octets *out, struct span value)
{
	size_t end = out->length + span_number(value);

	for (unsigned i = 0; out->length < end; i++) {
		struct octets name = { 0 };

		octets_add_format(&name, "host-%05u.filling.lab.test", i);
		put_value(out, TAG_CONTEXT(2), name.data, name.length);
		octets_clear(&name);
	}
}

static void
put_general_name(struct octets *out, struct span item)
{
	if (span_begins(item, "EMAIL:"))
		put_value(out, TAG_CONTEXT(1), item.text + 6, item.length - 6);
	else if (span_begins(item, "DNS:"))
		put_value(out, TAG_CONTEXT(2), item.text + 4, item.length - 4);
	else if (span_begins(item, "URI:"))
		put_value(out, TAG_CONTEXT(6), item.text + 4, item.length - 4);
	else if (span_begins(item, "IP:"))
		put_addresses(out, span_after(item, 3));
	else if (span_begins(item, "DIR:"))
		put_directory_name(out, span_after(item, 4));
	else if (span_begins(item, "OTHER:"))
		put_other_name(out, span_after(item, 6));
	else if (span_begins(item, "FILL:"))
		put_filling(out, span_after(item, 5));
	else
		lab_bug("no such general name", item.text);
}

void
put_general_names(struct octets *out, const char *text, bool as_subtrees)
{
	struct span item;

	while (list_next(&text, ',', &item)) {
		size_t inside = as_subtrees ? put_open(out, TAG_SEQUENCE) : 0;

		put_general_name(out, item);
		if (as_subtrees)
			put_close(out, inside);
	}
}

void
put_purposes(struct octets *out, const char *text)
{
	struct span item;

	while (list_next(&text, ',', &item)) {
		struct span oid = item;

		for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]);
		     i++)
			if (span_is(item, purposes[i].text))
				oid = (struct span){ purposes[i].oid,
					strlen(purposes[i].oid) };
		put_oid(out, oid);
	}
}

void
put_usage(struct octets *out, const char *text)
{
	uint8_t bits = 0;
	unsigned unused = 0;
	struct span item;

	while (list_next(&text, ',', &item))
		for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
			if (span_is(item, usages[i]))
				bits |= (uint8_t)(0x80 >> i);
	while (unused < 7 && (bits >> unused & 1) == 0)
		unused++;
	put_bit_string(out, &bits, 1, unused);
}

static unsigned
hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, digit);

	if (found == NULL || digit == '\0')
		lab_bug("no hex digit", "add_hex");
	return (unsigned)(found - digits);
}

void
add_hex(struct octets *out, const char *text, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		octets_add_byte(out, (uint8_t)(hex_digit(text[i]) << 4 |
					       hex_digit(text[i + 1])));
}
