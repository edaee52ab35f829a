/*
 * MX hosts that several domains have in common are scanned once: the first job
 * of a host leads, the others wait, and what was seen is told of each.  One
 * table for all threads; the observations are in a temporary file.
 */
#ifndef SCAN_SHARED_HOSTS_H
#define SCAN_SHARED_HOSTS_H

#include "model/observation.h"
#include "scan/job.h"

struct shared_hosts;

struct shared_hosts *shared_hosts_new(void);
void shared_hosts_free(struct shared_hosts *); /* with the jobs that wait */

enum shared_reply {
	SHARED_SCAN, /* the job leads, or nothing is shared */
	SHARED_WAIT, /* it waits here */
	SHARED_KNOWN /* the observation was appended, as a pending line */
};

/* Of a job that starts; one that was asked of before scans. */
enum shared_reply shared_hosts_enter(
    struct shared_hosts *, struct job *, struct text *observation);

/*
 * What the last attempt of a job that leads came to, as a pending line; the
 * jobs that waited for it are appended to the queue.
 */
void shared_hosts_settle(struct shared_hosts *, const struct job *,
    struct bytes observation, struct job_queue *waiting);

#endif
