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
#include "audit/served.h"
#include "run/sources.h"
#include "model/record_line.h"
#include "model/site.h"
#include "scan/parallel.h"

struct pending_place {
	uint64_t ordinal, offset;
	struct record_part part;
};

struct waiting_list {
	struct pending_place *list;
	size_t count, capacity;
	struct served *served; /* by hosts of several targets */
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
		if (host_names_repeat(settle->settings->repeated, seen.host))
			served_add(waiting->served, &seen);
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

/* The targets that wait, and where the first record of each is listed. */
struct settling {
	const struct settle *settle;
	const struct waiting_list *waiting;
	const size_t *firsts; /* and the end */
	int fd;		      /* of the pending lines */
	const struct audit_sources *sources;
};

/* What one thread judges with. */
struct settler {
	const struct settling *settling;
	struct judge *judge;
	struct arena *target; /* what is compared of one */
	struct arena *arena;  /* of one observation */
	struct observation seen;
};

/* What became of one target; on the heap. */
struct settled {
	bool is_unreadable;
	size_t count;
	struct message *messages[];
};

static void *
begin(void *context)
{
	const struct settling *settling = context;
	struct settler *settler = memory_new(sizeof(*settler));

	settler->settling = settling;
	settler->judge = judge_new(settling->settle->settings);
	settler->target = arena_new();
	settler->arena = arena_new();
	return settler;
}

static void
end(void *state)
{
	struct settler *settler = state;

	judge_free(settler->judge);
	arena_free(settler->target);
	arena_free(settler->arena);
	free(settler);
}

static bool
read_place(struct settler *settler, const struct pending_place *place)
{
	struct bytes line;
	const char *reason;

	arena_reset(settler->arena);
	return file_line_at(settler->settling->fd, place->offset,
		   settler->arena, &line) &&
	       pending_read(settler->arena, line, &settler->seen, &reason);
}

/*
 * The addresses of one name are judged to be compared, and again to say what
 * came of it.
 */
static void *
judge_target(void *state, size_t at)
{
	struct settler *settler = state;
	const struct settling *settling = settler->settling;
	const struct pending_place *places =
	    &settling->waiting->list[settling->firsts[at]];
	size_t count = settling->firsts[at + 1] - settling->firsts[at];
	struct settled *settled =
	    memory_new(sizeof(*settled) + count * sizeof(*settled->messages));
	struct backends *backends = NULL;
	struct served *served = NULL; /* by these addresses */

	arena_reset(settler->target);
	if (count > 1) {
		backends = backends_new(settler->target);
		served = served_new();
	}
	for (size_t i = 0; backends != NULL && i < count; i++) {
		struct result one;

		settled->is_unreadable = !read_place(settler, &places[i]);
		if (settled->is_unreadable)
			break;
		served_add(served, &settler->seen);
		judge_result(
		    settler->judge, &settler->seen, settling->sources, &one);
		backends_add(backends, &one);
	}
	for (size_t i = 0; !settled->is_unreadable && i < count; i++) {
		settled->is_unreadable = !read_place(settler, &places[i]);
		if (settled->is_unreadable)
			break;
		settler->seen.is_compared = true;
		settler->seen.newer =
		    served_newer(settling->waiting->served, &settler->seen);
		if (backends != NULL) {
			settler->seen.differs = backends_compare(backends, i);
			if (settler->seen.newer.at == NULL)
				settler->seen.newer =
				    served_newer(served, &settler->seen);
		}
		settled->messages[settled->count++] = judge_observation(
		    settler->judge, &settler->seen, settling->sources);
	}
	served_free(served);
	return settled;
}

static int
deliver(void *context, void *item)
{
	const struct settling *settling = context;
	const struct settle *settle = settling->settle;
	struct settled *settled = item;
	int result = 0;

	for (size_t i = 0; i < settled->count; i++)
		if (result == 0)
			result = settle->deliver(
			    settle->context, settled->messages[i]);
		else
			message_free(settled->messages[i]);
	if (result == 0 && settled->is_unreadable)
		result = -1;
	free(settled);
	return result;
}

static void
discard(void *item)
{
	struct settled *settled = item;

	for (size_t i = 0; i < settled->count; i++)
		message_free(settled->messages[i]);
	free(settled);
}

static int
judge_all(const struct settle *settle, FILE *pending,
    const struct waiting_list *waiting)
{
	struct sources *sources =
	    sources_new(settle->fleet, settle->known, settle->aia);
	size_t *firsts = memory_array(waiting->count + 1, sizeof(*firsts));
	struct settling settling = {
		.settle = settle,
		.waiting = waiting,
		.firsts = firsts,
		.fd = fileno(pending),
		.sources = sources_list(sources),
	};
	struct parallel parallel = {
		.threads = parallel_threads(settle->threads),
		.context = &settling,
		.begin = begin,
		.end = end,
		.work = judge_target,
		.deliver = deliver,
		.discard = discard,
	};
	int result;

	for (size_t i = 0; i < waiting->count; i++)
		if (i == 0 ||
		    !is_same_name(&waiting->list[i], &waiting->list[i - 1]))
			firsts[parallel.count++] = i;
	firsts[parallel.count] = waiting->count;
	result = parallel_run(&parallel);
	free(firsts);
	sources_free(sources);
	return result;
}

int
settle_pending(const struct settle *settle, FILE *pending)
{
	struct waiting_list waiting = { .served = served_new() };
	int result = list_waiting(settle, pending, &waiting);

	if (result == 0)
		result = fleet_certificates_settle(settle->fleet);
	if (result == 0 && settle->aia != NULL)
		result = aia_fetch(settle->aia);
	if (result == 0)
		result = judge_all(settle, pending, &waiting);
	served_free(waiting.served);
	free(waiting.list);
	return result;
}
