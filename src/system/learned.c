/* The learned cache's file.  What is worth learning is decided elsewhere. */
#include "system/learned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "x509/bundle.h"
#include "x509/certificate.h"
#include "x509/pem.h"

struct learned {
	char *path;
	struct arena *arena;
	struct map *fresh; /* SHA-256 -> struct bytes, in the arena */
};

struct learned_entry {
	struct digest sha256;
	struct bytes der;
};

struct learned *
learned_new(const char *path)
{
	struct learned *learned = memory_new(sizeof(*learned));

	learned->path = memory_string(path);
	learned->arena = arena_new();
	learned->fresh = map_new();
	return learned;
}

void
learned_free(struct learned *learned)
{
	if (learned == NULL)
		return;
	map_free(learned->fresh);
	arena_free(learned->arena);
	free(learned->path);
	free(learned);
}

void
learned_add(
    struct learned *learned, const struct digest *sha256, struct bytes der)
{
	struct learned_entry *entry;

	if (map_count(learned->fresh) >= LEARNED_MOST ||
	    map_get(learned->fresh, digest_bytes(sha256)) != NULL)
		return;
	entry = arena_alloc(learned->arena, sizeof(*entry));
	entry->sha256 = *sha256;
	entry->der = arena_bytes(learned->arena, der);
	map_put(learned->fresh, digest_bytes(&entry->sha256), entry);
}

/* Adds what other runs learned; true if this one knows more. */
static bool
join(struct learned *learned)
{
	size_t added = map_count(learned->fresh), shared = 0;
	struct bundle bundle = { .count = 0 };
	const char *error;

	if (!file_exists(learned->path) ||
	    bundle_read_path(
		learned->arena, learned->path, NULL, &bundle, &error) < 0)
		return added > 0;
	for (size_t i = 0; i < bundle.count; i++) {
		struct digest sha256;

		certificate_digest(bundle.certificates[i], &sha256);
		if (map_get(learned->fresh, digest_bytes(&sha256)) != NULL)
			shared++;
		learned_add(learned, &sha256, bundle.certificates[i]);
	}
	return shared < added;
}

static int
by_digest(const void *a, const void *b)
{
	const struct learned_entry *const *left = a, *const *right = b;

	return digest_compare(&(*left)->sha256, &(*right)->sha256);
}

int
learned_save(struct learned *learned)
{
	struct text out = { .size = 0 };
	const struct learned_entry **list;
	size_t count = 0;
	struct bytes key;
	void *entry;
	int result = -1;

	if (!join(learned))
		return 0;
	/* By digest: the file is the same whoever learned first. */
	list = memory_array(map_count(learned->fresh) + 1, sizeof(*list));
	for (size_t at = 0; map_next(learned->fresh, &at, &key, &entry);)
		list[count++] = entry;
	qsort(list, count, sizeof(*list), by_digest);
	for (size_t i = 0; i < count; i++)
		pem_append(&out, NULL, list[i]->der);
	free(list);
	if (file_make_parents(learned->path) == 0)
		result =
		    file_write(learned->path, bytes_of(out.data, out.size));
	text_free(&out);
	return result;
}
