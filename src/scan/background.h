/*
 * One thread that works off what others hand it, and the lock under which it
 * and they look at what it has done.
 */
#ifndef SCAN_BACKGROUND_H
#define SCAN_BACKGROUND_H

#include <stddef.h>

struct background;

/* `work` is called without the lock, with all that was handed over since. */
struct background *background_new(
    void (*work)(void *context, void *const items[], size_t count),
    void *context);
/* After what it is working on; the rest is not begun. */
void background_free(struct background *);

void background_lock(struct background *);
void background_unlock(struct background *);

/* Under the lock; the thread begins with the first item. */
void background_add(struct background *, void *item);
/* Wakes those who wait; the lock is given up while waiting. */
void background_tell(struct background *);
void background_wait(struct background *);

#endif
