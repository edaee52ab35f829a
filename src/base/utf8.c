/*
 * Telling UTF-8 from what is not.  text.c and json.c decide what to do with the
 * latter.
 */
#include "base/utf8.h"

struct form {
	uint8_t mask, lead; /* lead octet: (octet & mask) == lead */
	uint8_t length;
	uint32_t least; /* below it, a shorter form exists */
};

static const struct form forms[] = {
	{ 0x80, 0x00, 1, 0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

size_t
utf8_decode(struct bytes bytes, uint32_t *code_point)
{
	const struct form *form = NULL;
	uint32_t value;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if ((bytes.data[0] & forms[i].mask) == forms[i].lead)
			form = &forms[i];
	if (form == NULL || bytes.size < form->length)
		return 0;
	value = bytes.data[0] & (uint8_t)~form->mask;
	for (size_t i = 1; i < form->length; i++) {
		if ((bytes.data[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes.data[i] & 0x3f);
	}
	if (value < form->least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code_point = value;
	return form->length;
}

size_t
utf8_printable_ascii(struct bytes bytes)
{
	size_t at = 0;

	while (
	    at < bytes.size && bytes.data[at] >= 0x20 && bytes.data[at] < 0x7f)
		at++;
	return at;
}

/* Eight octets at a time: nearly everything we meet is ASCII. */
static size_t
ascii_prefix(struct bytes bytes)
{
	size_t at = 0;
	uint64_t word;

	for (; bytes.size - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, bytes.data + at, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (at < bytes.size && bytes.data[at] < 0x80)
		at++;
	return at;
}

size_t
utf8_valid_prefix(struct bytes bytes)
{
	size_t at = 0;

	while (at < bytes.size) {
		uint32_t code_point;
		size_t length;

		at += ascii_prefix(bytes_of(bytes.data + at, bytes.size - at));
		if (at == bytes.size)
			return at;
		length = utf8_decode(
		    bytes_of(bytes.data + at, bytes.size - at), &code_point);
		if (length == 0)
			return at;
		at += length;
	}
	return at;
}
