/*
 * Distinguished names: a form to compare by (RFC 5280 7.1, done as OpenSSL
 * does it) and a form to show (RFC 4514).  Matching host names is elsewhere.
 */
#include "x509/certificate_names.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "x509/der.h"

/* One AttributeTypeAndValue, and which RDN it is in. */
struct attribute {
	struct bytes type_whole, type;
	struct der_item value;
	size_t rdn;
};

static bool
read_attribute(struct der *set, size_t rdn, struct attribute_list *attributes)
{
	struct attribute *attribute;
	struct der_item type;
	struct der pair;

	attributes->list = memory_grow(attributes->list, attributes->count,
	    &attributes->capacity, sizeof(*attributes->list));
	attribute = &attributes->list[attributes->count];
	if (!der_enter(set, DER_SEQUENCE, &pair) ||
	    !der_take(&pair, DER_OID, &type) ||
	    !der_next(&pair, &attribute->value) || !der_at_end(&pair))
		return false;
	attribute->type_whole = type.whole;
	attribute->type = type.content;
	attribute->rdn = rdn;
	attributes->count++;
	return true;
}

static bool
read_attributes(struct bytes whole, struct attribute_list *attributes)
{
	struct der der = der_of(whole), name, set;
	size_t rdn = 0;

	attributes->count = 0;
	if (!der_enter(&der, DER_SEQUENCE, &name) || !der_at_end(&der))
		return false;
	for (; !der_at_end(&name); rdn++) {
		if (!der_enter(&name, DER_SET, &set))
			return false;
		while (!der_at_end(&set))
			if (!read_attribute(&set, rdn, attributes))
				return false;
	}
	return true;
}

/* Surrogates too: they come out as what is not UTF-8, and are shown so. */
static void
append_code_point(struct text *out, uint32_t code_point)
{
	if (code_point < 0x80) {
		text_append_char(out, (char)code_point);
		return;
	}
	if (code_point < 0x800) {
		text_append_char(out, (char)(0xc0 | code_point >> 6));
	} else {
		if (code_point < 0x10000) {
			text_append_char(out, (char)(0xe0 | code_point >> 12));
		} else {
			text_append_char(out, (char)(0xf0 | code_point >> 18));
			text_append_char(
			    out, (char)(0x80 | (code_point >> 12 & 0x3f)));
		}
		text_append_char(out, (char)(0x80 | (code_point >> 6 & 0x3f)));
	}
	text_append_char(out, (char)(0x80 | (code_point & 0x3f)));
}

/* A surrogate pair in a BMPString is what Windows tools write. */
static void
append_utf16(struct text *out, struct bytes content)
{
	for (size_t i = 0; i + 1 < content.size; i += 2) {
		uint32_t unit =
		    (uint32_t)content.data[i] << 8 | content.data[i + 1];
		uint32_t low = 0;

		if (i + 3 < content.size)
			low = (uint32_t)content.data[i + 2] << 8 |
			      content.data[i + 3];
		if (unit >> 10 == 0xd800 >> 10 && low >> 10 == 0xdc00 >> 10) {
			unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
			i += 2;
		}
		append_code_point(out, unit);
	}
}

static bool
append_utf32(struct text *out, struct bytes content)
{
	for (size_t i = 0; i + 3 < content.size; i += 4) {
		const uint8_t *at = content.data + i;
		uint32_t code_point = (uint32_t)at[0] << 24 |
				      (uint32_t)at[1] << 16 |
				      (uint32_t)at[2] << 8 | at[3];

		if (code_point > 0x10ffff)
			return false;
		append_code_point(out, code_point);
	}
	return true;
}

/*
 * The value as UTF-8, or false when it is no string or not one that can be
 * converted.  T61String is read as Latin-1, as all libraries do.
 */
static bool
append_string(struct text *out, const struct der_item *value)
{
	struct bytes content = value->content;

	switch (value->tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_VISIBLE_STRING:
	case DER_NUMERIC_STRING:
		text_append_bytes(out, content);
		return true;
	case DER_T61_STRING:
		for (size_t i = 0; i < content.size; i++)
			append_code_point(out, content.data[i]);
		return true;
	case DER_BMP_STRING:
		append_utf16(out, content);
		return content.size % 2 == 0;
	case DER_UNIVERSAL_STRING:
		return append_utf32(out, content) && content.size % 4 == 0;
	default:
		return false;
	}
}

/* From `start` on: lower case, no white space but single blanks inside. */
static void
fold(struct text *text, size_t start)
{
	size_t to = start;

	for (size_t at = start; at < text->size; at++) {
		char c = text->data[at];

		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			if (to > start && text->data[to - 1] != ' ')
				text->data[to++] = ' ';
			continue;
		}
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		text->data[to++] = c;
	}
	if (to > start && text->data[to - 1] == ' ')
		to--;
	text->size = to;
	if (text->data != NULL)
		text->data[to] = '\0';
}

/*
 * The type in DER, the kind (all strings are one), four octets of length,
 * the value: no two attributes give the same octets unless they are equal,
 * and none is the beginning of another.
 */
static void
append_canonical(struct text *out, const struct attribute *attribute)
{
	size_t start, length_at;

	text_append_bytes(out, attribute->type_whole);
	length_at = out->size + 1;
	text_append_bytes(out, bytes_of("\x0c\0\0\0\0", 5));
	start = out->size;
	if (append_string(out, &attribute->value)) {
		fold(out, start);
	} else {
		out->size = start;
		out->data[length_at - 1] = (char)attribute->value.tag;
		text_append_bytes(out, attribute->value.content);
	}
	for (size_t i = 0; i < 4; i++)
		out->data[length_at + i] =
		    (char)((out->size - start) >> (24 - 8 * i));
}

static int
compare_texts(const void *left, const void *right)
{
	const struct text *a = left, *b = right;
	size_t shorter = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->data, b->data, shorter);

	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* A relative name of several attributes is a set: its order is ours. */
static void
append_sorted(struct text *out, const struct attribute *list, size_t count)
{
	struct text *pieces = memory_array(count, sizeof(*pieces));

	for (size_t i = 0; i < count; i++)
		append_canonical(&pieces[i], &list[i]);
	qsort(pieces, count, sizeof(*pieces), compare_texts);
	for (size_t i = 0; i < count; i++) {
		text_append_bytes(
		    out, bytes_of(pieces[i].data, pieces[i].size));
		text_free(&pieces[i]);
	}
	free(pieces);
}

static void
append_canonical_name(struct text *out, const struct attribute_list *attributes)
{
	size_t count;

	for (size_t i = 0; i < attributes->count; i += count) {
		const struct attribute *first = &attributes->list[i];

		for (count = 1; i + count < attributes->count &&
				first[count].rdn == first->rdn;
		     count++)
			;
		/* How many follow: a set of two is not two sets of one. */
		for (int shift = 16; shift >= 0; shift -= 8)
			text_append_char(out, (char)(count >> shift));
		if (count == 1)
			append_canonical(out, first);
		else
			append_sorted(out, first, count);
	}
}

struct keyword {
	struct bytes oid;
	const char *word;
};

/* RFC 4514 3, and what certificates of today carry besides. */
static const struct keyword keywords[] = {
	{ OID("\x55\x04\x03"), "CN" },
	{ OID("\x55\x04\x0a"), "O" },
	{ OID("\x55\x04\x06"), "C" },
	{ OID("\x55\x04\x0b"), "OU" },
	{ OID("\x55\x04\x07"), "L" },
	{ OID("\x55\x04\x08"), "ST" },
	{ OID("\x55\x04\x09"), "STREET" },
	{ OID("\x55\x04\x04"), "SN" },
	{ OID("\x55\x04\x05"), "serialNumber" },
	{ OID("\x55\x04\x0c"), "title" },
	{ OID("\x55\x04\x0d"), "description" },
	{ OID("\x55\x04\x0f"), "businessCategory" },
	{ OID("\x55\x04\x11"), "postalCode" },
	{ OID("\x55\x04\x29"), "name" },
	{ OID("\x55\x04\x2a"), "GN" },
	{ OID("\x55\x04\x2b"), "initials" },
	{ OID("\x55\x04\x2c"), "generationQualifier" },
	{ OID("\x55\x04\x2e"), "dnQualifier" },
	{ OID("\x55\x04\x41"), "pseudonym" },
	{ OID("\x55\x04\x61"), "organizationIdentifier" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID" },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01"),
	    "jurisdictionL" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02"),
	    "jurisdictionST" },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03"),
	    "jurisdictionC" },
};

/* RFC 4514 2.4; what is between special characters is cleaned as a whole. */
static void
append_escaped(struct text *out, const char *data, size_t size)
{
	size_t run = 0;

	for (size_t at = 0; at < size; at++) {
		char c = data[at];

		if (c == ' ' ? at > 0 && at < size - 1
			     : c == '\0' || (c == '#' && at > 0) ||
				   strchr("\"#+,;<>\\", c) == NULL)
			continue;
		text_append_clean(out, bytes_of(data + run, at - run));
		text_append_char(out, '\\');
		text_append_char(out, c);
		run = at + 1;
	}
	text_append_clean(out, bytes_of(data + run, size - run));
}

static void
append_attribute(
    struct text *out, const struct attribute *attribute, struct text *value)
{
	const char *keyword = NULL;
	char oid[128];

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (bytes_equal(attribute->type, keywords[i].oid))
			keyword = keywords[i].word;
	text_clear(value);
	if (keyword != NULL) {
		text_append(out, keyword);
	} else if (der_oid_text(attribute->type, oid, sizeof(oid))) {
		text_append(out, oid);
	} else {
		text_append_char(out, '#');
		text_append_hex(out, attribute->type_whole);
	}
	text_append_char(out, '=');
	if (keyword != NULL && append_string(value, &attribute->value)) {
		append_escaped(out, value->data, value->size);
	} else {
		text_append_char(out, '#');
		text_append_hex(out, attribute->value.whole);
	}
}

/* RFC 4514 2.1: the last relative name first. */
static void
append_name(struct text *out, const struct attribute_list *attributes,
    struct text *value)
{
	size_t end = attributes->count;

	while (end > 0) {
		size_t first = end - 1;

		while (first > 0 && attributes->list[first - 1].rdn ==
					attributes->list[first].rdn)
			first--;
		if (end < attributes->count)
			text_append_char(out, ',');
		for (size_t i = first; i < end; i++) {
			if (i > first)
				text_append_char(out, '+');
			append_attribute(out, &attributes->list[i], value);
		}
		end = first;
	}
}

static void
keep_common_names(
    struct certificate_reader *reader, struct certificate_name *name)
{
	static const struct bytes common_name = OID("\x55\x04\x03");
	const struct attribute_list *attributes = &reader->attributes;
	struct text *value = &reader->value;

	name->common_names =
	    reader_take(reader, attributes->count * sizeof(char *));
	for (size_t i = 0; i < attributes->count; i++) {
		const struct attribute *attribute = &attributes->list[i];

		text_clear(value);
		if (!bytes_equal(attribute->type, common_name) ||
		    !append_string(value, &attribute->value))
			continue;
		text_append_clean(
		    &reader->text, bytes_of(value->data, value->size));
		name->common_names[name->common_name_count++] =
		    reader_keep_string(reader);
	}
}

/* X.680 41.4; an asterisk and an ampersand are taken by all. */
static bool
is_printable(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '\'' && c <= ':') || memchr(" =?*&", c, 5) != NULL;
}

/* Does the string keep to what its kind allows? */
static unsigned
odd_form_of(const struct der_item *value)
{
	struct bytes content = value->content;

	switch (value->tag) {
	case DER_UTF8_STRING:
		return utf8_valid_prefix(content) == content.size
			   ? 0
			   : FORM_STRING_ENCODING;
	case DER_BMP_STRING:
		return content.size % 2 == 0 ? 0 : FORM_STRING_ENCODING;
	case DER_UNIVERSAL_STRING:
		return content.size % 4 == 0 ? 0 : FORM_STRING_ENCODING;
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_NUMERIC_STRING:
		break;
	default:
		return 0;
	}
	for (size_t i = 0; i < content.size; i++) {
		uint8_t c = content.data[i];

		if (value->tag == DER_IA5_STRING ? c >= 0x80
		    : value->tag == DER_NUMERIC_STRING
			? c != ' ' && (c < '0' || c > '9')
			: !is_printable(c))
			return FORM_STRING_CHARACTERS;
	}
	return 0;
}

static void
keep_mailboxes(struct certificate_reader *reader, struct certificate_name *name)
{
	static const struct bytes email_address =
	    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");
	const struct attribute_list *attributes = &reader->attributes;
	struct general_name *names = NULL;
	size_t count = 0;

	for (size_t i = 0; i < attributes->count; i++) {
		const struct attribute *attribute = &attributes->list[i];

		if (!bytes_equal(attribute->type, email_address))
			continue;
		if (names == NULL)
			names = reader_take(
			    reader, attributes->count * sizeof(*names));
		names[count++] = (struct general_name){ .kind = NAME_EMAIL,
			.value = attribute->value.content };
		if (attribute->value.tag != DER_IA5_STRING)
			name->mailbox_of_other_string = true;
	}
	name->mailboxes = (struct name_list){ names, count };
}

bool
reader_name(struct certificate_reader *reader, struct bytes whole,
    struct certificate_name *name)
{
	struct attribute_list *attributes = &reader->attributes;

	*name = (struct certificate_name){ .text = "" };
	if (!read_attributes(whole, attributes))
		return false;
	for (size_t i = 0; i < attributes->count; i++)
		reader->certificate->odd_forms |=
		    odd_form_of(&attributes->list[i].value);
	append_canonical_name(&reader->text, attributes);
	name->canonical = reader_keep_bytes(reader);
	append_name(&reader->text, attributes, &reader->value);
	name->text = reader_keep_string(reader);
	keep_common_names(reader, name);
	name->attribute_count = attributes->count;
	keep_mailboxes(reader, name);
	return true;
}

bool
name_canonical(struct arena *arena, struct bytes name, struct bytes *out)
{
	struct attribute_list attributes = { NULL, 0, 0 };
	struct text text = { NULL, 0, 0 };
	bool readable = read_attributes(name, &attributes);

	if (readable) {
		append_canonical_name(&text, &attributes);
		*out = arena_bytes(arena, bytes_of(text.data, text.size));
	}
	text_free(&text);
	free(attributes.list);
	return readable;
}
