/*
 * Memory that is freed together: one host's record, one file's rows. Single
 * pieces are never freed.  Not for sharing between threads.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *);

/* Forgets everything but keeps a block for the next host. */
void arena_reset(struct arena *);

void *arena_alloc(struct arena *, size_t size); /* zeroed, aligned for any */
void *arena_room(struct arena *, size_t size);	/* the same, not zeroed */
void *arena_array(struct arena *, size_t count, size_t size);
char *arena_string(struct arena *, const char *); /* NULL stays NULL */
struct bytes arena_bytes(struct arena *, struct bytes);
char *arena_printf(struct arena *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
