/* What a probe takes from its target, and what is told of it. */
#ifndef SCAN_PROBE_TARGET_H
#define SCAN_PROBE_TARGET_H

#include "scan/failure.h"
#include "scan/job.h"
#include "scan/pace.h"
#include "scan/scan.h"

/*
 * The address as the user gave it, or NULL: the name must be resolved.  Sets
 * the job's port.
 */
const char *probe_given_address(const struct scan_options *, struct job *);

/* What goes into the ClientHello; NULL: send none. */
const char *probe_server_name(const struct target *);

/* What every observation says of its target; the rest is zero. */
void probe_describe(const struct target *, struct observation *);

/*
 * What the address itself has to do with how the attempt ended; NULL: it did
 * not fail.
 */
enum pace_outcome probe_outcome(const struct failure *);

#endif
