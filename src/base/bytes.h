/*
 * Octets with a length, borrowed: what the network sent is never a C string
 * until a writer has escaped it for its own format.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data;
	size_t size;
};

/* A SHA-256 value; used as a key for certificates and public keys. */
struct digest {
	uint8_t octets[32];
};

static inline struct bytes
bytes_of(const void *data, size_t size)
{
	return (struct bytes){ data, size };
}

static inline struct bytes
bytes_from_string(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/*
 * Takes a vector off the front: a length of `width` octets, then as many
 * octets (RFC 8446 3.4).  False where they are not there.
 */
bool bytes_take_vector(struct bytes *from, size_t width, struct bytes *vector);

/* Big-endian numbers */
static inline uint64_t
number_at(const uint8_t *octets, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | octets[i];
	return number;
}

static inline void
number_put(uint8_t *octets, size_t size, uint64_t number)
{
	for (size_t i = size; i-- > 0; number >>= 8)
		octets[i] = (uint8_t)number;
}

/* Both the same, or neither there. */
static inline bool
string_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static inline bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static inline bool
digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets)) == 0;
}

static inline int
digest_compare(const struct digest *a, const struct digest *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

/* As the key of a map or a set. */
static inline struct bytes
digest_bytes(const struct digest *digest)
{
	return bytes_of(digest->octets, sizeof(digest->octets));
}

enum { DIGEST_HEX_SIZE = 65 };

/* Of a hexadecimal digit; -1: it is none. */
int hex_value(char);

/* Lower-case hexadecimal with a final NUL. */
void digest_to_hex(const struct digest *, char hex[DIGEST_HEX_SIZE]);

/* False, and the digest untouched, unless hex is exactly 64 hex digits. */
bool digest_from_hex(struct digest *, const char *hex);

#endif
