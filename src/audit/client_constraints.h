/* What name constraints on a path are to each library. */
#ifndef AUDIT_CLIENT_CONSTRAINTS_H
#define AUDIT_CLIENT_CONSTRAINTS_H

#include "audit/client_outcome.h"
#include "audit/validate.h"

/* Takes apart what validate.c finds as one fault of the step `at`. */
void client_constraints_forbid(const struct validation *, const struct path *,
    size_t at, struct client_traits *to);

/* What clients make of constraints that validate.c has no fault for. */
void client_constraints_of_path(
    const struct validation *, const struct path *, struct client_outcome *);

#endif
