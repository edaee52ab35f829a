/*
 * What the newest run of a fleet knows of a host that is looked at alone: how
 * its siblings differ, and who sends what it does not.
 */
#ifndef FLEET_SIBLINGS_H
#define FLEET_SIBLINGS_H

#include "rundir/archive.h"
#include "report/report.h"

struct kin;

/* `run` is a run directory.  NULL with a sentence in *error (heap). */
struct kin *kin_open(const char *run, char **error);
void kin_free(struct kin *);

/* Strings are in the arena.  False: the run has nothing to say. */
bool kin_find(const struct kin *, const struct result *, struct arena *,
    struct report_kin *);

#endif
