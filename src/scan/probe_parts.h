/* What the files of the probe share; nobody else's business. */
#ifndef SCAN_PROBE_PARTS_H
#define SCAN_PROBE_PARTS_H

#include "scan/probe.h"

/* probe.c: the state machine */

struct probe *probe_of(struct wire *);
void probe_begin_stage(struct probe *, enum probe_stage);
double probe_elapsed_ms(const struct probe *); /* of this stage */
uint64_t probe_left_ms(const struct probe *);  /* of the whole target */
/* Stops the stage after so long, or with the target's own deadline. */
void probe_arm(struct probe *, uint64_t stage_ms);
/* The wire's end: to the next connection if one is due, else idle. */
void probe_on_closed(struct wire *);
/* The first handshake is over, or none came to be. */
void probe_finish(struct probe *);
/* Nothing more is asked: tells of it and gives everything back. */
void probe_conclude(struct probe *);

/* probe_handshake.c: the first handshake */

void probe_handshake_begin(struct probe *); /* once connected */
void probe_handshake_input(struct probe *);
extern const struct handshake_transport probe_transport;
/* One step of a handshake over the probe's wire. */
enum handshake_step probe_advance(struct probe *, struct handshake *,
    enum handshake_step (*)(struct handshake *));

/* probe_offers.c: further ones, to be offered less */

/* False: none is called for.  Else probe_conclude follows, maybe at once. */
bool probe_offers_begin(struct probe *);
void probe_offers_connect(struct probe *); /* nothing is open any more */
void probe_offers_end_at_deadline(struct probe *);

/* probe_facts.c: what is taken from the target and told of it */

/*
 * The address as the user gave it (sets the job's port), or NULL: the name
 * must be asked for.
 */
const char *probe_given_address(const struct scan_options *, struct job *);

/* RFC 6066 section 3: addresses are not sent as names.  NULL: send none. */
const char *probe_sni(const struct target *);

/* Of the first handshake, whose session may then end. */
void probe_keep_facts(struct probe *);

/* Borrows from the probe, its job and ip. */
void probe_observe(
    struct probe *, struct observation *, char ip[ADDRESS_TEXT_SIZE]);

/* Fails the probe by what the handshake, or the stream below it, says. */
void probe_explain_handshake(struct probe *);

/* What the address itself has to do with how the attempt ended. */
enum pace_outcome probe_outcome(const struct probe *);

#endif
