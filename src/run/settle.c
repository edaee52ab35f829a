/*
 * Two passes over the pending lines: the first collects the sites for which
 * senders are looked up, the second judges, the addresses of one name together.
 * Lines are found by offset, so that memory holds 24 octets a pending host and
 * one line.
 */
#include "run/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "audit/backends.h"
#include "run/sources.h"
#include "model/record_line.h"
#include "model/site.h"

struct pending_place {
	uint64_t ordinal, offset;
	struct record_part part;
};

struct waiting_list {
	struct pending_place *list;
	size_t count, capacity;
};

static int
by_ordinal(const void *a, const void *b)
{
	const struct pending_place *left = a, *right = b;

	if (left->ordinal != right->ordinal)
		return left->ordinal < right->ordinal ? -1 : 1;
	return record_part_compare(&left->part, &right->part);
}

/* A domain may have several MX hosts. */
static bool
is_same_name(const struct pending_place *a, const struct pending_place *b)
{
	return a->ordinal == b->ordinal && a->part.host == b->part.host;
}

static void
want_issuers(
    const struct settle *settle, const struct bytes *chain, size_t count)
{
	for (size_t i = 0, urls = 0; urls < AIA_MOST_URLS_A_HOST && i < count;
	     i++) {
		struct certificate *certificate = certificate_new(chain[i]);
		bool is_root = certificate_looks_self_signed(certificate);

		if (!is_root && settle->aia != NULL)
			urls += aia_want(settle->aia, certificate);
		if (!is_root && settle->evidence != NULL)
			evidence_want(settle->evidence, certificate);
		certificate_free(certificate);
	}
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
		if (!seen.is_settled) {
			want_issuers(settle, seen.chain, seen.received_count);
			for (size_t i = 0; i < seen.face_count; i++)
				want_issuers(settle, seen.faces[i].chain,
				    seen.faces[i].received_count);
		}
		waiting->list = memory_grow(waiting->list, waiting->count,
		    &waiting->capacity, sizeof(*waiting->list));
		waiting->list[waiting->count++] =
		    (struct pending_place){ seen.ordinal,
			    line_reader_offset(reader),
			    record_line_part(line) };
	}
	line_reader_close(reader);
	arena_free(arena);
	if (waiting->count > 1)
		qsort(waiting->list, waiting->count, sizeof(*waiting->list),
		    by_ordinal);
	return more;
}

/* What judging takes, and the observation at hand. */
struct judging_pass {
	const struct settle *settle;
	FILE *pending;
	struct judge *judge;
	const struct audit_sources *sources;
	struct arena *arena; /* of one observation */
	struct observation seen;
};

static bool
read_place(struct judging_pass *pass, const struct pending_place *place)
{
	struct line_reader *reader;
	struct bytes line;
	const char *reason;
	bool is_read;

	if (fseeko(pass->pending, (off_t)place->offset, SEEK_SET) != 0)
		return false;
	arena_reset(pass->arena);
	reader = line_reader_open_stream(pass->pending, RECORD_LINE_MOST);
	is_read = line_reader_next(reader, &line) == 1 &&
		  pending_read(pass->arena, line, &pass->seen, &reason);
	line_reader_close(reader);
	return is_read;
}

/*
 * The addresses of one name are judged to be compared, and again to say what
 * came of it.
 */
static int
judge_target(struct judging_pass *pass, const struct pending_place places[],
    size_t count, struct arena *arena)
{
	const struct settle *settle = pass->settle;
	struct backends *backends = count > 1 ? backends_new(arena) : NULL;
	int result = 0;

	for (size_t i = 0; backends != NULL && i < count; i++) {
		struct result one;

		if (!read_place(pass, &places[i]))
			return -1;
		judge_result(pass->judge, &pass->seen, pass->sources, &one);
		backends_add(backends, &one);
	}
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!read_place(pass, &places[i]))
			return -1;
		pass->seen.is_compared = true;
		if (backends != NULL)
			pass->seen.differs = backends_compare(backends, i);
		result = settle->deliver(settle->context,
		    judge_observation(pass->judge, &pass->seen, pass->sources));
	}
	return result;
}

static int
judge_all(const struct settle *settle, FILE *pending,
    const struct waiting_list *waiting)
{
	struct sources *sources =
	    sources_new(settle->fleet, settle->known, settle->aia);
	struct judging_pass pass = {
		.settle = settle,
		.pending = pending,
		.judge = judge_new(settle->settings),
		.sources = sources_list(sources),
		.arena = arena_new(),
	};
	struct arena *arena = arena_new();
	int result = 0;

	for (size_t i = 0, count; i < waiting->count && result == 0;
	     i += count) {
		count = 1;
		while (
		    i + count < waiting->count &&
		    is_same_name(&waiting->list[i + count], &waiting->list[i]))
			count++;
		arena_reset(arena);
		result = judge_target(&pass, &waiting->list[i], count, arena);
	}
	arena_free(arena);
	arena_free(pass.arena);
	judge_free(pass.judge);
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
