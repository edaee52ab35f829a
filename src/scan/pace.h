/*
 * Per-address connection limits and the global rate: how many connections one
 * address gets, how many a second are made at all, and which jobs wait for
 * which address.  One table for all threads, locked in stripes; a probe uses it
 * twice.
 *
 * An address that has answered and then resets or gives no answer is probably
 * overloaded by us: its limit is halved, at most once a second, and grows by
 * one with every success.  An address that never answered, though several
 * probes tried, is considered dead: the rest do not wait for its timeout.
 */
#ifndef SCAN_PACE_H
#define SCAN_PACE_H

#include "scan/job.h"

struct pace;

struct pace *pace_new(unsigned per_address, unsigned per_second);
void pace_free(struct pace *); /* with the jobs that still wait */

enum pace_reply {
	PACE_GO,   /* counted: pace_leave is due */
	PACE_WAIT, /* the job now waits here; some pace_leave returns it */
	PACE_DEAD  /* not counted; the address is considered dead */
};

enum pace_reply pace_enter(
    struct pace *, const struct net_address *, struct job *);

enum pace_outcome {
	PACE_NOTHING,  /* was not tried, or says nothing */
	PACE_SILENT,   /* no answer to a connection attempt */
	PACE_TROUBLED, /* connected, then reset or silent */
	PACE_ANSWERED
};

/*
 * Appends the jobs that may connect now, already counted (`admitted`); the
 * caller runs them.
 */
void pace_leave(struct pace *, const struct net_address *, enum pace_outcome,
    uint64_t now_ms, struct job_queue *ready);

size_t pace_waiting(struct pace *);

/*
 * May one more connection be made now?  0, and it is counted; or milliseconds
 * to wait before asking again.  pace_count_start counts without asking, and
 * pace_uncount_start is for a counted start that led to no connection.
 */
unsigned pace_start(struct pace *);
void pace_count_start(struct pace *);
void pace_uncount_start(struct pace *);

/*
 * From now on one connection an address, starts spread out, and addresses
 * considered dead are tried again.
 */
void pace_slow_down(struct pace *);

#endif
