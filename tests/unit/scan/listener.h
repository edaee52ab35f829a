/*
 * A TCP server of one thread for tests of the scan floor: accepts, holds each
 * connection for a while, closes it, and counts.
 */
#ifndef TESTS_SCAN_LISTENER_H
#define TESTS_SCAN_LISTENER_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { LISTENER_MOST = 256 };

struct listener {
	int fd;
	uint16_t port;
	unsigned hold_ms;	 /* 0: closed at once */
	unsigned accepted, most; /* in all; open at the same time */
	pthread_t thread;
	int stop[2];
};

struct held {
	int fd;
	uint64_t until_ms;
};

static uint64_t
listener_now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

/* Open means that the client has not closed it yet. */
static bool
listener_is_open(int fd)
{
	char octets[4096];
	ssize_t got;

	do
		got = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	while (got > 0);
	return got < 0;
}

static unsigned
listener_sweep(struct held *held, unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		if (held[i].until_ms > listener_now_ms() &&
		    listener_is_open(held[i].fd))
			held[kept++] = held[i];
		else
			close(held[i].fd);
	}
	return kept;
}

static void *
listener_main(void *argument)
{
	struct listener *listener = argument;
	struct pollfd waits[2] = { { listener->fd, POLLIN, 0 },
		{ listener->stop[0], POLLIN, 0 } };
	struct held held[LISTENER_MOST];
	unsigned count = 0;

	while (poll(waits, 2, 5) >= 0 && waits[1].revents == 0) {
		int fd = waits[0].revents != 0 && count < LISTENER_MOST
			     ? accept(listener->fd, NULL, NULL)
			     : -1;

		count = listener_sweep(held, count);
		if (fd < 0)
			continue;
		held[count++] =
		    (struct held){ fd, listener_now_ms() + listener->hold_ms };
		listener->accepted++;
		if (count > listener->most)
			listener->most = count;
	}
	while (count > 0)
		close(held[--count].fd);
	return NULL;
}

static bool
listener_bind(struct listener *listener, int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener->fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(listener->fd, backlog) != 0 ||
	    getsockname(listener->fd, (struct sockaddr *)&address, &size) != 0)
		return false;
	listener->port = ntohs(address.sin_port);
	return true;
}

static bool
listener_start(struct listener *listener, unsigned hold_ms)
{
	memset(listener, 0, sizeof(*listener));
	listener->hold_ms = hold_ms;
	return listener_bind(listener, 128) && pipe(listener->stop) == 0 &&
	       pthread_create(
		   &listener->thread, NULL, listener_main, listener) == 0;
}

static void
listener_stop(struct listener *listener)
{
	if (write(listener->stop[1], "", 1) == 1)
		pthread_join(listener->thread, NULL);
	close(listener->stop[0]);
	close(listener->stop[1]);
	close(listener->fd);
}

#endif
