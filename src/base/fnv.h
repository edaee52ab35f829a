/*
 * FNV-1a with 64 bits and no key: the same on every machine, for what machines
 * have to agree on.  Not for tables whose keys come from unknown hosts: use
 * hash.h there.
 */
#ifndef BASE_FNV_H
#define BASE_FNV_H

#include <stdint.h>

#include "base/bytes.h"

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* Goes on from a state: FNV_START, or what an earlier call returned. */
uint64_t fnv_add(uint64_t state, struct bytes);

#endif
