/*
 * Name constraints (RFC 5280 4.2.1.10): does every name below a constrained
 * CA, and the host itself, stay inside what that CA may certify?
 */
#ifndef AUDIT_CONSTRAINTS_H
#define AUDIT_CONSTRAINTS_H

#include "audit/name.h"

/*
 * A certificate can carry 65,536 names and its issuer as many constraints.
 * OpenSSL and BoringSSL compare 2^20 times; a search for a path looks at many
 * paths of one host.  Past either budget nothing is decided.
 */
enum {
	CONSTRAINTS_MOST_COMPARISONS = 1 << 20, /* of a path */
	CONSTRAINTS_MOST_OF_A_HOST = 1 << 24
};

struct constraint_budget {
	unsigned left;
	unsigned *of_host; /* counts up; NULL: not counted */
};

enum constraint_answer {
	CONSTRAINT_ALLOWS,
	CONSTRAINT_FORBIDS,
	CONSTRAINT_UNPROCESSED, /* it has a minimum or maximum, 4.2.1.10 */
	CONSTRAINT_UNDECIDED	/* the budget was spent */
};

/*
 * Do the constraints of `issuer` allow the names of `subject`?  `host` is
 * tested as well when the subject is the leaf (NULL otherwise).  A mailbox in
 * the subject counts where the certificate has no alternative names.
 */
enum constraint_answer constraints_check(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *host,
    struct constraint_budget *);

/* The host in a mailbox or a URI; size 0 where there is none. */
struct bytes constraint_host_of(const struct general_name *);

/* Is it a host that constraints can be about: a DNS name (4.2.1.10)? */
bool constraint_uri_has_host(struct bytes uri);

#endif
