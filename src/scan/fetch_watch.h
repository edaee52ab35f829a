/* Somebody else's socket, watched by a loop of ours; it stays theirs. */
#ifndef SCAN_FETCH_WATCH_H
#define SCAN_FETCH_WATCH_H

#include <stdbool.h>
#include <uv.h>

struct fetch_watch;

/* What happened; `failed` comes alone. */
struct fetch_ready {
	int socket;
	bool readable, writable, failed;
};

struct fetch_watch *fetch_watch_new(uv_loop_t *, int socket,
    void (*ready)(void *context, const struct fetch_ready *), void *context);

/* What to wait for from now on. */
void fetch_watch_set(struct fetch_watch *, bool readable, bool writable);

/* At once; the memory goes when the loop runs.  NULL is safe. */
void fetch_watch_close(struct fetch_watch *);

#endif
