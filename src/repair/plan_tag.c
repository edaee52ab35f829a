/* Copies what refers to hosts, so that a part names no host of another tag. */
#include "repair/plan_tag.h"

#include <stdlib.h>

#include "base/map.h"

static int
by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const char **
repair_plan_tags(
    const struct repair_plan *plan, struct arena *arena, size_t *count)
{
	struct seen *seen = seen_new();
	const char **tags;
	size_t most = 0;

	for (size_t i = 0; i < plan->host_count; i++)
		most += plan->hosts[i]->tag_count;
	tags = arena_array(arena, most + 1, sizeof(*tags));
	*count = 0;
	for (size_t i = 0; i < plan->host_count; i++) {
		const struct repair_host *host = plan->hosts[i];

		for (size_t k = 0; k < host->tag_count; k++)
			if (seen_add(seen, bytes_from_string(host->tags[k])))
				tags[(*count)++] = host->tags[k];
	}
	seen_free(seen);
	qsort(tags, *count, sizeof(*tags), by_name);
	return tags;
}

static bool
has_tag(const struct repair_host *host, const char *tag)
{
	for (size_t i = 0; i < host->tag_count; i++)
		if (strcmp(host->tags[i], tag) == 0)
			return true;
	return false;
}

static void
add_item(struct repair_plan *part, struct arena *arena,
    const struct repair_item *whole)
{
	struct repair_item *item = arena_alloc(arena, sizeof(*item));

	*item = *whole;
	item->hosts =
	    arena_array(arena, whole->host_count + 1, sizeof(*item->hosts));
	item->host_count = item->repaired = 0;
	for (size_t i = 0; i < part->host_count; i++) {
		struct repair_host *host = part->hosts[i];

		for (size_t k = 0; k < host->item_count; k++) {
			if (host->items[k] != whole)
				continue;
			host->items[k] = item;
			item->hosts[item->host_count++] = host;
			item->repaired += host->repaired;
		}
	}
	if (item->host_count == 0)
		return;
	repair_item_collect(item, arena);
	part->items[part->item_count++] = item;
}

const struct repair_plan *
repair_plan_of_tag(
    const struct repair_plan *plan, struct arena *arena, const char *tag)
{
	struct repair_plan *part = arena_alloc(arena, sizeof(*part));

	*part = (struct repair_plan){ .arena = arena };
	part->hosts =
	    arena_array(arena, plan->host_count + 1, sizeof(*part->hosts));
	part->items =
	    arena_array(arena, plan->item_count + 1, sizeof(*part->items));
	for (size_t i = 0; i < plan->host_count; i++) {
		const struct repair_host *whole = plan->hosts[i];
		struct repair_host *host;

		if (!has_tag(whole, tag))
			continue;
		host = arena_alloc(arena, sizeof(*host));
		*host = *whole;
		host->number = part->host_count;
		host->items = arena_array(
		    arena, whole->item_count + 1, sizeof(*host->items));
		for (size_t k = 0; k < whole->item_count; k++)
			host->items[k] = whole->items[k];
		part->hosts[part->host_count++] = host;
		part->repaired += host->repaired;
	}
	for (size_t i = 0; i < plan->item_count; i++)
		add_item(part, arena, plan->items[i]);
	return part;
}
