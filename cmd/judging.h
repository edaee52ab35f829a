/*
 * What a command judges by, made ready from its options: stores, known
 * intermediates, client profiles, clock.
 */
#ifndef CMD_JUDGING_H
#define CMD_JUDGING_H

#include "audit/audit.h"
#include "cmd/common_options.h"
#include "cmd/store_set.h"
#include "run/known.h"

struct judging {
	struct audit_settings audit; /* borrows from the rest */
	struct store_set set;
	struct trust_store **stores; /* the default first; the set's */
	size_t store_count;
	struct known *known;
	struct known *preloaded; /* public ones, in some clients' hands */
	const char *learned;	 /* the learned cache; NULL: none is used */
	struct arena *arena;	 /* holds what is read from data/ */
	const struct distrust *distrust;
	struct policy *policy; /* NULL: none */
	struct clients *clients;
};

/*
 * False once it has complained on stderr: the command ends with exit 2.
 * judging_clear is safe in any case.
 */
bool judging_prepare(struct judging *, const char *command,
    const struct trust_settings *, const struct found_settings *,
    const struct judge_settings *);
void judging_clear(struct judging *);

#endif
