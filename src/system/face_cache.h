/*
 * Hosts that were found to have no other face, as the hashes that
 * scan/faces.c makes of them: for seven days they are not asked again.  One
 * file of the user's cache.  All threads of a run use it at once.
 */
#ifndef SYSTEM_FACE_CACHE_H
#define SYSTEM_FACE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	FACE_CACHE_DAYS = 7,
	FACE_CACHE_MOST = 1000000 /* hosts in the file: 24 MB */
};

struct face_cache;

/*
 * `now` is the clock.  A file that is not there, or not ours, or damaged, is
 * as none: the latter with a sentence in the log.
 */
struct face_cache *face_cache_new(const char *path, int64_t now);
void face_cache_free(struct face_cache *);

/* As struct face_memory of scan/scan.h has them. */
bool face_cache_has(void *cache, const struct digest *key);
void face_cache_note(void *cache, const struct digest *key);

/* -1 with errno when the file cannot be written. */
int face_cache_save(struct face_cache *);

#endif
