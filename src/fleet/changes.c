/*
 * Compares a run with an earlier one in parts of bounded size.  What a
 * difference means is decided in diff.c.
 */
#include "fleet/changes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "rundir/run_index.h"

enum { PART_RECORDS = 1 << 16 }; /* of a run, in memory at a time */

/* The entries of a run, in a temporary file; a part of them is read back. */
struct entries {
	FILE *file;
	size_t count;
};

struct changes {
	struct archive *older;
	struct hash_key key;
	struct text scratch;
	struct entries from, to;
	struct diff_settings settings;
	struct diff diff;
};

static void
entries_add(struct changes *changes, struct entries *entries, size_t record,
    const struct result *result)
{
	struct run_entry entry =
	    run_entry_of(result, record, &changes->key, &changes->scratch);

	/* A failure shows on the stream, in changes_settle. */
	fwrite(&entry, sizeof(entry), 1, entries->file);
	entries->count++;
}

/* The entries of one part, by their key. */
static struct run_index *
entries_read(const struct entries *entries, size_t part, size_t parts)
{
	struct run_index *index = run_index_empty();
	struct run_entry entry;

	/* Unlike rewind(3), this keeps the error indicator. */
	fseeko(entries->file, 0, SEEK_SET);
	while (fread(&entry, sizeof(entry), 1, entries->file) == 1)
		if (entry.key % parts == part)
			run_index_put(index, &entry);
	run_index_settle(index);
	return index;
}

struct changes *
changes_open(const char *run, char **error)
{
	struct changes *changes = memory_new(sizeof(*changes));
	struct arena *arena;

	changes->key = hash_key_random();
	changes->from.file = tmpfile();
	changes->to.file = tmpfile();
	if (changes->from.file == NULL || changes->to.file == NULL)
		*error = memory_string("no temporary file can be made");
	else
		changes->older = archive_open(run, error);
	if (changes->older == NULL) {
		changes_free(changes);
		return NULL;
	}
	arena = arena_new();
	for (size_t i = 0; i < archive_count(changes->older); i++) {
		struct result result;

		arena_reset(arena);
		if (archive_read(changes->older, i, arena, &result, NULL))
			entries_add(changes, &changes->from, i, &result);
	}
	arena_free(arena);
	return changes;
}

void
changes_free(struct changes *changes)
{
	if (changes == NULL)
		return;
	diff_clear(&changes->diff);
	if (changes->from.file != NULL)
		fclose(changes->from.file);
	if (changes->to.file != NULL)
		fclose(changes->to.file);
	archive_close(changes->older);
	text_free(&changes->scratch);
	free(changes);
}

void
changes_add(struct changes *changes, size_t record, const struct result *result)
{
	entries_add(changes, &changes->to, record, result);
}

void
changes_use_history(struct changes *changes, const struct history_at *newer)
{
	changes->settings.newer = *newer;
}

static bool
has_failed(const struct entries *entries)
{
	return fflush(entries->file) != 0 || ferror(entries->file) != 0;
}

int
changes_settle(struct changes *changes, struct archive *newer)
{
	size_t most = changes->from.count > changes->to.count
			  ? changes->from.count
			  : changes->to.count;
	size_t parts = most / PART_RECORDS + 1;

	diff_begin(&changes->diff, changes->older, newer, &changes->settings);
	for (size_t i = 0; i < parts; i++) {
		struct run_index *from = entries_read(&changes->from, i, parts);
		struct run_index *to = entries_read(&changes->to, i, parts);

		diff_match(&changes->diff, from, to);
		run_index_free(from);
		run_index_free(to);
	}
	diff_end(&changes->diff);
	if (has_failed(&changes->from) || has_failed(&changes->to)) {
		errno = EIO;
		return -1;
	}
	return 0;
}

const struct diff *
changes_diff(const struct changes *changes)
{
	const struct diff *diff = &changes->diff;

	size_t new = diff->groups[GROUP_NEW] + diff->groups[GROUP_NEW_BROKEN];

	return changes->to.count > 0 && new <= changes->to.count / 2 ? diff
								     : NULL;
}
