/* One name at a time is collected, and kept if one of its addresses differs. */
#include "fleet/tally_names.h"

#include <stdlib.h>

#include "base/memory.h"

void
tally_names_init(struct tally_names *names)
{
	*names = (struct tally_names){
		.arena = arena_new(),
		.scratch = arena_new(),
	};
}

void
tally_names_clear(struct tally_names *names)
{
	free(names->list);
	arena_free(names->arena);
	arena_free(names->scratch);
	*names = (struct tally_names){ .count = 0 };
}

static struct tally_address
copy_address(struct arena *arena, const struct tally_address *from)
{
	struct tally_address copy = *from;

	copy.ip = arena_string(arena, from->ip);
	copy.version = arena_string(arena, from->version);
	copy.cause = arena_string(arena, from->cause);
	copy.difference = arena_string(arena, from->difference);
	return copy;
}

void
tally_names_end(struct tally_names *names)
{
	struct tally_name *current = &names->current, *kept;

	if (current->addresses == 0)
		return;
	names->names++;
	names->odd_names += current->odd > 0;
	if (names->count < TALLY_NAMES &&
	    (current->odd > 0 || names->names <= TALLY_FIRST_NAMES)) {
		names->list = memory_grow(names->list, names->count,
		    &names->capacity, sizeof(*names->list));
		kept = &names->list[names->count++];
		*kept = *current;
		kept->host = NULL;
		kept->endpoint = arena_string(names->arena, current->endpoint);
		kept->list = arena_array(
		    names->arena, current->count, sizeof(*kept->list));
		for (size_t i = 0; i < current->count; i++)
			kept->list[i] =
			    copy_address(names->arena, &current->list[i]);
	}
	*current = (struct tally_name){ .addresses = 0 };
	arena_reset(names->scratch);
}

void
tally_names_add(struct tally_names *names, const struct result *result)
{
	const struct observation *seen = &result->seen;
	const struct finding *finding =
	    result_finding(result, FINDING_BACKEND_DIFFERS);
	struct tally_name *current = &names->current;
	struct tally_address address = {
		.ip = seen->ip,
		.version = seen->has_tls ? seen->tls.version : NULL,
		.cause = result_cause(result),
		.difference = finding == NULL ? NULL : finding->detail,
		.class_id = result->verdict.class_id,
		.good = result_is_good(result),
		.dated = result->leaf.present && !result->leaf.undated,
		.received_count = seen->received_count,
		.not_after = result->leaf.not_after,
	};

	if (current->addresses > 0 &&
	    (current->ordinal != seen->ordinal ||
		strcmp(current->host, seen->host) != 0))
		tally_names_end(names);
	if (seen->name_group == NULL)
		return;
	if (current->addresses == 0)
		*current = (struct tally_name){
			.ordinal = seen->ordinal,
			.host = arena_string(names->scratch, seen->host),
			.endpoint = result_endpoint(names->scratch, result),
			.addresses = seen->addresses,
			.list = arena_array(names->scratch,
			    TALLY_NAME_ODD + TALLY_NAME_ALIKE,
			    sizeof(*current->list)),
		};
	names->addresses++;
	current->odd += finding != NULL;
	names->odd_addresses += finding != NULL;
	if (finding == NULL ? current->alike == TALLY_NAME_ALIKE
			    : current->odd > TALLY_NAME_ODD)
		return;
	current->alike += finding == NULL;
	current->list[current->count++] =
	    copy_address(names->scratch, &address);
}
