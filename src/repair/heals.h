/*
 * Which clients a repaired server would have back: a host that lacks
 * certificates is judged again, as if it had sent them too.
 */
#ifndef REPAIR_HEALS_H
#define REPAIR_HEALS_H

#include "audit/audit.h"
#include "rundir/archive.h"

struct heals;

/* Both are borrowed. */
struct heals *heals_new(struct archive *, const struct audit_settings *);
void heals_free(struct heals *);

/*
 * The clients that refuse this target now and would accept it then, in the
 * arena; none where its certificates are not at hand.
 */
size_t heals_of(
    struct heals *, uint64_t ordinal, struct arena *, const char ***clients);

#endif
