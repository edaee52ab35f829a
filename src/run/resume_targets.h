/*
 * The roll of a run that goes on: every target it is to have, by a key of 64
 * bits, and which of them are done.  Sixteen octets a target.
 */
#ifndef RUN_RESUME_TARGETS_H
#define RUN_RESUME_TARGETS_H

#include "rundir/shard.h"
#include "model/observation.h"
#include "model/target_list.h"

enum roll_state {
	ROLL_OPEN,    /* to be scanned */
	ROLL_PENDING, /* seen, and judged at the end */
	ROLL_DONE     /* has its record */
};

struct roll;

/*
 * Reads the list to its end.  NULL when that fails: target_list_error says
 * why, or there are more targets than fit.  The list is not needed any more
 * when roll_sort is called, which needs its memory; nothing is found before.
 */
struct roll *roll_new(struct target_list *, const struct shard *);
void roll_sort(struct roll *);
void roll_free(struct roll *);

size_t roll_count(const struct roll *);

/*
 * A target that was seen before takes its place.  Its ordinal in the list of
 * today; 0 where it is listed no longer, or had its place taken already.
 */
uint32_t roll_take(struct roll *, const struct observation *, enum roll_state);

/* Is it listed today, whether or not its place is taken? */
bool roll_lists(const struct roll *, const struct observation *);

/* Any thread may ask, once nothing is taken any more. */
bool roll_is_open(const struct roll *, const struct target *);

#endif
