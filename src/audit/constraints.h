/*
 * Name constraints (RFC 5280 4.2.1.10): does every name below a constrained
 * CA, and the host itself, stay inside what that CA may certify?
 */
#ifndef AUDIT_CONSTRAINTS_H
#define AUDIT_CONSTRAINTS_H

#include "audit/name.h"

/*
 * A certificate can carry 100,000 names and its issuer as many constraints;
 * past this many comparisons a path, the answer is no.
 */
enum { CONSTRAINTS_MOST_COMPARISONS = 250000 };

/*
 * May `issuer` stand above `subject`?  `host` is tested as well when the
 * subject is the leaf (NULL otherwise).  *budget counts comparisons down.
 */
bool constraints_allow(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *host,
    unsigned *budget);

#endif
