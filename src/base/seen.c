/*
 * `seen` (map.h): 64-bit fingerprints in 64 tables that grow one by one, so
 * that growing never needs a second copy of everything, and by a quarter
 * only, so that they are never less than two thirds full.
 */
#include "base/map.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { TABLES = 64, FIRST_CAPACITY = 16 };

/* A fingerprint is never 0: that is a free slot. */
struct slot_table {
	uint64_t *slots;
	size_t capacity, count;
};

struct seen {
	struct hash_key hash_key;
	struct slot_table tables[TABLES];
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
	for (size_t i = 0; i < TABLES; i++)
		free(seen->tables[i].slots);
	free(seen);
}

static uint64_t
fingerprint(const struct seen *seen, struct bytes key)
{
	uint64_t hash = hash_bytes(&seen->hash_key, key);

	return hash == 0 ? 1 : hash;
}

static uint64_t *
find(const struct slot_table *table, uint64_t print)
{
	/* The low bits choose the table, the high ones the slot. */
	size_t at = (size_t)((print >> 32) * table->capacity >> 32);

	while (table->slots[at] != 0 && table->slots[at] != print)
		if (++at == table->capacity)
			at = 0;
	return &table->slots[at];
}

static void
grow(struct slot_table *table)
{
	struct slot_table larger = { NULL, FIRST_CAPACITY, table->count };

	if (table->capacity > 0)
		larger.capacity = table->capacity + table->capacity / 4;
	larger.slots = memory_array(larger.capacity, sizeof(*larger.slots));
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i] != 0)
			*find(&larger, table->slots[i]) = table->slots[i];
	free(table->slots);
	*table = larger;
}

bool
seen_add(struct seen *seen, struct bytes key)
{
	uint64_t print = fingerprint(seen, key), *slot;
	struct slot_table *table = &seen->tables[print % TABLES];

	/* At most 7/8 full; an empty table has no table at all. */
	if (table->count * 8 >= table->capacity * 7)
		grow(table);
	slot = find(table, print);
	if (*slot == print)
		return false;
	*slot = print;
	table->count++;
	return true;
}

bool
seen_has(const struct seen *seen, struct bytes key)
{
	uint64_t print = fingerprint(seen, key);
	const struct slot_table *table = &seen->tables[print % TABLES];

	return table->capacity > 0 && *find(table, print) == print;
}
