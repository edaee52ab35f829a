/*
 * What a policy says of a host.  How its file is read is in policy_read.c,
 * what becomes of it in the rules under audit/.
 */
#include "model/policy.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/observation.h"
#include "model/policy_internal.h"

struct policy *
policy_new(void)
{
	struct policy *policy = memory_new(sizeof(*policy));

	policy->arena = arena_new();
	for (size_t i = 0; i < POLICY_LISTS; i++)
		policy->lists[i].hosts = host_rules_new();
	return policy;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < POLICY_LISTS; i++)
		host_rules_free(policy->lists[i].hosts);
	arena_free(policy->arena);
	free(policy);
}

struct bytes
policy_text(const struct policy *policy)
{
	return policy->text;
}

struct host_subject
policy_subject(const struct observation *seen)
{
	return (struct host_subject){
		.host = seen->host,
		.site = seen->site,
		.port = seen->port,
		.tags = seen->tags,
		.tag_count = seen->tag_count,
	};
}

static size_t
find(const struct policy *policy, enum policy_list_id id,
    const struct host_subject *subject, size_t from)
{
	return host_rules_next(policy->lists[id].hosts, subject, from);
}

bool
policy_ignores(const struct policy *policy, const struct host_subject *subject)
{
	return find(policy, POLICY_IGNORE, subject, 0) != HOST_RULES_NONE;
}

const struct policy_expectation *
policy_expectation_of(
    const struct policy *policy, const struct host_subject *subject)
{
	const struct policy_expectation *all =
	    policy->lists[POLICY_EXPECT].entries;
	size_t at = find(policy, POLICY_EXPECT, subject, 0);

	return at == HOST_RULES_NONE ? NULL : &all[at];
}

const struct policy_threshold *
policy_threshold_of(
    const struct policy *policy, const struct host_subject *subject)
{
	const struct policy_threshold *all =
	    policy->lists[POLICY_THRESHOLDS].entries;
	size_t at = find(policy, POLICY_THRESHOLDS, subject, 0);

	return at == HOST_RULES_NONE ? NULL : &all[at];
}

const struct policy_waiver *
policy_next_waiver(
    const struct policy *policy, const struct host_subject *subject, size_t *at)
{
	const struct policy_waiver *all = policy->lists[POLICY_WAIVERS].entries;
	size_t found = find(policy, POLICY_WAIVERS, subject, *at);

	if (found == HOST_RULES_NONE)
		return NULL;
	*at = found + 1;
	return &all[found];
}

static bool
ca_is(const struct policy_ca *ca, const struct certificate *certificate)
{
	switch (ca->kind) {
	case POLICY_CA_CN:
		return string_equal(certificate->subject_cn, ca->text);
	case POLICY_CA_SUBJECT:
		return string_equal(certificate->subject, ca->text);
	case POLICY_CA_SHA256:
		return digest_equal(&certificate->sha256, &ca->digest);
	case POLICY_CA_SPKI:
		return digest_equal(&certificate->spki_sha256, &ca->digest);
	}
	return false;
}

bool
policy_cas_hold(
    const struct policy_cas *cas, const struct certificate *certificate)
{
	for (size_t i = 0; i < cas->count; i++)
		if (ca_is(&cas->list[i], certificate))
			return true;
	return cas->count == 0;
}
