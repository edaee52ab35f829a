/*
 * The policy tree of RFC 5280 6.1, kept as two sets a depth instead of nodes
 * (RFC 9618 shows why the tree itself can grow exponentially).  Where every
 * policy is acceptable, validity asks one question only: is any policy left?
 * The parents of a node do not matter for that.
 */
#include "audit/certificate_policies.h"

#include <stdlib.h>

#include "base/memory.h"
#include "x509/certificate_policies.h"

struct policy_set {
	struct bytes *list; /* sorted, each once; anyPolicy is not in it */
	size_t count;
};

/* RFC 5280 6.1.2: the state between two certificates. */
struct policy_state {
	struct policy_set expected; /* by the certificates of the next depth */
	struct policy_set valid;    /* of the current certificate */
	bool any;		    /* a node of anyPolicy is left */
	uint32_t explicit_policy, policy_mapping, inhibit_any;
};

static int
compare_policies(const void *a, const void *b)
{
	return policy_compare(
	    *(const struct bytes *)a, *(const struct bytes *)b);
}

static bool
set_has(const struct policy_set *set, struct bytes policy)
{
	return bsearch(&policy, set->list, set->count, sizeof(policy),
		   compare_policies) != NULL;
}

/* False when the set is full. */
static bool
set_append(struct policy_set *set, struct bytes policy)
{
	if (set->count == POLICIES_MOST)
		return false;
	set->list[set->count++] = policy;
	return true;
}

static void
set_sort(struct policy_set *set)
{
	size_t kept = 0;

	qsort(set->list, set->count, sizeof(*set->list), compare_policies);
	for (size_t i = 0; i < set->count; i++)
		if (kept == 0 ||
		    !bytes_equal(set->list[kept - 1], set->list[i]))
			set->list[kept++] = set->list[i];
	set->count = kept;
}

/* RFC 5280 6.1.3 (d) and (e).  False when there are too many. */
static bool
take_policies(struct policy_state *state, const struct certificate *certificate,
    bool is_last)
{
	const struct certificate_policies *policies = certificate->policies;
	bool takes_any =
	    policies != NULL && policies->has_any &&
	    (state->inhibit_any > 0 || (!is_last && certificate->self_issued));

	state->valid.count = 0;
	for (size_t i = 0; policies != NULL && i < policies->count; i++)
		if ((state->any ||
			set_has(&state->expected, policies->list[i])) &&
		    !set_append(&state->valid, policies->list[i]))
			return false;
	for (size_t i = 0; takes_any && i < state->expected.count; i++)
		if (!set_append(&state->valid, state->expected.list[i]))
			return false;
	set_sort(&state->valid);
	state->any = state->any && takes_any;
	return true;
}

/*
 * RFC 5280 6.1.4 (b): what the next certificate may name for each valid
 * policy.  Where mapping is inhibited a mapped policy ends here.
 */
static bool
map_policies(
    struct policy_state *state, const struct certificate_policies *policies)
{
	size_t count = policies == NULL ? 0 : policies->mapping_count;
	size_t at = 0;

	state->expected.count = 0;
	for (size_t i = 0; i < state->valid.count; i++) {
		struct bytes policy = state->valid.list[i];

		while (
		    at < count &&
		    policy_compare(policies->mappings[at].issuer, policy) < 0)
			at++;
		if ((at == count ||
			!bytes_equal(policies->mappings[at].issuer, policy)) &&
		    !set_append(&state->expected, policy))
			return false;
	}
	for (size_t i = 0; state->policy_mapping > 0 && i < count; i++)
		if ((state->any ||
			set_has(&state->valid, policies->mappings[i].issuer)) &&
		    !set_append(
			&state->expected, policies->mappings[i].subject))
			return false;
	set_sort(&state->expected);
	return true;
}

static void
lower(uint32_t *counter, bool is_given, uint32_t value)
{
	if (is_given && value < *counter)
		*counter = value;
}

/* RFC 5280 6.1.4 (h), (i), (j). */
static void
count_down(struct policy_state *state, const struct certificate *certificate)
{
	const struct certificate_policies *policies = certificate->policies;

	if (!certificate->self_issued) {
		state->explicit_policy -= state->explicit_policy > 0;
		state->policy_mapping -= state->policy_mapping > 0;
		state->inhibit_any -= state->inhibit_any > 0;
	}
	if (policies == NULL)
		return;
	lower(&state->explicit_policy, policies->has_require_explicit,
	    policies->require_explicit);
	lower(&state->policy_mapping, policies->has_inhibit_mapping,
	    policies->inhibit_mapping);
	lower(&state->inhibit_any, policies->has_inhibit_any,
	    policies->inhibit_any);
}

static bool
is_empty(const struct policy_state *state, const struct policy_set *set)
{
	return set->count == 0 && !state->any;
}

/* One certificate, from the one below the anchor down to the leaf. */
static enum policies_result
take_certificate(struct policy_state *state,
    const struct certificate *certificate, bool is_last)
{
	const struct certificate_policies *policies = certificate->policies;

	if (!take_policies(state, certificate, is_last))
		return POLICIES_UNDECIDED;
	if (state->explicit_policy == 0 && is_empty(state, &state->valid))
		return POLICIES_FAIL; /* 6.1.3 (f) */
	if (is_last) {
		/* 6.1.5 (a), (b), (g): one more, self-issued or not. */
		bool is_needed =
		    state->explicit_policy <= 1 ||
		    (policies != NULL && policies->has_require_explicit &&
			policies->require_explicit == 0);

		return is_needed && is_empty(state, &state->valid)
			   ? POLICIES_FAIL
			   : POLICIES_HOLD;
	}
	if (policies != NULL && policies->maps_any)
		return POLICIES_FAIL; /* 6.1.4 (a) */
	if (!map_policies(state, policies))
		return POLICIES_UNDECIDED;
	count_down(state, certificate);
	return POLICIES_HOLD;
}

/* Without these no policy can be missing, however few there are. */
static bool
can_fail(const struct path *path)
{
	for (size_t i = 0; i < path->length; i++) {
		const struct certificate_policies *policies =
		    path->steps[i].certificate->policies;

		if (policies != NULL &&
		    (policies->has_require_explicit || policies->maps_any))
			return true;
	}
	return false;
}

enum policies_result
certificate_policies_check(const struct path *path, size_t *step)
{
	/*
	 * The trust anchor is a name and a key (6.1.1 (d)): its policies have
	 * no effect.
	 */
	size_t below = path->length - (path->end != PATH_OPEN);
	struct bytes *lists;
	struct policy_state state = { .any = true };
	enum policies_result result = POLICIES_HOLD;

	if (below == 0 || !can_fail(path))
		return POLICIES_HOLD;
	state.explicit_policy = (uint32_t)below + 1;
	state.policy_mapping = (uint32_t)below + 1;
	state.inhibit_any = (uint32_t)below + 1;
	lists = memory_array((size_t)2 * POLICIES_MOST, sizeof(*lists));
	state.expected.list = lists;
	state.valid.list = lists + POLICIES_MOST;
	for (size_t i = below; i > 0 && result == POLICIES_HOLD; i--) {
		result = take_certificate(
		    &state, path->steps[i - 1].certificate, i == 1);
		*step = i - 1;
	}
	free(lists);
	return result;
}
