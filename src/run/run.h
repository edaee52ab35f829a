/*
 * One scan from the first target to the last record: wires targets, probes,
 * judges and the journal together, settles what had to wait.  Reports are
 * made from the finished run afterwards (publish.h).
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdio.h>

#include "audit/audit.h"
#include "run/known.h"
#include "run/resume_targets.h"
#include "rundir/shard.h"
#include "model/target_list.h"
#include "scan/crew.h"
#include "scan/fetch.h"

struct run_settings {
	const char *directory; /* exists; NULL: nothing is kept */
	FILE *stream;	       /* records go here too; NULL: nowhere */
	struct scan_options scan;
	struct audit_settings audit;
	struct target_list *targets;
	struct shard shard;
	struct roll *roll; /* the directory holds a part of this run, and
			      these are its targets; NULL: a new run */
	const struct known *known;
	const struct fetch_options *fetch; /* NULL: no AIA */
	const char *learned; /* the cache's file; NULL: nothing is learned */
	/* SIGINT or SIGTERM while nothing is probed: told on a thread of its
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
	unsigned threads;  /* that judged */
	uint64_t records;
	uint64_t ignored;   /* targets that the policy leaves out */
	uint64_t pending;   /* left for --resume */
	uint64_t left_out;  /* saved records that lack certificates */
	uint64_t list_hash; /* of all targets read; 0: not to the end */
	uint64_t counts[CLASS_COUNT][SEVERITY_COUNT];
	double seconds;
};

void run_scan(const struct run_settings *, struct run_outcome *);

#endif
