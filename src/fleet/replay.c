/* Feeds saved observations to judge and intake, record after record. */
#include "fleet/replay.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "fleet/aia_file.h"
#include "fleet/intake.h"
#include "model/policy.h"
#include "model/site.h"

struct replay {
	struct archive *archive;
	struct judge *judge;
	struct intake *intake;
	struct aia *aia;
	struct arena *arena;
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

static void
replay_record(struct replay *replay, size_t at)
{
	struct result result;

	arena_reset(replay->arena);
	if (!archive_read(
		replay->archive, at, replay->arena, &result, NULL) ||
	    !archive_fill_chain(
		replay->archive, replay->arena, &result.seen)) {
		log_warning("%s: record %zu lacks its certificates and is "
			    "left out",
		    archive_directory(replay->archive), at + 1);
		replay->outcome->left_out++;
		return;
	}
	if (replay_ignores(replay->policy, replay->arena, &result.seen)) {
		replay->outcome->ignored++;
		return;
	}
	replay->failed |= intake_deliver(replay->intake,
	    judge_observation(replay->judge, &result.seen, NULL));
}

static void
replay_all(struct replay *replay, struct archive *const archives[],
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		replay->archive = archives[i];
		aia_file_read(archives[i], replay->aia);
		for (size_t at = 0; at < archive_count(archives[i]) &&
		     replay->failed == 0;
		     at++)
			replay_record(replay, at);
	}
}

void
run_replay(const struct run_settings *settings,
    struct archive *const archives[], size_t count,
    struct run_outcome *outcome)
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
	replay.judge = judge_new(&settings->audit);
	replay.aia = aia_new(NULL);
	replay.arena = arena_new();
	replay_all(&replay, archives, count);
	if (replay.failed == 0)
		intake_settle(replay.intake, replay.aia);
	else
		outcome->end = RUN_UNWRITABLE;
	if (outcome->end != RUN_FINISHED)
		outcome->error = strerror(errno);
	intake_close(replay.intake);
	arena_free(replay.arena);
	aia_free(replay.aia);
	judge_free(replay.judge);
	outcome->seconds = (double)(clock_monotonic_ns() - began) / 1e9;
}
