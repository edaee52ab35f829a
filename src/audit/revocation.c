/*
 * Asks each source about each certificate of the path, and joins what they and
 * the staple say into one status: that of the leaf, unless one is revoked.
 */
#include "audit/revocation.h"

static void
ask_source(struct path_evidence *evidence,
    const struct revocation_source *source, struct arena *arena,
    const struct path *path, int64_t now, bool wait)
{
	evidence->source = source;
	evidence->count = path->length - 1;
	evidence->answers =
	    arena_array(arena, evidence->count, sizeof(*evidence->answers));
	for (size_t i = 0; i < evidence->count; i++) {
		const struct path_step *step = &path->steps[i];

		/* Nobody can say who is to have signed the evidence. */
		if (step->signature == SIGNATURE_GOOD)
			source->ask(source->context, arena, step->certificate,
			    path->steps[i + 1].certificate, now, wait,
			    &evidence->answers[i]);
		else
			evidence->answers[i].sentence =
			    "not looked for, as its issuer is not known";
	}
}

void
path_revocation_ask(struct path_revocation *revocation,
    const struct audit_settings *settings, struct arena *arena,
    const struct path *path, bool wait)
{
	*revocation = (struct path_revocation){ .is_waiting = false };
	if (path->length < 2)
		return;
	revocation->source_count = settings->revocation_count;
	for (size_t s = 0; s < settings->revocation_count; s++) {
		struct path_evidence *evidence = &revocation->by[s];

		ask_source(evidence, settings->revocation[s], arena, path,
		    settings->now, wait);
		for (size_t i = 0; i < evidence->count; i++)
			if (evidence->answers[i].state == EVIDENCE_WAITING)
				revocation->is_waiting = true;
	}
}

static const char *
describe(struct arena *arena, const struct revocation_source *source,
    const struct revocation_answer *answer)
{
	if (answer->url == NULL)
		return answer->sentence;
	return arena_printf(
	    arena, "the %s %s %s", source->noun, answer->url, answer->sentence);
}

/* Of several sources that prove nothing the first is told. */
static void
judge_leaf(struct revocation *revocation, struct arena *arena,
    const struct path_evidence *evidence)
{
	const struct revocation_answer *leaf = &evidence->answers[0];
	const char *before = revocation->detail;

	if (revocation->status == REVOCATION_GOOD)
		return;
	if (leaf->state == EVIDENCE_GOOD) {
		revocation->status = REVOCATION_GOOD;
		revocation->source = evidence->source->word;
		revocation->detail = NULL;
		return;
	}
	if (revocation->status == REVOCATION_UNKNOWN)
		return;
	revocation->detail = describe(arena, evidence->source, leaf);
	if (leaf->state == EVIDENCE_UNUSABLE) {
		revocation->status = REVOCATION_UNKNOWN;
		revocation->source = evidence->source->word;
	} else if (before != NULL && revocation->detail != NULL) {
		revocation->detail =
		    arena_printf(arena, "%s; %s", before, revocation->detail);
	}
}

static void
judge_by_staple(
    struct revocation *revocation, const struct ocsp_verdict *staple)
{
	if (staple->state == OCSP_NONE || revocation->status == REVOCATION_GOOD)
		return;
	revocation->source = "staple";
	if (staple->state == OCSP_GOOD) {
		revocation->status = REVOCATION_GOOD;
		revocation->detail = NULL;
		return;
	}
	revocation->status = REVOCATION_UNKNOWN;
	revocation->detail = staple->state == OCSP_UNKNOWN
				 ? "the OCSP responder does not know the "
				   "certificate"
				 : staple->reason;
}

static bool
has_late(const struct path_evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		if (string_equal(evidence->answers[i].cause, "late"))
			return true;
	return false;
}

/* Of several that are revoked the one nearest to the leaf. */
static void
find_revoked(struct revocation *revocation, struct arena *arena,
    const struct path_evidence *evidence, const struct path *path, size_t *step)
{
	for (size_t i = 0; i < evidence->count && i < *step; i++) {
		const struct revocation_answer *answer = &evidence->answers[i];

		if (answer->state != EVIDENCE_REVOKED)
			continue;
		*step = i;
		revocation->status = REVOCATION_REVOKED;
		revocation->source = evidence->source->word;
		revocation->reason = answer->reason;
		revocation->since = answer->since;
		revocation->detail =
		    arena_printf(arena, "%s is revoked: the %s %s says so",
			path->steps[i].certificate->subject,
			evidence->source->noun, answer->url);
	}
}

void
revocation_judge(struct revocation *revocation, struct arena *arena,
    const struct path_revocation *evidence, const struct path *path,
    const struct ocsp_verdict *staple, int64_t now)
{
	size_t revoked = SIZE_MAX;

	*revocation = (struct revocation){ .present = true };
	for (size_t i = 0; i < evidence->source_count; i++) {
		judge_leaf(revocation, arena, &evidence->by[i]);
		revocation->is_late =
		    revocation->is_late || has_late(&evidence->by[i]);
	}
	judge_by_staple(revocation, staple);
	for (size_t i = 0; i < evidence->source_count; i++)
		find_revoked(
		    revocation, arena, &evidence->by[i], path, &revoked);
	if (staple->state == OCSP_REVOKED && revoked > 0) {
		revocation->status = REVOCATION_REVOKED;
		revocation->source = "staple";
		revocation->reason = staple->revocation_reason;
		revocation->since = staple->revoked_at;
		revocation->detail = NULL;
	}
	if (revocation->status != REVOCATION_NOT_CHECKED)
		revocation->checked_at = now;
}
