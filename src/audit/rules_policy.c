/*
 * What the run's policy says of a host: a trusted path may still lead to a CA
 * that the policy does not expect, and a waived finding has a lower severity
 * until its date, but is never hidden.
 */
#include "audit/rules.h"

#include "model/policy.h"

enum { EXPECTED_SHOWN = 3 };

static const char *
expected_name(struct arena *arena, const struct policy_ca *ca)
{
	return ca->kind == POLICY_CA_CN ? arena_printf(arena, "CN=%s", ca->text)
					: ca->text;
}

/* "CN=R10, CN=R11, CN=R12 or 2 more" */
static const char *
list_expected(struct arena *arena, const struct policy_cas *cas)
{
	const char *list = expected_name(arena, &cas->list[0]);
	size_t shown = 1;

	for (; shown < cas->count && shown < EXPECTED_SHOWN; shown++)
		list = arena_printf(arena, "%s%s%s", list,
		    shown + 1 == cas->count ? " or " : ", ",
		    expected_name(arena, &cas->list[shown]));
	if (shown < cas->count)
		list = arena_printf(
		    arena, "%s or %zu more", list, cas->count - shown);
	return list;
}

/* `key` is what this certificate is to the leaf: its root, or its issuer. */
static void
check_expected(const struct path_step *step, const struct policy_cas *cas,
    const char *key, const char *verb, struct findings *findings)
{
	const struct certificate *ca = step->certificate;
	struct finding *finding;

	if (policy_cas_hold(cas, ca))
		return;
	finding = findings_add(findings, FINDING_WRONG_ROOT, "unexpected_root",
	    step->received,
	    arena_printf(findings->arena, "%s %s; the policy expects %s", verb,
		name_for_people(findings->arena, ca),
		list_expected(findings->arena, cas)));
	finding_tell(findings, finding, key, ca->subject);
	for (size_t i = 0; i < cas->count && i < EXPECTED_SHOWN; i++)
		finding_tell(findings, finding, "expected",
		    expected_name(findings->arena, &cas->list[i]));
}

/* An untrusted end is a finding already, whatever was expected. */
static void
find_unexpected(const struct audit_view *view, struct findings *findings)
{
	const struct policy *policy = view->settings->policy;
	const struct path *path = view->path;
	const struct policy_expectation *expected;
	struct host_subject subject;

	if (policy == NULL || path->end != PATH_ANCHOR)
		return;
	subject = policy_subject(view->seen);
	expected = policy_expectation_of(policy, &subject);
	if (expected == NULL)
		return;
	check_expected(&path->steps[path->length - 1], &expected->roots, "root",
	    "the path ends at", findings);
	/* A leaf that is an anchor itself is its own issuer. */
	check_expected(&path->steps[path->length > 1], &expected->issuers,
	    "issuer", "the certificate is issued by", findings);
}

/* Does it concern this finding, and no other waiver does yet? */
static bool
is_meant(const struct policy_waiver *waiver, const struct finding *finding)
{
	if (waiver->finding != NULL &&
	    strcmp(waiver->finding, finding->id) != 0)
		return false;
	if (waiver->cause != NULL &&
	    (finding->cause == NULL ||
		strcmp(waiver->cause, finding->cause) != 0))
		return false;
	return !finding_is_waived(finding);
}

static void
waive(const struct policy_waiver *waiver, struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];

		if (!is_meant(waiver, finding))
			continue;
		if (finding->severity > SEVERITY_NOTICE)
			finding->severity = SEVERITY_NOTICE;
		finding->detail =
		    arena_printf(findings->arena, "%s%s(waived until %s: %s)",
			finding->detail == NULL ? "" : finding->detail,
			finding->detail == NULL ? "" : " ", waiver->until_text,
			waiver->reason);
		finding_tell(findings, finding, FINDING_WAIVED_UNTIL,
		    waiver->until_text);
		finding_tell(
		    findings, finding, "waiver_reason", waiver->reason);
	}
}

/*
 * Only where it would still waive a finding: otherwise it is no longer needed.
 */
static void
report_expired(const struct policy_waiver *waiver, struct findings *findings)
{
	struct finding *finding;
	size_t at = 0;

	while (at < findings->count && !is_meant(waiver, &findings->list[at]))
		at++;
	if (at == findings->count)
		return;
	finding = findings_add(findings, FINDING_WAIVER_EXPIRED, NULL, -1,
	    arena_printf(findings->arena, "the waiver of %s ended on %s: %s",
		waiver->finding != NULL ? waiver->finding : waiver->cause,
		waiver->until_text, waiver->reason));
	finding_tell(findings, finding, "ended", waiver->until_text);
	finding_tell(findings, finding, "waiver_reason", waiver->reason);
}

void
waive_findings(const struct audit_view *view, struct findings *findings)
{
	const struct policy *policy = view->settings->policy;
	const struct policy_waiver *waiver;
	struct host_subject subject;

	if (policy == NULL || findings->count == 0 ||
	    view->seen->status == STATUS_INVALID_INPUT)
		return;
	subject = policy_subject(view->seen);
	for (size_t at = 0;
	     (waiver = policy_next_waiver(policy, &subject, &at)) != NULL;)
		if (view->settings->now <= waiver->until)
			waive(waiver, findings);
	for (size_t at = 0;
	     (waiver = policy_next_waiver(policy, &subject, &at)) != NULL;)
		if (view->settings->now > waiver->until)
			report_expired(waiver, findings);
}

const struct audit_rule policy_rules[] = {
	{ "expected CAs", find_unexpected },
	{ NULL, NULL },
};
