/*
 * A sorted array.  A target is recognised by what was typed, so that a host
 * whose line has changed (its port, its tags) is another target.
 */
#include "run/resume_targets.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/hash.h"
#include "base/memory.h"

/* As many as an ordinal has values here. */
#define MOST_TARGETS ((uint64_t)UINT32_MAX >> 2)

struct entry {
	uint64_t key;
	uint32_t ordinal;
	uint32_t state; /* enum roll_state */
};

struct roll {
	struct hash_key hash_key;
	struct entry *entries;
	size_t count, capacity;
};

/* What a target and its observation have in common. */
struct identity {
	const char *input, *host;
	const char *ip; /* the list's own; NULL: it names none */
	const char **tags;
	size_t tag_count;
	uint64_t ordinal; /* of a line that names nothing; else 0 */
	uint16_t port;
};

static void
append_string(struct text *key, const char *string)
{
	text_append(key, string == NULL ? "" : string);
	text_append_char(key, '\0');
}

/* Addresses by value: they may be spelled in more than one way. */
static void
append_address(struct text *key, const char *ip)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;

	if (ip != NULL && address_parse(ip, octets, &size))
		text_append_bytes(key, bytes_of(octets, size));
}

static uint64_t
key_of(const struct roll *roll, const struct identity *identity)
{
	struct text text = { .size = 0 };
	uint64_t key;

	append_string(&text, identity->input);
	append_string(&text, identity->host);
	for (size_t i = 0; i < identity->tag_count; i++)
		append_string(&text, identity->tags[i]);
	text_printf(
	    &text, "%u %" PRIu64 " ", identity->port, identity->ordinal);
	append_address(&text, identity->ip);
	key = hash_bytes(&roll->hash_key, bytes_of(text.data, text.size));
	text_free(&text);
	return key;
}

/* Bad lines are not told apart by what they say: each has its record. */
static uint64_t
key_of_target(const struct roll *roll, const struct target *target)
{
	struct identity identity = {
		.input = target->input,
		.host = target->host,
		.ip = target->ip,
		.tags = target->tags,
		.tag_count = target->tag_count,
		.ordinal = target->fault != NULL ? target->ordinal : 0,
		.port = target->port,
	};

	return key_of(roll, &identity);
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return left->key < right->key ? -1 : left->key > right->key;
}

static bool
add_target(struct roll *roll, const struct target *target)
{
	if (target->ordinal > MOST_TARGETS)
		return false;
	roll->entries = memory_grow(roll->entries, roll->count, &roll->capacity,
	    sizeof(*roll->entries));
	roll->entries[roll->count++] = (struct entry){
		.key = key_of_target(roll, target),
		.ordinal = (uint32_t)target->ordinal,
		.state = ROLL_OPEN,
	};
	return true;
}

struct roll *
roll_new(struct target_list *targets, const struct shard *shard)
{
	struct roll *roll = memory_new(sizeof(*roll));
	struct arena *scratch = arena_new();
	struct target *target;
	bool fits = true;
	int more = 0;

	roll->hash_key = hash_key_random();
	while (fits && (more = target_list_next(targets, &target)) > 0) {
		arena_reset(scratch);
		fits = !shard_holds(shard, scratch, target) ||
		       add_target(roll, target);
		target_free(target);
	}
	arena_free(scratch);
	if (!fits || more < 0) {
		roll_free(roll);
		return NULL;
	}
	return roll;
}

void
roll_sort(struct roll *roll)
{
	if (roll->count > 1)
		qsort(
		    roll->entries, roll->count, sizeof(*roll->entries), by_key);
}

void
roll_free(struct roll *roll)
{
	if (roll == NULL)
		return;
	free(roll->entries);
	free(roll);
}

size_t
roll_count(const struct roll *roll)
{
	return roll->count;
}

static struct entry *
find(const struct roll *roll, uint64_t key)
{
	struct entry wanted = { .key = key };

	if (roll->count == 0)
		return NULL;
	return bsearch(&wanted, roll->entries, roll->count,
	    sizeof(*roll->entries), by_key);
}

/* Its address may be the list's or the resolver's: either may be meant. */
static struct entry *
find_seen(const struct roll *roll, const struct observation *seen)
{
	bool names_nothing = seen->status == STATUS_INVALID_INPUT;
	struct identity identity = {
		.input = seen->input,
		.host = seen->host,
		.ip = seen->ip,
		.tags = seen->tags,
		.tag_count = seen->tag_count,
		.ordinal = names_nothing ? seen->ordinal : 0,
		.port = seen->port,
	};
	struct entry *entry = find(roll, key_of(roll, &identity));

	if (entry != NULL)
		return entry;
	identity.ip = NULL;
	return find(roll, key_of(roll, &identity));
}

uint32_t
roll_take(
    struct roll *roll, const struct observation *seen, enum roll_state state)
{
	struct entry *entry = find_seen(roll, seen);

	if (entry == NULL || entry->state != ROLL_OPEN)
		return 0;
	entry->state = state;
	return entry->ordinal;
}

bool
roll_lists(const struct roll *roll, const struct observation *seen)
{
	return find_seen(roll, seen) != NULL;
}

bool
roll_is_open(const struct roll *roll, const struct target *target)
{
	const struct entry *entry = find(roll, key_of_target(roll, target));

	return entry == NULL || entry->state == ROLL_OPEN;
}
