/*
 * Certificates by their SHA-256, and by subject.  A pool belongs to one thread;
 * an index is filled once and then read by all.
 */
#ifndef X509_CERTIFICATE_POOL_H
#define X509_CERTIFICATE_POOL_H

#include "x509/certificate.h"

/*
 * Adds one DER certificate, copying it.  A malformed certificate is a fact
 * about the host, not an error: it is kept, and `damage` says why.
 * The pool owns the result.  CA certificates stay until the pool is freed, up
 * to a cap; leaves, and what is over the cap, until the next trim.  *fresh
 * (may be NULL): the pool did not hold it, or no longer.
 */
struct certificate_pool;
struct certificate_pool *certificate_pool_new(void);
void certificate_pool_free(struct certificate_pool *);
const struct certificate *certificate_pool_add(
    struct certificate_pool *, struct bytes der, bool *fresh);

/*
 * Call between hosts, when nobody borrows from the pool: leaves beyond the
 * most recently added few thousand go.
 */
void certificate_pool_trim(struct certificate_pool *);

/*
 * Certificates by canonical subject name.  They are borrowed, and come back
 * in the order added.  Safe to read from many threads once filled.
 */
struct certificate_index;

struct certificate_list {
	const struct certificate *const *certificates;
	size_t count;
};

struct certificate_index *certificate_index_new(void);
void certificate_index_free(struct certificate_index *);
/* False, and nothing done, when this very certificate is there already. */
bool certificate_index_add(
    struct certificate_index *, const struct certificate *);
/*
 * Adds the values of a map (base/map.h) from SHA-256 to certificate, in the
 * order of their digests: independent of the order they were found in.
 */
struct map;
void certificate_index_add_sorted(
    struct certificate_index *, const struct map *);
struct certificate_list certificate_index_find(
    const struct certificate_index *, struct bytes canonical_subject);
/* NULL: not there. */
const struct certificate *certificate_index_get(
    const struct certificate_index *, const struct digest *sha256);
struct certificate_list certificate_index_all(const struct certificate_index *);

#endif
