/* A uv_poll_t for a socket that libcurl or c-ares reads and writes. */
#include "scan/socket_watch.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/memory.h"

struct socket_watch {
	uv_poll_t poll;
	int socket;
	void (*ready)(void *context, const struct socket_ready *);
	void *context;
};

struct socket_watch *
socket_watch_new(uv_loop_t *loop, int socket,
    void (*ready)(void *context, const struct socket_ready *), void *context)
{
	struct socket_watch *watch = memory_new(sizeof(*watch));

	if (uv_poll_init_socket(loop, &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	watch->poll.data = watch;
	watch->socket = socket;
	watch->ready = ready;
	watch->context = context;
	return watch;
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *watch = poll->data;
	struct socket_ready ready = {
		.socket = watch->socket,
		.readable = status == 0 && (events & UV_READABLE) != 0,
		.writable = status == 0 && (events & UV_WRITABLE) != 0,
		.failed = status != 0,
	};

	watch->ready(watch->context, &ready);
}

void
socket_watch_set(struct socket_watch *watch, bool readable, bool writable)
{
	int events =
	    (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (uv_poll_start(&watch->poll, events, on_poll) != 0)
		fatal_bug("libuv does not watch this socket");
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
socket_watch_close(struct socket_watch *watch)
{
	if (watch != NULL)
		uv_close((uv_handle_t *)&watch->poll, on_closed);
}
