/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"):
 * one round a word, three at the end.
 */
#include "base/hash.h"

#include <endian.h>
#include <errno.h>
#include <sys/random.h>

#include "base/fatal.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

struct hash_key
hash_key_random(void)
{
	struct hash_key key;
	ssize_t got;

	do
		got = getrandom(&key, sizeof(key), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(key))
		fatal("no random numbers from the system");
	return key;
}

static inline uint64_t
rotate(uint64_t word, int bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void
mix(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline void
absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	s->v0 ^= word;
}

uint64_t
hash_bytes(const struct hash_key *key, struct bytes bytes)
{
	struct state s = {
		UINT64_C(0x736f6d6570736575) ^ key->k0,
		UINT64_C(0x646f72616e646f6d) ^ key->k1,
		UINT64_C(0x6c7967656e657261) ^ key->k0,
		UINT64_C(0x7465646279746573) ^ key->k1,
	};
	size_t whole = bytes.size & ~(size_t)7;
	/* The octets after the last whole word, the length on top. */
	uint64_t last = (uint64_t)bytes.size << 56;

	for (size_t at = 0; at < whole; at += 8) {
		uint64_t word;

		memcpy(&word, bytes.data + at, sizeof(word));
		absorb(&s, le64toh(word));
	}
	for (size_t i = whole; i < bytes.size; i++)
		last |= (uint64_t)bytes.data[i] << (8 * (i - whole));
	absorb(&s, last);
	s.v2 ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
