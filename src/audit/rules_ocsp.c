/* Findings about the stapled OCSP response; staple.c has judged it. */
#include "audit/rules.h"
#include "base/clock.h"

static void
tell_time(struct findings *findings, struct finding *finding, const char *key,
    int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == 0)
		return;
	clock_format(time, text);
	finding_tell(
	    findings, finding, key, arena_string(findings->arena, text));
}

static void
add_revoked(const struct audit_view *view, const struct ocsp_verdict *staple,
    struct findings *findings)
{
	const char *reason = staple->revocation_reason;
	struct finding *finding;
	char when[CLOCK_TEXT_SIZE];

	clock_format(staple->revoked_at, when);
	finding = findings_add(findings, FINDING_REVOKED, "ocsp", 0,
	    arena_printf(findings->arena,
		"the stapled OCSP response says that %s was revoked at %s%s%s",
		name_for_people(findings->arena, view->received[0]), when,
		reason == NULL ? "" : ": ", reason == NULL ? "" : reason));
	tell_time(findings, finding, "revoked_at", staple->revoked_at);
	if (reason != NULL)
		finding_tell(findings, finding, "reason", reason);
	tell_time(findings, finding, "this_update", staple->this_update);
}

static void
add_invalid(const struct ocsp_verdict *staple, const char *cause,
    const char *sentence, struct findings *findings)
{
	struct finding *finding =
	    findings_add(findings, FINDING_STAPLE_INVALID, cause, 0, sentence);

	tell_time(findings, finding, "this_update", staple->this_update);
	tell_time(findings, finding, "next_update", staple->next_update);
}

static void
find_staple(const struct audit_view *view, struct findings *findings)
{
	const struct ocsp_verdict *staple = &view->staple;

	switch (staple->state) {
	case OCSP_REVOKED:
		add_revoked(view, staple, findings);
		break;
	case OCSP_UNKNOWN:
		add_invalid(staple, "unknown",
		    "the OCSP responder does not know the certificate",
		    findings);
		break;
	case OCSP_UNUSABLE:
		add_invalid(staple, staple->cause, staple->reason, findings);
		break;
	case OCSP_NONE:
	case OCSP_GOOD:
		break;
	}
}

const struct audit_rule ocsp_rules[] = {
	{ "staple", find_staple },
	{ NULL, NULL },
};
