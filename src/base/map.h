/*
 * Two hash tables.  `map`: octet strings to pointers; keys are borrowed and
 * must outlive the map (point them into the value).  `seen`: a set of 64-bit
 * fingerprints, about 12 octets an entry even while it grows, for sets with
 * millions of entries.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/bytes.h"

struct map;

struct map *map_new(void);
void map_free(struct map *); /* not the values */
size_t map_count(const struct map *);
void *map_get(const struct map *, struct bytes key); /* NULL: none */

/* Adds, or replaces and returns what was there before. */
void *map_put(struct map *, struct bytes key, void *value);

/* Takes an entry out and returns its value; NULL: none. */
void *map_remove(struct map *, struct bytes key);

/*
 * Walks all entries in no particular order: start with *at = 0, ends with
 * false.  The map must not change on the way.
 */
bool map_next(const struct map *, size_t *at, struct bytes *key, void **value);

struct seen;

struct seen *seen_new(void);
void seen_free(struct seen *);

/* True when the key was not there yet (and now is). */
bool seen_add(struct seen *, struct bytes key);
bool seen_has(const struct seen *, struct bytes key);

#endif
