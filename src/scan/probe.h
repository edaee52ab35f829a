/*
 * One slot of a worker: it takes one target through resolve, connect and
 * handshake to an observation, and is used again when everything it opened is
 * closed.  Gathers facts and judges nothing.
 */
#ifndef SCAN_PROBE_H
#define SCAN_PROBE_H

#include "scan/further.h"
#include "scan/job.h"
#include "scan/name_lookup.h"
#include "scan/pace.h"
#include "scan/scan.h"

struct probe;

/*
 * What all probes of a loop share, and what they call.  After each start the
 * job is given away once: to done, to no_descriptor, to expanded, or to the
 * pace, where it waits for its address (an abort frees it).  Then `idle` says
 * that the slot can be used again; all of this may happen before probe_start
 * returns.
 */
struct probe_shared {
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
	/* This machine had no descriptor or port left: the job is given. */
	void (*no_descriptor)(struct probe *, struct job *);
	/* It has the addresses that are to be targets: the job is given. */
	void (*expanded)(struct probe *, struct job *);
	void (*idle)(struct probe *);
};

enum probe_stage {
	PROBE_IDLE,
	PROBE_RESOLVING,
	PROBE_CONNECTING,
	PROBE_TUNNELLING, /* asking the proxy for the host */
	PROBE_ASKING,	  /* for TLS, in another protocol's words */
	PROBE_HANDSHAKING,
	PROBE_CHECKING, /* is a client certificate demanded after all? */
	PROBE_OFFERING, /* less, on a further connection */
	PROBE_CLOSING
};

struct probe {
	struct probe *next_free;
	const struct probe_shared *shared;
	enum probe_stage stage;
	struct job *job;
	uv_timer_t timer;
	uint64_t deadline_ms;	    /* of the whole target, uv_now */
	uint64_t after_greeting_ms; /* left of it then; 0: not extended */
	uint64_t stage_began_ns;
	struct name_lookup lookup;
	struct tls_link link;
	struct handshake handshake;
	struct failure failure;
	bool failed;
	bool reopen;		    /* closing one address to try the next */
	struct net_address address; /* connected to, or last tried */
	bool has_address;
	struct net_address paced; /* whose connections are counted */
	bool counted;		  /* pace_enter was answered PACE_GO */
	bool start_counted; /* the rate counts a start that is not made yet */
	struct timing timing;
	int64_t timestamp;

	/* Of the first connection's dialogue: starttls.h */
	size_t early_count;
	char early[STARTTLS_EARLY_SIZE];

	/* Of the first handshake, kept when its session ends */
	bool has_tls;
	struct tls_facts tls;

	struct further further; /* rarely in use */
	uint64_t kinds;		/* that the first handshake offers */
	bool is_repeated;	/* the next connection is for it again */
};

void probe_init(struct probe *, const struct probe_shared *);
void probe_start(struct probe *, struct job *);

/* The timestamp of an attempt that begins now. */
int64_t probe_timestamp(const struct probe_shared *);

/* Closes what is open; idle() follows, maybe at once. */
void probe_abort(struct probe *);

/* Close the timer's handle while the loop runs, free the memory after that. */
void probe_close(struct probe *);
void probe_clear(struct probe *);

#endif
