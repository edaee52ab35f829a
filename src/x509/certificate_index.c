/*
 * Certificates by subject, for the search for issuers.  It borrows them; a
 * pool or a store owns them.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "x509/certificate_pool.h"

struct entry_list {
	const struct certificate **certificates;
	size_t count, capacity;
};

struct certificate_index {
	struct map *by_digest;	/* to the certificates, which are not ours */
	struct map *by_subject; /* to entry lists */
	struct entry_list all;
};

static void
list_add(struct entry_list *list, const struct certificate *certificate)
{
	list->certificates = memory_grow(list->certificates, list->count,
	    &list->capacity, sizeof(*list->certificates));
	list->certificates[list->count++] = certificate;
}

static struct certificate_list
list_show(const struct entry_list *list)
{
	if (list == NULL)
		return (struct certificate_list){ NULL, 0 };
	return (struct certificate_list){ list->certificates, list->count };
}

struct certificate_index *
certificate_index_new(void)
{
	struct certificate_index *index = memory_new(sizeof(*index));

	index->by_digest = map_new();
	index->by_subject = map_new();
	return index;
}

void
certificate_index_free(struct certificate_index *index)
{
	struct bytes key;
	size_t at = 0;
	void *value;

	if (index == NULL)
		return;
	while (map_next(index->by_subject, &at, &key, &value)) {
		struct entry_list *list = value;

		free(list->certificates);
		free(list);
	}
	map_free(index->by_subject);
	map_free(index->by_digest);
	free(index->all.certificates);
	free(index);
}

bool
certificate_index_add(
    struct certificate_index *index, const struct certificate *certificate)
{
	struct entry_list *list;

	if (certificate_index_get(index, &certificate->sha256) != NULL)
		return false;
	/* The map's values are not const; ours are never changed. */
	map_put(index->by_digest, digest_bytes(&certificate->sha256),
	    (void *)certificate);
	list = map_get(index->by_subject, certificate->subject_key);
	if (list == NULL) {
		list = memory_new(sizeof(*list));
		map_put(index->by_subject, certificate->subject_key, list);
	}
	list_add(list, certificate);
	list_add(&index->all, certificate);
	return true;
}

struct certificate_list
certificate_index_find(
    const struct certificate_index *index, struct bytes canonical_subject)
{
	return list_show(map_get(index->by_subject, canonical_subject));
}

const struct certificate *
certificate_index_get(
    const struct certificate_index *index, const struct digest *sha256)
{
	return map_get(index->by_digest, digest_bytes(sha256));
}

struct certificate_list
certificate_index_all(const struct certificate_index *index)
{
	return list_show(&index->all);
}

static int
by_digest(const void *a, const void *b)
{
	const struct certificate *const *left = a, *const *right = b;

	return digest_compare(&(*left)->sha256, &(*right)->sha256);
}

void
certificate_index_add_sorted(
    struct certificate_index *index, const struct map *certificates)
{
	const struct certificate **list =
	    memory_array(map_count(certificates) + 1, sizeof(*list));
	size_t count = 0;
	struct bytes key;
	void *certificate;

	for (size_t at = 0; map_next(certificates, &at, &key, &certificate);)
		list[count++] = certificate;
	qsort(list, count, sizeof(*list), by_digest);
	for (size_t i = 0; i < count; i++)
		certificate_index_add(index, list[i]);
	free(list);
}
