/* Feeds saved observations to judge and intake, record after record. */
#include "run/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "run/aia_file.h"
#include "run/intake.h"
#include "model/policy.h"
#include "model/site.h"

struct replay {
	struct judge *judge;
	struct intake *intake;
	struct aia *aia;
	struct arena *arena;
	struct seen *names; /* ordinals of those with several records */
	const struct policy *policy;
	struct run_outcome *outcome;
	int failed;
};

bool
replay_ignores(
    const struct policy *policy, struct arena *arena, struct observation *seen)
{
	struct host_subject subject;

	if (policy == NULL || seen->status == STATUS_INVALID_INPUT)
		return false;
	seen->site = site_of_host(arena, seen->host);
	subject = policy_subject(seen);
	return policy_ignores(policy, &subject);
}

/* Of one record among all of a run. */
static struct bytes
record_key(struct arena *arena, const struct observation *seen)
{
	bool is_part = seen->name_group != NULL && seen->ip != NULL;

	return bytes_from_string(arena_printf(arena, "%" PRIu64 " %s %s",
	    seen->ordinal, seen->mx_domain != NULL ? seen->host : "",
	    is_part ? seen->ip : ""));
}

static void
replay_seen(struct replay *replay, struct observation *seen)
{
	struct run_totals *totals = &replay->outcome->totals;
	struct bytes ordinal = bytes_of(&seen->ordinal, sizeof(seen->ordinal));
	bool is_first = (seen->name_group == NULL && seen->mx_domain == NULL) ||
			seen_add(replay->names, ordinal);

	if (replay_ignores(replay->policy, replay->arena, seen)) {
		totals->ignored += is_first;
		return;
	}
	totals->targets += is_first;
	replay->failed |= intake_deliver(
	    replay->intake, judge_observation(replay->judge, seen, NULL));
}

static void
replay_run(struct replay *replay, struct archive *archive)
{
	char *path = file_join(archive_directory(archive), "pending.ndjson");
	struct line_reader *pending = line_reader_open(path, RECORD_LINE_MOST);
	/* Records of an unfinished run, which may wait in its pending file
	   too: it was about to settle them. */
	struct seen *settled = pending == NULL ? NULL : seen_new();
	struct result result;
	struct observation seen;
	struct bytes line;
	const char *reason;

	aia_file_read(archive, replay->aia);
	for (size_t at = 0; at < archive_count(archive) && replay->failed == 0;
	     at++) {
		arena_reset(replay->arena);
		if (!archive_read_parts(
			archive, at, replay->arena, 0, &result) ||
		    !archive_fill_chain(archive, replay->arena, &result.seen)) {
			log_warning("%s: record %zu lacks its host or "
				    "certificates and is left out",
			    archive_directory(archive), at + 1);
			replay->outcome->left_out++;
			continue;
		}
		if (settled != NULL)
			seen_add(
			    settled, record_key(replay->arena, &result.seen));
		replay_seen(replay, &result.seen);
	}
	/* A pending observation has its own chain. */
	while (pending != NULL && replay->failed == 0 &&
	       line_reader_next(pending, &line) == 1) {
		arena_reset(replay->arena);
		if (!pending_read(replay->arena, line, &seen, &reason) ||
		    seen.host == NULL ||
		    !seen_add(settled, record_key(replay->arena, &seen)))
			continue;
		archive_fill_other_chains(archive, replay->arena, &seen);
		replay_seen(replay, &seen);
	}
	line_reader_close(pending);
	seen_free(settled);
	free(path);
}

void
run_replay(const struct run_settings *settings,
    struct archive *const archives[], size_t count, struct run_outcome *outcome)
{
	struct replay replay = { .policy = settings->audit.policy,
		.outcome = outcome };
	uint64_t began = clock_monotonic_ns();

	memset(outcome, 0, sizeof(*outcome));
	replay.intake = intake_open(settings, outcome);
	if (replay.intake == NULL) {
		outcome->end = RUN_UNWRITABLE;
		outcome->error = strerror(errno);
		return;
	}
	outcome->totals.threads = 1;
	replay.judge = judge_new(&settings->audit);
	replay.aia = aia_new(NULL);
	replay.arena = arena_new();
	replay.names = seen_new();
	for (size_t i = 0; i < count; i++)
		replay_run(&replay, archives[i]);
	if (replay.failed == 0)
		intake_settle(replay.intake, replay.aia);
	else
		outcome->end = RUN_UNWRITABLE;
	if (outcome->end != RUN_FINISHED)
		outcome->error = strerror(errno);
	intake_close(replay.intake);
	outcome->totals.ignored += settings->ignored_before;
	outcome->totals.listed =
	    outcome->totals.targets + outcome->totals.ignored;
	arena_free(replay.arena);
	seen_free(replay.names);
	aia_free(replay.aia);
	judge_free(replay.judge);
	outcome->seconds = (double)(clock_monotonic_ns() - began) / 1e9;
}
