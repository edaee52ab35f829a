/*
 * What a scan is asked for (scan_options), how far it is (crew_progress), and
 * who judges and stores what it sees (crew_work).
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/observation.h"
#include "model/target.h"
#include "scan/proxy_url.h"

/* --probe */
enum probes_wanted { PROBES_NONE, PROBES_HELLO };

enum handshake_depth { HANDSHAKE_FULL, HANDSHAKE_CERTIFICATE };
enum family { FAMILY_ANY, FAMILY_V4, FAMILY_V6 };

/* --resolve HOST:PORT:IP[:PORT], as in curl ("*" matches any host). */
struct resolve_override {
	const char *host; /* normalized, or "*" */
	uint16_t port;
	const char *ip;
	uint16_t to_port; /* 0: the same */
};

/* --connect-to HOST1:PORT1:HOST2:PORT2, as in curl. */
struct connect_to {
	const char *host;    /* as targets have it; NULL: any */
	uint16_t port;	     /* 0: any */
	const char *to_host; /* NULL: the same */
	bool is_address;     /* to_host is one */
	uint16_t to_port;    /* 0: the same */
};

struct scan_options {
	unsigned concurrency; /* targets in flight, all threads together */
	unsigned threads;     /* 0: one a core */
	unsigned rate;	      /* new connections a second; 0: no limit */
	unsigned per_ip;      /* connections in flight to one address */
	unsigned timeout_ms;  /* the whole target */
	unsigned greeting_ms; /* beyond it, for servers that greet slowly */
	unsigned retries;
	enum family family;
	bool all_addresses; /* each of a name is a target of its own */
	bool mx;	    /* each MX host of a domain is one */
	enum handshake_depth depth;
	const char **resolvers; /* "IP[:PORT]", empty: the system's */
	size_t resolver_count;
	const struct resolve_override *overrides;
	size_t override_count;
	const struct connect_to *connect_to; /* the first that fits counts */
	size_t connect_to_count;
	struct proxy proxy; /* host NULL: none */
	int64_t now;	    /* 0: the clock, else what timestamps say */

	/*
	 * Offers (model/offer.h) of which each host's fate is to be known: one
	 * that chose what some of them lack is connected to again.
	 */
	const uint64_t *offers;
	size_t offer_count;

	/* Further faces (model/face.h).  With FACES_AUTO a host is not asked
	   again whose leaf the memory knows to be its only face. */
	enum faces_wanted faces;
	const struct face_memory *face_memory; /* NULL: none */

	enum probes_wanted probes; /* with FACES_ALL in any case */

	/* Which hosts are asked for the TLS extension with timestamps of
	   Certificate Transparency; not with FACES_NONE. */
	const struct sct_interest *sct_interest; /* NULL: none */
};

/* Called by all threads; keys are hashes of a host and its leaf. */
struct face_memory {
	void *context;
	bool (*has)(void *context, const struct digest *key);
	void (*note)(void *context, const struct digest *key);
};

/* Called by all threads with a chain as it was received. */
struct sct_interest {
	const void *context;
	bool (*wants)(
	    const void *context, const struct bytes chain[], size_t count);
};

struct crew_progress {
	uint64_t started, finished, in_flight;
	bool input_ended; /* then `started` + queue is the total */
	uint64_t waiting; /* targets read but not started */
};

/*
 * What the caller of crew_run brings along.  Its types are opaque here, so
 * that scan includes neither audit nor run, and its functions are used as they
 * are.
 */
struct audit_settings;
struct audit_sources;
struct judge;
struct message;
struct intake;

struct crew_work {
	void *context; /* of these two */
	/* Feeder thread: 1 a target (given away), 0 the end, -1 stop at once.
	   May block (standard input). */
	int (*next_target)(void *context, struct target **);
	/* Worker threads: has this address (NULL: this MX host) of a target
	   its record already?  NULL: none has. */
	bool (*has_record)(
	    void *context, const struct target *, const char *ip);
	/* Calling thread, about five times a second; nonzero ends the crew. */
	int (*tick)(void *context, const struct crew_progress *);

	/* Worker threads: each has a judge of its own, and returns a message
	   for the calling thread, or NULL.  The observation is borrowed for
	   the call.  A target with a fault is not probed but comes here with
	   status invalid-input.  `site` is left NULL. */
	const struct audit_settings *settings;
	const struct audit_sources *sources;
	struct judge *(*judge_new)(const struct audit_settings *);
	struct message *(*judge)(struct judge *, const struct observation *,
	    const struct audit_sources *);
	void (*judge_free)(struct judge *);

	/* Calling thread: takes the message; nonzero ends the crew (full
	   disk). */
	struct intake *intake;
	int (*deliver)(struct intake *, struct message *);
	/* A message that is not delivered because the crew ends early. */
	void (*discard)(struct message *);
};

#endif
