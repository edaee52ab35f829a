/*
 * Certificate policies along a path (RFC 5280 6.1.2 to 6.1.5), for a relying
 * party that accepts any policy and demands none: only a certificate's own
 * policyConstraints can make a policy necessary.
 */
#ifndef AUDIT_CERTIFICATE_POLICIES_H
#define AUDIT_CERTIFICATE_POLICIES_H

#include "audit/path.h"

enum policies_result {
	POLICIES_HOLD,
	POLICIES_FAIL,
	POLICIES_UNDECIDED /* more policies than are looked at */
};

/* Policies that are valid at one depth, and those looked at there. */
enum { POLICIES_MOST = 1024 };

/* *step is the certificate at which it ends, unless they hold. */
enum policies_result certificate_policies_check(
    const struct path *, size_t *step);

#endif
