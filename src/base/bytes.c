/*
 * Digests to hexadecimal and back, and vectors with a length.
 */
#include "base/bytes.h"

/* A table, as digits and letters come in no order that could be foreseen. */
int
hex_value(char c)
{
	/* From '0' to 'f'. */
	static const int8_t values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1,
		-1, -1, -1, -1, -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, 10, 11, 12, 13, 14, 15 };
	size_t at = (size_t)((unsigned char)c - '0');

	return at < sizeof(values) ? values[at] : -1;
}

void
digest_to_hex(const struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(digest->octets); i++) {
		hex[2 * i] = digits[digest->octets[i] >> 4];
		hex[2 * i + 1] = digits[digest->octets[i] & 15];
	}
	hex[DIGEST_HEX_SIZE - 1] = '\0';
}

bool
bytes_take_vector(struct bytes *from, size_t width, struct bytes *vector)
{
	size_t size;

	if (from->size < width)
		return false;
	size = (size_t)number_at(from->data, width);
	if (from->size - width < size)
		return false;
	*vector = bytes_of(from->data + width, size);
	*from = bytes_of(vector->data + size, from->size - width - size);
	return true;
}

bool
digest_from_hex(struct digest *digest, const char *hex)
{
	struct digest read;

	for (size_t i = 0; i < sizeof(read.octets); i++) {
		int high = hex_value(hex[2 * i]);
		int low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);

		if (low < 0)
			return false;
		read.octets[i] = (uint8_t)(high << 4 | low);
	}
	if (hex[DIGEST_HEX_SIZE - 1] != '\0')
		return false;
	*digest = read;
	return true;
}
