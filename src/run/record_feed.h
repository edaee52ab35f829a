/*
 * All records of a run: read by several threads, told of one after the other.
 */
#ifndef RUN_RECORD_FEED_H
#define RUN_RECORD_FEED_H

#include "rundir/archive.h"

/*
 * In input order, on the calling thread; a record that cannot be read is left
 * out.  `at` is its place in the archive.  `threads` as --threads, 0: one a
 * core.
 */
void record_feed(struct archive *, unsigned threads,
    void (*tell)(void *context, size_t at, const struct result *),
    void *context);

#endif
