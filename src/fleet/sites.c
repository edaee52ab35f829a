/*
 * Groups hosts by site, finds what is usual, and lists who differs, worst
 * first.  Compares facts, a group at a time.  Small keys are sorted; a record
 * is read when its host is asked for, for one site may have very many.
 */
#include "fleet/sites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/memory.h"

enum { DAY = 86400, EXPIRY_DAYS = 30 };

/* A site that is not the current one; the array is sorted by fingerprint. */
struct site_place {
	uint32_t first; /* in `order`; its hosts go on to the next one's */
	uint32_t broken, not_ok, outliers;
};

/* An outlier of the current group, small enough to sort many of them. */
struct odd_host {
	uint32_t at; /* in the group */
	uint8_t rank, differences, failing;
};

struct sites {
	struct site_rows *rows;
	struct arena *scratch;
	uint32_t *order;	   /* rows by site, in input order */
	struct site_place *places; /* and one more, where the last ends */
	uint32_t *sorted;	   /* places, most deviating first */
	size_t count;

	/* The group that was asked for last. */
	struct site_group group;
	uint32_t first;
	struct arena *arena;	     /* its strings */
	uint64_t usual[SITE_VALUES]; /* fingerprints; 0: nothing is usual */
	struct site_row *cache, row;
	size_t cached;
	struct odd_host *odd; /* NULL: not listed yet */
};

/* A site's fingerprint in two halves, so that a key has no padding. */
struct site_key {
	uint32_t site[2];
	uint32_t row;
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

	sites->rows = site_rows_new();
	sites->arena = arena_new();
	sites->scratch = arena_new();
	return sites;
}

void
sites_free(struct sites *sites)
{
	int failure = errno;

	if (sites == NULL)
		return;
	site_rows_free(sites->rows);
	arena_free(sites->arena);
	arena_free(sites->scratch);
	free(sites->order);
	free(sites->places);
	free(sites->sorted);
	free(sites->cache);
	free(sites->odd);
	free(sites);
	errno = failure;
}

void
sites_add(struct sites *sites, size_t record, const struct result *result)
{
	if (result->seen.site == NULL ||
	    result->seen.status == STATUS_INVALID_INPUT)
		return;
	site_rows_add(sites->rows, record, result, sites->scratch);
	arena_reset(sites->scratch);
}

static int
by_site(const void *left, const void *right)
{
	const struct site_key *a = left, *b = right;

	for (int i = 0; i < 2; i++)
		if (a->site[i] != b->site[i])
			return a->site[i] < b->site[i] ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static bool
is_same_site(const struct site_key *a, const struct site_key *b)
{
	return memcmp(a->site, b->site, sizeof(a->site)) == 0;
}

/* Sorts the hosts by site, and notes where each site begins. */
static void
order_hosts(struct sites *sites)
{
	uint32_t count = site_rows_count(sites->rows);
	struct site_key *keys = memory_array((size_t)count + 1, sizeof(*keys));
	size_t place = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct site_row row;

		site_rows_read(sites->rows, i, &row);
		keys[i] = (struct site_key){
			{ (uint32_t)(row.site >> 32), (uint32_t)row.site },
			i,
		};
	}
	qsort(keys, count, sizeof(*keys), by_site);
	for (uint32_t i = 0; i < count; i++)
		sites->count += i == 0 || !is_same_site(&keys[i], &keys[i - 1]);
	sites->order = memory_array((size_t)count + 1, sizeof(*sites->order));
	sites->places = memory_array(sites->count + 1, sizeof(*sites->places));
	for (uint32_t i = 0; i < count; i++) {
		sites->order[i] = keys[i].row;
		if (i == 0 || !is_same_site(&keys[i], &keys[i - 1]))
			sites->places[place++].first = i;
	}
	sites->places[place].first = count;
	free(keys);
}

/* A host of the current group; valid until the next one is asked for. */
static const struct site_row *
row_at(struct sites *sites, size_t at)
{
	if (at < sites->cached)
		return &sites->cache[at];
	site_rows_read(
	    sites->rows, sites->order[sites->first + at], &sites->row);
	return &sites->row;
}

/* Using a group after another one was asked for is a bug. */
static void
want_current(const struct sites *sites, const struct site_group *group)
{
	if (group != &sites->group || group->site == NULL)
		fatal_bug("a site is looked at that is not the current one");
}

static bool
is_in_baseline(const struct site_group *group, const struct site_row *row)
{
	return row->delivered && (group->baseline == BASELINE_ALL || row->good);
}

static void
count_hosts(struct sites *sites)
{
	struct site_group *group = &sites->group;

	for (size_t i = 0; i < group->hosts; i++) {
		const struct site_row *row = row_at(sites, i);

		group->classes[row->class_id]++;
		group->ok += row->good;
		group->broken += row->delivered && !row->good;
		if (row->dated &&
		    (!group->ends || row->not_after < group->first_end))
			group->first_end = row->not_after;
		group->ends = group->ends || row->dated;
	}
	group->baseline = group->ok > 0	      ? BASELINE_HEALTHY
			  : group->broken > 0 ? BASELINE_ALL
					      : BASELINE_NONE;
}

static int
by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/*
 * What at least half of the baseline have, and no other value as often; 0:
 * nothing.
 */
static uint64_t
usual_value(struct sites *sites, unsigned field, uint64_t *values)
{
	size_t count = 0, most = 0, run = 0;
	uint64_t best = 0;

	for (size_t i = 0; i < sites->group.hosts; i++) {
		const struct site_row *row = row_at(sites, i);

		if (is_in_baseline(&sites->group, row) &&
		    row->values[field] != 0)
			values[count++] = row->values[field];
	}
	qsort(values, count, sizeof(*values), by_value);
	for (size_t i = 0; i < count; i++) {
		run = i > 0 && values[i] == values[i - 1] ? run + 1 : 1;
		if (run > most) {
			most = run;
			best = values[i];
		} else if (run == most) {
			best = 0;
		}
	}
	return 2 * most >= count ? best : 0;
}

/* Times are sorted as unsigned numbers: an end before 1970 comes last. */
static void
find_expiry(struct sites *sites, uint64_t *ends)
{
	struct site_group *group = &sites->group;
	size_t count = 0;

	for (size_t i = 0; i < group->hosts; i++) {
		const struct site_row *row = row_at(sites, i);

		if (is_in_baseline(group, row) && row->dated)
			ends[count++] = (uint64_t)row->not_after ^ INT64_MIN;
	}
	group->dated = count > 0;
	if (count == 0)
		return;
	qsort(ends, count, sizeof(*ends), by_value);
	/* The lower median: with two hosts neither is an outlier. */
	group->earliest = (int64_t)(ends[0] ^ INT64_MIN);
	group->expiry = (int64_t)(ends[(count - 1) / 2] ^ INT64_MIN);
	group->latest = (int64_t)(ends[count - 1] ^ INT64_MIN);
}

/* One bit a field that differs from what is usual in the current group. */
static unsigned
differences_of(const struct sites *sites, const struct site_row *row)
{
	const struct site_group *group = &sites->group;
	unsigned differs = 0;

	for (size_t i = 0; i < SITE_VALUES; i++)
		if (sites->usual[i] != 0 && row->values[i] != 0 &&
		    row->values[i] != sites->usual[i])
			differs |= 1u << i;
	if (group->dated && row->dated &&
	    row->not_after < group->expiry - (int64_t)EXPIRY_DAYS * DAY)
		differs |= 1u << SITE_FIELD_EXPIRY;
	return differs;
}

static bool
is_outlier(struct sites *sites, size_t at)
{
	const struct site_row *row = row_at(sites, at);

	return !row->good || row->odd || differences_of(sites, row) != 0;
}

/* Numbers and fingerprints: all that is needed to sort the sites. */
static void
judge_group(struct sites *sites, size_t place)
{
	struct site_group *group = &sites->group;
	uint64_t *values;

	free(sites->odd);
	sites->odd = NULL;
	arena_reset(sites->arena);
	sites->first = sites->places[place].first;
	*group = (struct site_group){
		.hosts = sites->places[place + 1].first - sites->first,
	};
	for (sites->cached = 0;
	     sites->cached < group->hosts && sites->cached < SITES_CACHED_ROWS;
	     sites->cached++)
		site_rows_read(sites->rows,
		    sites->order[sites->first + sites->cached],
		    &sites->cache[sites->cached]);
	values = memory_array(group->hosts, sizeof(*values));
	count_hosts(sites);
	for (unsigned i = 0; i < SITE_VALUES; i++)
		sites->usual[i] = usual_value(sites, i, values);
	find_expiry(sites, values);
	for (size_t i = 0; i < group->hosts; i++)
		group->outliers += is_outlier(sites, i);
	free(values);
}

/* The usual value as a string comes from the first host that has it. */
static void
name_usual(struct sites *sites, unsigned field)
{
	struct site_words words;

	for (size_t i = 0; i < sites->group.hosts; i++) {
		const struct site_row *row = row_at(sites, i);

		if (row->values[field] != sites->usual[field])
			continue;
		site_rows_words(sites->rows, row, sites->arena, &words);
		sites->group.usual[field] = words.values[field];
		return;
	}
}

static const struct site_group *
show_group(struct sites *sites, size_t place)
{
	struct site_words words;

	judge_group(sites, place);
	site_rows_words(sites->rows, row_at(sites, 0), sites->arena, &words);
	sites->group.site = words.site == NULL ? "" : words.site;
	for (unsigned i = 0; i < SITE_VALUES; i++)
		if (sites->usual[i] != 0)
			name_usual(sites, i);
	return &sites->group;
}

static int
compare_counts(uint32_t a, uint32_t b)
{
	return a > b ? -1 : a < b;
}

static int
by_deviation(const void *left, const void *right, void *context)
{
	const struct sites *sites = context;
	const struct site_place *a = &sites->places[*(const uint32_t *)left];
	const struct site_place *b = &sites->places[*(const uint32_t *)right];
	int order = compare_counts(a->broken, b->broken);

	if (order == 0)
		order = compare_counts(a->not_ok, b->not_ok);
	if (order == 0)
		order = compare_counts(a->outliers, b->outliers);
	return order != 0 ? order
			  : compare_counts(
				sites->order[b->first], sites->order[a->first]);
}

int
sites_settle(struct sites *sites)
{
	site_rows_settle(sites->rows);
	order_hosts(sites);
	sites->cache = memory_array(SITES_CACHED_ROWS, sizeof(*sites->cache));
	sites->sorted = memory_array(sites->count + 1, sizeof(*sites->sorted));
	for (size_t i = 0; i < sites->count; i++) {
		const struct site_group *group = &sites->group;
		struct site_place *place = &sites->places[i];

		judge_group(sites, i);
		place->broken = (uint32_t)group->broken;
		place->not_ok = (uint32_t)(group->hosts - group->ok);
		place->outliers = (uint32_t)group->outliers;
		sites->sorted[i] = (uint32_t)i;
	}
	qsort_r(sites->sorted, sites->count, sizeof(*sites->sorted),
	    by_deviation, sites);
	errno = site_rows_error(sites->rows);
	return errno == 0 ? 0 : -1;
}

struct sites *
sites_of_run(struct archive *archive)
{
	struct sites *sites = sites_new();
	struct arena *arena = arena_new();

	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read_parts(
			archive, i, arena, SITE_ROW_PARTS, &result))
			sites_add(sites, i, &result);
	}
	arena_free(arena);
	if (sites_settle(sites) == 0)
		return sites;
	sites_free(sites);
	return NULL;
}

size_t
sites_count(const struct sites *sites)
{
	return sites->count;
}

const struct site_group *
sites_at(struct sites *sites, size_t at)
{
	return show_group(sites, sites->sorted[at]);
}

const struct site_group *
sites_find(struct sites *sites, const char *site)
{
	for (size_t i = 0; i < sites->count; i++) {
		struct site_words words;
		struct site_row row;

		site_rows_read(
		    sites->rows, sites->order[sites->places[i].first], &row);
		site_rows_words(sites->rows, &row, sites->scratch, &words);
		if (words.site != NULL && strcmp(words.site, site) == 0)
			return show_group(sites, i);
		arena_reset(sites->scratch);
	}
	return NULL;
}

size_t
sites_record(struct sites *sites, const struct site_group *group, size_t at)
{
	want_current(sites, group);
	return row_at(sites, at)->record;
}

bool
sites_is_outlier(struct sites *sites, const struct site_group *group, size_t at)
{
	want_current(sites, group);
	return is_outlier(sites, at);
}

static int
by_oddity(const void *left, const void *right)
{
	const struct odd_host *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->differences != b->differences)
		return a->differences > b->differences ? -1 : 1;
	if (a->failing != b->failing)
		return a->failing > b->failing ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void
list_odd(struct sites *sites)
{
	const struct site_group *group = &sites->group;
	size_t count = 0;

	sites->odd = memory_array(group->outliers + 1, sizeof(*sites->odd));
	for (size_t i = 0; i < group->hosts && count < group->outliers; i++) {
		const struct site_row *row = row_at(sites, i);
		unsigned differs = differences_of(sites, row);
		uint8_t rank = 0;

		if (row->good && !row->odd && differs == 0)
			continue;
		if (row->good)
			rank = 1;
		else if (row->class_id == CLASS_UNREACHABLE ||
			 row->class_id == CLASS_NO_TLS)
			rank = 2;
		sites->odd[count++] = (struct odd_host){
			(uint32_t)i,
			rank,
			(uint8_t)(__builtin_popcount(differs) + row->odd),
			row->failing,
		};
	}
	qsort(sites->odd, count, sizeof(*sites->odd), by_oddity);
}

/* Returns how many. */
static size_t
list_differences(struct sites *sites, const struct site_row *row,
    struct arena *arena, struct site_difference differs[SITE_FIELDS])
{
	const struct site_group *group = &sites->group;
	unsigned bits = differences_of(sites, row);
	struct site_words words;
	size_t count = 0;

	site_rows_words(sites->rows, row, arena, &words);
	for (unsigned i = 0; i < SITE_FIELDS; i++) {
		struct site_difference *difference = &differs[count];

		if ((bits & 1u << i) == 0)
			continue;
		count++;
		*difference = (struct site_difference){
			.field = (enum site_field)i,
		};
		if (i < SITE_VALUES) {
			difference->value = words.values[i];
			difference->usual = group->usual[i];
			continue;
		}
		difference->expiry = row->not_after;
		difference->days = (group->expiry - row->not_after) / DAY;
	}
	return count;
}

size_t
sites_compare(struct sites *sites, const struct site_group *group, size_t at,
    struct arena *arena, struct site_difference differs[SITE_FIELDS])
{
	struct site_row row;

	want_current(sites, group);
	row = *row_at(sites, at);
	return list_differences(sites, &row, arena, differs);
}

/* Only what is shown is kept of the record. */
bool
sites_outlier(struct sites *sites, const struct site_group *group, size_t at,
    struct archive *archive, struct arena *arena, struct site_outlier *outlier)
{
	struct site_row row;
	struct result result;
	const struct finding *backend;
	const char *name;

	want_current(sites, group);
	if (sites->odd == NULL)
		list_odd(sites);
	row = *row_at(sites, sites->odd[at].at);
	arena_reset(sites->scratch);
	if (!archive_read_parts(archive, row.record, sites->scratch,
		RESULT_FINDINGS | RESULT_CLIENTS, &result))
		return false;
	name = result.seen.host != NULL ? result.seen.host : "";
	backend = result_finding(&result, FINDING_BACKEND_DIFFERS);
	*outlier = (struct site_outlier){
		.record = row.record,
		.host = arena_string(arena, name),
		.ip = arena_string(arena, result.seen.ip),
		.port = result.seen.port,
		.class_id = result.verdict.class_id,
		.good = row.good,
		.grouped = result.seen.addresses > 1,
		.backend = backend == NULL
			       ? NULL
			       : arena_string(arena, backend->detail),
		.title = result_title(&result),
		.cause = arena_string(arena, result_cause(&result)),
	};
	outlier->clients_failing =
	    arena_array(arena, result.verdict.client_count, sizeof(char *));
	for (size_t i = 0; i < result.verdict.client_count; i++)
		if (result.verdict.clients[i].accepts == ACCEPTS_NO)
			outlier->clients_failing[outlier->failing_count++] =
			    arena_string(arena, result.verdict.clients[i].id);
	outlier->difference_count =
	    list_differences(sites, &row, arena, outlier->differs);
	return true;
}

struct site_outlier *
sites_outliers(struct sites *sites, const struct site_group *group,
    struct archive *archive, struct arena *arena, size_t *count)
{
	struct site_outlier *list =
	    arena_array(arena, group->outliers + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < group->outliers; i++)
		*count += sites_outlier(
		    sites, group, i, archive, arena, &list[*count]);
	return list;
}
