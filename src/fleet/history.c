/*
 * Reads the runs of a directory from old to new, and keeps a few facts for each
 * host that is broken in the newest.  Compares nothing else.
 */
#include "fleet/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "rundir/run_index.h"
#include "rundir/run_list.h"

/* What one run says of a host; of several records of it the worst counts. */
enum saw { SAW_NOTHING, SAW_GOOD, SAW_BROKEN };

struct past {
	struct run_entry entry;
	struct history_facts facts;
	enum saw saw;
};

struct history {
	struct past *hosts; /* by key, then address */
	size_t count;
	struct past **by_record;
};

bool
status_is_passing(enum status status)
{
	return status == STATUS_CONNECTION_TIMEOUT ||
	       status == STATUS_IO_TIMEOUT ||
	       status == STATUS_CONNECTION_RESET ||
	       status == STATUS_PROXY_ERROR;
}

/*
 * The host with this key, by binary search.  The only record of a name is meant
 * whatever its address was then; one of several by its address.
 */
static struct past *
find_host(const struct history *history, const struct run_entry *entry)
{
	size_t first = 0, end = history->count, count = 0;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (history->hosts[middle].entry.key < entry->key)
			first = middle + 1;
		else
			end = middle;
	}
	while (first + count < history->count &&
	       history->hosts[first + count].entry.key == entry->key)
		count++;
	for (size_t i = first; i < first + count; i++)
		if ((count == 1 && !history->hosts[i].entry.grouped) ||
		    history->hosts[i].entry.address == entry->address)
			return &history->hosts[i];
	return NULL;
}

static void
remember(struct past *host, int64_t started)
{
	struct history_facts *facts = &host->facts;

	if (host->saw == SAW_NOTHING)
		return;
	facts->runs++;
	if (host->saw == SAW_GOOD) {
		facts->flaps += facts->since != 0;
		facts->since = 0;
		facts->last_good = started;
	} else {
		if (facts->first_broken == 0)
			facts->first_broken = started;
		if (facts->since == 0)
			facts->since = started;
	}
	host->saw = SAW_NOTHING;
}

static void
read_run(struct history *history, const struct old_run *run,
    const struct hash_key *key)
{
	char *error = NULL;
	struct archive *archive = archive_open(run->path, &error);
	struct arena *arena = arena_new();
	struct text scratch = { .size = 0 };

	for (size_t i = 0; archive != NULL && i < archive_count(archive); i++) {
		struct run_entry entry;
		struct result result;
		struct past *host;
		enum saw saw;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &result, NULL) ||
		    status_is_passing(result.seen.status) ||
		    result_lacks_fetch(&result))
			continue;
		entry = run_entry_of(&result, i, key, &scratch);
		host = find_host(history, &entry);
		saw = result_is_good(&result) ? SAW_GOOD : SAW_BROKEN;
		if (host != NULL && saw > host->saw)
			host->saw = saw;
	}
	for (size_t i = 0; i < history->count; i++)
		remember(&history->hosts[i], run->started);
	text_free(&scratch);
	arena_free(arena);
	archive_close(archive);
	free(error);
}

static int
by_record(const void *left, const void *right)
{
	const struct past *a = *(struct past *const *)left;
	const struct past *b = *(struct past *const *)right;

	return a->entry.record < b->entry.record
		   ? -1
		   : a->entry.record > b->entry.record;
}

/* The index is sorted, and so are the broken ones picked out of it. */
static struct history *
history_new(const struct run_index *index)
{
	struct history *history = memory_new(sizeof(*history));
	size_t broken = 0;

	for (size_t i = 0; i < index->count; i++)
		broken += !index->entries[i].good;
	history->hosts = memory_array(broken + 1, sizeof(*history->hosts));
	history->by_record =
	    memory_array(broken + 1, sizeof(*history->by_record));
	for (size_t i = 0; i < index->count; i++)
		if (!index->entries[i].good)
			history->hosts[history->count++].entry =
			    index->entries[i];
	for (size_t i = 0; i < history->count; i++)
		history->by_record[i] = &history->hosts[i];
	qsort(history->by_record, history->count, sizeof(struct past *),
	    by_record);
	return history;
}

struct history *
history_read(const char *directory, struct archive *newest,
    const struct run_index *index, const struct hash_key *key, char **error)
{
	struct run_list list = { .count = 0 };
	int64_t started = run_started(newest);
	struct history *history;

	if (run_list_read(&list, directory, started) < 0) {
		if (asprintf(error, "%s: %s", directory, strerror(errno)) < 0)
			*error = NULL;
		return NULL;
	}
	history = history_new(index);
	for (size_t i = 0; i < list.count; i++)
		read_run(history, &list.runs[i], key);
	for (size_t i = 0; i < history->count; i++) {
		history->hosts[i].saw = SAW_BROKEN;
		remember(&history->hosts[i], started);
	}
	run_list_clear(&list);
	return history;
}

void
history_free(struct history *history)
{
	if (history == NULL)
		return;
	free(history->hosts);
	free(history->by_record);
	free(history);
}

const struct history_facts *
history_of(const struct history *history, size_t record)
{
	size_t low = 0, high = history->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (history->by_record[middle]->entry.record < record)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == history->count ||
	    history->by_record[low]->entry.record != record)
		return NULL;
	return &history->by_record[low]->facts;
}
