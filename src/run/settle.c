/*
 * Two passes over the pending lines: the first collects the sites for which
 * senders are looked up, the second judges.  Lines are found by offset, so that
 * memory holds sixteen octets a pending host and one line.
 */
#include "run/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "run/sources.h"
#include "model/site.h"

struct pending_place {
	uint64_t ordinal, offset;
};

struct waiting_list {
	struct pending_place *list;
	size_t count, capacity;
};

static int
by_ordinal(const void *a, const void *b)
{
	const struct pending_place *left = a, *right = b;

	return left->ordinal < right->ordinal ? -1
					      : left->ordinal > right->ordinal;
}

static int
list_waiting(
    const struct settle *settle, FILE *pending, struct waiting_list *waiting)
{
	struct line_reader *reader =
	    line_reader_open_stream(pending, RECORD_LINE_MOST);
	struct arena *arena = arena_new();
	struct observation seen;
	struct bytes line;
	const char *reason;
	int more;

	while ((more = line_reader_next(reader, &line)) == 1) {
		arena_reset(arena);
		if (!pending_read(arena, line, &seen, &reason)) {
			log_warning("a pending line is damaged and left out: "
				    "%s",
			    reason);
			continue;
		}
		fleet_certificates_expect(
		    settle->fleet, site_of_host(arena, seen.host));
		/* Any certificate received may name the URL of one that was
		   not. */
		for (size_t i = 0;
		     settle->aia != NULL && i < seen.received_count; i++) {
			struct certificate *certificate =
			    certificate_new(seen.chain[i]);

			if (!certificate_looks_self_signed(certificate))
				aia_want(settle->aia, certificate);
			certificate_free(certificate);
		}
		waiting->list = memory_grow(waiting->list, waiting->count,
		    &waiting->capacity, sizeof(*waiting->list));
		waiting->list[waiting->count++] =
		    (struct pending_place){ seen.ordinal,
			    line_reader_offset(reader) };
	}
	line_reader_close(reader);
	arena_free(arena);
	if (waiting->count > 1)
		qsort(waiting->list, waiting->count, sizeof(*waiting->list),
		    by_ordinal);
	return more;
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

	for (size_t i = 0; i < waiting->count && result == 0; i++) {
		off_t offset = (off_t)waiting->list[i].offset;
		struct line_reader *reader;
		struct observation seen;
		struct bytes line;
		const char *reason;

		result = fseeko(pending, offset, SEEK_SET);
		if (result != 0)
			break;
		arena_reset(arena);
		reader = line_reader_open_stream(pending, RECORD_LINE_MOST);
		if (line_reader_next(reader, &line) == 1 &&
		    pending_read(arena, line, &seen, &reason))
			result = settle->deliver(
			    settle->context, judge_observation(judge, &seen,
						 sources_list(sources)));
		else
			result = -1;
		line_reader_close(reader);
	}
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
