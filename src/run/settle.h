/*
 * Settling: after the last probe, every observation that certificates found
 * elsewhere could still change is judged with all of them, in input order.
 */
#ifndef RUN_SETTLE_H
#define RUN_SETTLE_H

#include <stdio.h>

#include "run/aia.h"
#include "run/evidence.h"
#include "audit/judge.h"
#include "run/known.h"
#include "run/fleet_certificates.h"

struct settle {
	const struct audit_settings *settings;
	struct fleet_certificates *fleet;
	const struct known *known;
	struct aia *aia;	       /* NULL: nothing is fetched */
	struct run_evidence *evidence; /* of revocation; NULL: none */
	unsigned threads;	       /* that judge; 0: one a core */
	/* Takes each message, in input order; nonzero stops (and is returned).
	 */
	int (*deliver)(void *context, struct message *);
	void *context;
};

/* 0; -1 when the pending lines cannot be read back (errno). */
int settle_pending(const struct settle *, FILE *pending);

#endif
