/* What probe.c and probe_facts.c share; nobody else's business. */
#ifndef SCAN_PROBE_FACTS_H
#define SCAN_PROBE_FACTS_H

#include "scan/probe.h"

/*
 * The address as the user gave it (sets the job's port), or NULL: the name
 * must be asked for.
 */
const char *probe_given_address(const struct scan_options *, struct job *);

/* RFC 6066 section 3: addresses are not sent as names.  NULL: send none. */
const char *probe_sni(const struct target *);

/* Borrows from the probe, its job and ip. */
void probe_observe(
    struct probe *, struct observation *, char ip[ADDRESS_TEXT_SIZE]);

/* What the address itself has to do with how the attempt ended. */
enum pace_outcome probe_outcome(const struct probe *);

/* Fails the probe by what the handshake, or the stream below it, says. */
void probe_explain_handshake(struct probe *);

#endif
