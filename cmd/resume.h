/*
 * --resume: an interrupted run's own options, clock, stores and targets in
 * the place of what the command line leaves out.
 */
#ifndef CMD_RESUME_H
#define CMD_RESUME_H

#include "cmd/scan_options.h"
#include "rundir/claim.h"
#include "rundir/manifest.h"

struct resume {
	struct arena *arena; /* holds the manifest and the command line */
	struct claim *claim;
	struct manifest manifest;
	char **argv; /* as if all of it had been typed */
	int argc;
};

enum resume_end {
	RESUME_READY,
	RESUME_NOTHING, /* a finished run; said so */
	RESUME_ANEW,	/* killed before it kept anything; said so */
	RESUME_REFUSED	/* complained */
};

/*
 * `given` is what was typed, with `hosts` as arguments.  resume_close is safe
 * in any case.
 */
enum resume_end resume_open(struct resume *,
    const struct command_options *given, char *const hosts[], size_t count);
void resume_close(struct resume *);

/*
 * Turns options parsed from resume->argv to the run's own stores, policy and
 * clock; they borrow from `resume`.
 */
void resume_lend(const struct resume *, struct command_options *);

#endif
