/*
 * `seen` (map.h): 64-bit fingerprints in 64 tables that grow one by one, so
 * that growing never needs a second copy of everything, and by a quarter
 * only, so that they are never less than two thirds full.
 */
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { SHARDS = 64, FIRST_CAPACITY = 16 };

/* A fingerprint is never 0: that is a free slot. */
struct shard {
	uint64_t *slots;
	size_t capacity, count;
};

struct seen {
	struct hash_key hash_key;
	struct shard shards[SHARDS];
};

struct seen *
seen_new(void)
{
	struct seen *seen = memory_new(sizeof(*seen));

	seen->hash_key = hash_key_random();
	return seen;
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		free(seen->shards[i].slots);
	free(seen);
}

static uint64_t
fingerprint(const struct seen *seen, struct bytes key)
{
	uint64_t hash = hash_bytes(&seen->hash_key, key);

	return hash == 0 ? 1 : hash;
}

static uint64_t *
find(const struct shard *shard, uint64_t print)
{
	/* The low bits choose the shard, the high ones the slot. */
	size_t at = (size_t)((print >> 32) * shard->capacity >> 32);

	while (shard->slots[at] != 0 && shard->slots[at] != print)
		if (++at == shard->capacity)
			at = 0;
	return &shard->slots[at];
}

static void
grow(struct shard *shard)
{
	struct shard larger = { NULL, FIRST_CAPACITY, shard->count };

	if (shard->capacity > 0)
		larger.capacity = shard->capacity + shard->capacity / 4;
	larger.slots = memory_array(larger.capacity, sizeof(*larger.slots));
	for (size_t i = 0; i < shard->capacity; i++)
		if (shard->slots[i] != 0)
			*find(&larger, shard->slots[i]) = shard->slots[i];
	free(shard->slots);
	*shard = larger;
}

bool
seen_add(struct seen *seen, struct bytes key)
{
	uint64_t print = fingerprint(seen, key), *slot;
	struct shard *shard = &seen->shards[print % SHARDS];

	/* At most 7/8 full; an empty shard has no table at all. */
	if (shard->count * 8 >= shard->capacity * 7)
		grow(shard);
	slot = find(shard, print);
	if (*slot == print)
		return false;
	*slot = print;
	shard->count++;
	return true;
}

bool
seen_has(const struct seen *seen, struct bytes key)
{
	uint64_t print = fingerprint(seen, key);
	const struct shard *shard = &seen->shards[print % SHARDS];

	return shard->capacity > 0 && *find(shard, print) == print;
}
