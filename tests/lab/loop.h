/*
 * A small event loop over epoll: one thread, many descriptors, deadlines. The
 * lab's servers need no more, and do not use the scanner's code, so that they
 * do not share its bugs.
 */
#ifndef LAB_LOOP_H
#define LAB_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/epoll.h>

struct lab_loop;

/* Embedded in its owner, who frees it in on_end or after lab_watch_close. */
struct lab_watch {
	int fd;
	int64_t deadline_ms; /* of the monotonic clock; 0 for never */
	void (*on_ready)(struct lab_watch *);
	void (*on_end)(struct lab_watch *); /* deadline passed, or loop ends */
	struct lab_loop *loop;
	struct lab_watch *next, *previous;
};

/* NULL where the system has no more descriptors. */
struct lab_loop *lab_loop_new(void);
void lab_loop_free(struct lab_loop *);

/*
 * Runs in the calling thread until lab_loop_stop, then calls on_end of all
 * that still watch.  Stopping is the one call allowed from other threads.
 */
void lab_loop_run(struct lab_loop *);
void lab_loop_stop(struct lab_loop *);

/* The descriptor belongs to the watch from here on, even on failure. */
bool lab_watch_open(struct lab_watch *, struct lab_loop *, uint32_t events);
void lab_watch_want(struct lab_watch *, uint32_t events);
void lab_watch_set_deadline(struct lab_watch *, int64_t in_ms);
void lab_watch_close(struct lab_watch *);

#endif
