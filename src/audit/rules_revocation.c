/* Findings by CRLs and OCSP responders; audit/revocation.c has asked. */
#include "audit/rules.h"
#include "base/clock.h"

static void
tell_time(struct findings *findings, struct finding *finding, const char *key,
    int64_t time)
{
	if (time != 0)
		finding_tell(
		    findings, finding, key, time_text(findings->arena, time));
}

/* Not sent: a certificate that was found elsewhere can be revoked too. */
static int
place_of(const struct path_step *step)
{
	return step->received >= 0 ? (int)step->received : -1;
}

static void
add_revoked(const struct path_step *step,
    const struct revocation_source *source,
    const struct revocation_answer *answer, struct findings *findings)
{
	const struct certificate *certificate = step->certificate;
	struct finding *finding = findings_add(findings, FINDING_REVOKED,
	    source->word, place_of(step),
	    arena_printf(findings->arena,
		"the %s of its CA says that %s was revoked at %s%s%s",
		source->noun, name_for_people(findings->arena, certificate),
		time_text(findings->arena, answer->since),
		answer->reason == NULL ? "" : ": ",
		answer->reason == NULL ? "" : answer->reason));

	finding_tell(findings, finding, "subject", certificate->subject);
	finding_tell(findings, finding, "serial", certificate->serial_hex);
	tell_time(findings, finding, "revoked_at", answer->since);
	if (answer->reason != NULL)
		finding_tell(findings, finding, "reason", answer->reason);
	finding_tell(findings, finding, "url", answer->url);
	tell_time(findings, finding, "this_update", answer->this_update);
	tell_time(findings, finding, "next_update", answer->next_update);
}

/* What its CA should repair; what we cannot use is in the record alone. */
static bool
is_evidence_at_fault(const char *cause)
{
	static const char *const causes[] = { "stale", "not_yet_valid",
		"undated", "forged", "foreign", "wrong_scope", "malformed",
		"unknown" };

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (string_equal(cause, causes[i]))
			return true;
	return false;
}

static void
add_at_fault(const struct path_step *step,
    const struct revocation_source *source,
    const struct revocation_answer *answer, struct findings *findings)
{
	struct finding *finding = findings_add(findings,
	    FINDING_REVOCATION_EVIDENCE, answer->cause, place_of(step),
	    arena_printf(findings->arena, "the %s of %s %s", source->noun,
		name_for_people(findings->arena, step->certificate),
		answer->sentence));

	finding_tell(findings, finding, "url", answer->url);
	tell_time(findings, finding, "this_update", answer->this_update);
	tell_time(findings, finding, "next_update", answer->next_update);
}

static void
find_by_evidence(const struct audit_view *view, struct findings *findings)
{
	for (size_t s = 0; s < view->revocation.source_count; s++) {
		const struct path_evidence *by = &view->revocation.by[s];

		for (size_t i = 0; i < by->count; i++) {
			const struct revocation_answer *answer =
			    &by->answers[i];

			if (answer->state == EVIDENCE_REVOKED)
				add_revoked(&view->path->steps[i], by->source,
				    answer, findings);
			if (answer->state == EVIDENCE_UNUSABLE &&
			    is_evidence_at_fault(answer->cause))
				add_at_fault(&view->path->steps[i], by->source,
				    answer, findings);
		}
	}
}

const struct audit_rule revocation_rules[] = {
	{ "evidence", find_by_evidence },
	{ NULL, NULL },
};
