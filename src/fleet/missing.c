/*
 * Counts missing certificates.  Whether one repairs anything is proven in
 * src/repair.
 */
#include "fleet/missing.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

/* More are not numbered: the list is for people. */
enum { WANTED_MOST = 10000 };

struct wanted_certificate {
	struct digest sha256;
	uint64_t hosts;
	size_t order; /* of appearance */
};

struct wanted {
	struct arena *arena;
	struct map *certificates;
};

struct wanted *
wanted_new(void)
{
	struct wanted *wanted = memory_new(sizeof(*wanted));

	wanted->arena = arena_new();
	wanted->certificates = map_new();
	return wanted;
}

void
wanted_free(struct wanted *wanted)
{
	if (wanted == NULL)
		return;
	map_free(wanted->certificates);
	arena_free(wanted->arena);
	free(wanted);
}

static struct wanted_certificate *
find(const struct wanted *wanted, const struct digest *sha256)
{
	return map_get(wanted->certificates, bytes_of(sha256, sizeof(*sha256)));
}

void
wanted_add(struct wanted *wanted, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;

	if (verdict->class_id == CLASS_OK)
		return;
	for (size_t i = 0; i < verdict->missing_count; i++) {
		const struct digest *sha256 = &verdict->missing[i].sha256;
		struct wanted_certificate *certificate = find(wanted, sha256);

		if (certificate == NULL && wanted_count(wanted) < WANTED_MOST) {
			certificate =
			    arena_alloc(wanted->arena, sizeof(*certificate));
			certificate->sha256 = *sha256;
			certificate->order = map_count(wanted->certificates);
			map_put(wanted->certificates,
			    bytes_of(&certificate->sha256, sizeof(*sha256)),
			    certificate);
		}
		if (certificate != NULL)
			certificate->hosts++;
	}
}

size_t
wanted_number(const struct wanted *wanted, const struct digest *sha256)
{
	const struct wanted_certificate *certificate = find(wanted, sha256);
	struct bytes key;
	size_t at = 0, number = 1;
	void *value;

	if (certificate == NULL)
		return 0;
	while (map_next(wanted->certificates, &at, &key, &value)) {
		const struct wanted_certificate *other = value;

		number += other->hosts > certificate->hosts ||
			  (other->hosts == certificate->hosts &&
			      other->order < certificate->order);
	}
	return number;
}

size_t
wanted_count(const struct wanted *wanted)
{
	return map_count(wanted->certificates);
}
