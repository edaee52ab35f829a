/*
 * Faults: what can be wrong with one certificate on one path (RFC 5280
 * section 6.1), each with exactly one reason.  A path is judged by its
 * faults; rules turn those of the judged path into findings.
 */
#ifndef AUDIT_FAULT_H
#define AUDIT_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/finding.h"

enum fault {
	/* invalid_chain */
	FAULT_MALFORMED,
	FAULT_EMPTY_ISSUER,
	FAULT_BAD_SIGNATURE,
	FAULT_UNSUPPORTED_ALGORITHM,
	FAULT_UNSUPPORTED_KEY,
	FAULT_NOT_A_CA,
	FAULT_PATH_LENGTH,
	FAULT_KEY_USAGE,
	FAULT_PURPOSE,
	FAULT_NAME_CONSTRAINTS,
	FAULT_CONSTRAINT_DISTANCE,
	FAULT_NAME_CONSTRAINTS_UNDECIDED,
	FAULT_UNKNOWN_CRITICAL_EXTENSION,
	FAULT_POLICY,		/* none is left where one is demanded */
	FAULT_POLICY_EXTENSION, /* one of the four breaks its own rules */
	FAULT_POLICY_UNDECIDED, /* more policies than are looked at */
	/* expired */
	FAULT_LEAF_EXPIRED,
	FAULT_INTERMEDIATE_EXPIRED,
	FAULT_ROOT_EXPIRED,
	FAULT_NOT_YET_VALID,
	/* weak */
	FAULT_RSA_BITS,
	FAULT_EC_BITS,
	FAULT_DSA,
	FAULT_SHA1,
	FAULT_MD5,
	FAULT_COUNT
};

/* The finding a fault becomes, and its cause. */
enum finding_id fault_finding(enum fault);
const char *fault_cause(enum fault);

/* One fault of one certificate of a path; `step` counts from the leaf. */
struct path_fault {
	enum fault fault;
	size_t step;
};

enum { FAULTS_MOST = 32 };

/* Bounded: what does not fit is dropped, the count includes it. */
struct faults {
	struct path_fault list[FAULTS_MOST];
	size_t count;
};

void faults_add(struct faults *, enum fault, size_t step);

#endif
