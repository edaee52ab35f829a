/*
 * Before a trust store is changed: which hosts of a saved run would break, and
 * which would be accepted again?
 */
#ifndef RUN_STORE_CHANGE_H
#define RUN_STORE_CHANGE_H

#include "run/judging.h"
#include "rundir/archive.h"
#include "base/text.h"

struct store_change {
	const struct judging *before, *after;
	bool uses_aia; /* what the run fetched completes paths too */
	/* Each host that is an error on one side only: in words, by any
	   thread, ... */
	void (*describe)(void *context, bool breaks,
	    const struct result *before, const struct result *after,
	    struct text *);
	/* ... and in the order of the records, on the calling thread. */
	void (*changed)(void *context, bool breaks, enum class_id after,
	    enum severity, struct text *);
	void *context;
	unsigned threads; /* 0: one a core */
};

/*
 * Judges the run by both, in the order of its records, without writing
 * either down.  -1 where there is no room for a temporary file.
 */
int store_change_find(const struct store_change *, struct archive *);

#endif
