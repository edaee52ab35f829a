/*
 * A TLS 1.2 server's first flight by hand: ServerHello, Certificate and
 * ServerHelloDone, with certificate lists no library would send.
 */
#ifndef LAB_RAW_H
#define LAB_RAW_H

#include "tests/lab/station.h"
#include "tests/lab/visit.h"

/*
 * Answers the ClientHello in `in`; false while that is not yet whole.  The
 * handshake cannot be finished: it ends after the flight, as `ending` says.
 */
bool raw_put_flight(struct octets *, const struct octets *in,
    const struct station *, enum visit_ending *ending);

#endif
