/*
 * The event loop: waits with epoll, calls the watches that are ready, and ends
 * those whose deadline has passed.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include "tests/lab/loop.h"
#include "tests/lab/octets.h"

enum { EVENTS_AT_ONCE = 64, SWEEP_MS = 250 };

struct lab_loop {
	int epoll_fd;
	int stop_fd;
	bool stopped;
	int64_t swept_ms;
	struct lab_watch *first;
};

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The stop descriptor is the one event without a watch behind it. */
struct lab_loop *
lab_loop_new(void)
{
	struct lab_loop *loop = lab_alloc(1, sizeof(*loop));
	struct epoll_event event = { .events = EPOLLIN };

	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->epoll_fd >= 0 && loop->stop_fd >= 0 &&
	    epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->stop_fd, &event) ==
		0)
		return loop;
	lab_loop_free(loop);
	return NULL;
}

void
lab_loop_free(struct lab_loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->stop_fd >= 0)
		close(loop->stop_fd);
	free(loop);
}

static void
end_all_late(struct lab_loop *loop)
{
	int64_t now = monotonic_ms();
	struct lab_watch *watch, *next;

	if (now - loop->swept_ms < SWEEP_MS)
		return;
	loop->swept_ms = now;
	for (watch = loop->first; watch != NULL; watch = next) {
		next = watch->next;
		if (watch->deadline_ms != 0 && watch->deadline_ms <= now)
			watch->on_end(watch);
	}
}

static void
run_once(struct lab_loop *loop)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count =
	    epoll_wait(loop->epoll_fd, events, EVENTS_AT_ONCE, SWEEP_MS);

	for (int i = 0; i < count; i++) {
		struct lab_watch *watch = events[i].data.ptr;

		if (watch == NULL)
			loop->stopped = true;
		else
			watch->on_ready(watch);
	}
	end_all_late(loop);
}

void
lab_loop_run(struct lab_loop *loop)
{
	while (!loop->stopped)
		run_once(loop);
	while (loop->first != NULL)
		loop->first->on_end(loop->first);
}

void
lab_loop_stop(struct lab_loop *loop)
{
	uint64_t one = 1;

	if (write(loop->stop_fd, &one, sizeof(one)) != sizeof(one))
		lab_bug("cannot stop the loop", "lab_loop_stop");
}

bool
lab_watch_open(struct lab_watch *watch, struct lab_loop *loop, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) != 0) {
		close(watch->fd);
		watch->fd = -1;
		return false;
	}
	watch->loop = loop;
	watch->previous = NULL;
	watch->next = loop->first;
	if (loop->first != NULL)
		loop->first->previous = watch;
	loop->first = watch;
	return true;
}

void
lab_watch_want(struct lab_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void
lab_watch_set_deadline(struct lab_watch *watch, int64_t in_ms)
{
	watch->deadline_ms = monotonic_ms() + in_ms;
}

void
lab_watch_close(struct lab_watch *watch)
{
	if (watch->previous != NULL)
		watch->previous->next = watch->next;
	else
		watch->loop->first = watch->next;
	if (watch->next != NULL)
		watch->next->previous = watch->previous;
	close(watch->fd);
	watch->fd = -1;
}
