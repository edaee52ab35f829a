/*
 * What is usual among the addresses of a name is what most of the healthy ones
 * have; where no two of more than two agree, nothing is.  So a name whose
 * servers each have a certificate of their own is no finding.
 */
#include "audit/backends.h"

#include "base/clock.h"
#include "base/columns.h"
#include "base/fnv.h"

enum backend_field {
	BACKEND_CHAIN,
	BACKEND_LEAF,
	BACKEND_TLS,
	BACKEND_CLASS,
	BACKEND_FIELDS
};

static const char *const field_words[BACKEND_FIELDS] = {
	[BACKEND_CHAIN] = "chain",
	[BACKEND_LEAF] = "leaf",
	[BACKEND_TLS] = "tls",
	[BACKEND_CLASS] = "class",
};

struct backend {
	const char *ip, *version, *cause;
	enum class_id class_id;
	bool good, delivered, dated;
	bool counts; /* for what is usual */
	size_t received_count;
	int64_t not_after;
	uint64_t values[BACKEND_FIELDS]; /* 0: it has none */
};

struct backends {
	struct arena *arena;
	struct backend *list;
	size_t count, capacity;
	bool is_settled;
	/* Who has the usual value first, and how many have it; none: nothing is
	   usual. */
	size_t usual[BACKEND_FIELDS], alike[BACKEND_FIELDS];
};

struct backends *
backends_new(struct arena *arena)
{
	struct backends *backends = arena_alloc(arena, sizeof(*backends));

	*backends = (struct backends){ .arena = arena };
	return backends;
}

static uint64_t
hash_words(const char *a, const char *b)
{
	uint64_t hash = fnv_add(FNV_START, bytes_from_string(a));

	return b == NULL ? hash : fnv_add(hash, bytes_from_string(b));
}

void
backends_add(struct backends *backends, const struct result *result)
{
	const struct observation *seen = &result->seen;
	struct backend *one;

	if (backends->count == backends->capacity) {
		size_t capacity = backends->capacity * 2 + 8;
		struct backend *list =
		    arena_array(backends->arena, capacity, sizeof(*list));

		if (backends->count > 0)
			memcpy(list, backends->list,
			    backends->count * sizeof(*list));
		backends->list = list;
		backends->capacity = capacity;
	}
	one = &backends->list[backends->count++];
	*one = (struct backend){
		.ip = arena_string(backends->arena, seen->ip),
		.class_id = result->verdict.class_id,
		.cause = arena_string(backends->arena, result_cause(result)),
		.good = result_is_good(result),
		.delivered = seen->received_count > 0,
		.dated = result->leaf.present && !result->leaf.undated,
		.received_count = seen->received_count,
		.not_after = result->leaf.not_after,
	};
	if (seen->has_tls)
		one->version = arena_string(backends->arena, seen->tls.version);
	one->values[BACKEND_CLASS] =
	    hash_words(class_word(one->class_id), one->cause);
	if (one->version != NULL)
		one->values[BACKEND_TLS] = hash_words(one->version, NULL);
	if (!one->delivered)
		return;
	one->values[BACKEND_LEAF] =
	    fnv_add(FNV_START, digest_bytes(&seen->received[0]));
	one->values[BACKEND_CHAIN] = fnv_add(FNV_START,
	    bytes_of(seen->received + 1,
		(seen->received_count - 1) * sizeof(*seen->received)));
}

/* Of two values that as many have, that of the later certificate counts, then
   that of the longer chain. */
static bool
is_preferred(const struct backend *a, const struct backend *b)
{
	if (a->not_after != b->not_after)
		return a->not_after > b->not_after;
	return a->received_count > b->received_count;
}

static bool
has_same(const struct backends *backends, enum backend_field field, size_t a,
    size_t b)
{
	const struct backend *list = backends->list;

	return list[b].counts && list[a].values[field] == list[b].values[field];
}

/* What at least half of those that count have. */
static void
find_usual(struct backends *backends, enum backend_field field)
{
	struct backend *list = backends->list;
	size_t count = backends->count, most = 0, best = 0, among = 0;

	for (size_t i = 0; i < count; i++) {
		size_t first = 0, alike = 0;

		if (!list[i].counts || list[i].values[field] == 0)
			continue;
		among++;
		while (!has_same(backends, field, i, first))
			first++;
		for (size_t k = i; first == i && k < count; k++)
			alike += has_same(backends, field, i, k);
		if (alike > most || (alike > 0 && alike == most &&
					is_preferred(&list[i], &list[best]))) {
			most = alike;
			best = i;
		}
	}
	if (most == 0 || 2 * most < among)
		return;
	backends->usual[field] = best;
	for (size_t i = 0; i < count; i++)
		backends->alike[field] +=
		    list[i].values[field] == list[best].values[field];
}

/* The healthy ones count; where there are none, those with a certificate. */
static void
settle(struct backends *backends)
{
	bool any_good = false, any_delivered = false;

	for (size_t i = 0; i < backends->count; i++) {
		any_good = any_good || backends->list[i].good;
		any_delivered = any_delivered || backends->list[i].delivered;
	}
	for (size_t i = 0; i < backends->count; i++) {
		struct backend *one = &backends->list[i];

		one->counts =
		    any_good ? one->good : one->delivered || !any_delivered;
	}
	for (unsigned i = 0; i < BACKEND_FIELDS; i++)
		find_usual(backends, (enum backend_field)i);
	backends->is_settled = true;
}

static const char *
class_text(struct arena *arena, const struct backend *one, bool several)
{
	if (one->good)
		return several ? "are ok" : "is ok";
	if (one->class_id == CLASS_UNREACHABLE)
		return arena_printf(
		    arena, "cannot be reached (%s)", one->cause);
	if (one->class_id == CLASS_NO_TLS)
		return arena_printf(arena, "%s no certificate (%s)",
		    several ? "deliver" : "delivers", one->cause);
	return arena_printf(arena, "%s %s%s%s%s", several ? "are" : "is",
	    class_word(one->class_id), one->cause == NULL ? "" : " (",
	    one->cause == NULL ? "" : one->cause,
	    one->cause == NULL ? "" : ")");
}

/* "3 of 4 addresses send the intermediate; 192.0.2.7 does not" */
static const char *
field_text(const struct backends *backends, enum backend_field field,
    const struct backend *one)
{
	struct arena *arena = backends->arena;
	const struct backend *most = &backends->list[backends->usual[field]];
	bool several = backends->alike[field] > 1;
	const char *verb_end = several ? "" : "s";
	const char *have = several ? "have" : "has";
	const char *ip = one->ip == NULL ? "this one" : one->ip;
	const char *many = arena_printf(arena, "%zu of %zu addresses",
	    backends->alike[field], backends->count);

	switch (field) {
	case BACKEND_CHAIN:
		if (most->received_count > 1 && one->received_count == 1)
			return arena_printf(arena,
			    "%s send%s the intermediate%s; %s does not", many,
			    verb_end, plural(most->received_count - 1), ip);
		if (most->received_count == one->received_count)
			return arena_printf(arena,
			    "%s send%s one chain; %s sends another", many,
			    verb_end, ip);
		return arena_printf(arena,
		    "%s send%s %zu certificate%s; %s sends %zu", many, verb_end,
		    most->received_count, plural(most->received_count), ip,
		    one->received_count);
	case BACKEND_LEAF:
		if (!most->dated || !one->dated ||
		    most->not_after == one->not_after)
			return arena_printf(arena,
			    "%s %s one certificate; %s has another", many, have,
			    ip);
		return arena_printf(arena,
		    "%s %s the certificate that ends %s; %s has one that ends "
		    "%s",
		    many, have, date_text(arena, most->not_after), ip,
		    date_text(arena, one->not_after));
	case BACKEND_TLS:
		return arena_printf(arena, "%s speak%s %s; %s speaks %s", many,
		    verb_end, most->version, ip, one->version);
	default:
		return arena_printf(arena, "%s %s; %s %s", many,
		    class_text(arena, most, several), ip,
		    class_text(arena, one, false));
	}
}

const struct backend_difference *
backends_compare(struct backends *backends, size_t at)
{
	struct arena *arena = backends->arena;
	const struct backend *one = &backends->list[at];
	struct backend_difference *difference = NULL;

	if (!backends->is_settled)
		settle(backends);
	for (unsigned i = 0; i < BACKEND_FIELDS; i++) {
		const struct backend *most =
		    &backends->list[backends->usual[i]];
		const char *words;

		if (backends->alike[i] == 0 || one->values[i] == 0 ||
		    one->values[i] == most->values[i])
			continue;
		words = field_text(backends, (enum backend_field)i, one);
		if (difference == NULL) {
			difference = arena_alloc(arena, sizeof(*difference));
			*difference = (struct backend_difference){
				.fields = field_words[i],
				.detail = words,
				.alike = (unsigned)backends->alike[i],
				.addresses = (unsigned)backends->count,
			};
			continue;
		}
		difference->fields = arena_printf(
		    arena, "%s,%s", difference->fields, field_words[i]);
		difference->detail =
		    arena_printf(arena, "%s; %s", difference->detail, words);
	}
	return difference;
}

static void
find_backend(const struct audit_view *view, struct findings *findings)
{
	const struct backend_difference *differs = view->seen->differs;
	struct finding *finding;

	if (differs == NULL)
		return;
	finding = findings_add(findings, FINDING_BACKEND_DIFFERS, NULL, -1,
	    arena_string(findings->arena, differs->detail));
	finding_tell(findings, finding, "ip", view->seen->ip);
	finding_tell(findings, finding, "differs",
	    arena_string(findings->arena, differs->fields));
	finding_tell(findings, finding, "alike",
	    arena_printf(findings->arena, "%u", differs->alike));
	finding_tell(findings, finding, "addresses",
	    arena_printf(findings->arena, "%u", differs->addresses));
}

const struct audit_rule backend_rules[] = {
	{ "backend", find_backend },
	{ NULL, NULL },
};
