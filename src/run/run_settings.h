/* What one run is to do, and what became of it: read by all of src/run. */
#ifndef RUN_RUN_SETTINGS_H
#define RUN_RUN_SETTINGS_H

#include <stdio.h>

#include "audit/audit_settings.h"
#include "model/target_list.h"
#include "run/evidence.h"
#include "run/known.h"
#include "run/resume_targets.h"
#include "rundir/manifest.h"
#include "rundir/shard.h"
#include "scan/fetch.h"
#include "model/fail_on.h"
#include "scan/scan.h"

struct run_settings {
	const char *directory; /* exists; NULL: nothing is kept */
	FILE *stream;	       /* records go here too; NULL: nowhere */
	struct scan_options scan;
	struct audit_settings audit;
	struct target_list *targets;
	struct shard shard;
	struct resume_targets *resumed; /* the directory holds a part of this
					   run, and these are its targets;
					   NULL: a new run */
	const struct fail_on *fail_on;	/* NULL: nothing is counted for it */
	uint64_t ignored_before; /* targets that the replayed runs left out */
	const struct known *known;
	const struct fetch_options *fetch; /* NULL: no AIA */
	unsigned fetch_timeout_ms;	   /* in all, beyond the last probe */
	struct run_evidence *evidence;	   /* of revocation; NULL: none */
	const char *learned;	/* the cache's file; NULL: nothing is learned */
	const char *face_cache; /* its file of system/face_cache.h, or NULL */
	/* SIGINT or SIGTERM while nothing is probed: called on a thread of its
	   own, to end the program; all that counts is on disk by then. */
	void (*interrupted)(void *context);
	void *context;
	bool show_progress; /* on stderr */
	bool color;
};

enum run_end {
	RUN_FINISHED,
	RUN_INTERRUPTED,
	RUN_BAD_INPUT,	/* --strict, or a list that cannot be read */
	RUN_UNWRITABLE, /* an output could not be written */
	RUN_IMPOSSIBLE	/* the crew could not be set up */
};

struct run_outcome {
	enum run_end end;
	const char *error; /* a sentence unless finished; static */
	struct run_totals totals;
	uint64_t pending;  /* left for --resume */
	uint64_t left_out; /* saved records that lack certificates */
	uint64_t counts[CLASS_COUNT][SEVERITY_COUNT];
	uint64_t failing; /* at --fail-on */
	double seconds;
};

#endif
