/*
 * The crew: one feeder thread that reads targets, one worker thread a loop
 * that probes them, and the calling thread, which takes delivery.  Scan knows
 * neither audit nor writers: what happens to an observation is the caller's.
 */
#ifndef SCAN_CREW_H
#define SCAN_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/observation.h"
#include "model/target.h"

enum handshake_depth { HANDSHAKE_FULL, HANDSHAKE_CERTIFICATE };
enum family { FAMILY_ANY, FAMILY_V4, FAMILY_V6 };

/* --resolve HOST:PORT:IP[:PORT], as in curl ("*" matches any host). */
struct resolve_override {
	const char *host; /* normalized, or "*" */
	uint16_t port;
	const char *ip;
	uint16_t to_port; /* 0: the same */
};

struct scan_options {
	unsigned concurrency; /* targets in flight, all threads together */
	unsigned threads;     /* 0: one a core */
	unsigned rate;	      /* new connections a second; 0: no limit */
	unsigned per_ip;      /* connections in flight to one address */
	unsigned timeout_ms;  /* the whole target */
	unsigned retries;
	enum family family;
	enum handshake_depth depth;
	const char **resolvers; /* "IP[:PORT]", empty: the system's */
	size_t resolver_count;
	const struct resolve_override *overrides;
	size_t override_count;
	int64_t now; /* 0: the clock, else what timestamps say */

	/*
	 * Offers (model/offer.h) of which each host's fate is to be known: one
	 * that chose what some of them lack is connected to again.
	 */
	const uint64_t *offers;
	size_t offer_count;
};

struct crew_progress {
	uint64_t started, finished, in_flight;
	bool input_ended; /* then `started` + queue is the total */
	uint64_t waiting; /* targets read but not started */
};

/*
 * What the caller does with it all.  `context` is passed to each.
 * An observation is borrowed for the length of the call.
 */
struct crew_work {
	void *context;

	/* Feeder thread: 1 a target (given away), 0 the end, -1 stop at once.
	   May block (standard input). */
	int (*next_target)(void *context, struct target **);

	/* Worker threads: one object each; observed() returns a heap message
	   for the main thread, or NULL.  A target with a fault is not probed
	   but comes here with status invalid-input.  `site` is left NULL. */
	void *(*worker_new)(void *context, unsigned index);
	void *(*observed)(void *worker, const struct observation *);
	void (*worker_free)(void *worker);

	/* Calling thread: takes the message; nonzero ends the crew (full
	   disk).  tick comes about five times a second; nonzero ends too. */
	int (*deliver)(void *context, void *message);
	int (*tick)(void *context, const struct crew_progress *);
	/* A message that nobody will take any more. */
	void (*discard)(void *context, void *message);
};

enum crew_end {
	CREW_FINISHED,
	CREW_INTERRUPTED, /* SIGINT or SIGTERM; in-flight work delivered */
	CREW_STOPPED	  /* next_target or deliver said so */
};

/*
 * Concurrency and threads as this machine has room for them, in descriptors
 * and cores; raises the limit of descriptors as far as it goes.  crew_run
 * does so itself.
 */
void crew_fit(struct scan_options *);

/*
 * Runs to the end.  Returns an enum crew_end, or -1 with a sentence in
 * *error (static) when the crew could not be set up.
 */
int crew_run(
    const struct scan_options *, const struct crew_work *, const char **error);

#endif
