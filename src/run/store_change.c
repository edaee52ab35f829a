/* Judges each host of a saved run twice.  Prints nothing. */
#include "run/store_change.h"

#include <stdlib.h>

#include "audit/judge.h"
#include "base/map.h"
#include "base/memory.h"
#include "run/aia_file.h"
#include "run/replay.h"
#include "run/sources.h"
#include "scan/parallel.h"

/* Where both sides look for what a host did not send: as the run did. */
struct saved_sources {
	struct fleet_certificates *fleet;
	struct aia *aia;
	struct seen *sent;
};

static void
learn_sent(void *context, struct bytes der)
{
	struct saved_sources *found = context;
	struct digest digest;

	certificate_digest(der, &digest);
	if (seen_has(found->sent, digest_bytes(&digest)))
		fleet_certificates_learn(found->fleet, &digest, der);
}

struct comparing {
	const struct store_change *change;
	struct archive *archive;
	const struct saved_sources *found;
};

/* What one thread judges with. */
struct comparer {
	const struct comparing *comparing;
	struct judge *before, *after;
	struct sources *before_sources, *after_sources;
	struct arena *arena;
};

/* A host that is as good as before is no item. */
struct changed_host {
	bool breaks;
	enum class_id class_id; /* after it */
	enum severity severity;
	struct text words;
};

static void *
begin(void *context)
{
	const struct comparing *comparing = context;
	const struct store_change *change = comparing->change;
	const struct fleet_certificates *fleet = comparing->found->fleet;
	const struct aia *aia = change->uses_aia ? comparing->found->aia : NULL;
	struct comparer *comparer = memory_new(sizeof(*comparer));

	comparer->comparing = comparing;
	comparer->before = judge_new(&change->before->audit);
	comparer->after = judge_new(&change->after->audit);
	comparer->before_sources =
	    sources_new(fleet, change->before->known, aia);
	comparer->after_sources = sources_new(fleet, change->after->known, aia);
	comparer->arena = arena_new();
	return comparer;
}

static void
end(void *state)
{
	struct comparer *comparer = state;

	arena_free(comparer->arena);
	sources_free(comparer->before_sources);
	sources_free(comparer->after_sources);
	judge_free(comparer->before);
	judge_free(comparer->after);
	free(comparer);
}

/*
 * A store changes only how a path ends: what counts is whether the host is
 * as good as before, not which word it now has.
 */
static void *
compare(void *state, size_t at)
{
	struct comparer *comparer = state;
	const struct store_change *change = comparer->comparing->change;
	struct archive *archive = comparer->comparing->archive;
	struct arena *arena = comparer->arena;
	struct result saved, old, new;
	struct changed_host *host;
	bool was_good, is_good;

	arena_reset(arena);
	if (!archive_read_parts(archive, at, arena, 0, &saved) ||
	    !archive_fill_chain(archive, arena, &saved.seen) ||
	    replay_ignores(change->after->policy, arena, &saved.seen))
		return NULL;
	judge_result(comparer->before, &saved.seen,
	    sources_list(comparer->before_sources), &old);
	judge_result(comparer->after, &saved.seen,
	    sources_list(comparer->after_sources), &new);
	was_good = old.verdict.severity < SEVERITY_ERROR;
	is_good = new.verdict.severity < SEVERITY_ERROR;
	if (was_good == is_good)
		return NULL;
	host = memory_new(sizeof(*host));
	host->breaks = was_good;
	host->class_id = new.verdict.class_id;
	host->severity = new.verdict.severity;
	change->describe(change->context, was_good, &old, &new, &host->words);
	return host;
}

static int
tell(void *context, void *item)
{
	const struct comparing *comparing = context;
	const struct store_change *change = comparing->change;
	struct changed_host *host = item;

	if (host == NULL)
		return 0;
	change->changed(change->context, host->breaks, host->class_id,
	    host->severity, &host->words);
	text_free(&host->words);
	free(host);
	return 0;
}

int
store_change_find(const struct store_change *change, struct archive *archive)
{
	struct saved_sources found = {
		.fleet = fleet_certificates_new(),
		.aia = aia_new(NULL),
		.sent = seen_new(),
	};
	struct comparing comparing = { change, archive, &found };
	/* Nothing stops it half way, so there is nothing to discard. */
	const struct parallel parallel = {
		.count = archive_count(archive),
		.threads = parallel_threads(change->threads),
		.context = &comparing,
		.begin = begin,
		.end = end,
		.work = compare,
		.deliver = tell,
	};
	struct arena *arena = arena_new();
	struct result saved;
	int result;

	for (size_t i = 0; i < archive_count(archive); i++) {
		arena_reset(arena);
		if (!archive_read_parts(archive, i, arena, 0, &saved))
			continue;
		for (size_t k = 0; k < saved.seen.received_count; k++)
			seen_add(
			    found.sent, digest_bytes(&saved.seen.received[k]));
	}
	arena_free(arena);
	archive_each_authority(archive, learn_sent, &found);
	aia_file_read(archive, found.aia);
	result = fleet_certificates_settle(found.fleet);
	if (result == 0)
		result = parallel_run(&parallel);
	fleet_certificates_free(found.fleet);
	aia_free(found.aia);
	seen_free(found.sent);
	return result;
}
