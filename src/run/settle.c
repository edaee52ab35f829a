/*
 * Two passes over the pending lines: the first learns which sites will ask
 * where a certificate is sent, the second judges.  Lines are found by offset,
 * so that memory holds sixteen octets a pending host and one line.
 */
#include "run/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "run/sources.h"
#include "model/site.h"

struct waiting {
	uint64_t ordinal, offset;
};

struct waiting_list {
	struct waiting *list;
	size_t count, capacity;
};

static int
by_ordinal(const void *a, const void *b)
{
	const struct waiting *left = a, *right = b;

	return left->ordinal < right->ordinal ? -1
					      : left->ordinal > right->ordinal;
}

/* Whatever was received may name the place of what was not. */
static void
want_issuers(struct aia *aia, const struct observation *seen)
{
	for (size_t i = 0; i < seen->received_count; i++) {
		struct certificate *certificate =
		    certificate_new(seen->chain[i]);

		if (!certificate_looks_self_signed(certificate))
			aia_want(aia, certificate);
		certificate_free(certificate);
	}
}

static void
note_waiting(const struct settle *settle, struct arena *arena,
    struct bytes line, uint64_t offset, struct waiting_list *waiting)
{
	struct observation seen;
	const char *reason;

	arena_reset(arena);
	if (!pending_read(arena, line, &seen, &reason)) {
		log_warning(
		    "a pending line is damaged and left out: %s", reason);
		return;
	}
	fleet_certificates_expect(
	    settle->fleet, site_of_host(arena, seen.host));
	if (settle->aia != NULL)
		want_issuers(settle->aia, &seen);
	waiting->list = memory_grow(waiting->list, waiting->count,
	    &waiting->capacity, sizeof(*waiting->list));
	waiting->list[waiting->count++] =
	    (struct waiting){ seen.ordinal, offset };
}

static int
list_waiting(
    const struct settle *settle, FILE *pending, struct waiting_list *waiting)
{
	struct line_reader *reader =
	    line_reader_open_stream(pending, RECORD_LINE_MOST);
	struct arena *arena = arena_new();
	struct bytes line;
	int more;

	while ((more = line_reader_next(reader, &line)) == 1)
		note_waiting(
		    settle, arena, line, line_reader_offset(reader), waiting);
	line_reader_close(reader);
	arena_free(arena);
	if (waiting->count > 1)
		qsort(waiting->list, waiting->count, sizeof(*waiting->list),
		    by_ordinal);
	return more;
}

static int
judge_waiting(const struct settle *settle, struct judge *judge, FILE *pending,
    uint64_t offset, const struct audit_sources *sources, struct arena *arena)
{
	struct line_reader *reader;
	struct observation seen;
	struct bytes line;
	const char *reason;
	int result = -1;

	if (fseeko(pending, (off_t)offset, SEEK_SET) != 0)
		return -1;
	arena_reset(arena);
	reader = line_reader_open_stream(pending, RECORD_LINE_MOST);
	if (line_reader_next(reader, &line) == 1 &&
	    pending_read(arena, line, &seen, &reason))
		result = settle->deliver(
		    settle->context, judge_observation(judge, &seen, sources));
	line_reader_close(reader);
	return result;
}

static int
judge_all(const struct settle *settle, FILE *pending,
    const struct waiting_list *waiting)
{
	struct sources *sources =
	    sources_new(settle->fleet, settle->known, settle->aia);
	struct judge *judge = judge_new(settle->settings);
	struct arena *arena = arena_new();
	int result = 0;

	for (size_t i = 0; i < waiting->count && result == 0; i++)
		result = judge_waiting(settle, judge, pending,
		    waiting->list[i].offset, sources_list(sources), arena);
	arena_free(arena);
	judge_free(judge);
	sources_free(sources);
	return result;
}

int
settle_pending(const struct settle *settle, FILE *pending)
{
	struct waiting_list waiting = { .count = 0 };
	int result = list_waiting(settle, pending, &waiting);

	if (result == 0)
		result = fleet_certificates_settle(settle->fleet);
	if (result == 0 && settle->aia != NULL)
		result = aia_fetch(settle->aia);
	if (result == 0)
		result = judge_all(settle, pending, &waiting);
	free(waiting.list);
	return result;
}
