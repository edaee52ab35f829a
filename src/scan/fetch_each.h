/*
 * The engine under fetch_all: URLs that all differ.  Only fetch_batch.c calls
 * it.
 */
#ifndef SCAN_FETCH_EACH_H
#define SCAN_FETCH_EACH_H

#include "scan/fetch.h"

/* As fetch_all, and every URL is fetched however often it is listed. */
int fetch_each(const struct fetch_options *, const char *const urls[],
    size_t count, fetch_callback *, void *context);

#endif
