/*
 * `map`: open addressing, linear probing, a power of two of slots, at most
 * three quarters full; an entry taken out closes its gap, so that there are
 * no tombstones.
 */
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { FIRST_CAPACITY = 16 };

struct slot {
	struct bytes key;
	void *value;
	uint64_t hash;
	bool used;
};

struct map {
	struct hash_key hash_key;
	struct slot *slots;
	size_t capacity, count;
};

struct map *
map_new(void)
{
	struct map *map = memory_new(sizeof(*map));

	map->hash_key = hash_key_random();
	map->capacity = FIRST_CAPACITY;
	map->slots = memory_array(map->capacity, sizeof(*map->slots));
	return map;
}

void
map_free(struct map *map)
{
	if (map == NULL)
		return;
	free(map->slots);
	free(map);
}

size_t
map_count(const struct map *map)
{
	return map->count;
}

/* The slot that holds the key, or the free one where it would go. */
static struct slot *
find(const struct map *map, struct bytes key, uint64_t hash)
{
	size_t mask = map->capacity - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		struct slot *slot = &map->slots[at];

		if (!slot->used ||
		    (slot->hash == hash && bytes_equal(slot->key, key)))
			return slot;
	}
}

void *
map_get(const struct map *map, struct bytes key)
{
	return find(map, key, hash_bytes(&map->hash_key, key))->value;
}

static void
grow(struct map *map)
{
	struct slot *old = map->slots;
	size_t old_capacity = map->capacity;

	map->capacity *= 2;
	map->slots = memory_array(map->capacity, sizeof(*map->slots));
	for (size_t i = 0; i < old_capacity; i++)
		if (old[i].used)
			*find(map, old[i].key, old[i].hash) = old[i];
	free(old);
}

void *
map_put(struct map *map, struct bytes key, void *value)
{
	uint64_t hash = hash_bytes(&map->hash_key, key);
	struct slot *slot = find(map, key, hash);
	void *before = slot->value;

	if (!slot->used && map->count >= map->capacity / 4 * 3) {
		grow(map);
		slot = find(map, key, hash);
	}
	if (!slot->used)
		map->count++;
	*slot = (struct slot){ key, value, hash, true };
	return before;
}

/*
 * Entries behind the gap that probing would no longer reach move up, until a
 * free slot ends the run.
 */
static void
close_gap(struct map *map, size_t gap)
{
	size_t mask = map->capacity - 1;

	for (size_t at = (gap + 1) & mask; map->slots[at].used;
	     at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - gap) & mask))
			continue;
		map->slots[gap] = map->slots[at];
		gap = at;
	}
	map->slots[gap] = (struct slot){ 0 };
}

void *
map_remove(struct map *map, struct bytes key)
{
	struct slot *slot = find(map, key, hash_bytes(&map->hash_key, key));
	void *value = slot->value;

	if (!slot->used)
		return NULL;
	close_gap(map, (size_t)(slot - map->slots));
	map->count--;
	return value;
}

bool
map_next(const struct map *map, size_t *at, struct bytes *key, void **value)
{
	while (*at < map->capacity) {
		const struct slot *slot = &map->slots[(*at)++];

		if (!slot->used)
			continue;
		*key = slot->key;
		*value = slot->value;
		return true;
	}
	return false;
}
