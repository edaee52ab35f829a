/*
 * Compares the manifests of runs, their stores and the places of their records.
 * Judges no host, and joins nothing.
 */
#include "rundir/shard_set.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/map.h"
#include "rundir/policy_file.h"
#include "x509/store_facts.h"

enum { MOST_NAMED = 8, MOST_SHARDS = 1000000 };

struct checking {
	struct arena *arena;
	const struct shard_run *runs;
	size_t count;
	struct shard_set *set;
};

static void
lack(struct checking *checking, const char *sentence)
{
	struct shard_set *set = checking->set;

	set->lacks[set->lack_count++] = sentence;
}

/* "3/16"; false for a run that is no shard. */
static bool
parse_shard(
    const struct shard_run *run, unsigned long *index, unsigned long *count)
{
	const char *shard = run->manifest->shard;
	char *end;

	if (shard == NULL)
		return false;
	*index = strtoul(shard, &end, 10);
	if (*end != '/')
		return false;
	*count = strtoul(end + 1, &end, 10);
	return *end == '\0' && *index < *count && *count <= MOST_SHARDS;
}

/* NULL, or why the two are not parts of one scan. */
static const char *
compare_shards(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	unsigned long index[2], count[2];
	bool is_shard = parse_shard(a, &index[0], &count[0]);

	if (is_shard != parse_shard(b, &index[1], &count[1]))
		return arena_printf(arena, "%s is a shard, and %s is none",
		    is_shard ? a->name : b->name, is_shard ? b->name : a->name);
	if (is_shard && count[0] != count[1])
		return arena_printf(arena, "%s is shard %s, and %s shard %s",
		    a->name, a->manifest->shard, b->name, b->manifest->shard);
	if (is_shard && index[0] == index[1])
		return arena_printf(arena, "%s and %s are both shard %s",
		    a->name, b->name, a->manifest->shard);
	return NULL;
}

static const char *
compare_lists(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	uint64_t left = a->manifest->totals.listed,
		 right = b->manifest->totals.listed;
	uint64_t hashes[] = { a->manifest->totals.list_hash,
		b->manifest->totals.list_hash };

	if (left == 0 || right == 0 ||
	    (left == right &&
		(hashes[0] == hashes[1] || hashes[0] == 0 || hashes[1] == 0)))
		return NULL;
	if (left == right)
		return arena_printf(arena,
		    "%s and %s are of lists of %" PRIu64
		    " targets each that are not the same",
		    a->name, b->name, left);
	return arena_printf(arena,
	    "%s is of a list of %" PRIu64 " targets, and %s of one of %" PRIu64,
	    a->name, left, b->name, right);
}

static const char *
compare_clocks(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	int64_t left = a->manifest->clock, right = b->manifest->clock;
	char clocks[2][CLOCK_TEXT_SIZE];

	if (llabs((long long)(left - right)) <= SHARD_MOST_SECONDS_APART)
		return NULL;
	clock_format(left, clocks[0]);
	clock_format(right, clocks[1]);
	return arena_printf(arena,
	    "%s was judged as of %s, and %s as of %s: not the same night",
	    a->name, clocks[0], b->name, clocks[1]);
}

static struct trust_store *
load_store(struct arena *arena, const struct shard_run *run, size_t at,
    const char **sentence)
{
	const char *name = run->manifest->stores[at];
	const char *path = arena_printf(
	    arena, "%s/stores/%s.pem", archive_directory(run->archive), name);
	char *error = NULL;
	struct trust_store *store = trust_store_load(name, &path, 1, &error);

	if (store == NULL)
		*sentence = arena_string(arena, error);
	free(error);
	return store;
}

static const char *
compare_anchors(struct arena *arena, const struct shard_run *a,
    const struct shard_run *b, size_t at)
{
	const char *sentence = NULL;
	struct trust_store *left = load_store(arena, a, at, &sentence);
	struct trust_store *right = load_store(arena, b, at, &sentence);

	if (left != NULL && right != NULL) {
		size_t here = store_only_in(arena, left, right).count;
		size_t there = store_only_in(arena, right, left).count;

		if (here + there > 0)
			sentence = arena_printf(arena,
			    "their stores \"%s\" differ: %zu anchors are in "
			    "that of %s alone, %zu in that of %s",
			    a->manifest->stores[at], here, a->name, there,
			    b->name);
	}
	trust_store_free(left);
	trust_store_free(right);
	return sentence;
}

static const char *
compare_stores(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	const struct manifest *left = a->manifest, *right = b->manifest;
	bool same = left->store_count == right->store_count;
	const char *sentence = NULL;

	for (size_t i = 0; same && i < left->store_count; i++)
		same = strcmp(left->stores[i], right->stores[i]) == 0;
	if (!same)
		return arena_printf(arena,
		    "%s was judged by other stores than %s", b->name, a->name);
	for (size_t i = 0; sentence == NULL && i < left->store_count; i++)
		sentence = compare_anchors(arena, a, b, i);
	return sentence;
}

static const char *
compare_policies(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	if (policy_file_same(
		archive_directory(a->archive), archive_directory(b->archive)))
		return NULL;
	return arena_printf(arena,
	    "%s: it was judged by another policy than %s", b->name, a->name);
}

static const char *
compare_expected(
    struct arena *arena, const struct shard_run *a, const struct shard_run *b)
{
	if (a->manifest->expected == b->manifest->expected &&
	    bytes_equal(digest_bytes(&a->manifest->expected_digest),
		digest_bytes(&b->manifest->expected_digest)))
		return NULL;
	return arena_printf(arena,
	    "%s: it was judged by other certificates of --expect than %s",
	    b->name, a->name);
}

/* Two runs are two judgements where one of these finds a difference. */
static const char *(*const comparisons[])(
    struct arena *, const struct shard_run *, const struct shard_run *) = {
	compare_policies,
	compare_expected,
	compare_lists,
	compare_clocks,
	compare_stores,
};

enum { COMPARISONS = sizeof(comparisons) / sizeof(comparisons[0]) };

/* Each with the first, but shards with all before them. */
static const char *
find_conflict(const struct checking *checking)
{
	const struct shard_run *runs = checking->runs;
	struct arena *arena = checking->arena;
	const char *conflict = NULL;

	for (size_t i = 1; i < checking->count && conflict == NULL; i++) {
		for (size_t k = 0; k < i && conflict == NULL; k++)
			conflict = compare_shards(arena, &runs[k], &runs[i]);
		for (size_t k = 0; k < COMPARISONS && conflict == NULL; k++)
			conflict = comparisons[k](arena, &runs[0], &runs[i]);
	}
	return conflict;
}

static bool
holds(const struct shard_run *run, uint64_t ordinal)
{
	size_t at = archive_find(run->archive, ordinal);

	return at < archive_count(run->archive) &&
	       archive_ordinal(run->archive, at) == ordinal;
}

/* Which of the runs before this one has the target too. */
static const char *
describe_twin(const struct checking *checking, size_t at, uint64_t ordinal)
{
	size_t other = 0;

	while (other < at && !holds(&checking->runs[other], ordinal))
		other++;
	return arena_printf(checking->arena,
	    "%s and %s both hold target %" PRIu64 ": they are not shards of "
	    "one scan",
	    checking->runs[other].name, checking->runs[at].name, ordinal);
}

/* No target may be counted twice; those that a policy ignores count too. */
static const char *
find_twin(const struct checking *checking, uint64_t *targets)
{
	struct seen *seen = seen_new();
	const char *sentence = NULL;

	for (size_t i = 0; i < checking->count && sentence == NULL; i++) {
		struct archive *archive = checking->runs[i].archive;
		size_t count = archive_count(archive);
		uint64_t before = 0;

		for (size_t at = 0; at < count && sentence == NULL; at++) {
			uint64_t ordinal = archive_ordinal(archive, at);

			/* One target may have several records. */
			if (at > 0 && ordinal == before)
				continue;
			before = ordinal;
			++*targets;
			if (!seen_add(
				seen, bytes_of(&ordinal, sizeof(ordinal))))
				sentence = describe_twin(checking, i, ordinal);
		}
		*targets += checking->runs[i].manifest->totals.ignored;
	}
	seen_free(seen);
	return sentence;
}

/* Which shards of N are not named: "shards 3, 7 of 16 are missing". */
static void
find_missing(struct checking *checking)
{
	unsigned long index, count, missing = 0;
	struct text text = { .size = 0 };

	if (!parse_shard(&checking->runs[0], &index, &count))
		return;
	for (unsigned long i = 0; i < count; i++) {
		bool is_here = false;

		for (size_t k = 0; k < checking->count && !is_here; k++)
			is_here =
			    parse_shard(&checking->runs[k], &index, &count) &&
			    index == i;
		if (is_here)
			continue;
		if (missing < MOST_NAMED)
			text_printf(
			    &text, "%s%lu", missing == 0 ? "" : ", ", i);
		missing++;
	}
	if (missing > 0)
		lack(checking,
		    arena_printf(checking->arena,
			"shard%s %s%s of %lu %s missing", plural(missing),
			text.data, missing > MOST_NAMED ? ", …" : "", count,
			missing == 1 ? "is" : "are"));
	text_free(&text);
}

void
shard_set_check(struct arena *arena, const struct shard_run runs[],
    size_t count, struct shard_set *set)
{
	struct checking checking = { arena, runs, count, set };
	uint64_t targets = 0,
		 listed = count == 0 ? 0 : runs[0].manifest->totals.listed;

	*set = (struct shard_set){ .conflict = NULL };
	set->lacks = arena_array(arena, count + 2, sizeof(*set->lacks));
	if (count == 0)
		return;
	set->conflict = find_conflict(&checking);
	if (set->conflict == NULL)
		set->conflict = find_twin(&checking, &targets);
	if (set->conflict != NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct manifest *manifest = runs[i].manifest;
		size_t records = archive_count(runs[i].archive);

		set->ignored += manifest->totals.ignored;
		if (manifest->clock > set->clock)
			set->clock = manifest->clock;
		if (manifest->finished == 0)
			lack(&checking,
			    arena_printf(arena, "%s is not a finished run",
				runs[i].name));
		else if (records < manifest->totals.records)
			lack(&checking,
			    arena_printf(arena,
				"%s holds %zu of its %" PRIu64 " records",
				runs[i].name, records,
				manifest->totals.records));
	}
	find_missing(&checking);
	if (set->lack_count == 0 && targets < listed)
		lack(&checking,
		    arena_printf(arena,
			"together they hold %" PRIu64 " of %" PRIu64 " targets",
			targets, listed));
}
