/*
 * Matches the records of two runs and decides what each pair means.  Prints
 * nothing.
 */
#include "fleet/diff.h"

#include <stdlib.h>

#include "base/memory.h"
#include "rundir/run_index.h"

static const char *const kind_words[CHANGE_KINDS] = {
	[CHANGE_WORSE] = "worse",
	[CHANGE_NEW] = "new",
	[CHANGE_UNREACHABLE] = "unreachable",
	[CHANGE_BETTER] = "better",
	[CHANGE_CHANGED] = "changed",
	[CHANGE_GONE] = "gone",
	[CHANGE_STILL] = "still",
};

static const enum change_group kind_groups[CHANGE_KINDS] = {
	[CHANGE_WORSE] = GROUP_WORSE,
	[CHANGE_NEW] = GROUP_NEW,
	[CHANGE_UNREACHABLE] = GROUP_UNREACHABLE,
	[CHANGE_BETTER] = GROUP_BETTER,
	[CHANGE_CHANGED] = GROUP_CHANGED,
	[CHANGE_GONE] = GROUP_GONE,
	[CHANGE_STILL] = GROUP_STILL,
};

static const char *const field_words[DIFF_FIELDS] = {
	[DIFF_CLASS] = "class",
	[DIFF_CAUSE] = "cause",
	[DIFF_LEAF] = "leaf",
	[DIFF_ISSUER] = "issuer",
	[DIFF_ROOT] = "root",
	[DIFF_KEY] = "key",
	[DIFF_NAMES] = "names",
	[DIFF_TLS] = "tls",
	[DIFF_RECEIVED] = "received",
};

/* The weight of a class: the order in reports/README.md, reversed. */
static const unsigned gravity[CLASS_COUNT] = {
	[CLASS_OK] = 0,
	[CLASS_WEAK] = 1,
	[CLASS_UNKNOWN_ISSUER] = 2,
	[CLASS_MISSING_INTERMEDIATE] = 3,
	[CLASS_NAME_MISMATCH] = 4,
	[CLASS_EXPIRED] = 5,
	[CLASS_INVALID_CHAIN] = 6,
	[CLASS_WRONG_ROOT] = 7,
	[CLASS_REVOKED] = 8,
};

const char *
change_word(enum change_kind kind)
{
	return kind_words[kind];
}

const char *
diff_field_word(enum diff_field field)
{
	return field_words[field];
}

bool
change_is_bad(const struct change *change)
{
	return change->group <= GROUP_UNREACHABLE;
}

static bool
is_reached(const struct result *result)
{
	return result->verdict.class_id != CLASS_UNREACHABLE &&
	       result->verdict.class_id != CLASS_NO_TLS;
}

/* Differs, as far as both are known. */
static bool
has_changed(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

static int
by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char **
sorted_names(const struct leaf_facts *leaf)
{
	const char **names = memory_array(leaf->name_count + 1, sizeof(*names));

	for (size_t i = 0; i < leaf->name_count; i++)
		names[i] = leaf->names[i];
	qsort(names, leaf->name_count, sizeof(*names), by_name);
	return names;
}

static bool
has_same_names(const struct leaf_facts *a, const struct leaf_facts *b)
{
	const char **left, **right;
	bool same = true;

	if (a->name_count != b->name_count)
		return false;
	left = sorted_names(a);
	right = sorted_names(b);
	for (size_t i = 0; same && i < a->name_count; i++)
		same = strcmp(left[i], right[i]) == 0;
	free(left);
	free(right);
	return same;
}

static const char *
root_subject(const struct result *result)
{
	const struct step *root = result_root(result);

	return root == NULL ? NULL : root->subject;
}

static unsigned
compare(const struct result *from, const struct result *to)
{
	const struct leaf_facts *old = &from->leaf, *new = &to->leaf;
	unsigned fields = 0;

	if (from->verdict.class_id != to->verdict.class_id)
		fields |= DIFF_BIT(DIFF_CLASS);
	else if (!string_equal(result_cause(from), result_cause(to)))
		fields |= DIFF_BIT(DIFF_CAUSE);
	if (!is_reached(from) || !is_reached(to))
		return fields;
	if (old->present && new->present &&
	    !digest_equal(&old->sha256, &new->sha256)) {
		fields |= DIFF_BIT(DIFF_LEAF);
		if (has_changed(old->issuer, new->issuer))
			fields |= DIFF_BIT(DIFF_ISSUER);
		if (has_changed(old->key, new->key))
			fields |= DIFF_BIT(DIFF_KEY);
		if (!has_same_names(old, new))
			fields |= DIFF_BIT(DIFF_NAMES);
	}
	if (has_changed(root_subject(from), root_subject(to)))
		fields |= DIFF_BIT(DIFF_ROOT);
	if (from->seen.has_tls && to->seen.has_tls &&
	    has_changed(from->seen.tls.version, to->seen.tls.version))
		fields |= DIFF_BIT(DIFF_TLS);
	if (from->seen.received_count != to->seen.received_count)
		fields |= DIFF_BIT(DIFF_RECEIVED);
	return fields;
}

/* A waived fault does not count until the waiver ends. */
static unsigned
gravity_of(const struct result *result)
{
	enum class_id class_id = result_counted_class(result);

	return class_id == CLASS_OK && !result_is_good(result)
		   ? gravity[CLASS_UNKNOWN_ISSUER]
		   : gravity[class_id];
}

/* CHANGE_KINDS: no change. */
static enum change_kind
kind_of(const struct result *from, const struct result *to, unsigned fields)
{
	bool eased = from->verdict.class_id != to->verdict.class_id ||
		     gravity_of(to) < gravity_of(from);

	if (result_is_waived(to))
		return fields == 0 ? CHANGE_KINDS : CHANGE_CHANGED;
	if (!is_reached(to) && is_reached(from))
		return CHANGE_UNREACHABLE;
	if (is_reached(to) && gravity_of(to) > gravity_of(from))
		return CHANGE_WORSE;
	/* From one grave fault to a less grave one is no improvement. */
	if (is_reached(to) && eased && gravity_of(to) <= 1)
		return CHANGE_BETTER;
	return fields == 0 ? CHANGE_KINDS : CHANGE_CHANGED;
}

static void
push(struct diff *diff, const struct change *change)
{
	diff->changes = memory_grow(diff->changes, diff->count, &diff->capacity,
	    sizeof(*diff->changes));
	diff->changes[diff->count++] = *change;
	if (change->kind != CHANGE_STILL)
		diff->groups[change->group]++;
}

/*
 * A timeout or a reset is no change of the host, and neither is its end; nor
 * is a verdict for which there was no time to fetch.  A host that is broken
 * after it is listed, though: since when is unknown.
 */
static bool
is_damped(
    const struct result *from, const struct result *to, enum change_kind kind)
{
	if (result_lacks_fetch(from) || result_lacks_fetch(to))
		return true;
	if (!is_reached(to))
		return status_is_passing(to->seen.status) ||
		       (!is_reached(from) &&
			   status_is_passing(from->seen.status));
	return kind == CHANGE_BETTER && !is_reached(from) &&
	       status_is_passing(from->seen.status);
}

static void
compare_pair(struct diff *diff, const struct change *places,
    const struct result *from, const struct result *to)
{
	struct change change = *places;

	change.fields = compare(from, to);
	change.kind = kind_of(from, to, change.fields);
	change.class_id = to->verdict.class_id;
	change.severity = to->verdict.severity;
	if (change.kind == CHANGE_KINDS)
		return;
	if (is_damped(from, to, change.kind) && !diff->settings->all) {
		diff->damped++;
		return;
	}
	change.group = kind_groups[change.kind];
	/* A leaf that is replaced by one that ends later, and nothing else. */
	if (change.kind == CHANGE_CHANGED &&
	    change.fields == DIFF_BIT(DIFF_LEAF) && !from->leaf.undated &&
	    !to->leaf.undated && to->leaf.not_after > from->leaf.not_after)
		change.group = GROUP_RENEWED;
	push(diff, &change);
}

/* Reads both sides, unless they are known to say the same. */
static void
match(
    struct diff *diff, const struct run_entry *from, const struct run_entry *to)
{
	struct change change = { .from = from->record, .to = to->record };
	size_t before = diff->count;
	bool is_listed;

	if (from->state != to->state) {
		struct arena *arena = arena_new();
		struct result left, right;

		if (archive_read_parts(diff->older, from->record, arena,
			RUN_ENTRY_PARTS, &left) &&
		    archive_read_parts(diff->newer, to->record, arena,
			RUN_ENTRY_PARTS, &right))
			compare_pair(diff, &change, &left, &right);
		arena_free(arena);
	}
	is_listed = diff->count > before;
	if (from->good || to->good ||
	    (is_listed && diff->changes[before].kind != CHANGE_CHANGED))
		return;
	diff->groups[GROUP_STILL]++;
	if (is_listed || !diff->settings->still)
		return;
	change.kind = CHANGE_STILL;
	change.group = GROUP_STILL;
	change.class_id = (enum class_id)to->class_id;
	change.severity =
	    to->class_id == CLASS_WEAK ? SEVERITY_WARNING : SEVERITY_ERROR;
	push(diff, &change);
}

static void
match_new(struct diff *diff, const struct run_entry *to)
{
	struct change change = {
		.kind = CHANGE_NEW,
		.group = to->good ? GROUP_NEW : GROUP_NEW_BROKEN,
		.from = CHANGE_NO_RECORD,
		.to = to->record,
		.class_id = (enum class_id)to->class_id,
	};
	struct arena *arena = arena_new();
	struct result result;

	if (archive_read(diff->newer, to->record, arena, &result, NULL)) {
		change.severity = result.verdict.severity;
		if (result_is_waived(&result))
			change.group = GROUP_NEW;
	}
	arena_free(arena);
	push(diff, &change);
}

/* The entries from `at` on that have one key. */
static size_t
group_size(const struct run_index *index, size_t at)
{
	size_t size = 0;

	while (at + size < index->count &&
	       index->entries[at + size].key == index->entries[at].key)
		size++;
	return size;
}

/* Records of one target: those of one address belong together. */
static void
match_addresses(struct diff *diff, struct run_entry *from, size_t from_count,
    struct run_entry *to, size_t to_count)
{
	size_t i = 0, k = 0;

	while (i < from_count && k < to_count) {
		if (from[i].address < to[k].address) {
			i++;
		} else if (from[i].address > to[k].address) {
			k++;
		} else {
			from[i].matched = to[k].matched = 1;
			match(diff, &from[i++], &to[k++]);
		}
	}
}

/* A server that moved is still the same target: the rest go in order. */
static void
match_rest(struct diff *diff, struct run_entry *from, size_t from_count,
    struct run_entry *to, size_t to_count)
{
	size_t k = 0;

	for (size_t i = 0; i < from_count; i++) {
		if (from[i].matched)
			continue;
		while (k < to_count && to[k].matched)
			k++;
		if (k < to_count)
			match(diff, &from[i], &to[k++]);
		else
			push(diff,
			    &(struct change){ .kind = CHANGE_GONE,
				.group = GROUP_GONE,
				.from = from[i].record,
				.to = CHANGE_NO_RECORD,
				.class_id = (enum class_id)from[i].class_id });
	}
	for (; k < to_count; k++)
		if (!to[k].matched)
			match_new(diff, &to[k]);
}

void
diff_match(struct diff *diff, struct run_index *older, struct run_index *newer)
{
	size_t i = 0, k = 0;

	while (i < older->count || k < newer->count) {
		struct run_entry *from = &older->entries[i];
		struct run_entry *to = &newer->entries[k];
		size_t from_count = group_size(older, i);
		size_t to_count = group_size(newer, k);

		if (from_count > 0 && to_count > 0 && from->key < to->key)
			to_count = 0;
		else if (from_count > 0 && to_count > 0 && to->key < from->key)
			from_count = 0;
		match_addresses(diff, from, from_count, to, to_count);
		match_rest(diff, from, from_count, to, to_count);
		i += from_count;
		k += to_count;
	}
}

/* Targets that are gone are listed in the order of the older run. */
static int
by_group(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	uint32_t at_a, at_b;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	at_a = a->to == CHANGE_NO_RECORD ? a->from : a->to;
	at_b = b->to == CHANGE_NO_RECORD ? b->from : b->to;
	return at_a < at_b ? -1 : at_a > at_b;
}

void
diff_begin(struct diff *diff, struct archive *older, struct archive *newer,
    const struct diff_settings *settings)
{
	*diff = (struct diff){
		.older = older,
		.newer = newer,
		.settings = settings,
	};
}

void
diff_end(struct diff *diff)
{
	if (diff->count > 1)
		qsort(diff->changes, diff->count, sizeof(*diff->changes),
		    by_group);
}

void
diff_init(struct diff *diff, struct archive *older, struct run_index *from,
    struct archive *newer, struct run_index *to,
    const struct diff_settings *settings)
{
	diff_begin(diff, older, newer, settings);
	diff_match(diff, from, to);
	diff_end(diff);
}

const struct change *
diff_group(const struct diff *diff, enum change_group group, size_t *count)
{
	size_t first = 0;

	while (first < diff->count && diff->changes[first].group != group)
		first++;
	*count = 0;
	while (first + *count < diff->count &&
	       diff->changes[first + *count].group == group)
		(*count)++;
	return *count == 0 ? NULL : &diff->changes[first];
}

void
diff_clear(struct diff *diff)
{
	free(diff->changes);
	*diff = (struct diff){ .count = 0 };
}

bool
diff_read(const struct diff *diff, const struct change *change,
    struct arena *arena, struct change_sides *sides)
{
	sides->has_from = change->from != CHANGE_NO_RECORD;
	sides->has_to = change->to != CHANGE_NO_RECORD;
	sides->host = sides->has_to ? &sides->to : &sides->from;
	return (!sides->has_from || archive_read(diff->older, change->from,
					arena, &sides->from, NULL)) &&
	       (!sides->has_to || archive_read(diff->newer, change->to, arena,
				      &sides->to, NULL));
}

bool
diff_past(const struct diff *diff, const struct change *change,
    const struct change_sides *sides, struct history_facts *facts)
{
	const struct diff_settings *settings = diff->settings;
	const struct history_facts *known;

	if (!sides->has_to)
		return false;
	if (settings->history == NULL)
		return history_file_past(&settings->newer, &sides->to, facts);
	known = history_of(settings->history, change->to);
	if (known != NULL)
		*facts = *known;
	return known != NULL;
}
