/*
 * A TCP server of one thread for tests of the scan floor: accepts, closes each
 * connection some time after the client's first octets, and counts.
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
	_Atomic unsigned hold_ms; /* after the first octets; may change */
	_Atomic unsigned accepted;
	unsigned most; /* open at the same time */
	pthread_t thread;
	int wake[2];
};

struct held {
	int fd;
	uint64_t heard_ms; /* when the first octets came; 0: none yet */
};

static uint64_t
listener_now_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

/* Reads what there is; false when the client has closed its end. */
static bool
listener_read(struct held *held)
{
	char octets[4096];
	ssize_t got;

	while ((got = recv(held->fd, octets, sizeof(octets), MSG_DONTWAIT)) > 0)
		if (held->heard_ms == 0)
			held->heard_ms = listener_now_ms();
	return got < 0;
}

/* Closed only after the client's octets were read: else it sees a reset. */
static unsigned
listener_sweep(struct listener *listener, struct held *held, unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		if (listener_read(&held[i]) &&
		    (held[i].heard_ms == 0 ||
			listener_now_ms() - held[i].heard_ms <
			    listener->hold_ms))
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
		{ listener->wake[0], POLLIN, 0 } };
	struct held held[LISTENER_MOST];
	unsigned count = 0;

	while (poll(waits, 2, 5) >= 0 && waits[1].revents == 0) {
		int fd = waits[0].revents != 0 && count < LISTENER_MOST
			     ? accept(listener->fd, NULL, NULL)
			     : -1;

		count = listener_sweep(listener, held, count);
		if (fd < 0)
			continue;
		held[count++] = (struct held){ fd, 0 };
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
	return listener_bind(listener, 128) && pipe(listener->wake) == 0 &&
	       pthread_create(
		   &listener->thread, NULL, listener_main, listener) == 0;
}

/* Until so many connections were accepted; false when that takes too long. */
static bool
listener_wait(struct listener *listener, unsigned accepted)
{
	enum { MOST_MS = 20000 };
	uint64_t began = listener_now_ms();

	while (listener->accepted < accepted)
		if (listener_now_ms() - began > MOST_MS || usleep(1000) != 0)
			return false;
	return true;
}

static void
listener_stop(struct listener *listener)
{
	if (write(listener->wake[1], "", 1) == 1)
		pthread_join(listener->thread, NULL);
	close(listener->wake[0]);
	close(listener->wake[1]);
	close(listener->fd);
}

#endif
