/*
 * What the newest run of a fleet has on a host that is scanned alone: how its
 * siblings differ, and which hosts send the certificates that it lacks.
 */
#ifndef FLEET_SIBLINGS_H
#define FLEET_SIBLINGS_H

#include "fleet/sites.h"

struct siblings;

struct sibling_facts {
	const char *run; /* the directory of the run */
	size_t count;	 /* other hosts of the site in it */
	struct site_difference differs[SITE_FIELDS];
	size_t difference_count;
	const char **senders; /* by the record's `missing`; each may be NULL */
};

/* `run` is a run directory.  NULL with a sentence in *error (heap). */
struct siblings *siblings_open(const char *run, char **error);
void siblings_free(struct siblings *);

/* Strings are in the arena.  False: the run has no facts on this host. */
bool siblings_find(const struct siblings *, const struct result *,
    struct arena *, struct sibling_facts *);

#endif
