/*
 * A finding: one thing that is wrong with a host, or that its administrator
 * should tidy.  The catalogue has one row an id: what it weighs, how it is
 * called, what to do.  Rules (in audit) decide; writers (in report) explain.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "model/words.h"

struct evidence {
	const char *key, *value;
};

struct finding {
	const char *id;	   /* a class word or a tidy-up word */
	const char *cause; /* finer; NULL where there is none */
	enum severity severity;
	int cert;	    /* index in received; -1: none of them */
	const char *detail; /* one sentence, derived from evidence */
	const struct evidence *evidence;
	size_t evidence_count;
};

struct finding_kind {
	const char *id;
	const char *cause; /* NULL: the row for every other cause */
	enum severity severity;
	const char *title;  /* "Intermediate not sent" */
	const char *advice; /* what the administrator does about it */
};

/* Evidence of a finding that a policy waives: the day it is waived until. */
#define FINDING_WAIVED_UNTIL "waived_until"
bool finding_is_waived(const struct finding *);

/* The row for id and cause, else the row for id alone, else NULL. */
const struct finding_kind *finding_kind_find(const char *id, const char *cause);

#endif
