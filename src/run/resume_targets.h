/*
 * Every target it is to have, by a key of 64
 * bits, and which of them are done.  Sixteen octets a target.
 */
#ifndef RUN_RESUME_TARGETS_H
#define RUN_RESUME_TARGETS_H

#include "rundir/shard.h"
#include "model/observation.h"
#include "model/target_list.h"

enum resume_state {
	RESUME_TARGET_OPEN,    /* to be scanned */
	RESUME_TARGET_PENDING, /* seen, and judged at the end */
	RESUME_TARGET_DONE     /* has its record */
};

struct resume_targets;

/*
 * Reads the list to its end.  NULL when that fails: target_list_error says
 * why, or there are more targets than fit.  The list is not needed any more
 * when resume_targets_sort is called, which needs its memory; nothing is found
 * before.
 */
struct resume_targets *resume_targets_new(
    struct target_list *, const struct shard *);
void resume_targets_sort(struct resume_targets *);
void resume_targets_free(struct resume_targets *);

size_t resume_targets_count(const struct resume_targets *, enum resume_state);

/*
 * A target that was seen before takes its place.  Its ordinal in the list of
 * today; 0 where it is listed no longer, or had its place taken already.
 */
uint32_t resume_targets_take(
    struct resume_targets *, const struct observation *, enum resume_state);

/* Is it listed today, whether or not its place is taken? */
bool resume_targets_lists(
    const struct resume_targets *, const struct observation *);

/*
 * Has this address of it its record, or (NULL) this MX host all of them?
 * Any thread may ask, once nothing is taken any more; so of the next one.
 */
bool resume_targets_has_part(
    const struct resume_targets *, const struct target *, const char *ip);
bool resume_targets_is_open(
    const struct resume_targets *, const struct target *);

#endif
