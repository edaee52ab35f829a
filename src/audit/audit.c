/*
 * Decides the class, as reports/README.md says in "How the class is decided":
 * search, rules, class, booleans, and the record's path and missing.  The
 * search is in path.c, the rules in rules_*.c.
 */
#include "audit/audit.h"

#include <stdlib.h>

#include "audit/clients.h"
#include "audit/dane.h"
#include "audit/rules.h"
#include "audit/staple.h"
#include "audit/validate.h"
#include "base/memory.h"
#include "model/leaf.h"

enum { MOST_SOURCES = SOURCE_COUNT + 2 };

struct auditor {
	const struct audit_settings *settings;
	struct signature_memory *signatures;
};

/* One host's judgement while it is made. */
struct judgement {
	struct auditor *auditor;
	struct arena *arena;
	const struct audit_sources *sources; /* NULL: not looked for yet */
	struct validation validation;
	unsigned comparisons; /* of name constraints */
	struct audit_view view;
	struct path_answer as_received, with_found;
};

struct auditor *
auditor_new(const struct audit_settings *settings)
{
	struct auditor *auditor = memory_new(sizeof(*auditor));

	auditor->settings = settings;
	auditor->signatures = signature_memory_new();
	signature_memory_share(auditor->signatures, settings->good_signatures);
	return auditor;
}

void
auditor_free(struct auditor *auditor)
{
	if (auditor == NULL)
		return;
	signature_memory_free(auditor->signatures);
	free(auditor);
}

/*
 * With found certificates: the sources in their order, the store's own
 * intermediates before what was fetched, as an installed certificate is
 * preferred to a fetched one.
 */
static void
search(struct judgement *judgement, const struct trust_store *store,
    bool with_found, struct path_answer *answer)
{
	const struct audit_sources *sources = judgement->sources;
	struct found_source found[MOST_SOURCES];
	struct found_source own = {
		.certificates = trust_store_intermediates(store),
		.from = SOURCE_STORE,
	};
	struct path_question question = {
		.arena = judgement->arena,
		.edges = judgement->view.edges,
		.received = judgement->view.received,
		.received_count = judgement->view.received_count,
		.store = store,
		.found = found,
		.validate = validate_path,
		.step_faults = validate_step_faults,
		.context = &judgement->validation,
	};
	size_t count = 0;
	bool own_listed = false;

	for (size_t i = 0;
	     with_found && i < sources->count && count + 2 < MOST_SOURCES;
	     i++) {
		if (source_is_fetched(sources->list[i].from) && !own_listed) {
			found[count++] = own;
			own_listed = true;
		}
		found[count++] = (struct found_source){
			.certificates = sources->list[i].certificates,
			.from = sources->list[i].from,
		};
	}
	if (with_found && !own_listed)
		found[count++] = own;
	question.found_count = count;
	path_search(&question, answer);
}

static bool
is_faultless(const struct path *path)
{
	return path->end == PATH_ANCHOR && path->faults.count == 0;
}

/* Faults that no other path could be without are the leaf's own. */
static bool
only_leaf_is_faulty(const struct path *path)
{
	size_t count = path->faults.count;

	if (path->end != PATH_ANCHOR || count > FAULTS_MOST)
		return false;
	for (size_t i = 0; i < count; i++)
		if (path->faults.list[i].step != 0 ||
		    path->faults.list[i].fault <= FAULT_UNSUPPORTED_KEY)
			return false;
	return true;
}

static void
list_missing(struct judgement *judgement, const struct path *path)
{
	const struct audit_sources *sources = judgement->sources;
	struct audit_view *view = &judgement->view;

	view->missing =
	    arena_array(judgement->arena, path->length, sizeof(*view->missing));
	for (size_t i = 1; i < path->length; i++) {
		const struct path_step *step = &path->steps[i];
		bool anchor = path->end == PATH_ANCHOR && i + 1 == path->length;
		struct step *missing = &view->missing[view->missing_count];

		if (step->received >= 0 || anchor)
			continue;
		view->missing_count++;
		*missing = (struct step){
			.sha256 = step->certificate->sha256,
			.subject = step->certificate->subject,
			.from = step->from,
		};
		for (size_t k = 0; k < sources->count; k++) {
			const struct audit_source *source = &sources->list[k];

			if (source->from != step->from ||
			    certificate_index_get(
				source->certificates, &missing->sha256) == NULL)
				continue;
			missing->where = source->where(source->context,
			    step->certificate, view->seen->site);
			break;
		}
	}
}

/* Is there a URL for the missing issuer that there was no time to ask? */
static bool
lacked_time(const struct judgement *judgement)
{
	const struct path *path = judgement->view.path;
	const struct certificate *last;

	if (path->end != PATH_OPEN || judgement->sources == NULL ||
	    judgement->sources->aia == NULL)
		return false;
	last = path->steps[path->length - 1].certificate;
	for (size_t i = 0; i < last->issuer_url_count; i++) {
		const struct client_aia *aia = judgement->sources->aia;
		struct certificate_list list = { NULL, 0 };

		if (!aia->find(aia->context, last->issuer_urls[i], &list) &&
		    aia->why(aia->context, last->issuer_urls[i]) != NULL)
			return true;
	}
	return false;
}

/* Steps 3 to 6 of the decision for the default store. */
static void
choose_path(struct judgement *judgement)
{
	const struct trust_store *store =
	    judgement->auditor->settings->stores[0];
	struct audit_view *view = &judgement->view;
	struct path *received = &judgement->as_received.path;
	struct path *found = &judgement->with_found.path;

	search(judgement, store, false, &judgement->as_received);
	view->path = received;
	if (judgement->sources == NULL || only_leaf_is_faulty(received))
		return;
	search(judgement, store, true, &judgement->with_found);
	if (received->end != PATH_ANCHOR) {
		view->path = found;
		view->repaired = found;
	} else if (is_faultless(found)) {
		view->repaired = found;
	}
	if (view->repaired != NULL && view->repaired->end == PATH_ANCHOR)
		list_missing(judgement, view->repaired);
}

/* The results of the AIA URLs of one certificate; false: none was asked, nor
   to be asked. */
static bool
look_up_issuer(struct judgement *judgement, const struct certificate *subject,
    struct verdict *verdict)
{
	const struct client_aia *aia = judgement->sources->aia;
	bool is_asked = false;

	for (size_t i = 0; i < subject->issuer_url_count; i++) {
		struct aia_lookup *row = &verdict->aia[verdict->aia_count++];
		struct certificate_list list = { NULL, 0 };

		row->url = subject->issuer_urls[i];
		row->result = "not_asked";
		row->why = "another URL led to the issuer, or none may be "
			   "asked";
		if (!aia->find(aia->context, row->url, &list)) {
			const char *why = aia->why(aia->context, row->url);

			if (why != NULL)
				row->why = why;
			is_asked = is_asked || why != NULL;
			continue;
		}
		is_asked = true;
		row->why = aia->why(aia->context, row->url);
		row->result = "failed";
		if (row->why != NULL && starts_with(row->why, "refused: ")) {
			row->result = "refused";
			row->why = arena_printf(judgement->arena,
			    "%s; --aia-allow-private allows it",
			    row->why + strlen("refused: "));
		}
		if (list.count == 0)
			continue;
		row->result = "not_the_issuer";
		row->why = "the certificate there is of another CA";
		for (size_t k = 0; k < list.count; k++)
			if (signature_check(judgement->auditor->signatures,
				subject, list.certificates[k],
				NULL) == SIGNATURE_GOOD) {
				row->result = "found";
				row->why = NULL;
			}
	}
	return is_asked;
}

/*
 * The results of the AIA URLs wherever on the path an issuer was not sent, so
 * also of those in certificates that were found: they explain why a
 * certificate was not found.
 */
static void
list_aia(struct judgement *judgement, struct verdict *verdict)
{
	const struct path *path = &judgement->as_received.path;
	bool is_asked = false;
	size_t most = 0;

	if (path->end != PATH_OPEN)
		return;
	if (judgement->with_found.path.length > 0)
		path = &judgement->with_found.path;
	for (size_t i = 0; i < path->length; i++)
		most += path->steps[i].certificate->issuer_url_count;
	verdict->aia =
	    arena_array(judgement->arena, most, sizeof(*verdict->aia));
	for (size_t i = 0; i < path->length; i++) {
		const struct path_step *step = &path->steps[i];
		bool is_last = i + 1 == path->length;

		if (is_last ? path->end == PATH_OPEN
			    : step[1].from != SOURCE_RECEIVED &&
				  step[1].from != SOURCE_STORE)
			is_asked = look_up_issuer(
				       judgement, step->certificate, verdict) ||
				   is_asked;
	}
	/* As with --aia off: a joined run is to equal the whole one. */
	if (!is_asked)
		verdict->aia_count = 0;
}

/* Which of several findings names the class (reports/README.md). */
static const enum class_id precedence[] = {
	CLASS_REVOKED,
	CLASS_WRONG_ROOT,
	CLASS_INVALID_CHAIN,
	CLASS_EXPIRED,
	CLASS_NAME_MISMATCH,
	CLASS_MISSING_INTERMEDIATE,
	CLASS_UNKNOWN_ISSUER,
	CLASS_WEAK,
};

bool
class_precedes(enum class_id class_id, enum class_id other)
{
	for (size_t i = 0; i < sizeof(precedence) / sizeof(precedence[0]);
	     i++) {
		if (precedence[i] == other)
			return false;
		if (precedence[i] == class_id)
			return true;
	}
	return false;
}

static const struct finding *
find_finding(const struct findings *findings, enum finding_id id)
{
	for (size_t i = 0; i < findings->count; i++)
		if (finding_is(&findings->list[i], id))
			return &findings->list[i];
	return NULL;
}

static enum severity
worst_severity(const struct findings *findings)
{
	enum severity worst = SEVERITY_OK;

	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].severity > worst)
			worst = findings->list[i].severity;
	return worst;
}

static void
decide_class(const struct findings *findings, struct verdict *verdict)
{
	verdict->class_id = CLASS_OK;
	verdict->cause = NULL;
	for (size_t i = 0; i < sizeof(precedence) / sizeof(precedence[0]);
	     i++) {
		const struct finding *finding =
		    find_finding(findings, finding_of_class(precedence[i]));

		if (finding == NULL)
			continue;
		verdict->class_id = precedence[i];
		verdict->cause = finding->cause;
		break;
	}
	verdict->severity = worst_severity(findings);
}

static struct store_verdict
judge_store(const struct trust_store *store, const struct path *path)
{
	struct store_verdict verdict = {
		.name = trust_store_name(store),
		.trusted = is_faultless(path),
	};

	if (path->end == PATH_ANCHOR)
		verdict.anchor =
		    path->steps[path->length - 1].certificate->subject;
	if (path->end == PATH_ANCHOR && path->faults.count > 0)
		verdict.reason = fault_cause(path->faults.list[0].fault);
	if (path->end == PATH_SELF_SIGNED)
		verdict.reason = "wrong_root";
	if (path->end == PATH_REFUSED)
		verdict.reason = "distrusted_root";
	if (path->end == PATH_OPEN)
		verdict.reason = "issuer_not_sent";
	return verdict;
}

/* Returns true when a found certificate could still change a verdict. */
static bool
fill_stores(struct judgement *judgement, struct verdict *verdict)
{
	const struct audit_settings *settings = judgement->auditor->settings;
	bool open = !only_leaf_is_faulty(&judgement->as_received.path);

	verdict->store_count = settings->store_count;
	verdict->stores = arena_array(judgement->arena, settings->store_count,
	    sizeof(struct store_verdict));
	verdict->stores[0] =
	    judge_store(settings->stores[0], &judgement->as_received.path);
	for (size_t i = 1; i < settings->store_count; i++) {
		struct path_answer answer;

		search(judgement, settings->stores[i], false, &answer);
		verdict->stores[i] =
		    judge_store(settings->stores[i], &answer.path);
		open = open || !only_leaf_is_faulty(&answer.path);
	}
	return open;
}

/* No certificate: the status alone decides. */
static void
judge_without_chain(
    struct arena *arena, const struct audit_view *view, struct verdict *verdict)
{
	const struct observation *seen = view->seen;
	struct findings findings = { .arena = arena };
	enum class_id class_id = CLASS_NO_TLS;
	const char *cause = status_word(seen->status);

	switch (seen->status) {
	case STATUS_DNS_ERROR:
	case STATUS_CONNECTION_REFUSED:
	case STATUS_CONNECTION_TIMEOUT:
	case STATUS_PROXY_ERROR:
	case STATUS_INVALID_INPUT:
		class_id = CLASS_UNREACHABLE;
		break;
	default:
		break;
	}
	/* It answers others than the scan's own library. */
	if (hello_was_taken(seen->tls.big_hello.answer))
		cause = "our_offer";
	findings_add(
	    &findings, finding_of_class(class_id), cause, -1, seen->error);
	for (const struct audit_rule *rule = backend_rules; rule->find != NULL;
	     rule++)
		rule->find(view, &findings);
	waive_findings(view, &findings);
	verdict->class_id = class_id;
	verdict->cause = cause;
	verdict->severity = worst_severity(&findings);
	verdict->findings = findings.list;
	verdict->finding_count = findings.count;
	verdict->has_scts = true;
	verdict->revocation.present = true;
}

/* Steps 1 to 6, the findings, and what follows from them. */
static bool
judge_chain(struct judgement *judgement, struct result *result)
{
	static const struct audit_rule *const tables[] = {
		path_rules,
		tidy_rules,
		date_rules,
		tls_rules,
		ocsp_rules,
		revocation_rules,
		sct_rules,
		root_rules,
		policy_rules,
		dane_rules,
		expected_rules,
		backend_rules,
	};
	const struct audit_view *view = &judgement->view;
	const struct path *received = &judgement->as_received.path;
	struct verdict *verdict = &result->verdict;
	struct findings findings = { .arena = judgement->arena };

	choose_path(judgement);
	judgement->view.is_late = lacked_time(judgement);
	staple_judge(&judgement->view.staple, view->seen, view->path,
	    judgement->auditor->signatures, view->settings->now);
	leaf_scts_judge(&judgement->view.scts, judgement->arena,
	    view->settings->ct_logs, view->path, &view->staple,
	    &view->seen->tls);
	verdict->has_scts = true;
	verdict->scts = view->scts.list;
	verdict->sct_count = view->scts.count;
	path_revocation_ask(&judgement->view.revocation, view->settings,
	    judgement->arena, view->path, judgement->sources != NULL);
	revocation_judge(&verdict->revocation, judgement->arena,
	    &view->revocation, view->path, &view->staple, view->settings->now);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct audit_rule *rule = tables[i];
		     rule->find != NULL; rule++)
			rule->find(view, &findings);
	waive_findings(view, &findings);
	decide_class(&findings, verdict);
	verdict->findings = findings.list;
	verdict->finding_count = findings.count;
	verdict->missing = view->missing;
	verdict->missing_count = view->missing_count;

	verdict->path = arena_array(
	    judgement->arena, view->path->length, sizeof(*verdict->path));
	verdict->path_length = view->path->length;
	for (size_t i = 0; i < view->path->length; i++)
		verdict->path[i] = (struct step){
			.sha256 = view->path->steps[i].certificate->sha256,
			.subject = view->path->steps[i].certificate->subject,
			.from = view->path->steps[i].from,
		};
	verdict->expired = find_finding(&findings, FINDING_EXPIRED) != NULL;
	verdict->mismatched = view->name != NAME_MATCHES;
	verdict->untrusted = received->end != PATH_ANCHOR;
	verdict->self_signed =
	    received->length == 1 && received->end == PATH_SELF_SIGNED;
	verdict->revoked = find_finding(&findings, FINDING_REVOKED) != NULL;
	leaf_facts_fill(&result->leaf, judgement->arena, view->received[0],
	    view->settings->now);
	return fill_stores(judgement, verdict) || view->revocation.is_waiting;
}

/* GnuTLS ignores a response with status tryLater (seen with 3.7.9). */
static enum staple_word
staple_word(const struct ocsp_verdict *staple)
{
	switch (staple->state) {
	case OCSP_GOOD:
		return STAPLE_SAYS_GOOD;
	case OCSP_REVOKED:
		return STAPLE_SAYS_REVOKED;
	case OCSP_UNKNOWN:
		return STAPLE_SAYS_UNKNOWN;
	case OCSP_UNUSABLE:
		if (strcmp(staple->cause, "not_successful") == 0)
			return STAPLE_SAYS_NOTHING;
		return strcmp(staple->cause, "malformed") == 0
			   ? STAPLE_IS_GARBAGE
			   : STAPLE_IS_UNUSABLE;
	default:
		return STAPLE_SAYS_NOTHING;
	}
}

/* After the rules: it uses the same budget of signatures. */
static bool
judge_clients(struct judgement *judgement, struct verdict *verdict)
{
	const struct audit_view *view = &judgement->view;
	struct client_facts facts = {
		.seen = view->seen,
		.received = view->received,
		.host = &view->host,
		.validation = &judgement->validation,
		.edges = view->edges,
		.judged = view->path,
		.staple = staple_word(&view->staple),
		.aia =
		    judgement->sources == NULL ? NULL : judgement->sources->aia,
		.preloaded = view->settings->preloaded,
	};

	if (view->settings->clients == NULL ||
	    view->seen->status == STATUS_INVALID_INPUT)
		return false;
	return clients_judge(
	    view->settings->clients, judgement->arena, &facts, verdict);
}

bool
auditor_judge(struct auditor *auditor, struct arena *arena,
    const struct observation *seen, const struct certificate *const *received,
    const struct audit_sources *sources, struct result *result)
{
	struct judgement judgement = {
		.auditor = auditor,
		.arena = arena,
		.sources = sources,
		.validation = {
			.now = auditor->settings->now,
			.use = key_use_of(&seen->tls),
		.comparisons = &judgement.comparisons,
		},
		.view = {
			.settings = auditor->settings,
			.seen = seen,
			.received = received,
			.received_count = seen->received_count,
			.host = host_name_of(observation_name(seen)),
			.edges = edge_memory_new(arena, auditor->signatures),
		},
	};
	struct audit_view *view = &judgement.view;
	bool open = false;

	memset(result, 0, sizeof(*result));
	result->seen = *seen;
	result->seen.tlsa_match = TLSA_UNKNOWN;
	if (seen->received_count == 0) {
		judge_without_chain(arena, view, &result->verdict);
	} else {
		view->name = name_match(&view->host, received[0]);
		if (view->name == NAME_MATCHES)
			judgement.validation.host = &view->host;
		view->tlsa_match = dane_match(view, arena);
		result->seen.tlsa_match = view->tlsa_match;
		open = judge_chain(&judgement, result);
		if (sources != NULL && sources->aia != NULL)
			list_aia(&judgement, &result->verdict);
	}
	if (judge_clients(&judgement, &result->verdict))
		open = seen->received_count > 0;
	return open && sources == NULL;
}
