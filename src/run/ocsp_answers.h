/*
 * The OCSP responses of a run: of each certificate its responder (AIA) is asked
 * once, when it is first judged.  What it answers is kept as it came, a line
 * each of ocsp.ndjson, and is judged as a stapled response is whenever it is
 * asked for; so any later audit comes to its own verdict.  Safe to be asked on
 * every thread.
 */
#ifndef RUN_OCSP_ANSWERS_H
#define RUN_OCSP_ANSWERS_H

#include "audit/revocation_source.h"
#include "scan/fetch.h"

enum {
	OCSP_IN_FLIGHT_A_HOST = 8, /* a CA has one responder for a fleet */
	OCSP_MOST_CERTIFICATES = 4 << 20
};

struct ocsp_answers;

/* NULL: no responder is asked. */
struct ocsp_answers *ocsp_answers_new(const struct fetch_options *);
/* What is under way is given up. */
void ocsp_answers_free(struct ocsp_answers *);

const struct revocation_source *ocsp_answers_source(
    const struct ocsp_answers *);
/* Is there anything to be asked, or to be known? */
bool ocsp_answers_matter(const struct ocsp_answers *);

/* The last probe is done: what is asked from now on has this long in all. */
void ocsp_answers_limit(struct ocsp_answers *, uint64_t timeout_ms);

/*
 * Answers go to DIRECTORY/ocsp.ndjson; what is there already is known.  NULL:
 * a file that is gone at the end.  -1 with errno.
 */
int ocsp_answers_keep(struct ocsp_answers *, const char *directory);
/* What another run was answered is known here, and kept here too. */
int ocsp_answers_copy(struct ocsp_answers *, const char *directory);

#endif
