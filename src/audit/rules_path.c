/*
 * Findings that decide the class: what is wrong with the judged path, with
 * the name, or with the chain's completeness.
 */
#include "audit/rules.h"

#include "audit/fault.h"
#include "base/clock.h"

/* What stands before and after the certificate's name. */
static const struct {
	const char *before, *after;
} explanations[FAULT_COUNT] = {
	[FAULT_BAD_SIGNATURE] = { "the signature on ", " does not verify" },
	[FAULT_UNSUPPORTED_ALGORITHM] = { "the signature algorithm of ",
	    " is not supported" },
	[FAULT_EMPTY_ISSUER] = { "", " does not name its issuer" },
	[FAULT_NOT_A_CA] = { "",
	    " is not a CA certificate but signed another one" },
	[FAULT_PATH_LENGTH] = { "more CA certificates follow ",
	    " than its path length allows" },
	[FAULT_KEY_USAGE] = { "the key usage of ",
	    " forbids what it is used for" },
	[FAULT_PURPOSE] = { "the extended key usage of ",
	    " excludes TLS servers" },
	[FAULT_POLICY] = { "a certificate policy is demanded above, and none "
			   "is left at ",
	    "" },
	[FAULT_POLICY_UNDECIDED] = { "not decided: more than 1,024 certificate "
				     "policies stand at or above ",
	    "" },
	[FAULT_NAME_CONSTRAINTS] = { "the name constraints of ",
	    " do not allow a name below it" },
	[FAULT_CONSTRAINT_DISTANCE] = { "a name constraint of ",
	    " has a minimum or a maximum, which nobody processes" },
	[FAULT_NAME_CONSTRAINTS_UNDECIDED] = { "the name constraints of ",
	    " and the names below it are too many to be compared" },
};

/* What a fault of this certificate means, in one sentence. */
static const char *
explain(struct arena *arena, const struct certificate *certificate,
    enum fault fault)
{
	const char *name = name_for_people(arena, certificate);
	char when[CLOCK_TEXT_SIZE];

	switch (fault) {
	case FAULT_MALFORMED:
		return arena_printf(arena, "%s: %s", name,
		    certificate->damage != NULL
			? certificate->damage
			: "it names two different signature algorithms");
	case FAULT_LEAF_EXPIRED:
	case FAULT_INTERMEDIATE_EXPIRED:
	case FAULT_ROOT_EXPIRED:
		clock_format(certificate->not_after, when);
		return arena_printf(arena, "%s expired at %s", name, when);
	case FAULT_NOT_YET_VALID:
		clock_format(certificate->not_before, when);
		return arena_printf(
		    arena, "%s is not valid before %s", name, when);
	case FAULT_UNKNOWN_CRITICAL_EXTENSION:
		return arena_printf(arena, "%s has the critical extension %s",
		    name, certificate->unknown_critical[0]);
	case FAULT_POLICY_EXTENSION:
		return arena_printf(
		    arena, "%s: %s", name, certificate->policies->fault);
	case FAULT_UNSUPPORTED_KEY:
		return arena_printf(
		    arena, "the key of %s %s", name, key_flaw(certificate));
	case FAULT_RSA_BITS:
	case FAULT_EC_BITS:
	case FAULT_DSA:
		return arena_printf(
		    arena, "the key of %s is %s", name, certificate->key_name);
	case FAULT_SHA1:
	case FAULT_MD5:
		return arena_printf(arena, "%s is signed with %s", name,
		    certificate->signature_name);
	default:
		return arena_printf(arena, "%s%s%s", explanations[fault].before,
		    name, explanations[fault].after);
	}
}

static void
find_path_faults(const struct audit_view *view, struct findings *findings)
{
	const struct faults *faults = &view->path->faults;

	for (size_t i = 0; i < faults->count && i < FAULTS_MOST; i++) {
		const struct path_fault *fault = &faults->list[i];
		const struct path_step *step = &view->path->steps[fault->step];
		struct finding *finding = findings_add(findings,
		    fault_finding(fault->fault), fault_cause(fault->fault),
		    fault->step == 0 ? 0 : step->received,
		    explain(findings->arena, step->certificate, fault->fault));

		if (step->certificate->subject != NULL)
			finding_tell(findings, finding, "subject",
			    step->certificate->subject);
	}
}

static void
find_name_mismatch(const struct audit_view *view, struct findings *findings)
{
	static const char *const causes[] = {
		[NAME_MISMATCH_OTHER] = "other_name",
		[NAME_MISMATCH_WILDCARD_DEPTH] = "wildcard_depth",
		[NAME_MISMATCH_NO_SAN] = "no_san",
	};

	if (view->name == NAME_MATCHES || view->received[0]->version == 0)
		return;
	findings_add(findings, FINDING_NAME_MISMATCH, causes[view->name], 0,
	    arena_printf(findings->arena, "%s is not a name of %s",
		observation_name(view->seen),
		name_for_people(findings->arena, view->received[0])));
}

/* Complete as received: not missing.  With found certificates: missing. */
static void
find_missing_intermediate(
    const struct audit_view *view, struct findings *findings)
{
	const struct step *first = view->missing;
	const struct digest *leaf = &view->received[0]->sha256;
	struct finding *finding;
	size_t same = 1;

	if (view->path != view->repaired || view->path->end != PATH_ANCHOR ||
	    view->missing_count == 0)
		return;
	while (same < view->received_count &&
	       digest_equal(&view->received[same]->sha256, leaf))
		same++;
	finding = findings_add(findings, FINDING_MISSING_INTERMEDIATE,
	    same == view->received_count ? "leaf_only" : "gap", -1,
	    arena_printf(findings->arena, "the server does not send %s",
		first->subject[0] == '\0' ? "a certificate without a subject"
					  : first->subject));
	for (size_t i = 0; i < view->missing_count; i++)
		finding_tell(
		    findings, finding, "missing", view->missing[i].subject);
	if (first->where != NULL)
		finding_tell(findings, finding, "where", first->where);
}

static void
find_wrong_root(const struct audit_view *view, struct findings *findings)
{
	const struct trust_store *store = view->settings->stores[0];
	const struct path *path = view->path;
	const struct path_step *last = &path->steps[path->length - 1];
	const char *cause = path->length == 1 ? "self_signed" : "private_root";
	const char *what = "does not trust";
	struct finding *finding;

	if (path->end != PATH_SELF_SIGNED && path->end != PATH_REFUSED)
		return;
	if (path->end == PATH_REFUSED) {
		cause = "distrusted_root";
		what = store_terms_words(findings->arena,
		    trust_store_terms(store, last->certificate));
	}
	finding = findings_add(findings, FINDING_WRONG_ROOT, cause,
	    path->length == 1 ? 0 : last->received,
	    arena_printf(findings->arena,
		"the path ends at %s, which the store %s %s",
		name_for_people(findings->arena, last->certificate),
		trust_store_name(store), what));
	finding_tell(findings, finding, "root", last->certificate->subject);
}

static void
find_unknown_issuer(const struct audit_view *view, struct findings *findings)
{
	const struct path *path = view->path;
	const struct path_step *last = &path->steps[path->length - 1];
	const char *issuer = last->certificate->issuer;
	bool decided = !edge_memory_exhausted(view->edges);
	struct finding *finding;

	if (path->end != PATH_OPEN || last->certificate->version == 0)
		return;
	finding = findings_add(findings, FINDING_UNKNOWN_ISSUER,
	    !decided	    ? "not decided: path search"
	    : view->is_late ? "fetch_deadline"
			    : NULL,
	    path->length == 1 ? 0 : last->received,
	    arena_printf(findings->arena,
		decided ? "%s was neither sent nor found, so nobody can say "
			  "whether an intermediate is missing or the root is "
			  "not trusted"
			: "the search for a path was ended by its budget "
			  "before it came to a root; the last issuer is %s",
		issuer[0] == '\0' ? "an issuer without a name" : issuer));
	finding_tell(findings, finding, "issuer", issuer);
}

const struct audit_rule path_rules[] = {
	{ "path faults", find_path_faults },
	{ "name", find_name_mismatch },
	{ "missing intermediate", find_missing_intermediate },
	{ "wrong root", find_wrong_root },
	{ "unknown issuer", find_unknown_issuer },
	{ NULL, NULL },
};
