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
#include "base/map.h"
#include "base/memory.h"

/* As many as an ordinal has values here. */
#define MOST_TARGETS ((uint64_t)UINT32_MAX >> 2)

struct resume_entry {
	uint64_t key;
	uint32_t ordinal;
	uint32_t state : 2;  /* enum resume_state */
	uint32_t taken : 30; /* of its addresses, or of its MX hosts */
};

struct resume_host {
	uint64_t key;
	unsigned taken;
};

struct resume_targets {
	struct hash_key hash_key;
	struct resume_entry *entries;
	size_t count, capacity;
	struct seen *parts; /* keys of addresses and MX hosts that are done */
	struct map *hosts;  /* MX hosts with several addresses, counted */
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

static uint64_t
key_of(const struct resume_targets *targets, const struct identity *identity)
{
	struct text text = { .size = 0 };
	uint8_t octets[ADDRESS_MOST_OCTETS];
	uint64_t key;
	size_t size;

	append_string(&text, identity->input);
	append_string(&text, identity->host);
	for (size_t i = 0; i < identity->tag_count; i++)
		append_string(&text, identity->tags[i]);
	text_printf(
	    &text, "%u %" PRIu64 " ", identity->port, identity->ordinal);
	/* By value: an address may be spelled in more than one way. */
	if (identity->ip != NULL && address_parse(identity->ip, octets, &size))
		text_append_bytes(&text, bytes_of(octets, size));
	key = hash_bytes(&targets->hash_key, bytes_of(text.data, text.size));
	text_free(&text);
	return key;
}

/* Bad lines are not distinguished by their text: each has its record. */
static uint64_t
key_of_target(const struct resume_targets *targets, const struct target *target)
{
	struct identity identity = {
		.input = target->input,
		.host = target->mx_domain != NULL ? target->mx_domain
						  : target->host,
		.ip = target->ip,
		.tags = target->tags,
		.tag_count = target->tag_count,
		.ordinal = target->fault != NULL && target->mx_domain == NULL
			       ? target->ordinal
			       : 0,
		.port = target->port,
	};

	return key_of(targets, &identity);
}

static int
by_key(const void *a, const void *b)
{
	const struct resume_entry *left = a, *right = b;

	return left->key < right->key ? -1 : left->key > right->key;
}

struct resume_targets *
resume_targets_new(struct target_list *list, const struct shard *shard)
{
	struct resume_targets *targets = memory_new(sizeof(*targets));
	struct arena *scratch = arena_new();
	struct target *target;
	bool fits = true;
	int more = 0;

	targets->hash_key = hash_key_random();
	targets->parts = seen_new();
	targets->hosts = map_new();
	while (fits && (more = target_list_next(list, &target)) > 0) {
		arena_reset(scratch);
		fits = target->ordinal <= MOST_TARGETS;
		if (fits && shard_holds(shard, scratch, target)) {
			targets->entries =
			    memory_grow(targets->entries, targets->count,
				&targets->capacity, sizeof(*targets->entries));
			targets->entries[targets->count++] =
			    (struct resume_entry){
				    .key = key_of_target(targets, target),
				    .ordinal = (uint32_t)target->ordinal,
				    .state = RESUME_TARGET_OPEN,
			    };
		}
		target_free(target);
	}
	arena_free(scratch);
	if (!fits || more < 0) {
		resume_targets_free(targets);
		return NULL;
	}
	return targets;
}

void
resume_targets_sort(struct resume_targets *targets)
{
	if (targets->count > 1)
		qsort(targets->entries, targets->count,
		    sizeof(*targets->entries), by_key);
}

void
resume_targets_free(struct resume_targets *targets)
{
	struct bytes key;
	void *host;

	if (targets == NULL)
		return;
	for (size_t at = 0; map_next(targets->hosts, &at, &key, &host);)
		free(host);
	map_free(targets->hosts);
	seen_free(targets->parts);
	free(targets->entries);
	free(targets);
}

size_t
resume_targets_count(
    const struct resume_targets *targets, enum resume_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < targets->count; i++)
		count += targets->entries[i].state == state;
	return count;
}

static struct resume_entry *
find(const struct resume_targets *targets, uint64_t key)
{
	struct resume_entry wanted = { .key = key };

	if (targets->count == 0)
		return NULL;
	return bsearch(&wanted, targets->entries, targets->count,
	    sizeof(*targets->entries), by_key);
}

/* Its address may be the list's or the resolver's: both are looked up. */
static struct resume_entry *
find_seen(const struct resume_targets *targets, const struct observation *seen)
{
	bool names_nothing =
	    seen->status == STATUS_INVALID_INPUT && seen->mx_domain == NULL;
	struct identity identity = {
		.input = seen->input,
		.host = seen->mx_domain != NULL ? seen->mx_domain : seen->host,
		.ip = seen->ip,
		.tags = seen->tags,
		.tag_count = seen->tag_count,
		.ordinal = names_nothing ? seen->ordinal : 0,
		.port = seen->port,
	};
	struct resume_entry *entry = NULL;

	/* The address of a name is never the list's. */
	if (seen->name_group == NULL && seen->mx_domain == NULL)
		entry = find(targets, key_of(targets, &identity));
	if (entry != NULL)
		return entry;
	identity.ip = NULL;
	return find(targets, key_of(targets, &identity));
}

/*
 * A part of the target with this key: an MX host, an address, or an address of
 * an MX host; NULL where it is not told apart by that.
 */
static uint64_t
key_of_part(const struct resume_targets *targets, uint64_t target,
    const char *mx_host, const char *ip)
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	struct text text = { .size = 0 };
	uint64_t key;
	size_t size;

	text_append_bytes(&text, bytes_of(&target, sizeof(target)));
	append_string(&text, mx_host);
	if (ip != NULL && address_parse(ip, octets, &size))
		text_append_bytes(&text, bytes_of(octets, size));
	key = hash_bytes(&targets->hash_key, bytes_of(text.data, text.size));
	text_free(&text);
	return key;
}

static bool
add_part(struct resume_targets *targets, uint64_t key)
{
	return seen_add(targets->parts, bytes_of(&key, sizeof(key)));
}

/* Is this the last one of the host's addresses? */
static bool
count_address(struct resume_targets *targets, uint64_t host, unsigned addresses)
{
	struct resume_host *counted =
	    map_get(targets->hosts, bytes_of(&host, sizeof(host)));

	if (counted == NULL) {
		counted = memory_new(sizeof(*counted));
		counted->key = host;
		map_put(targets->hosts,
		    bytes_of(&counted->key, sizeof(counted->key)), counted);
	}
	return ++counted->taken >= addresses;
}

/* The target is done with the last of its addresses, or of its MX hosts. */
static bool
take_part(struct resume_targets *targets, struct resume_entry *entry,
    const struct observation *seen, enum resume_state state)
{
	const char *host = seen->mx_domain == NULL ? NULL : seen->host;
	bool is_address = seen->name_group != NULL && seen->ip != NULL;
	uint64_t whole = key_of_part(targets, entry->key, host, NULL);

	if (!add_part(targets, key_of_part(targets, entry->key, host,
				   is_address ? seen->ip : NULL)))
		return false;
	if (host != NULL && is_address) {
		if (!count_address(targets, whole, seen->addresses))
			return true;
		add_part(targets, whole);
	}
	entry->taken++;
	if (entry->taken >= (host == NULL ? seen->addresses : seen->mx_hosts))
		entry->state = state;
	return true;
}

uint32_t
resume_targets_take(struct resume_targets *targets,
    const struct observation *seen, enum resume_state state)
{
	struct resume_entry *entry = find_seen(targets, seen);

	if (entry == NULL || entry->state != RESUME_TARGET_OPEN)
		return 0;
	if (seen->name_group == NULL && seen->mx_domain == NULL)
		entry->state = state;
	else if (!take_part(targets, entry, seen, state))
		return 0;
	return entry->ordinal;
}

bool
resume_targets_has_part(const struct resume_targets *targets,
    const struct target *target, const char *ip)
{
	uint64_t key = key_of_part(targets, key_of_target(targets, target),
	    target->mx_domain == NULL ? NULL : target->host, ip);

	return seen_has(targets->parts, bytes_of(&key, sizeof(key)));
}

bool
resume_targets_lists(
    const struct resume_targets *targets, const struct observation *seen)
{
	return find_seen(targets, seen) != NULL;
}

bool
resume_targets_is_open(
    const struct resume_targets *targets, const struct target *target)
{
	const struct resume_entry *entry =
	    find(targets, key_of_target(targets, target));

	return entry == NULL || entry->state == RESUME_TARGET_OPEN;
}
