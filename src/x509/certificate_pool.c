/*
 * The certificates a thread has seen, each once.  CA certificates stay, as a
 * fleet shares a few dozen of them; leaves are kept for a while only.
 */
#include "x509/certificate_pool.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

enum {
	/* Some 3 KiB each.  More than all that CCADB lists. */
	POOL_MOST_AUTHORITIES = 8192,
	/* Hosts behind one address or name often share a leaf.  Twice as many
	   are there before they are trimmed, in each thread. */
	POOL_RECENT = 512
};

struct certificate_pool {
	struct map *by_digest; /* keys point into the certificates */
	size_t authorities;

	/* Those that may go, oldest first. */
	struct certificate **passing;
	size_t passing_count, passing_capacity;
};

struct certificate_pool *
certificate_pool_new(void)
{
	struct certificate_pool *pool = memory_new(sizeof(*pool));

	pool->by_digest = map_new();
	return pool;
}

void
certificate_pool_free(struct certificate_pool *pool)
{
	struct bytes key;
	void *certificate;
	size_t at = 0;

	if (pool == NULL)
		return;
	while (map_next(pool->by_digest, &at, &key, &certificate))
		certificate_free(certificate);
	map_free(pool->by_digest);
	free(pool->passing);
	free(pool);
}

const struct certificate *
certificate_pool_add(
    struct certificate_pool *pool, struct bytes der, bool *fresh)
{
	struct certificate *certificate;
	struct digest digest;

	certificate_digest(der, &digest);
	certificate = map_get(pool->by_digest, digest_bytes(&digest));
	if (fresh != NULL)
		*fresh = certificate == NULL;
	if (certificate != NULL)
		return certificate;

	certificate = certificate_new_known(der, &digest);
	map_put(
	    pool->by_digest, digest_bytes(&certificate->sha256), certificate);
	if (certificate_is_authority(certificate) &&
	    pool->authorities < POOL_MOST_AUTHORITIES) {
		pool->authorities++;
		return certificate;
	}
	pool->passing = memory_grow(pool->passing, pool->passing_count,
	    &pool->passing_capacity, sizeof(*pool->passing));
	pool->passing[pool->passing_count++] = certificate;
	return certificate;
}

void
certificate_pool_trim(struct certificate_pool *pool)
{
	size_t excess;

	/* In one go a few hosts later, rather than one by one each time. */
	if (pool->passing_count < 2 * POOL_RECENT)
		return;
	excess = pool->passing_count - POOL_RECENT;
	for (size_t i = 0; i < excess; i++) {
		struct certificate *certificate = pool->passing[i];

		map_remove(pool->by_digest, digest_bytes(&certificate->sha256));
		certificate_free(certificate);
	}
	memmove(pool->passing, pool->passing + excess,
	    POOL_RECENT * sizeof(*pool->passing));
	pool->passing_count = POOL_RECENT;
}
