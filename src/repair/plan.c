/*
 * Reads the records, builds for each host with something missing the chain it
 * should send, and judges that chain.  Then judges the host as it is, with the
 * plan's certificates in every store.  Writes nothing.
 */
#include "repair/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "repair/larger_stores.h"
#include "x509/signature.h"
#include "fleet/history.h"
#include "fleet/missing.h"

/* Certificates of one host, leaf first, each once. */
struct pieces {
	struct digest *sha256;
	struct bytes *der;
	size_t count;
};

struct planner {
	struct repair_plan *plan;
	struct archive *archive;
	const struct audit_settings *settings;
	struct judge *judge;
	const struct digest *roots;
	size_t root_count;
	struct map *items;     /* SHA-256 -> struct repair_item */
	struct wanted *wanted; /* numbers them */
	struct arena *scratch; /* for one record */
	const char *face;      /* that is repaired; NULL: the record's */
};

static bool
is_named_root(const struct planner *planner, const struct digest *sha256)
{
	for (size_t i = 0; i < planner->root_count; i++)
		if (digest_equal(&planner->roots[i], sha256))
			return true;
	return false;
}

static bool
is_anchor(const struct planner *planner, const struct digest *sha256)
{
	return trust_store_find(planner->settings->stores[0], sha256) ==
	       STORE_ANCHOR;
}

/* False when the run does not hold the certificate. */
static bool
add_piece(
    struct planner *planner, struct pieces *pieces, const struct digest *sha256)
{
	for (size_t i = 0; i < pieces->count; i++)
		if (digest_equal(&pieces->sha256[i], sha256))
			return true;
	if (!archive_certificate(planner->archive, sha256, planner->scratch,
		&pieces->der[pieces->count]))
		return false;
	pieces->sha256[pieces->count++] = *sha256;
	return true;
}

/* What was found comes before what was received: it is known to fit. */
static bool
gather(
    struct planner *planner, const struct result *record, struct pieces *pieces)
{
	const struct verdict *verdict = &record->verdict;
	const struct observation *seen = &record->seen;
	size_t most = seen->received_count + verdict->missing_count +
		      verdict->path_length;
	bool complete;

	pieces->count = 0;
	pieces->sha256 =
	    arena_array(planner->scratch, most, sizeof(*pieces->sha256));
	pieces->der = arena_array(planner->scratch, most, sizeof(*pieces->der));
	complete = add_piece(planner, pieces, &seen->received[0]);
	for (size_t i = 0; i < verdict->missing_count; i++)
		complete =
		    add_piece(planner, pieces, &verdict->missing[i].sha256) &&
		    complete;
	for (size_t i = 0; i < verdict->path_length; i++)
		complete =
		    add_piece(planner, pieces, &verdict->path[i].sha256) &&
		    complete;
	for (size_t i = 1; i < seen->received_count; i++)
		complete =
		    add_piece(planner, pieces, &seen->received[i]) && complete;
	return complete;
}

/* The host again, as if it had sent these. */
static void
judge_pieces(struct planner *planner, const struct result *record,
    const struct pieces *pieces, struct result *result)
{
	struct observation seen = record->seen;

	seen.chain = pieces->der;
	seen.received_count = pieces->count;
	seen.face_count = 0;
	judge_result(planner->judge, &seen, NULL, result);
}

/* The end of the judged path; NULL: it is no anchor. */
static const struct digest *
anchor_of(const struct planner *planner, const struct verdict *verdict)
{
	const struct digest *last;

	if (verdict->path_length == 0)
		return NULL;
	last = &verdict->path[verdict->path_length - 1].sha256;
	return is_anchor(planner, last) ? last : NULL;
}

/* NULL: the chain repairs what it is to repair, and makes nothing worse. */
static const char *
find_objection(struct planner *planner, const struct result *before,
    const struct result *after)
{
	static const enum finding_id repaired[] = {
		FINDING_MISSING_INTERMEDIATE, FINDING_UNKNOWN_ISSUER,
		FINDING_WRONG_ROOT
	};
	const struct verdict *verdict = &after->verdict;
	size_t at;

	if (anchor_of(planner, verdict) == NULL)
		return "with it, the path still ends at no trusted root";
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		for (size_t j = 0; j < sizeof(repaired) / sizeof(*repaired);
		     j++)
			if (finding_is(finding, repaired[j]))
				return arena_printf(planner->plan->arena,
				    "with it, the host would be judged %s",
				    finding->id);
		for (at = 0; at < before->verdict.finding_count; at++)
			if (strcmp(before->verdict.findings[at].id,
				finding->id) == 0)
				break;
		if (finding->severity == SEVERITY_ERROR &&
		    at == before->verdict.finding_count)
			return arena_printf(planner->plan->arena,
			    "with it, the host would be judged %s instead",
			    finding->id);
	}
	return NULL;
}

/* One more item for the host: this certificate of its chain, or its root. */
static void
need(struct planner *planner, const struct result *record,
    struct repair_host *host, struct bytes der, const struct digest *sha256,
    bool is_root)
{
	const struct verdict *verdict = &record->verdict;
	struct repair_plan *plan = planner->plan;
	struct repair_item *item =
	    map_get(planner->items, digest_bytes(sha256));

	if (item == NULL) {
		item = arena_alloc(plan->arena, sizeof(*item));
		item->certificate = certificate_new(der);
		item->from = SOURCE_RECEIVED;
		plan->items = memory_grow(plan->items, plan->item_count,
		    &plan->item_capacity, sizeof(*plan->items));
		plan->items[plan->item_count++] = item;
		map_put(planner->items,
		    digest_bytes(&item->certificate->sha256), item);
	}
	/* Another face of the host may need it as well. */
	for (size_t i = plan->host_count;
	     i > 0 && plan->hosts[i - 1]->record == host->record; i--)
		for (size_t k = 0; k < plan->hosts[i - 1]->item_count; k++)
			if (plan->hosts[i - 1]->items[k] == item) {
				host->sends_less = true;
				return;
			}
	host->items[host->item_count++] = item;
	if (item->host_count++ > 0)
		return;
	/* Where it is from is said by the first host's record. */
	item->is_root = is_root;
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256, sha256))
			item->from = verdict->path[i].from;
	for (size_t i = 0; i < verdict->missing_count; i++) {
		const struct step *step = &verdict->missing[i];

		if (!digest_equal(&step->sha256, sha256))
			continue;
		item->from = step->from;
		item->where = arena_string(plan->arena, step->where);
	}
}

static void
offer(struct planner *planner, const struct result *record, size_t at,
    const struct pieces *chain, const struct result *after)
{
	struct repair_plan *plan = planner->plan;
	struct repair_host *host = arena_alloc(plan->arena, sizeof(*host));
	struct bytes *copy =
	    arena_array(plan->arena, chain->count, sizeof(*copy));
	const struct digest *root = anchor_of(planner, &after->verdict);
	struct bytes der;

	*host = (struct repair_host){
		.record = at,
		.number = plan->host_count,
		.host = arena_string(plan->arena, record->seen.host),
		.endpoint = result_endpoint(plan->arena, record),
		.face = planner->face,
		.starttls =
		    record->seen.starttls == NULL
			? NULL
			: arena_string(plan->arena, record->seen.starttls),
		.port = record->seen.port,
		.tags = arena_array(
		    plan->arena, record->seen.tag_count + 1, sizeof(char *)),
		.tag_count = record->seen.tag_count,
		.before = record->verdict.class_id,
		.after = after->verdict.class_id,
		.after_title = result_title(after),
		.repaired = result_is_good(after) ||
			    after->verdict.class_id == CLASS_WEAK,
		.chain = copy,
		.chain_length = chain->count,
		.items = arena_array(plan->arena, chain->count + 1,
		    sizeof(struct repair_item *)),
	};
	for (size_t i = 0; i < host->tag_count; i++)
		host->tags[i] = arena_string(plan->arena, record->seen.tags[i]);
	for (size_t i = 0; i < chain->count; i++)
		copy[i] = arena_bytes(plan->arena, chain->der[i]);
	/* What its clients lack: what it does not send, and a named root. */
	for (size_t i = 1; i < chain->count; i++)
		if (!observation_received(&record->seen, &chain->sha256[i]))
			need(planner, record, host, chain->der[i],
			    &chain->sha256[i], false);
	host->sends_less = host->sends_less || host->item_count > 0;
	if (root != NULL && is_named_root(planner, root) &&
	    archive_certificate(planner->archive, root, planner->scratch, &der))
		need(planner, record, host, der, root, true);
	plan->hosts = memory_grow(plan->hosts, plan->host_count,
	    &plan->host_capacity, sizeof(*plan->hosts));
	plan->hosts[plan->host_count++] = host;
	plan->repaired += host->repaired;
}

static void
leave_unproven(
    struct planner *planner, const struct result *record, const char *reason)
{
	struct repair_plan *plan = planner->plan;

	plan->unproven = memory_grow(plan->unproven, plan->unproven_count,
	    &plan->unproven_capacity, sizeof(*plan->unproven));
	plan->unproven[plan->unproven_count++] = (struct repair_unproven){
		result_place(plan->arena, record),
		reason,
	};
}

static void
leave_alone(struct planner *planner, const struct result *record)
{
	struct repair_plan *plan = planner->plan;
	const struct verdict *verdict = &record->verdict;

	for (size_t i = 0; i < plan->left_count; i++)
		if (plan->left[i].class_id == verdict->class_id &&
		    string_equal(plan->left[i].cause, result_cause(record))) {
			plan->left[i].hosts++;
			return;
		}
	plan->left = memory_grow(plan->left, plan->left_count,
	    &plan->left_capacity, sizeof(*plan->left));
	plan->left[plan->left_count++] = (struct repair_left){
		verdict->class_id,
		arena_string(plan->arena, result_cause(record)),
		1,
		result_place(plan->arena, record),
	};
}

static void
repair(struct planner *planner, const struct result *record, size_t at)
{
	struct pieces pieces, chain;
	struct result after;
	const char *objection;

	if (!gather(planner, record, &pieces)) {
		leave_unproven(planner, record,
		    "the run does not hold all of its certificates");
		return;
	}
	chain.sha256 =
	    arena_array(planner->scratch, pieces.count, sizeof(struct digest));
	chain.der =
	    arena_array(planner->scratch, pieces.count, sizeof(struct bytes));
	judge_pieces(planner, record, &pieces, &after);
	/* The path without its anchor; a leaf that is one stays. */
	chain.count = 0;
	for (size_t i = 0; i < after.verdict.path_length; i++) {
		const struct digest *sha256 = &after.verdict.path[i].sha256;

		if (i > 0 && is_anchor(planner, sha256))
			break;
		for (size_t j = 0; j < pieces.count; j++) {
			if (!digest_equal(&pieces.sha256[j], sha256))
				continue;
			chain.sha256[chain.count] = *sha256;
			chain.der[chain.count++] = pieces.der[j];
		}
	}
	judge_pieces(planner, record, &chain, &after);
	objection = find_objection(planner, record, &after);
	if (objection != NULL)
		leave_unproven(planner, record, objection);
	else
		offer(planner, record, at, &chain, &after);
}

/* A face that the record is not of: as if the server had no other. */
static void
repair_face(struct planner *planner, const struct result *record,
    const struct face_verdict *face, size_t at)
{
	struct result other = *record, judged;
	struct pieces sent = { .count = 0 };
	size_t count = face->seen.received_count;
	struct finding *findings;

	other.seen.received = face->seen.received;
	other.seen.received_count = count;
	other.seen.tls = face->seen.tls;
	other.seen.face_count = 0;
	sent.sha256 =
	    arena_array(planner->scratch, count, sizeof(*sent.sha256));
	sent.der = arena_array(planner->scratch, count, sizeof(*sent.der));
	for (size_t i = 0; i < count; i++)
		if (!add_piece(planner, &sent, &face->seen.received[i]))
			return;
	judge_pieces(planner, &other, &sent, &judged);
	findings = arena_array(
	    planner->scratch, judged.verdict.finding_count, sizeof(*findings));
	other.verdict = (struct verdict){
		.class_id = face->class_id,
		.cause = face->cause,
		.findings = findings,
		.finding_count = judged.verdict.finding_count,
		.missing = face->missing,
		.missing_count = face->missing_count,
	};
	/* Their words are the catalogue's; the rest is not looked at. */
	for (size_t i = 0; i < judged.verdict.finding_count; i++)
		findings[i] = (struct finding){
			.id = judged.verdict.findings[i].id,
		};
	planner->face = face_word(face->seen.offer);
	repair(planner, &other, at);
	planner->face = NULL;
}

static void
plan_records(struct planner *planner)
{
	for (size_t i = 0; i < archive_count(planner->archive); i++) {
		struct result record;
		const struct verdict *verdict = &record.verdict;

		arena_reset(planner->scratch);
		/* Most hosts are good, and need no more than that said. */
		if (!archive_read_parts(
			planner->archive, i, planner->scratch, 0, &record) ||
		    (result_is_good(&record) && verdict->face_count == 0) ||
		    !archive_read(
			planner->archive, i, planner->scratch, &record, NULL))
			continue;
		wanted_add(planner->wanted, &record);
		for (size_t k = 0; k < verdict->face_count; k++)
			if (verdict->faces[k].missing_count > 0)
				repair_face(
				    planner, &record, &verdict->faces[k], i);
		if (result_is_good(&record))
			continue;
		if (record.seen.host != NULL &&
		    record.seen.received_count > 0 &&
		    (verdict->missing_count > 0 ||
			verdict->class_id == CLASS_MISSING_INTERMEDIATE ||
			(verdict->path_length > 0 &&
			    is_named_root(planner,
				&verdict->path[verdict->path_length - 1]
				     .sha256))))
			repair(planner, &record, i);
		else
			leave_alone(planner, &record);
	}
}

static int
by_hosts(const void *a, const void *b)
{
	const struct repair_item *const *left = a, *const *right = b;

	if ((*left)->repaired != (*right)->repaired)
		return (*left)->repaired > (*right)->repaired ? -1 : 1;
	if ((*left)->host_count != (*right)->host_count)
		return (*left)->host_count > (*right)->host_count ? -1 : 1;
	return digest_compare(
	    &(*left)->certificate->sha256, &(*right)->certificate->sha256);
}

static int
by_left(const void *a, const void *b)
{
	const struct repair_left *left = a, *right = b;

	if (left->hosts != right->hosts)
		return left->hosts > right->hosts ? -1 : 1;
	if (left->class_id != right->class_id)
		return left->class_id < right->class_id ? -1 : 1;
	return strcmp(left->cause == NULL ? "" : left->cause,
	    right->cause == NULL ? "" : right->cause);
}

static void
free_roots(struct certificate **roots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		certificate_free(roots[i]);
	free(roots);
}

/* On the heap; NULL with a sentence when one is no root the run has seen. */
static struct certificate **
find_roots(struct archive *archive, const struct digest sha256[], size_t count,
    char **error)
{
	struct certificate **roots = memory_array(count + 1, sizeof(*roots));
	struct signature_memory *signatures = signature_memory_new();
	struct arena *arena = arena_new();
	const char *reason = NULL;
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < count && reason == NULL; i++) {
		struct bytes der;

		if (archive_certificate(archive, &sha256[i], arena, &der))
			roots[i] = certificate_new(der);
		if (roots[i] == NULL)
			reason = "no certificate of the run";
		else if (!certificate_looks_self_signed(roots[i]) ||
			 signature_check(signatures, roots[i], roots[i],
			     NULL) != SIGNATURE_GOOD)
			reason = "is not self-signed, so it is no root";
		digest_to_hex(&sha256[i], hex);
	}
	signature_memory_free(signatures);
	arena_free(arena);
	if (reason == NULL)
		return roots;
	if (asprintf(error, "%s: %s", hex, reason) < 0)
		*error = NULL;
	free_roots(roots, count);
	return NULL;
}

/* In the order of the first host's clients, which is that of all. */
void
repair_item_collect(struct repair_item *item, struct arena *arena)
{
	struct seen *ids = seen_new();
	size_t most = 0;

	for (size_t i = 0; i < item->host_count; i++)
		most += item->hosts[i]->clients.fixed_count;
	item->fixed = arena_array(arena, most + 1, sizeof(*item->fixed));
	item->fixed_count = 0;
	for (size_t i = 0; i < item->host_count; i++) {
		const struct clients_fixed *clients = &item->hosts[i]->clients;

		for (size_t k = 0; k < clients->fixed_count; k++)
			if (seen_add(ids, bytes_from_string(clients->fixed[k])))
				item->fixed[item->fixed_count++] =
				    clients->fixed[k];
	}
	seen_free(ids);
}

/*
 * Each host is judged with all of the plan's certificates in every store: a
 * client may need more than one of them.
 */
static void
ask_clients(struct repair_plan *plan, struct archive *archive,
    const struct audit_settings *audit)
{
	const struct certificate **extra =
	    memory_array(plan->item_count + 1, sizeof(*extra));
	struct arena *scratch = arena_new();
	struct judge *before, *after;
	struct larger_stores larger;

	for (size_t i = 0; i < plan->item_count; i++)
		extra[i] = plan->items[i]->certificate;
	larger_stores_init(&larger, audit, extra, plan->item_count);
	before = judge_new(audit);
	after = judge_new(&larger.audit);
	for (size_t i = 0; i < plan->host_count; i++) {
		struct repair_host *host = plan->hosts[i];
		struct result record, now, then;

		arena_reset(scratch);
		if (!archive_read(
			archive, host->record, scratch, &record, NULL) ||
		    !archive_fill_chain(archive, scratch, &record.seen))
			continue;
		now = record;
		/* A run that asked no clients has none in its records. */
		if (record.verdict.client_count == 0)
			judge_result(before, &record.seen, NULL, &now);
		judge_result(after, &record.seen, NULL, &then);
		clients_fixed_compare(
		    plan->arena, &now.verdict, &then.verdict, &host->clients);
	}
	for (size_t i = 0; i < plan->item_count; i++)
		repair_item_collect(plan->items[i], plan->arena);
	judge_free(after);
	judge_free(before);
	larger_stores_clear(&larger);
	arena_free(scratch);
	free(extra);
}

struct repair_plan *
repair_plan_new(struct archive *archive, const struct audit_settings *audit,
    const struct digest roots[], size_t root_count, char **error)
{
	struct certificate **trusted =
	    find_roots(archive, roots, root_count, error);
	struct repair_plan *plan;
	struct larger_stores trusting;
	struct planner planner;

	if (trusted == NULL)
		return NULL;
	plan = memory_new(sizeof(*plan));
	plan->arena = arena_new();
	larger_stores_init(&trusting, audit,
	    (const struct certificate *const *)trusted, root_count);
	planner = (struct planner){
		.plan = plan,
		.archive = archive,
		.settings = &trusting.audit,
		.judge = judge_new(&trusting.audit),
		.roots = roots,
		.root_count = root_count,
		.items = map_new(),
		.wanted = wanted_new(),
		.scratch = arena_new(),
	};
	plan_records(&planner);
	/* Counted before, so that each list has its size. */
	for (size_t i = 0; i < plan->item_count; i++) {
		struct repair_item *item = plan->items[i];

		item->hosts = arena_array(plan->arena, item->host_count,
		    sizeof(struct repair_host *));
		item->host_count = 0;
		/* By all hosts that lack it, as in the run's summary. */
		item->number =
		    wanted_number(planner.wanted, &item->certificate->sha256);
	}
	for (size_t i = 0; i < plan->host_count; i++) {
		struct repair_host *host = plan->hosts[i];

		for (size_t j = 0; j < host->item_count; j++) {
			struct repair_item *item = host->items[j];

			item->hosts[item->host_count++] = host;
			item->repaired += host->repaired;
		}
	}
	if (plan->item_count > 1)
		qsort(plan->items, plan->item_count, sizeof(*plan->items),
		    by_hosts);
	if (plan->left_count > 1)
		qsort(
		    plan->left, plan->left_count, sizeof(*plan->left), by_left);
	ask_clients(plan, archive, audit);
	arena_free(planner.scratch);
	wanted_free(planner.wanted);
	map_free(planner.items);
	judge_free(planner.judge);
	larger_stores_clear(&trusting);
	free_roots(trusted, root_count);
	return plan;
}

void
repair_plan_use_history(struct repair_plan *plan, struct archive *archive,
    const struct history_at *at)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < plan->host_count && at->file != NULL; i++) {
		struct repair_host *host = plan->hosts[i];
		struct history_facts facts;
		struct result result;

		arena_reset(arena);
		if (!archive_read(
			archive, host->record, arena, &result, NULL) ||
		    !history_file_past(at, &result, &facts))
			continue;
		host->since = facts.since;
		for (size_t k = 0; k < host->item_count; k++) {
			int64_t *first = &host->items[k]->since;

			if (*first == 0 || facts.since < *first)
				*first = facts.since;
		}
	}
	arena_free(arena);
}

void
repair_plan_free(struct repair_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->item_count; i++)
		certificate_free(plan->items[i]->certificate);
	free(plan->hosts);
	free(plan->items);
	free(plan->left);
	free(plan->unproven);
	arena_free(plan->arena);
	free(plan);
}
