/*
 * What an interrupted run left in its directory is repaired and read back:
 * afterwards the run is as if those hosts had just been scanned.
 */
#ifndef RUN_RECOVER_H
#define RUN_RECOVER_H

#include "base/map.h"
#include "run/resume_targets.h"
#include "run/run_settings.h"
#include "run/fleet_certificates.h"

struct recovery {
	struct seen *certificates; /* SHA-256s in certs.ndjson; the
				      caller's */
	uint64_t pending;
	uint64_t gone;	/* that are listed no longer */
	uint64_t again; /* damaged, or lacking a certificate */
};

/*
 * Afterwards the streams hold whole lines of listed targets alone, with the
 * ordinals of today, each once; all they name is in certs.ndjson and nothing
 * else.  What was settled in part is pending again.  The targets, the
 * fleet's certificates and the outcome's counts are brought up to date.  -1
 * with errno.
 */
int recover(const char *directory, struct resume_targets *,
    const struct fail_on *, struct fleet_certificates *, struct run_outcome *,
    struct recovery *);

#endif
