/*
 * The records on the threads of scan/parallel.c.  Parsing one takes longer than
 * what the reports do with it.
 */
#include "run/record_feed.h"

#include <stdlib.h>

#include "base/memory.h"
#include "scan/parallel.h"

/* The reports are written by one thread: more readers would wait for it. */
enum { READERS_MOST = 4 };

struct feed {
	struct archive *archive;
	void (*tell)(void *context, size_t at, const struct result *);
	void *context;
};

/* On the heap, with its arena. */
struct read_record {
	struct arena *arena;
	size_t at;
	bool is_read;
	struct result result;
};

static void *
begin(void *context)
{
	return context;
}

static void
end(void *state)
{
	(void)state;
}

static void *
work(void *state, size_t at)
{
	const struct feed *feed = state;
	struct read_record *record = memory_new(sizeof(*record));

	record->arena = arena_new();
	record->at = at;
	record->is_read = archive_read(
	    feed->archive, at, record->arena, &record->result, NULL);
	return record;
}

static int
deliver(void *context, void *item)
{
	const struct feed *feed = context;
	struct read_record *record = item;

	if (record->is_read)
		feed->tell(feed->context, record->at, &record->result);
	arena_free(record->arena);
	free(record);
	return 0;
}

void
record_feed(struct archive *archive, unsigned threads,
    void (*tell)(void *context, size_t at, const struct result *),
    void *context)
{
	struct feed feed = { archive, tell, context };
	unsigned readers = parallel_threads(threads);
	/* Nothing stops it half way, so there is nothing to discard. */
	const struct parallel parallel = {
		.count = archive_count(archive),
		.threads = readers < READERS_MOST ? readers : READERS_MOST,
		.context = &feed,
		.begin = begin,
		.end = end,
		.work = work,
		.deliver = deliver,
	};

	parallel_run(&parallel);
}
