/* The names of faults, and short lists of them.  Judges nothing. */
#include "audit/fault.h"

static const struct {
	enum finding_id id;
	const char *cause;
} names[FAULT_COUNT] = {
	[FAULT_MALFORMED] = { FINDING_INVALID_CHAIN, "malformed" },
	[FAULT_EMPTY_ISSUER] = { FINDING_INVALID_CHAIN, "malformed" },
	[FAULT_BAD_SIGNATURE] = { FINDING_INVALID_CHAIN, "bad_signature" },
	[FAULT_UNSUPPORTED_ALGORITHM] = { FINDING_INVALID_CHAIN,
	    "unsupported_algorithm" },
	[FAULT_UNSUPPORTED_KEY] = { FINDING_INVALID_CHAIN, "unsupported_key" },
	[FAULT_NOT_A_CA] = { FINDING_INVALID_CHAIN, "not_a_ca" },
	[FAULT_PATH_LENGTH] = { FINDING_INVALID_CHAIN, "path_length" },
	[FAULT_KEY_USAGE] = { FINDING_INVALID_CHAIN, "key_usage" },
	[FAULT_PURPOSE] = { FINDING_INVALID_CHAIN, "purpose" },
	[FAULT_NAME_CONSTRAINTS] = { FINDING_INVALID_CHAIN,
	    "name_constraints" },
	[FAULT_CONSTRAINT_DISTANCE] = { FINDING_INVALID_CHAIN,
	    "name_constraints" },
	[FAULT_NAME_CONSTRAINTS_UNDECIDED] = { FINDING_INVALID_CHAIN,
	    "not decided: name constraints" },
	[FAULT_UNKNOWN_CRITICAL_EXTENSION] = { FINDING_INVALID_CHAIN,
	    "unknown_critical_extension" },
	[FAULT_POLICY] = { FINDING_INVALID_CHAIN, "policy" },
	[FAULT_POLICY_EXTENSION] = { FINDING_INVALID_CHAIN, "policy" },
	[FAULT_POLICY_UNDECIDED] = { FINDING_INVALID_CHAIN,
	    "not decided: policy" },
	[FAULT_LEAF_EXPIRED] = { FINDING_EXPIRED, "leaf_expired" },
	[FAULT_INTERMEDIATE_EXPIRED] = { FINDING_EXPIRED,
	    "intermediate_expired" },
	[FAULT_ROOT_EXPIRED] = { FINDING_EXPIRED, "root_expired" },
	[FAULT_NOT_YET_VALID] = { FINDING_EXPIRED, "not_yet_valid" },
	[FAULT_RSA_BITS] = { FINDING_WEAK, "rsa_bits" },
	[FAULT_EC_BITS] = { FINDING_WEAK, "ec_bits" },
	[FAULT_DSA] = { FINDING_WEAK, "dsa" },
	[FAULT_SHA1] = { FINDING_WEAK, "sha1" },
	[FAULT_MD5] = { FINDING_WEAK, "md5" },
};

enum finding_id
fault_finding(enum fault fault)
{
	return names[fault].id;
}

const char *
fault_cause(enum fault fault)
{
	return names[fault].cause;
}

void
faults_add(struct faults *faults, enum fault fault, size_t step)
{
	if (faults->count < FAULTS_MOST)
		faults->list[faults->count] =
		    (struct path_fault){ fault, step };
	faults->count++;
}
