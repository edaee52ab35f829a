/*
 * Asks for the CRL of each certificate of the path, and joins what they and
 * the staple say into one status: that of the leaf, unless one is revoked.
 */
#include "audit/revocation.h"

void
path_crls_ask(struct path_crls *crls, const struct crl_source *source,
    struct arena *arena, const struct path *path, int64_t now, bool wait)
{
	*crls = (struct path_crls){ .count = 0 };
	if (source == NULL || path->length < 2)
		return;
	crls->count = path->length - 1;
	crls->answers = arena_array(arena, crls->count, sizeof(*crls->answers));
	for (size_t i = 0; i < crls->count; i++) {
		const struct path_step *step = &path->steps[i];

		/* Nobody can say who is to have signed its CRL. */
		if (step->signature != SIGNATURE_GOOD) {
			crls->answers[i].sentence =
			    "not looked for, as its issuer is not known";
			continue;
		}
		source->ask(source->context, arena, step->certificate,
		    path->steps[i + 1].certificate, now, wait,
		    &crls->answers[i]);
		crls->is_waiting =
		    crls->is_waiting || crls->answers[i].state == CRL_WAITING;
	}
}

static const char *
describe(struct arena *arena, const struct crl_answer *answer)
{
	if (answer->url == NULL)
		return answer->sentence;
	return arena_printf(
	    arena, "the CRL %s %s", answer->url, answer->sentence);
}

static void
judge_by_crl(struct revocation *revocation, struct arena *arena,
    const struct crl_answer *leaf)
{
	switch (leaf->state) {
	case CRL_GOOD:
		revocation->status = REVOCATION_GOOD;
		revocation->source = "crl";
		break;
	case CRL_UNUSABLE:
		revocation->status = REVOCATION_UNKNOWN;
		revocation->source = "crl";
		revocation->detail = describe(arena, leaf);
		break;
	default:
		revocation->detail = describe(arena, leaf);
		break;
	}
}

static void
judge_by_staple(struct revocation *revocation, const struct ocsp_staple *staple)
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

void
revocation_judge(struct revocation *revocation, struct arena *arena,
    const struct path_crls *crls, const struct path *path,
    const struct ocsp_staple *staple, int64_t now)
{
	*revocation = (struct revocation){ .present = true };
	if (crls->count > 0)
		judge_by_crl(revocation, arena, &crls->answers[0]);
	judge_by_staple(revocation, staple);
	/* Of several that are revoked the one nearest to the leaf. */
	for (size_t i = crls->count; i-- > 0;) {
		const struct crl_answer *answer = &crls->answers[i];

		if (answer->state != CRL_REVOKED)
			continue;
		revocation->status = REVOCATION_REVOKED;
		revocation->source = "crl";
		revocation->reason = answer->reason;
		revocation->since = answer->since;
		revocation->detail = arena_printf(arena, "%s is on the CRL %s",
		    path->steps[i].certificate->subject, answer->url);
	}
	if (staple->state == OCSP_REVOKED &&
	    !(crls->count > 0 && crls->answers[0].state == CRL_REVOKED)) {
		revocation->status = REVOCATION_REVOKED;
		revocation->source = "staple";
		revocation->reason = staple->revocation_reason;
		revocation->since = staple->revoked_at;
		revocation->detail = NULL;
	}
	if (revocation->status != REVOCATION_NOT_CHECKED)
		revocation->checked_at = now;
}
