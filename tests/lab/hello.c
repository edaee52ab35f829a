/*
 * Reads a ClientHello.  No length in it is trusted: one that leads past the end
 * ends the reading.
 */
#include "tests/lab/hello.h"

enum {
	VERSION_AND_RANDOM = 2 + 32,
	SERVER_NAME = 0,
	SUPPORTED_GROUPS = 10,
	FINITE_FIELD = 0x01, /* high octet of ffdhe2048 to ffdhe8192 */
	MEANINGLESS = 0x7f,
};

static size_t
u16_at(const uint8_t *data, size_t length, size_t at)
{
	if (at + 2 > length)
		return 0;
	return (size_t)data[at] << 8 | data[at + 1];
}

/* Past a vector whose length stands in `prefix` octets before it. */
static size_t
skip(const uint8_t *data, size_t length, size_t at, int prefix)
{
	if (prefix == 2)
		return at + 2 + u16_at(data, length, at);
	return at + 1 + (at < length ? data[at] : 0);
}

static size_t
find_ciphers(const uint8_t *hello, size_t length)
{
	return skip(hello, length, VERSION_AND_RANDOM, 1);
}

bool
hello_offers(const uint8_t *hello, size_t length, unsigned cipher)
{
	size_t at = find_ciphers(hello, length);
	size_t end = skip(hello, length, at, 2);

	for (at += 2; at + 2 <= end && at + 2 <= length; at += 2)
		if (u16_at(hello, length, at) == cipher)
			return true;
	return false;
}

/* Where the extension's content begins and ends; false if it is not there. */
static bool
find_extension(const uint8_t *hello, size_t length, size_t wanted,
    size_t *begin, size_t *end)
{
	size_t at = find_ciphers(hello, length);

	at = skip(hello, length, at, 2);
	at = skip(hello, length, at, 1) + 2;
	for (; at + 4 <= length; at = *end) {
		*begin = at + 4;
		*end = skip(hello, length, at + 2, 2);
		if (*end > length)
			return false;
		if (u16_at(hello, length, at) == wanted)
			return true;
	}
	return false;
}

void
hello_blot_dh_groups(uint8_t *hello, size_t length)
{
	size_t at, end;

	if (!find_extension(hello, length, SUPPORTED_GROUPS, &at, &end))
		return;
	for (at += 2; at + 2 <= end; at += 2)
		if (hello[at] == FINITE_FIELD)
			hello[at] = MEANINGLESS;
}

/* RFC 6066 3: list length, type, name length, name. */
void
hello_blot_underscores(uint8_t *hello, size_t length)
{
	size_t at, end;

	if (!find_extension(hello, length, SERVER_NAME, &at, &end))
		return;
	for (at += 5; at < end; at++)
		if (hello[at] == '_')
			hello[at] = '-';
}
