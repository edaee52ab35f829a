/*
 * Digests to hexadecimal and back, and vectors with a length.
 */
#include "base/bytes.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
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
	size_t size = 0;

	if (from->size < width)
		return false;
	for (size_t i = 0; i < width; i++)
		size = size << 8 | from->data[i];
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
