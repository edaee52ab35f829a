/*
 * Items that wait, each for one host, and how many may be under way at a time:
 * in all and with one host.  Hosts take turns; with one host, first come,
 * first served.
 */
#ifndef SCAN_FETCH_QUEUE_H
#define SCAN_FETCH_QUEUE_H

struct fetch_queue;

struct fetch_queue *fetch_queue_new(unsigned in_all, unsigned a_host);
void fetch_queue_free(struct fetch_queue *); /* not the items */

/* A host is its name, however it is spelled; it is copied. */
void fetch_queue_add(struct fetch_queue *, const char *host, void *item);

/*
 * The next item to begin, now counted; NULL: none is left, or as many as may
 * be are under way.  fetch_queue_leave is due for its host.
 */
void *fetch_queue_next(struct fetch_queue *);
void fetch_queue_leave(struct fetch_queue *, const char *host);

/* As many at a time from now on as are under way, but at least one. */
void fetch_queue_narrow(struct fetch_queue *);

#endif
