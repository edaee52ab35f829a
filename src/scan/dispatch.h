/*
 * The queues between the threads of a crew: targets from the feeder to the
 * workers, targets to be tried again, and messages to the calling thread.  One
 * lock, held briefly, taken twice a host.
 */
#ifndef SCAN_DISPATCH_H
#define SCAN_DISPATCH_H

#include <uv.h>

#include "scan/scan.h"
#include "scan/job.h"
#include "scan/pace.h"

/* How a worker is woken when there may be something for it to do. */
struct waiter {
	uv_async_t async;
	bool idle;    /* the worker found nothing and waits */
	bool removed; /* the worker has ended */
};

struct outbox {
	struct message **messages;
	size_t count, capacity;
};

struct dispatch {
	uv_mutex_t lock;
	uv_cond_t room;		/* for the feeder */
	struct job_queue input; /* read, not started */
	struct job_queue again; /* to be tried once more */
	struct job_queue late;	/* taken from `again`, due now */
	struct job_queue names; /* whose addresses become jobs */
	size_t addresses;	/* and MX hosts of them, that are no job yet */
	size_t parked;		/* jobs that wait for what another one sees */
	size_t input_limit, again_limit, waiting_limit, few_limit;
	uint64_t open; /* jobs that are anywhere in the crew */
	uint64_t started, finished;
	struct outbox outbox;
	struct pace *pace;
	struct waiter **waiters;
	unsigned waiter_count;
	bool input_ended;
	bool stopping; /* start nothing new */
	bool aborting; /* and drop what is in flight */
	bool refused;  /* next_target said stop */
	bool slow;
};

void dispatch_init(
    struct dispatch *, const struct scan_options *, struct pace *);
/* The waiters are borrowed. */
void dispatch_set_waiters(struct dispatch *, struct waiter **, unsigned count);
/* Frees the jobs that were left, and gives messages to discard. */
void dispatch_clear(struct dispatch *, void (*discard)(struct message *));

/* Feeder: false when no more are wanted; the job is gone in either case. */
bool dispatch_feed(struct dispatch *, struct job *);
void dispatch_end_input(struct dispatch *, bool refused);

/* Worker */
enum dispatch_reply {
	DISPATCH_JOB,
	DISPATCH_EMPTY, /* the waiter is woken when there is */
	DISPATCH_LATER, /* crowded: ask again soon */
	DISPATCH_OVER	/* nothing will come any more */
};
enum dispatch_reply dispatch_next(
    struct dispatch *, struct waiter *, struct job **);
/* The job is freed; message may be NULL. */
void dispatch_finish(struct dispatch *, struct job *, struct message *);
void dispatch_again(struct dispatch *, struct job *);
/* One of which each address, or MX host, in its group is to be a job. */
void dispatch_expand(struct dispatch *, struct job *);
/* So many more jobs (or fewer) wait for what another one sees. */
void dispatch_park(struct dispatch *, long count);
/* A job that could not be started for want of descriptors. */
void dispatch_return(struct dispatch *, struct job *);
enum dispatch_state {
	DISPATCH_RUNNING,
	DISPATCH_STOPPING, /* finish what is in flight */
	DISPATCH_ABORTING  /* drop it */
};
enum dispatch_state dispatch_state(struct dispatch *);
void dispatch_remove_waiter(struct dispatch *, struct waiter *);

/* Calling thread */
void dispatch_collect(struct dispatch *, struct outbox *emptied);
void dispatch_stop(struct dispatch *, bool abort);
/* Has every worker ended? */
bool dispatch_all_ended(struct dispatch *);
bool dispatch_refused(struct dispatch *);
void dispatch_progress(struct dispatch *, struct crew_progress *);

#endif
