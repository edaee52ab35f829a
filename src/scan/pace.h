/*
 * Manners: how many connections one address bears, how many a second we make
 * at all, and who waits for whom.  One table for all threads, locked in
 * stripes; a probe touches it twice.
 *
 * An address that has answered and then resets or goes silent is probably
 * tired of us: its limit is halved, at most once a second, and grows back by
 * one with every success.  An address that never answered anybody, though
 * several tried, is dead: the rest need not wait for it to time out again.
 */
#ifndef SCAN_PACE_H
#define SCAN_PACE_H

#include "scan/job.h"

struct pace;

struct pace *pace_new(unsigned per_address, unsigned per_second);
void pace_free(struct pace *); /* with the jobs that still wait */

enum pace_word {
	PACE_GO,   /* counted: pace_leave is due */
	PACE_WAIT, /* the job now waits here; some pace_leave returns it */
	PACE_DEAD  /* not counted; nobody lives there */
};

enum pace_word pace_enter(
    struct pace *, const struct net_address *, struct job *);

enum pace_outcome {
	PACE_NOTHING,  /* was not tried, or says nothing */
	PACE_SILENT,   /* no answer to a connection attempt */
	PACE_TROUBLED, /* connected, then reset or silent */
	PACE_ANSWERED
};

/*
 * Appends the jobs whose turn it is now, already counted (`admitted`); the
 * caller runs them.
 */
void pace_leave(struct pace *, const struct net_address *, enum pace_outcome,
    uint64_t now_ms, struct job_queue *ready);

size_t pace_waiting(struct pace *);

/*
 * May one more connection be made now?  0, or milliseconds to wait before
 * asking again.  A yes counts.  pace_count_start counts without asking, and
 * pace_uncount_start takes a yes back that led to no connection.
 */
unsigned pace_start(struct pace *);
void pace_count_start(struct pace *);
void pace_uncount_start(struct pace *);

/*
 * From now on one connection an address, starts spread out, and the dead get
 * another chance.
 */
void pace_slow_down(struct pace *);

#endif
