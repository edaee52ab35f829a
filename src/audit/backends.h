/*
 * The addresses of one name against each other: which of them is not like most,
 * and in what.
 */
#ifndef AUDIT_BACKENDS_H
#define AUDIT_BACKENDS_H

#include "audit/rules.h"

/* The results of all addresses of one name; what counts of them is in the
   arena. */
struct backends;

struct backends *backends_new(struct arena *);
void backends_add(struct backends *, const struct result *);

/* After the last one was added: of the one added at this place, or NULL. */
const struct backend_difference *backends_compare(struct backends *, size_t at);

#endif
