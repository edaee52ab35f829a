/*
 * One slot of a worker: it takes one target through resolve, connect and
 * handshake to an observation, and is used again when everything it opened is
 * closed.  Gathers facts; has no opinion.
 */
#ifndef SCAN_PROBE_H
#define SCAN_PROBE_H

#include "scan/scan.h"
#include "scan/handshake.h"
#include "scan/job.h"
#include "scan/pace.h"
#include "scan/resolve.h"
#include "scan/wire.h"

struct probe;

/*
 * What all probes of a loop share, and whom they tell.  After each start the
 * job is given away once: to done, to starved, or to the pace, where it waits
 * for its address (an abort frees it).  Then `idle` says that the slot can be
 * used again; all of this may happen before probe_start returns.
 */
struct probe_host {
	uv_loop_t *loop;
	struct wire_buffers *buffers;
	const struct scan_options *options;
	const struct handshake_terms *terms;
	struct resolver *resolver;
	struct pace *pace;
	struct job_queue *ready; /* jobs whose address became free */
	int64_t wall_offset_ms;	 /* wall clock minus uv_now */

	/* The observation is borrowed for the call; the job is given. */
	void (*done)(struct probe *, struct job *, const struct observation *);
	/* Our machine had no descriptor or port left: the job is given. */
	void (*starved)(struct probe *, struct job *);
	void (*idle)(struct probe *);
};

enum probe_stage {
	PROBE_IDLE,
	PROBE_RESOLVING,
	PROBE_CONNECTING,
	PROBE_HANDSHAKING,
	PROBE_CHECKING, /* is a client certificate demanded after all? */
	PROBE_OFFERING, /* less, on a further connection */
	PROBE_CLOSING
};

struct probe {
	struct probe *next_free;
	const struct probe_host *host;
	enum probe_stage stage;
	struct job *job;
	uv_timer_t timer;
	uint64_t deadline_ms; /* of the whole target, uv_now */
	uint64_t stage_began_ns;
	struct question question;
	struct wire wire;
	struct handshake handshake;
	struct failure failure;
	bool failed;
	bool reopen;		    /* closing one address to try the next */
	struct net_address address; /* connected to, or last tried */
	bool has_address;
	bool counted; /* the address's pace has been entered */
	bool paid;    /* the rate counts a start that is not made yet */
	struct timing timing;
	int64_t timestamp;

	/* Of the first handshake, kept when its session ends */
	bool has_tls;
	struct tls_facts tls;

	/* Further handshakes, and how they ended; rarely in use */
	struct handshake others[OFFER_MOST_ANSWERS];
	struct offer_answer answers[OFFER_MOST_ANSWERS];
	struct failure answer_failures[OFFER_MOST_ANSWERS];
	unsigned answer_count;
};

void probe_init(struct probe *, const struct probe_host *);
void probe_start(struct probe *, struct job *);

/* What an attempt that begins now is stamped with. */
int64_t probe_timestamp(const struct probe_host *);

/* What every observation says of its target; the rest is zero. */
void probe_describe(const struct target *, struct observation *);

/* Lets go of everything; idle() follows, maybe at once. */
void probe_abort(struct probe *);

/* The timer's handle closes with the loop; memory goes after that. */
void probe_close(struct probe *);
void probe_clear(struct probe *);

#endif
