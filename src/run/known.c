/* Loads known intermediates.  Trusts none of them. */
#include "run/known.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "x509/bundle.h"

struct known {
	struct certificate_index *index;
	struct certificate **owned;
	size_t owned_count, owned_capacity;
	struct map *files; /* SHA-256 -> path, in the arena */
	struct arena *arena;
};

struct known *
known_new(void)
{
	struct known *known = memory_new(sizeof(*known));

	known->index = certificate_index_new();
	known->files = map_new();
	known->arena = arena_new();
	return known;
}

void
known_free(struct known *known)
{
	if (known == NULL)
		return;
	certificate_index_free(known->index);
	for (size_t i = 0; i < known->owned_count; i++)
		certificate_free(known->owned[i]);
	free(known->owned);
	map_free(known->files);
	arena_free(known->arena);
	free(known);
}

int
known_add_file(
    struct known *known, const char *path, const char *original, char **error)
{
	struct arena *arena = arena_new();
	struct bundle bundle = { .count = 0 };
	const char *reason = NULL;
	char *name = arena_string(known->arena, original);
	int result = bundle_read_path(arena, path, NULL, &bundle, &reason);

	if (result < 0)
		*error = memory_string(reason);
	for (size_t i = 0; result == 0 && i < bundle.count; i++) {
		struct certificate *certificate =
		    certificate_new(bundle.certificates[i]);

		if (!certificate_index_add(known->index, certificate)) {
			certificate_free(certificate);
			continue;
		}
		known->owned = memory_grow(known->owned, known->owned_count,
		    &known->owned_capacity, sizeof(*known->owned));
		known->owned[known->owned_count++] = certificate;
		map_put(known->files, digest_bytes(&certificate->sha256), name);
	}
	arena_free(arena);
	return result;
}

void
known_borrow(struct known *known, const struct known *other)
{
	struct certificate_list list = certificate_index_all(other->index);

	for (size_t i = 0; i < list.count; i++) {
		const struct certificate *certificate = list.certificates[i];

		if (certificate_index_add(known->index, certificate))
			map_put(known->files,
			    digest_bytes(&certificate->sha256),
			    map_get(other->files,
				digest_bytes(&certificate->sha256)));
	}
}

const struct certificate_index *
known_certificates(const struct known *known)
{
	return known->index;
}

const char *
known_where(const struct known *known, const struct digest *sha256)
{
	return map_get(known->files, digest_bytes(sha256));
}
