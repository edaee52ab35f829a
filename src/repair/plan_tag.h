/* The part of a repair plan that is for the hosts of one tag. */
#ifndef REPAIR_PLAN_TAG_H
#define REPAIR_PLAN_TAG_H

#include "repair/plan.h"

/* The tags of the plan's hosts, in order; everything is in the arena. */
const char **repair_plan_tags(
    const struct repair_plan *, struct arena *, size_t *count);

/*
 * Hosts and items of this tag alone, and nothing of what is not repaired.  It
 * borrows from the plan; all that is its own is in the arena.
 */
const struct repair_plan *repair_plan_of_tag(
    const struct repair_plan *, struct arena *, const char *tag);

#endif
