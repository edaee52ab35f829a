/*
 * Base64 by RFC 4648 section 4, both ways.  PEM is in bundle_text.c.
 */
#include "base/base64.h"

enum { PADDING = 64, BLANK = 65, FOREIGN = 66 };

void
base64_append(struct text *text, struct bytes in)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out;

	text_reserve(text, (in.size + 2) / 3 * 4);
	out = text->data + text->size;
	for (size_t at = 0; at < in.size; at += 3) {
		size_t left = in.size - at;
		uint32_t group = (uint32_t)in.data[at] << 16;

		if (left > 1)
			group |= (uint32_t)in.data[at + 1] << 8;
		if (left > 2)
			group |= in.data[at + 2];
		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[group & 63] : '=';
	}
	*out = '\0';
	text->size = (size_t)(out - text->data);
}

char *
base64_encode(struct arena *arena, struct bytes in)
{
	struct text text = { NULL, 0, 0 };
	char *encoded;

	base64_append(&text, in);
	encoded = arena_string(arena, text.data);
	text_free(&text);
	return encoded;
}

/* From '+' to 'z'. */
static const uint8_t values[] = { 62, FOREIGN, FOREIGN, FOREIGN, 63, 52, 53, 54,
	55, 56, 57, 58, 59, 60, 61, FOREIGN, FOREIGN, FOREIGN, PADDING, FOREIGN,
	FOREIGN, FOREIGN, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, FOREIGN, FOREIGN, FOREIGN,
	FOREIGN, FOREIGN, FOREIGN, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
	37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51 };

static unsigned
value_of(uint8_t c)
{
	if (c >= '+' && c <= 'z')
		return values[c - '+'];
	return c == ' ' || (c >= '\t' && c <= '\r') ? BLANK : FOREIGN;
}

/*
 * After the last octet: the groups must be whole, the padding what the digits
 * before it ask for, and the bits that no octet took must be zero.
 */
static bool
ends_well(size_t digits, size_t padding, uint32_t bits)
{
	switch (digits % 4) {
	case 0:
		return padding == 0;
	case 2:
		return padding == 2 && (bits & 15) == 0;
	case 3:
		return padding == 1 && (bits & 3) == 0;
	default:
		return false;
	}
}

int
base64_decode(struct arena *arena, struct bytes encoded, struct bytes *out)
{
	uint8_t *octets = arena_room(arena, encoded.size / 4 * 3 + 3);
	size_t size = 0, digits = 0, padding = 0, i = 0;
	uint32_t bits = 0;

	/* Whole groups without a blank: nearly all of what is decoded. */
	for (; encoded.size - i >= 4; i += 4, digits += 4) {
		unsigned a = value_of(encoded.data[i]);
		unsigned b = value_of(encoded.data[i + 1]);
		unsigned c = value_of(encoded.data[i + 2]);
		unsigned d = value_of(encoded.data[i + 3]);

		/* What is no digit has the value 64 or a higher one. */
		if ((a | b | c | d) >= PADDING)
			break;
		octets[size++] = (uint8_t)(a << 2 | b >> 4);
		octets[size++] = (uint8_t)(b << 4 | c >> 2);
		octets[size++] = (uint8_t)(c << 6 | d);
	}
	for (; i < encoded.size; i++) {
		unsigned value = value_of(encoded.data[i]);

		if (value == BLANK)
			continue;
		if (value == PADDING) {
			padding++;
			continue;
		}
		if (value == FOREIGN || padding > 0)
			return -1;
		bits = bits << 6 | value;
		if (digits++ % 4 != 0)
			octets[size++] =
			    (uint8_t)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (!ends_well(digits, padding, bits))
		return -1;
	*out = bytes_of(octets, size);
	return 0;
}
