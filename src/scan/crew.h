/*
 * The threads of a scan: one feeder that reads targets, workers with one
 * event loop each that probe them, and the calling thread, which delivers the
 * messages.
 */
#ifndef SCAN_CREW_H
#define SCAN_CREW_H

#include "scan/scan.h"

enum crew_end {
	CREW_FINISHED,
	CREW_INTERRUPTED, /* SIGINT or SIGTERM; in-flight work delivered */
	CREW_STOPPED	  /* next_target or deliver said so */
};

/*
 * Sets concurrency and threads to what descriptors and cores allow, and raises
 * the soft limit of descriptors to the hard one.  crew_run does so itself.
 */
void crew_fit(struct scan_options *);

/*
 * Are enough descriptors left for a scan and the files of its run directory?
 * To be asked before the first of them is opened: libuv aborts the program
 * when it has none for its signal pipe.  Raises the soft limit to the hard
 * one.  0, or -1 with a static sentence in *error.
 */
int crew_check_descriptors(const char **error);

/*
 * Runs to the end.  Returns an enum crew_end, or -1 with a sentence in
 * *error (static) when the crew could not be set up.
 */
int crew_run(
    const struct scan_options *, const struct crew_work *, const char **error);

#endif
