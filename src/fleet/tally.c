/*
 * Counting.  What hosts share is kept once with a few examples; the writers
 * choose the words.
 */
#include "fleet/tally.h"

#include <stdlib.h>

#include "base/memory.h"

enum { DAY = 86400, WEEK = 7 * DAY };

void
tally_init(struct tally *tally, int64_t now, bool by_tag)
{
	memset(tally, 0, sizeof(*tally));
	tally->now = now;
	tally->causes = map_new();
	tally->roots = tally_roots_new();
	tally->tags = by_tag ? tally_tags_new() : NULL;
	tally->wanted = wanted_new();
	tally_names_init(&tally->names);
	tally->scratch = arena_new();
}

static void
worst_clear(struct tally_worst *worst)
{
	free(worst->endpoint);
	free(worst->cause);
	free(worst->detail);
}

void
tally_clear(struct tally *tally)
{
	struct bytes key;
	void *value;
	size_t at;

	for (at = 0; map_next(tally->causes, &at, &key, &value);) {
		struct tally_cause *cause = value;

		for (size_t i = 0; i < cause->example_count; i++)
			free(cause->examples[i]);
		free(cause->key);
		free(cause->cause);
		free(cause->subject);
		free(cause->where);
		free(cause);
	}
	for (size_t i = 0; i < tally->site_count; i++)
		free((char *)tally->sites[i].site);
	for (size_t i = 0; i < tally->client_count; i++)
		free(tally->clients[i].id);
	for (size_t i = 0; i < tally->worst_count; i++)
		worst_clear(&tally->worst[i]);
	free(tally->clients);
	map_free(tally->causes);
	tally_roots_free(tally->roots);
	tally_tags_free(tally->tags);
	free(tally->sites);
	wanted_free(tally->wanted);
	tally_names_clear(&tally->names);
	arena_free(tally->scratch);
	memset(tally, 0, sizeof(*tally));
}

/* 1970-01-01 was a Thursday: Monday's number of days is 4 modulo 7. */
static int64_t
monday_before(int64_t time)
{
	int64_t since = (time - 4 * (int64_t)DAY) % WEEK;

	return time - (since < 0 ? since + WEEK : since);
}

int64_t
tally_week_start(const struct tally *tally, size_t week)
{
	return monday_before(tally->now) + (int64_t)week * WEEK;
}

/* NULL: it has ended already, or ends later than the calendar. */
static struct tally_week *
week_of(struct tally *tally, int64_t end)
{
	int64_t week = (end - monday_before(tally->now)) / WEEK;

	if (end < tally->now || week >= TALLY_WEEKS)
		return NULL;
	return &tally->weeks[week];
}

void
tally_authority(struct tally *tally, const struct certificate *certificate)
{
	struct tally_week *week;

	if (!certificate->times_valid)
		return;
	week = week_of(tally, certificate->not_after);
	if (week != NULL)
		week->authorities++;
}

/*
 * Records list their clients in one order, so the client's place is mostly
 * known.
 */
static struct tally_client *
find_client(struct tally *tally, const char *id, size_t guess)
{
	if (guess < tally->client_count &&
	    strcmp(tally->clients[guess].id, id) == 0)
		return &tally->clients[guess];
	for (size_t i = 0; i < tally->client_count; i++)
		if (strcmp(tally->clients[i].id, id) == 0)
			return &tally->clients[i];
	tally->clients = memory_grow(tally->clients, tally->client_count,
	    &tally->client_capacity, sizeof(*tally->clients));
	tally->clients[tally->client_count] =
	    (struct tally_client){ .id = memory_string(id) };
	return &tally->clients[tally->client_count++];
}

static void
count_clients(struct tally *tally, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	bool is_ok = result_is_good(result);

	for (size_t i = 0; i < verdict->client_count; i++) {
		enum acceptance accepts = verdict->clients[i].accepts;
		struct tally_client *client =
		    find_client(tally, verdict->clients[i].id, i);

		client->accepts += accepts == ACCEPTS_YES;
		client->refuses += accepts == ACCEPTS_NO;
		client->unknown += accepts == ACCEPTS_UNKNOWN;
		client->ok_accepts += is_ok && accepts == ACCEPTS_YES;
		client->ok_refuses += is_ok && accepts == ACCEPTS_NO;
	}
}

/* After count_clients: every client of the record is known by now. */
static void
count_refusals(struct tally *tally, struct tally_cause *cause,
    const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->client_count; i++) {
		const struct client_verdict *client = &verdict->clients[i];
		size_t at = (size_t)(find_client(tally, client->id, i) -
				     tally->clients);

		if (at >= TALLY_MATRIX)
			continue;
		cause->accepts[at] += client->accepts == ACCEPTS_YES;
		cause->refuses[at] += client->accepts == ACCEPTS_NO;
	}
}

void
tally_add_site(struct tally *tally, const struct site_group *site)
{
	struct site_group *sum = &tally->other_sites, *kept;

	tally->all_sites++;
	tally->sites_not_ok += site->ok < site->hosts;
	tally->sites_odd += site->outliers > 0;
	if (tally->site_count == TALLY_SITES) {
		sum->hosts += site->hosts;
		sum->ok += site->ok;
		sum->broken += site->broken;
		sum->outliers += site->outliers;
		for (size_t i = 0; i < CLASS_COUNT; i++)
			sum->classes[i] += site->classes[i];
		if (site->ends &&
		    (!sum->ends || site->first_end < sum->first_end))
			sum->first_end = site->first_end;
		sum->ends = sum->ends || site->ends;
		return;
	}
	tally->sites = memory_grow(tally->sites, tally->site_count,
	    &tally->site_capacity, sizeof(*tally->sites));
	kept = &tally->sites[tally->site_count++];
	*kept = *site;
	kept->site = memory_string(site->site);
	memset(kept->usual, 0, sizeof(kept->usual));
}

static const char *
evidence_of(const struct finding *finding, const char *key)
{
	for (size_t i = 0; finding != NULL && i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key, key) == 0)
			return finding->evidence[i].value;
	return NULL;
}

/*
 * The certificate that is at fault, where other hosts can have the same
 * fault: not for the leaf, which is a host's own.
 */
static void
find_faulty(const struct result *result, const struct finding *finding,
    struct tally_cause *cause)
{
	const struct verdict *verdict = &result->verdict;

	if (finding == NULL || finding->cert == 0)
		return;
	cause->subject = (char *)evidence_of(finding, "subject");
	if (finding->cert < 0 ||
	    (size_t)finding->cert >= result->seen.received_count)
		return;
	cause->has_certificate = true;
	cause->sha256 = result->seen.received[finding->cert];
	for (size_t i = 0; i < verdict->path_length; i++)
		if (digest_equal(&verdict->path[i].sha256, &cause->sha256))
			cause->subject = (char *)verdict->path[i].subject;
}

static void
take_step(struct tally_cause *cause, const struct step *step)
{
	cause->has_certificate = true;
	cause->sha256 = step->sha256;
	cause->subject = (char *)step->subject;
}

/* What this record's cause is, borrowing from the record. */
static struct tally_cause
cause_of(const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	const struct finding *finding = result_class_finding(result);
	struct tally_cause cause = {
		.class_id = verdict->class_id,
		.cause = (char *)result_cause(result),
	};

	if (verdict->class_id == CLASS_MISSING_INTERMEDIATE &&
	    verdict->missing_count > 0) {
		take_step(&cause, &verdict->missing[0]);
		cause.is_missing = true;
		cause.from = verdict->missing[0].from;
		cause.where = (char *)verdict->missing[0].where;
	} else if (verdict->class_id == CLASS_WRONG_ROOT &&
		   verdict->path_length > 1 &&
		   evidence_of(finding, "issuer") != NULL) {
		take_step(&cause, &verdict->path[1]);
	} else if (verdict->class_id == CLASS_WRONG_ROOT &&
		   verdict->path_length > 1) {
		take_step(&cause, &verdict->path[verdict->path_length - 1]);
	} else if (verdict->class_id == CLASS_UNKNOWN_ISSUER) {
		cause.subject = (char *)evidence_of(finding, "issuer");
		if (cause.subject == NULL && verdict->path_length <= 1)
			cause.subject = (char *)result->leaf.issuer;
	} else {
		find_faulty(result, finding, &cause);
	}
	return cause;
}

/*
 * Whether one host misses its only intermediate or leaves a gap, what is to
 * be done is the same: such hosts are one row, under its first host's cause.
 */
static const char *
cause_key(struct arena *scratch, const struct tally_cause *cause)
{
	char hex[DIGEST_HEX_SIZE] = "";

	if (cause->has_certificate)
		digest_to_hex(&cause->sha256, hex);
	return arena_printf(scratch, "%s\n%s\n%s\n%s",
	    class_word(cause->class_id),
	    cause->is_missing || cause->cause == NULL ? "" : cause->cause, hex,
	    cause->subject == NULL ? "" : cause->subject);
}

/* Past the limit, hosts that each have a cause of their own share one. */
static struct tally_cause *
find_cause(struct tally *tally, struct tally_cause *model)
{
	const char *key = cause_key(tally->scratch, model);
	struct tally_cause *cause =
	    map_get(tally->causes, bytes_from_string(key));

	if (cause == NULL && map_count(tally->causes) >= TALLY_CAUSES) {
		*model = (struct tally_cause){
			.class_id = model->class_id,
			.cause = model->cause,
		};
		key = cause_key(tally->scratch, model);
		cause = map_get(tally->causes, bytes_from_string(key));
	}
	if (cause != NULL)
		return cause;
	cause = memory_copy(model, sizeof(*model));
	cause->key = memory_string(key);
	cause->cause = memory_string(model->cause);
	cause->subject = memory_string(model->subject);
	cause->where = memory_string(model->where);
	cause->number = map_count(tally->causes);
	map_put(tally->causes, bytes_from_string(cause->key), cause);
	return cause;
}

/* What people should look at first; the order in reports/README.md. */
static const unsigned weights[CLASS_COUNT] = {
	[CLASS_REVOKED] = 11,
	[CLASS_WRONG_ROOT] = 10,
	[CLASS_INVALID_CHAIN] = 9,
	[CLASS_EXPIRED] = 8,
	[CLASS_NAME_MISMATCH] = 7,
	[CLASS_MISSING_INTERMEDIATE] = 6,
	[CLASS_UNKNOWN_ISSUER] = 5,
	[CLASS_WEAK] = 4,
	[CLASS_NO_TLS] = 3,
	[CLASS_OK] = 3, /* no TLS either, if it is remembered at all */
	[CLASS_UNREACHABLE] = 2,
};

static void
remember_worst(struct tally *tally, const struct result *result)
{
	const struct finding *finding = result_class_finding(result);
	unsigned weight = weights[result->verdict.class_id];
	size_t at = tally->worst_count;

	while (at > 0 && tally->worst[at - 1].weight < weight)
		at--;
	if (at == TALLY_WORST)
		return;
	if (tally->worst_count == TALLY_WORST)
		worst_clear(&tally->worst[--tally->worst_count]);
	memmove(&tally->worst[at + 1], &tally->worst[at],
	    (tally->worst_count - at) * sizeof(tally->worst[0]));
	tally->worst[at] = (struct tally_worst){
		.endpoint = memory_string(result_place(tally->scratch, result)),
		.class_id = result->verdict.class_id,
		.cause = memory_string(result_cause(result)),
		.detail = memory_string(
		    finding != NULL ? finding->detail : result->seen.error),
		.weight = weight,
	};
	tally->worst_count++;
}

void
tally_result(struct tally *tally, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	const struct leaf_facts *leaf = &result->leaf;
	struct tally_week *week;

	tally->records++;
	tally->classes[verdict->class_id]++;
	tally->statuses[result->seen.status]++;
	tally->severities[verdict->severity]++;
	tally->retried += result->seen.attempts > 1;
	tally->unreachable_retried +=
	    result->seen.attempts > 1 && verdict->class_id == CLASS_UNREACHABLE;
	if (leaf->present && !leaf->undated && leaf->days_left >= 0) {
		tally->days_7 += leaf->days_left < 7;
		tally->days_30 += leaf->days_left < 30;
		tally->days_90 += leaf->days_left < 90;
		week = week_of(tally, leaf->not_after);
		if (week != NULL)
			week->leaves++;
	}
	count_clients(tally, result);
	wanted_add(tally->wanted, result);
	tally_names_add(&tally->names, result);
	if (tally->tags != NULL)
		tally_tags_add(tally->tags, result);
	tally_roots_add(
	    tally->roots, result, result_place(tally->scratch, result));
	tally->failing +=
	    verdict->class_id == CLASS_OK && !result_is_good(result);
	if (!result_is_good(result)) {
		bool waived = result_is_waived(result);
		struct tally_cause model = cause_of(result);
		struct tally_cause *cause = find_cause(tally, &model);

		if (cause->hosts++ == 0)
			cause->first = result->seen.ordinal;
		count_refusals(tally, cause, verdict);
		if (cause->example_count < TALLY_EXAMPLES)
			cause->examples[cause->example_count++] =
			    memory_string(result_place(tally->scratch, result));
		tally->waived[verdict->class_id] += waived;
		if (!waived)
			remember_worst(tally, result);
	}
	arena_reset(tally->scratch);
}

static int
by_hosts(const void *left, const void *right)
{
	const struct tally_cause *a = *(const struct tally_cause *const *)left;
	const struct tally_cause *b = *(const struct tally_cause *const *)right;

	if (a->hosts != b->hosts)
		return a->hosts < b->hosts ? 1 : -1;
	return a->number < b->number ? -1 : 1;
}

const struct tally_cause **
tally_causes(const struct tally *tally, size_t *count)
{
	const struct tally_cause **causes =
	    memory_array(map_count(tally->causes) + 1, sizeof(*causes));
	struct bytes key;
	void *value;
	size_t at = 0;

	for (*count = 0; map_next(tally->causes, &at, &key, &value);)
		causes[(*count)++] = value;
	qsort(causes, *count, sizeof(*causes), by_hosts);
	return causes;
}

const struct site_group **
tally_sites(const struct tally *tally, size_t *count)
{
	const struct site_group **sites =
	    memory_array(tally->site_count + 1, sizeof(*sites));

	for (size_t i = 0; i < tally->site_count; i++)
		sites[i] = &tally->sites[i];
	*count = tally->site_count;
	return sites;
}

size_t
tally_cause_count(const struct tally *tally, enum class_id class_id)
{
	struct bytes key;
	size_t count = 0;
	void *value;

	for (size_t at = 0; map_next(tally->causes, &at, &key, &value);)
		count +=
		    ((const struct tally_cause *)value)->class_id == class_id;
	return count;
}

size_t
tally_private_root_count(const struct tally *tally)
{
	struct bytes key;
	size_t count = 0;
	void *value;

	for (size_t at = 0; map_next(tally->causes, &at, &key, &value);) {
		const struct tally_cause *cause = value;

		count += cause->class_id == CLASS_WRONG_ROOT &&
			 cause->cause != NULL &&
			 strcmp(cause->cause, "private_root") == 0;
	}
	return count;
}

bool
tally_cause_is_unexpected(const struct tally_cause *cause)
{
	return cause->class_id == CLASS_WRONG_ROOT &&
	       string_equal(cause->cause, "unexpected_root");
}

bool
tally_cause_is_alike(const struct tally_cause *a, const struct tally_cause *b)
{
	return a->class_id == b->class_id && string_equal(a->cause, b->cause) &&
	       string_equal(a->subject, b->subject);
}
