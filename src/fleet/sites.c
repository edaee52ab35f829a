/*
 * Groups hosts by site and finds what is usual.  Reads facts off records and
 * compares them; how a site is shown is in sites_write.c and sites_text.c.
 */
#include "fleet/sites.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

enum { DAY = 86400, EXPIRY_DAYS = 30 };

/* One host; strings are interned, so that equal ones have one address. */
struct host_facts {
	uint32_t record, group;
	const char *values[SITE_VALUES];
	int64_t not_after;
	bool delivered, dated;
	uint8_t class_id;
	uint8_t differs; /* one bit a field */
};

struct sites {
	struct arena *arena, *scratch;
	struct map *strings, *by_name;
	struct host_facts *hosts;
	size_t count, capacity;
	uint32_t *order;	    /* hosts by group, in input order */
	struct site_group **groups; /* as they came */
	struct site_group **sorted;
	size_t group_count, group_capacity;
};

static const char *const field_words[SITE_FIELDS] = {
	[SITE_FIELD_ISSUER] = "issuer_cn",
	[SITE_FIELD_ROOT] = "root",
	[SITE_FIELD_RECEIVED] = "received",
	[SITE_FIELD_KEY] = "key",
	[SITE_FIELD_TLS] = "tls_version",
	[SITE_FIELD_EXPIRY] = "expiry",
};

static const char *const baseline_words[BASELINE_COUNT] = {
	[BASELINE_HEALTHY] = "healthy",
	[BASELINE_ALL] = "all",
	[BASELINE_NONE] = "none",
};

const char *
site_field_word(enum site_field field)
{
	return field_words[field];
}

const char *
site_baseline_word(enum site_baseline baseline)
{
	return baseline_words[baseline];
}

struct sites *
sites_new(void)
{
	struct sites *sites = memory_new(sizeof(*sites));

	sites->arena = arena_new();
	sites->scratch = arena_new();
	sites->strings = map_new();
	sites->by_name = map_new();
	return sites;
}

void
sites_free(struct sites *sites)
{
	if (sites == NULL)
		return;
	map_free(sites->strings);
	map_free(sites->by_name);
	arena_free(sites->arena);
	arena_free(sites->scratch);
	free(sites->hosts);
	free(sites->order);
	free(sites->groups);
	free(sites->sorted);
	free(sites);
}

static const char *
intern(struct sites *sites, const char *string)
{
	char *kept;

	if (string == NULL)
		return NULL;
	kept = map_get(sites->strings, bytes_from_string(string));
	if (kept == NULL) {
		kept = arena_string(sites->arena, string);
		map_put(sites->strings, bytes_from_string(kept), kept);
	}
	return kept;
}

/* The group's number is its place in groups: kept in `first` until settled. */
static struct site_group *
group_of(struct sites *sites, const char *site)
{
	struct site_group *group =
	    map_get(sites->by_name, bytes_from_string(site));

	if (group != NULL)
		return group;
	group = arena_alloc(sites->arena, sizeof(*group));
	group->site = arena_string(sites->arena, site);
	group->first = sites->group_count;
	map_put(sites->by_name, bytes_from_string(group->site), group);
	sites->groups = memory_grow(sites->groups, sites->group_count,
	    &sites->group_capacity, sizeof(struct site_group *));
	sites->groups[sites->group_count++] = group;
	return group;
}

static void
read_values(
    struct sites *sites, const struct result *result, struct host_facts *host)
{
	const struct observation *seen = &result->seen;
	const struct step *root = result_root(result);

	host->values[SITE_FIELD_ISSUER] = intern(sites, result->leaf.issuer_cn);
	if (root != NULL)
		host->values[SITE_FIELD_ROOT] = intern(
		    sites, result_common_name(sites->scratch, root->subject));
	host->values[SITE_FIELD_RECEIVED] = intern(
	    sites, arena_printf(sites->scratch, "%zu", seen->received_count));
	host->values[SITE_FIELD_KEY] = intern(sites, result->leaf.key);
	if (seen->has_tls)
		host->values[SITE_FIELD_TLS] = intern(sites, seen->tls.version);
	host->dated = result->leaf.present && !result->leaf.undated;
	host->not_after = result->leaf.not_after;
}

void
sites_add(struct sites *sites, size_t record, const struct result *result)
{
	const struct observation *seen = &result->seen;
	struct site_group *group;
	struct host_facts *host;

	if (seen->site == NULL || seen->status == STATUS_INVALID_INPUT)
		return;
	group = group_of(sites, seen->site);
	sites->hosts = memory_grow(sites->hosts, sites->count, &sites->capacity,
	    sizeof(*sites->hosts));
	host = &sites->hosts[sites->count++];
	*host = (struct host_facts){
		.record = (uint32_t)record,
		.group = (uint32_t)group->first,
		.delivered = seen->received_count > 0,
		.class_id = (uint8_t)result->verdict.class_id,
	};
	if (host->delivered)
		read_values(sites, result, host);
	group->hosts++;
	group->ok += host->class_id == CLASS_OK;
	group->broken += host->delivered && host->class_id != CLASS_OK;
	arena_reset(sites->scratch);
}

/* Hosts by group without moving them: each group's share of one array. */
static void
order_hosts(struct sites *sites)
{
	size_t *next = memory_array(sites->group_count + 1, sizeof(*next));
	size_t first = 0;

	sites->order = memory_array(sites->count + 1, sizeof(*sites->order));
	for (size_t i = 0; i < sites->group_count; i++) {
		sites->groups[i]->first = next[i] = first;
		first += sites->groups[i]->hosts;
	}
	for (size_t i = 0; i < sites->count; i++)
		sites->order[next[sites->hosts[i].group]++] = (uint32_t)i;
	free(next);
}

static struct host_facts *
host_at(const struct sites *sites, const struct site_group *group, size_t at)
{
	return &sites->hosts[sites->order[group->first + at]];
}

static bool
is_in_baseline(const struct site_group *group, const struct host_facts *host)
{
	return host->delivered &&
	       (group->baseline == BASELINE_ALL || host->class_id == CLASS_OK);
}

static enum site_baseline
baseline_of(const struct site_group *group)
{
	if (group->ok > 0)
		return BASELINE_HEALTHY;
	return group->broken > 0 ? BASELINE_ALL : BASELINE_NONE;
}

static int
by_address(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) * (const char *const *)left;
	uintptr_t b = (uintptr_t) * (const char *const *)right;

	return a < b ? -1 : a > b;
}

/* What at least half have, and no other value as often. */
static const char *
majority(const char **values, size_t count)
{
	const char *best = NULL;
	size_t most = 0, run = 0;

	if (count > 1)
		qsort(values, count, sizeof(*values), by_address);
	for (size_t i = 0; i < count; i++) {
		run = i > 0 && values[i] == values[i - 1] ? run + 1 : 1;
		if (run > most) {
			most = run;
			best = values[i];
		} else if (run == most) {
			best = NULL;
		}
	}
	return 2 * most >= count ? best : NULL;
}

static const char *
usual_value(const struct sites *sites, const struct site_group *group,
    enum site_field field, const char **values)
{
	size_t count = 0;

	for (size_t i = 0; i < group->hosts; i++) {
		const struct host_facts *host = host_at(sites, group, i);

		if (is_in_baseline(group, host) && host->values[field] != NULL)
			values[count++] = host->values[field];
	}
	return majority(values, count);
}

static int
by_time(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

/* The lower median: of two hosts neither is the odd one out. */
static void
find_expiry(const struct sites *sites, struct site_group *group)
{
	int64_t *ends = memory_array(group->hosts, sizeof(*ends));
	size_t count = 0;

	for (size_t i = 0; i < group->hosts; i++) {
		const struct host_facts *host = host_at(sites, group, i);

		if (is_in_baseline(group, host) && host->dated)
			ends[count++] = host->not_after;
	}
	group->dated = count > 0;
	if (group->dated) {
		qsort(ends, count, sizeof(*ends), by_time);
		group->earliest = ends[0];
		group->expiry = ends[(count - 1) / 2];
		group->latest = ends[count - 1];
	}
	free(ends);
}

static uint8_t
differences(const struct site_group *group, const struct host_facts *host)
{
	unsigned differs = 0;

	for (size_t i = 0; i < SITE_VALUES; i++)
		if (group->usual[i] != NULL && host->values[i] != NULL &&
		    host->values[i] != group->usual[i])
			differs |= 1u << i;
	if (group->dated && host->dated &&
	    host->not_after < group->expiry - (int64_t)EXPIRY_DAYS * DAY)
		differs |= 1u << SITE_FIELD_EXPIRY;
	return (uint8_t)differs;
}

static bool
is_outlier(const struct host_facts *host)
{
	return host->differs != 0 || host->class_id != CLASS_OK;
}

static void
settle_group(struct sites *sites, struct site_group *group)
{
	const char **values = memory_array(group->hosts, sizeof(char *));

	group->baseline = baseline_of(group);
	for (unsigned i = 0; i < SITE_VALUES; i++)
		group->usual[i] =
		    usual_value(sites, group, (enum site_field)i, values);
	find_expiry(sites, group);
	for (size_t i = 0; i < group->hosts; i++) {
		struct host_facts *host = host_at(sites, group, i);

		host->differs = differences(group, host);
		group->outliers += is_outlier(host);
	}
	free(values);
}

static int
compare_counts(size_t a, size_t b)
{
	return a > b ? -1 : a < b;
}

static int
by_deviation(const void *left, const void *right)
{
	const struct site_group *a = *(const struct site_group *const *)left;
	const struct site_group *b = *(const struct site_group *const *)right;
	int order = compare_counts(a->broken, b->broken);

	if (order == 0)
		order = compare_counts(a->hosts - a->ok, b->hosts - b->ok);
	if (order == 0)
		order = compare_counts(a->outliers, b->outliers);
	return order != 0 ? order : strcmp(a->site, b->site);
}

void
sites_settle(struct sites *sites)
{
	order_hosts(sites);
	sites->sorted =
	    memory_array(sites->group_count + 1, sizeof(*sites->sorted));
	for (size_t i = 0; i < sites->group_count; i++) {
		settle_group(sites, sites->groups[i]);
		sites->sorted[i] = sites->groups[i];
	}
	qsort(sites->sorted, sites->group_count, sizeof(*sites->sorted),
	    by_deviation);
}

struct sites *
sites_of_run(struct archive *archive)
{
	struct sites *sites = sites_new();
	struct arena *arena = arena_new();

	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read(archive, i, arena, &result, NULL))
			sites_add(sites, i, &result);
	}
	arena_free(arena);
	sites_settle(sites);
	return sites;
}

size_t
sites_count(const struct sites *sites)
{
	return sites->group_count;
}

const struct site_group *
sites_at(const struct sites *sites, size_t at)
{
	return sites->sorted[at];
}

const struct site_group *
sites_find(const struct sites *sites, const char *site)
{
	return map_get(sites->by_name, bytes_from_string(site));
}

size_t
sites_record(
    const struct sites *sites, const struct site_group *group, size_t at)
{
	return host_at(sites, group, at)->record;
}

bool
sites_is_outlier(
    const struct sites *sites, const struct site_group *group, size_t at)
{
	return is_outlier(host_at(sites, group, at));
}

static void
list_differences(const struct site_group *group, const struct host_facts *host,
    struct site_outlier *outlier)
{
	for (unsigned i = 0; i < SITE_FIELDS; i++) {
		struct site_difference *difference =
		    &outlier->differs[outlier->difference_count];

		if ((host->differs & 1u << i) == 0)
			continue;
		outlier->difference_count++;
		difference->field = (enum site_field)i;
		if (i < SITE_VALUES) {
			difference->value = host->values[i];
			difference->usual = group->usual[i];
			continue;
		}
		difference->expiry = host->not_after;
		difference->days = (group->expiry - host->not_after) / DAY;
	}
}

static void
list_failing(struct sites *sites, struct arena *arena,
    const struct verdict *verdict, struct site_outlier *outlier)
{
	outlier->clients_failing =
	    arena_array(arena, verdict->client_count, sizeof(char *));
	for (size_t i = 0; i < verdict->client_count; i++)
		if (verdict->clients[i].accepts == ACCEPTS_NO)
			outlier->clients_failing[outlier->failing_count++] =
			    intern(sites, verdict->clients[i].id);
}

static unsigned
outlier_rank(const struct site_outlier *outlier)
{
	if (outlier->class_id == CLASS_OK)
		return 1;
	return outlier->class_id == CLASS_UNREACHABLE ||
		       outlier->class_id == CLASS_NO_TLS
		   ? 2
		   : 0;
}

static int
by_oddity(const void *left, const void *right)
{
	const struct site_outlier *a = left, *b = right;
	unsigned rank_a = outlier_rank(a), rank_b = outlier_rank(b);
	int order = rank_a < rank_b ? -1 : rank_a > rank_b;

	if (order == 0)
		order =
		    compare_counts(a->difference_count, b->difference_count);
	if (order == 0)
		order = compare_counts(a->failing_count, b->failing_count);
	if (order == 0)
		order = strcmp(a->host, b->host);
	return order != 0 ? order : a->record < b->record ? -1 : 1;
}

/* Only what is shown is kept: one site may have very many outliers. */
static bool
read_outlier(struct sites *sites, struct archive *archive,
    const struct host_facts *host, struct arena *arena,
    struct site_outlier *outlier)
{
	struct result result;
	const char *name;

	arena_reset(sites->scratch);
	if (!archive_read(archive, host->record, sites->scratch, &result, NULL))
		return false;
	name = result.seen.host != NULL ? result.seen.host : "";
	*outlier = (struct site_outlier){
		.record = host->record,
		.host = arena_string(arena, name),
		.ip = arena_string(arena, result.seen.ip),
		.port = result.seen.port,
		.class_id = result.verdict.class_id,
		.cause = intern(sites, result.verdict.cause),
	};
	list_failing(sites, arena, &result.verdict, outlier);
	return true;
}

struct site_outlier *
sites_outliers(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct arena *arena, size_t *count)
{
	struct site_outlier *list =
	    arena_array(arena, group->outliers + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < group->hosts; i++) {
		const struct host_facts *host = host_at(sites, group, i);

		if (!is_outlier(host) ||
		    !read_outlier(sites, archive, host, arena, &list[*count]))
			continue;
		list_differences(group, host, &list[*count]);
		(*count)++;
	}
	qsort(list, *count, sizeof(*list), by_oddity);
	return list;
}
