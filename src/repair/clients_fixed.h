/*
 * Which clients refuse a host now and accept it after a repair: the host is
 * judged again with the repair applied.
 */
#ifndef REPAIR_CLIENTS_FIXED_H
#define REPAIR_CLIENTS_FIXED_H

#include "audit/judge.h"
#include "rundir/archive.h"

/* Clients of one host, by their ids. */
struct clients_fixed {
	const char **fixed; /* refuse now, accept after the repair */
	size_t fixed_count;
	const char **refusing; /* refuse after the repair */
	size_t refusing_count;
};

/* Compares two verdicts on one host.  Everything is in the arena. */
void clients_fixed_compare(struct arena *, const struct verdict *now,
    const struct verdict *then, struct clients_fixed *);

/*
 * The same for the target with this ordinal, as if its server also sent the
 * certificates that it lacks.  False where a certificate is not in the run.
 */
bool clients_fixed_by_chain(struct archive *, struct judge *, uint64_t ordinal,
    struct arena *, struct clients_fixed *);

#endif
