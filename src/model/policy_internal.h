/* What policy.c, which answers, and policy_read.c, which reads, share. */
#ifndef MODEL_POLICY_INTERNAL_H
#define MODEL_POLICY_INTERNAL_H

#include "base/arena.h"
#include "model/policy.h"

/* The lists of a policy: a member of the document each. */
enum policy_list_id {
	POLICY_EXPECT,	   /* struct policy_expectation */
	POLICY_THRESHOLDS, /* struct policy_threshold */
	POLICY_WAIVERS,	   /* struct policy_waiver */
	POLICY_IGNORE,	   /* nothing more than its hosts */
	POLICY_LISTS
};

struct policy_list {
	struct host_rules *hosts;
	void *entries; /* as many as `hosts` has rules */
};

struct policy {
	struct arena *arena;
	struct bytes text;
	struct policy_list lists[POLICY_LISTS];
};

/* Without an entry. */
struct policy *policy_new(void);

#endif
