/*
 * A socket of another library, watched by a loop of ours.  The library keeps
 * it and closes it.
 */
#ifndef SCAN_SOCKET_WATCH_H
#define SCAN_SOCKET_WATCH_H

#include <stdbool.h>
#include <uv.h>

struct socket_watch;

/* What happened; `failed` comes alone. */
struct socket_ready {
	int socket;
	bool readable, writable, failed;
};

/* NULL when the system does not allow it. */
struct socket_watch *socket_watch_new(uv_loop_t *, int socket,
    void (*ready)(void *context, const struct socket_ready *), void *context);

/* What to wait for from now on. */
void socket_watch_set(struct socket_watch *, bool readable, bool writable);

/* Stops at once; the memory is freed when the loop runs.  NULL is safe. */
void socket_watch_close(struct socket_watch *);

#endif
