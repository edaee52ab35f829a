/*
 * One thread, one loop, its probe slots and its resolver.  Takes targets from
 * the dispatch while it has free slots, and gives observations to its judge.
 */
#ifndef SCAN_WORKER_H
#define SCAN_WORKER_H

#include "scan/dispatch.h"
#include "scan/probe.h"

/* What the workers of a crew share. */
struct worker_plan {
	const struct scan_options *options;
	const struct crew_work *work;
	struct dispatch *dispatch;
	struct pace *pace;
	struct shared_hosts *shared; /* NULL: nothing is shared */
	const struct handshake_terms *terms;
	const struct hosts_file *hosts; /* NULL: not consulted */
};

struct worker;

/* Not running yet.  NULL with a static sentence in *error. */
struct worker *worker_new(
    const struct worker_plan *, unsigned slots, const char **error);
struct waiter *worker_waiter(struct worker *);

/* 0 or libuv's code. */
int worker_start(struct worker *);
/* Waits for its end, which the dispatch decides. */
void worker_join(struct worker *);
/* Joined, or never started. */
void worker_free(struct worker *);

#endif
