/* Counts only; memory is bounded by the number of tags. */
#include "fleet/tally_tags.h"

#include <stdlib.h>

#include "audit/audit.h"
#include "base/map.h"
#include "base/memory.h"

struct tally_tags {
	struct map *map; /* by name */
	struct tally_tag others;
};

struct tally_tags *
tally_tags_new(void)
{
	struct tally_tags *tags = memory_new(sizeof(*tags));

	tags->map = map_new();
	return tags;
}

void
tally_tags_free(struct tally_tags *tags)
{
	struct bytes key;
	void *value;
	size_t at = 0;

	if (tags == NULL)
		return;
	while (map_next(tags->map, &at, &key, &value)) {
		struct tally_tag *tag = value;

		free(tag->name);
		free(tag);
	}
	map_free(tags->map);
	free(tags);
}

static struct tally_tag *
find_tag(struct tally_tags *tags, const char *name)
{
	struct tally_tag *tag = map_get(tags->map, bytes_from_string(name));

	if (tag != NULL)
		return tag;
	if (map_count(tags->map) == TALLY_TAGS)
		return &tags->others;
	tag = memory_new(sizeof(*tag));
	tag->name = memory_string(name);
	map_put(tags->map, bytes_from_string(tag->name), tag);
	return tag;
}

static void
add_counts(struct tally_tag *sum, const struct tally_tag *tag)
{
	sum->hosts += tag->hosts;
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		sum->severities[i] += tag->severities[i];
	for (size_t i = 0; i < CLASS_COUNT; i++)
		sum->classes[i] += tag->classes[i];
}

void
tally_tags_add(struct tally_tags *tags, const struct result *result)
{
	const struct observation *seen = &result->seen;
	struct tally_tag one = { .hosts = 1 };

	one.severities[result->verdict.severity] = 1;
	one.classes[result_counted_class(result)] = 1;
	for (size_t i = 0; i < seen->tag_count; i++)
		add_counts(find_tag(tags, seen->tags[i]), &one);
}

static int
by_weight(const void *left, const void *right)
{
	const struct tally_tag *a = *(const struct tally_tag *const *)left;
	const struct tally_tag *b = *(const struct tally_tag *const *)right;

	for (int i = SEVERITY_ERROR; i >= SEVERITY_WARNING; i--)
		if (a->severities[i] != b->severities[i])
			return a->severities[i] < b->severities[i] ? 1 : -1;
	return strcmp(a->name, b->name);
}

const struct tally_tag **
tally_tags_list(const struct tally_tags *tags, size_t *count)
{
	const struct tally_tag **list =
	    memory_array(map_count(tags->map) + 1, sizeof(*list));
	struct bytes key;
	void *value;
	size_t at = 0;

	*count = 0;
	while (map_next(tags->map, &at, &key, &value))
		list[(*count)++] = value;
	qsort(list, *count, sizeof(*list), by_weight);
	return list;
}

struct tally_tag
tally_tags_rest(const struct tally_tags *tags,
    const struct tally_tag *const list[], size_t count, size_t shown)
{
	struct tally_tag rest = tags->others;

	for (size_t i = shown; i < count; i++)
		add_counts(&rest, list[i]);
	return rest;
}

enum class_id
tally_tag_worst(const struct tally_tag *tag)
{
	enum class_id worst = CLASS_OK;

	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (tag->classes[i] > 0 &&
		    (worst == CLASS_OK ||
			class_precedes((enum class_id)i, worst)))
			worst = (enum class_id)i;
	return worst;
}
