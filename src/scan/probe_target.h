/* What a probe takes from its target, and what is told of it. */
#ifndef SCAN_PROBE_TARGET_H
#define SCAN_PROBE_TARGET_H

#include "scan/failure.h"
#include "scan/job.h"
#include "scan/pace.h"
#include "scan/scan.h"

/* Where a target is to be connected to. */
struct destination {
	const char *host;    /* a name, or an address */
	const char *address; /* as the user gave it; NULL: ask DNS */
	uint16_t port;
};

/* All borrowed from the options and the target. */
struct destination probe_destination(
    const struct scan_options *, const struct target *);

/* What goes into the ClientHello; NULL: send none. */
const char *probe_server_name(const struct target *);

/*
 * By what a proxy's connections to a target are counted and limited: its
 * address where that is known, else a hash of its name in the place of one.
 */
void probe_pace_key(
    const struct scan_options *, const struct target *, struct net_address *);

/* What every observation says of its target; the rest is zero. */
void probe_describe(const struct target *, struct observation *);

/*
 * What the address itself has to do with how the attempt ended; NULL: it did
 * not fail.
 */
enum pace_outcome probe_outcome(const struct failure *);

#endif
