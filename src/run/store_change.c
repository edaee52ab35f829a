/* Judges each host of a saved run twice.  Prints nothing. */
#include "run/store_change.h"

#include "audit/judge.h"
#include "base/map.h"
#include "run/aia_file.h"
#include "run/replay.h"
#include "run/sources.h"

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

/*
 * A store changes only how a path ends: what counts is whether the host is
 * as good as before, not which word it now has.
 */
static void
compare_all(const struct store_change *change, struct archive *archive,
    const struct saved_sources *found)
{
	const struct aia *aia = change->uses_aia ? found->aia : NULL;
	struct judge *before = judge_new(&change->before->audit);
	struct judge *after = judge_new(&change->after->audit);
	struct sources *before_sources =
	    sources_new(found->fleet, change->before->known, aia);
	struct sources *after_sources =
	    sources_new(found->fleet, change->after->known, aia);
	struct arena *arena = arena_new();

	for (size_t i = 0; i < archive_count(archive); i++) {
		struct result saved, old, new;
		bool was_good, is_good;

		arena_reset(arena);
		if (!archive_read(archive, i, arena, &saved, NULL) ||
		    !archive_fill_chain(archive, arena, &saved.seen) ||
		    replay_ignores(change->after->policy, arena, &saved.seen))
			continue;
		judge_result(
		    before, &saved.seen, sources_list(before_sources), &old);
		judge_result(
		    after, &saved.seen, sources_list(after_sources), &new);
		was_good = old.verdict.severity < SEVERITY_ERROR;
		is_good = new.verdict.severity < SEVERITY_ERROR;
		if (was_good != is_good)
			change->changed(change->context, was_good, &old, &new);
	}
	arena_free(arena);
	sources_free(before_sources);
	sources_free(after_sources);
	judge_free(before);
	judge_free(after);
}

int
store_change_find(const struct store_change *change, struct archive *archive)
{
	struct saved_sources found = {
		.fleet = fleet_certificates_new(),
		.aia = aia_new(NULL),
		.sent = seen_new(),
	};
	struct arena *arena = arena_new();
	struct result saved;
	int result;

	for (size_t i = 0; i < archive_count(archive); i++) {
		arena_reset(arena);
		if (!archive_read(archive, i, arena, &saved, NULL))
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
		compare_all(change, archive, &found);
	fleet_certificates_free(found.fleet);
	aia_free(found.aia);
	seen_free(found.sent);
	return result;
}
