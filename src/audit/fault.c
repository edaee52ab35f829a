/* The names of faults, and short lists of them.  Judges nothing. */
#include "audit/fault.h"

static const struct {
	const char *class_word, *cause;
} names[FAULT_COUNT] = {
	[FAULT_MALFORMED] = { "invalid_chain", "malformed" },
	[FAULT_BAD_SIGNATURE] = { "invalid_chain", "bad_signature" },
	[FAULT_UNSUPPORTED_ALGORITHM] = { "invalid_chain",
	    "unsupported_algorithm" },
	[FAULT_UNSUPPORTED_KEY] = { "invalid_chain", "unsupported_key" },
	[FAULT_NOT_A_CA] = { "invalid_chain", "not_a_ca" },
	[FAULT_PATH_LENGTH] = { "invalid_chain", "path_length" },
	[FAULT_KEY_USAGE] = { "invalid_chain", "key_usage" },
	[FAULT_PURPOSE] = { "invalid_chain", "purpose" },
	[FAULT_NAME_CONSTRAINTS] = { "invalid_chain", "name_constraints" },
	[FAULT_UNKNOWN_CRITICAL_EXTENSION] = { "invalid_chain",
	    "unknown_critical_extension" },
	[FAULT_LEAF_EXPIRED] = { "expired", "leaf_expired" },
	[FAULT_INTERMEDIATE_EXPIRED] = { "expired", "intermediate_expired" },
	[FAULT_ROOT_EXPIRED] = { "expired", "root_expired" },
	[FAULT_NOT_YET_VALID] = { "expired", "not_yet_valid" },
	[FAULT_RSA_BITS] = { "weak", "rsa_bits" },
	[FAULT_EC_BITS] = { "weak", "ec_bits" },
	[FAULT_DSA] = { "weak", "dsa" },
	[FAULT_SHA1] = { "weak", "sha1" },
	[FAULT_MD5] = { "weak", "md5" },
};

const char *
fault_class(enum fault fault)
{
	return names[fault].class_word;
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

bool
faults_have(const struct faults *faults, enum fault fault)
{
	size_t count =
	    faults->count < FAULTS_MOST ? faults->count : FAULTS_MOST;

	for (size_t i = 0; i < count; i++)
		if (faults->list[i].fault == fault)
			return true;
	return false;
}
