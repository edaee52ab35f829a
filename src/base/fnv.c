/*
 * FNV-1a (draft-eastlake-fnv, "The FNV Non-Cryptographic Hash Algorithm"). The
 * callers choose what is hashed.
 */
#include "base/fnv.h"

static const uint64_t prime = UINT64_C(0x100000001b3);

uint64_t
fnv_add(uint64_t state, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		state = (state ^ bytes.data[i]) * prime;
	return state;
}
