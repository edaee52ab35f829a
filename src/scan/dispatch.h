/*
 * The one place where the threads of a crew meet: targets come in from the
 * feeder, go out to workers that have room, come back to be tried again, and
 * their messages wait here for the calling thread.  One lock, held briefly,
 * taken twice a host.
 */
#ifndef SCAN_DISPATCH_H
#define SCAN_DISPATCH_H

#include <uv.h>

#include "scan/scan.h"
#include "scan/job.h"
#include "scan/pace.h"

/* A worker's bell: rung when there may be something for it to do. */
struct bell {
	uv_async_t async;
	bool hungry;  /* found nothing and waits */
	bool removed; /* the worker has gone home */
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
	size_t input_limit, again_limit, waiting_limit, calm_limit;
	uint64_t open; /* jobs that are anywhere in the crew */
	uint64_t started, finished;
	struct outbox outbox;
	struct pace *pace;
	struct bell **bells;
	unsigned bell_count;
	bool input_ended;
	bool stopping; /* start nothing new */
	bool aborting; /* and drop what is in flight */
	bool refused;  /* next_target said stop */
	bool slow;
};

void dispatch_init(
    struct dispatch *, const struct scan_options *, struct pace *);
/* Bells are borrowed. */
void dispatch_set_bells(struct dispatch *, struct bell **, unsigned count);
/* Frees the jobs that were left, and gives messages to discard. */
void dispatch_clear(struct dispatch *, void (*discard)(struct message *));

/* Feeder: false when no more are wanted; the job is gone in either case. */
bool dispatch_feed(struct dispatch *, struct job *);
void dispatch_end_input(struct dispatch *, bool refused);

/* Worker */
enum dispatch_word {
	DISPATCH_JOB,
	DISPATCH_NOTHING, /* the bell rings when there is */
	DISPATCH_LATER,	  /* crowded: ask again soon */
	DISPATCH_OVER	  /* nothing will come any more */
};
enum dispatch_word dispatch_next(
    struct dispatch *, struct bell *, struct job **);
/* The job is freed; message may be NULL. */
void dispatch_finish(struct dispatch *, struct job *, struct message *);
void dispatch_again(struct dispatch *, struct job *);
/* A job that could not be started for want of descriptors. */
void dispatch_return(struct dispatch *, struct job *);
enum dispatch_mood {
	DISPATCH_RUNNING,
	DISPATCH_STOPPING, /* finish what is in flight */
	DISPATCH_ABORTING  /* drop it */
};
enum dispatch_mood dispatch_mood(struct dispatch *);
void dispatch_remove_bell(struct dispatch *, struct bell *);

/* Calling thread */
void dispatch_collect(struct dispatch *, struct outbox *emptied);
void dispatch_stop(struct dispatch *, bool abort);
/* Has every worker gone home? */
bool dispatch_all_gone(struct dispatch *);
bool dispatch_refused(struct dispatch *);
void dispatch_progress(struct dispatch *, struct crew_progress *);

#endif
