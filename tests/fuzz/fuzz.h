/*
 * What the fuzz targets share: an entry for libFuzzer, and a way to say what
 * must hold.  A target is one file; its seeds are in corpus/NAME.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdlib.h>

#include "base/bytes.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In replay.c: seeds are few, and an input may cost more. */
extern const bool fuzz_replays __attribute__((weak));

static inline bool
fuzz_is_replay(void)
{
	return &fuzz_replays != NULL;
}

static inline void
require(bool holds)
{
	if (!holds)
		abort();
}

/* What is shown of untrusted octets is UTF-8. */
static inline void
require_clean(const char *string)
{
	struct bytes octets;

	if (string == NULL)
		return;
	octets = bytes_from_string(string);
	require(utf8_valid_prefix(octets) == octets.size);
}

/* Takes at most this many octets off the front. */
static inline struct bytes
fuzz_take(struct bytes *rest, size_t size)
{
	struct bytes front =
	    bytes_of(rest->data, size < rest->size ? size : rest->size);

	*rest = bytes_of(rest->data + front.size, rest->size - front.size);
	return front;
}

/* A number off the front; 0 at the end. */
static inline unsigned
fuzz_octet(struct bytes *rest)
{
	struct bytes front = fuzz_take(rest, 1);

	return front.size == 1 ? front.data[0] : 0;
}

/* Octets behind their length, which has two. */
static inline struct bytes
fuzz_vector(struct bytes *rest)
{
	unsigned high = fuzz_octet(rest), low = fuzz_octet(rest);

	return fuzz_take(rest, (size_t)high << 8 | low);
}

#endif
