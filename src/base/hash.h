/*
 * SipHash-1-3 under a key drawn once a process: keys come from unknown hosts,
 * which must not be able to choose collisions.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/bytes.h"

struct hash_key {
	uint64_t k0, k1;
};

struct hash_key hash_key_random(void);
uint64_t hash_bytes(const struct hash_key *, struct bytes);

#endif
