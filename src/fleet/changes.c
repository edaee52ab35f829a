/*
 * Compares with an earlier run and puts a bounded part of it in words.  What
 * a difference means is decided in diff.c.
 */
#include "fleet/changes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "rundir/run_index.h"

enum {
	NAMED_MOST = 50,
	PART_RECORDS = 1 << 16 /* of a run, in memory at a time */
};

/* The entries of a run, in a temporary file; a part of them is read back. */
struct entries {
	FILE *file;
	size_t count;
};

struct since {
	struct arena *arena;
	struct archive *older;
	struct hash_key key;
	struct text scratch;
	struct entries from, to;
	struct diff_settings settings;
	struct diff diff;
	struct report_change_group groups[GROUPS];
	struct report_since facts;
	bool has_common;
};

static void
entries_add(struct since *since, struct entries *entries, size_t record,
    const struct result *result)
{
	struct run_entry entry =
	    run_entry_of(result, record, &since->key, &since->scratch);

	/* Failing shows on the stream, in since_settle. */
	fwrite(&entry, sizeof(entry), 1, entries->file);
	entries->count++;
}

/* The entries of one part, by their key. */
static struct run_index *
entries_read(const struct entries *entries, size_t part, size_t parts)
{
	struct run_index *index = run_index_empty();
	struct run_entry entry;

	/* Unlike rewind, this does not forget an error. */
	fseeko(entries->file, 0, SEEK_SET);
	while (fread(&entry, sizeof(entry), 1, entries->file) == 1)
		if (entry.key % parts == part)
			run_index_put(index, &entry);
	run_index_settle(index);
	return index;
}

static void
read_older(struct since *since)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < archive_count(since->older); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read(since->older, i, arena, &result, NULL))
			entries_add(since, &since->from, i, &result);
	}
	arena_free(arena);
}

struct since *
since_open(const char *run, char **error)
{
	struct since *since = memory_new(sizeof(*since));

	since->arena = arena_new();
	since->key = hash_key_random();
	since->from.file = tmpfile();
	since->to.file = tmpfile();
	if (since->from.file == NULL || since->to.file == NULL)
		*error = memory_string("no temporary file can be made");
	else
		since->older = archive_open(run, error);
	if (since->older == NULL) {
		since_free(since);
		return NULL;
	}
	read_older(since);
	return since;
}

void
since_free(struct since *since)
{
	if (since == NULL)
		return;
	diff_clear(&since->diff);
	if (since->from.file != NULL)
		fclose(since->from.file);
	if (since->to.file != NULL)
		fclose(since->to.file);
	archive_close(since->older);
	text_free(&since->scratch);
	arena_free(since->arena);
	free(since);
}

void
since_add(struct since *since, size_t record, const struct result *result)
{
	entries_add(since, &since->to, record, result);
}

/* Changes come by group: the first few of each are told. */
static void
name_changes(struct since *since, struct report_change_group *group,
    const struct change *first, size_t count)
{
	struct report_change *named =
	    arena_array(since->arena, NAMED_MOST, sizeof(*named));

	group->named = named;
	group->is_bad = count > 0 && change_is_bad(first);
	for (size_t i = 0; i < count && i < NAMED_MOST; i++)
		if (diff_change_text(&since->diff, &first[i], since->arena,
			&named[group->named_count].host,
			&named[group->named_count].words))
			group->named_count++;
}

static void
tell_groups(struct since *since)
{
	const struct diff *diff = &since->diff;
	size_t at = 0;

	for (unsigned i = 0; i < GROUPS; i++) {
		struct report_change_group *group =
		    &since->groups[since->facts.group_count];
		size_t end = at;

		while (end < diff->count && diff->changes[end].group == i)
			end++;
		if (diff->groups[i] > 0) {
			since->facts.group_count++;
			group->word = change_group_word((enum change_group)i);
			group->hosts = diff->groups[i];
			name_changes(
			    since, group, &diff->changes[at], end - at);
		}
		at = end;
	}
}

/* The directory's own name, whatever stands before it. */
static const char *
run_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static void
compare(struct since *since)
{
	size_t most = since->from.count > since->to.count ? since->from.count
							  : since->to.count;
	size_t parts = most / PART_RECORDS + 1;

	for (size_t i = 0; i < parts; i++) {
		struct run_index *from = entries_read(&since->from, i, parts);
		struct run_index *to = entries_read(&since->to, i, parts);

		diff_match(&since->diff, from, to);
		run_index_free(from);
		run_index_free(to);
	}
}

static bool
has_failed(const struct entries *entries)
{
	return fflush(entries->file) != 0 || ferror(entries->file) != 0;
}

int
since_settle(struct since *since, struct archive *newer)
{
	const struct diff *diff = &since->diff;

	diff_begin(&since->diff, since->older, newer, &since->settings);
	compare(since);
	diff_end(&since->diff);
	if (has_failed(&since->from) || has_failed(&since->to)) {
		errno = EIO;
		return -1;
	}
	since->has_common =
	    diff->groups[GROUP_NEW] + diff->groups[GROUP_NEW_BROKEN] <
	    since->to.count;
	since->facts.run = run_name(archive_directory(since->older));
	since->facts.summary = diff_summary_text(diff, since->arena);
	since->facts.groups = since->groups;
	tell_groups(since);
	return 0;
}

const struct report_since *
since_facts(const struct since *since)
{
	return since->has_common ? &since->facts : NULL;
}

const struct diff *
since_diff(const struct since *since)
{
	return &since->diff;
}
