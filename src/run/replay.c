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
#include "base/memory.h"
#include "base/text.h"
#include "run/aia_file.h"
#include "run/intake.h"
#include "model/policy.h"
#include "model/site.h"
#include "scan/parallel.h"

struct replay {
	const struct audit_settings *settings;
	struct archive *archive; /* at hand */
	struct intake *intake;
	struct aia *aia;
	struct seen *names;   /* ordinals of those with several records */
	struct seen *settled; /* records of an unfinished run; or NULL */
	struct run_outcome *outcome;
	unsigned threads;
};

/* What one thread judges with. */
struct replayer {
	const struct replay *replay;
	struct judge *judge;
	struct arena *arena; /* of one observation */
};

/* What became of one observation; on the heap. */
struct replayed {
	struct message *message; /* NULL: left out, or ignored */
	bool is_ignored;
	bool is_part; /* of a target that may have several */
	size_t at;    /* in the archive */
	uint64_t ordinal;
	char *key; /* of the record, where it may wait too */
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
static char *
record_key(const struct observation *seen)
{
	bool is_part = seen->name_group != NULL && seen->ip != NULL;
	struct text key = { .size = 0 };

	text_printf(&key, "%" PRIu64 " %s %s", seen->ordinal,
	    seen->mx_domain != NULL ? seen->host : "", is_part ? seen->ip : "");
	return key.data;
}

static void *
begin(void *context)
{
	const struct replay *replay = context;
	struct replayer *replayer = memory_new(sizeof(*replayer));

	replayer->replay = replay;
	replayer->judge = judge_new(replay->settings);
	replayer->arena = arena_new();
	return replayer;
}

static void
end(void *state)
{
	struct replayer *replayer = state;

	judge_free(replayer->judge);
	arena_free(replayer->arena);
	free(replayer);
}

static void
discard(void *item)
{
	struct replayed *replayed = item;

	message_free(replayed->message);
	free(replayed->key);
	free(replayed);
}

static struct replayed *
judge_seen(struct replayer *replayer, struct observation *seen)
{
	const struct replay *replay = replayer->replay;
	struct replayed *replayed = memory_new(sizeof(*replayed));

	replayed->ordinal = seen->ordinal;
	replayed->is_part = seen->name_group != NULL || seen->mx_domain != NULL;
	if (replay->settled != NULL)
		replayed->key = record_key(seen);
	replayed->is_ignored =
	    replay_ignores(replay->settings->policy, replayer->arena, seen);
	if (!replayed->is_ignored)
		replayed->message =
		    judge_observation(replayer->judge, seen, NULL);
	return replayed;
}

static void *
work(void *state, size_t at)
{
	struct replayer *replayer = state;
	struct archive *archive = replayer->replay->archive;
	struct replayed *replayed;
	struct result result;

	arena_reset(replayer->arena);
	if (archive_read_parts(archive, at, replayer->arena, 0, &result) &&
	    archive_fill_chain(archive, replayer->arena, &result.seen))
		return judge_seen(replayer, &result.seen);
	replayed = memory_new(sizeof(*replayed));
	replayed->at = at;
	return replayed;
}

static int
deliver(void *context, void *item)
{
	struct replay *replay = context;
	struct replayed *replayed = item;
	struct run_totals *totals = &replay->outcome->totals;
	struct bytes ordinal =
	    bytes_of(&replayed->ordinal, sizeof(replayed->ordinal));
	bool is_left_out = replayed->message == NULL && !replayed->is_ignored;
	bool is_first = !is_left_out && (!replayed->is_part ||
					    seen_add(replay->names, ordinal));
	int result = 0;

	if (replayed->key != NULL)
		seen_add(replay->settled, bytes_from_string(replayed->key));
	if (is_left_out)
		log_warning("%s: record %zu lacks its host or certificates "
			    "and is left out",
		    archive_directory(replay->archive), replayed->at + 1);
	replay->outcome->left_out += is_left_out;
	totals->ignored += is_first && replayed->is_ignored;
	totals->targets += is_first && !replayed->is_ignored;
	if (replayed->message != NULL)
		result = intake_deliver(replay->intake, replayed->message);
	replayed->message = NULL;
	discard(replayed);
	return result;
}

/* A pending observation has its own chain. */
static int
replay_pending(struct replay *replay, struct line_reader *pending)
{
	struct replayer *replayer = begin(replay);
	struct observation seen;
	struct bytes line;
	const char *reason;
	int result = 0;

	while (result == 0 && line_reader_next(pending, &line) == 1) {
		bool is_new = false;
		char *key;

		arena_reset(replayer->arena);
		if (pending_read(replayer->arena, line, &seen, &reason) &&
		    seen.host != NULL) {
			key = record_key(&seen);
			is_new =
			    seen_add(replay->settled, bytes_from_string(key));
			free(key);
		}
		if (!is_new)
			continue;
		archive_fill_other_chains(
		    replay->archive, replayer->arena, &seen);
		result = deliver(replay, judge_seen(replayer, &seen));
	}
	end(replayer);
	return result;
}

static int
replay_run(struct replay *replay, struct archive *archive)
{
	char *path = file_join(archive_directory(archive), "pending.ndjson");
	struct line_reader *pending = line_reader_open(path, RECORD_LINE_MOST);
	const struct parallel parallel = {
		.count = archive_count(archive),
		.threads = replay->threads,
		.context = replay,
		.begin = begin,
		.end = end,
		.work = work,
		.deliver = deliver,
		.discard = discard,
	};
	int result;

	replay->archive = archive;
	/* An unfinished run was about to settle what waits there, and some of
	   it may have its record. */
	replay->settled = pending == NULL ? NULL : seen_new();
	aia_file_read(archive, replay->aia);
	result = parallel_run(&parallel);
	if (pending != NULL && result == 0)
		result = replay_pending(replay, pending);
	line_reader_close(pending);
	seen_free(replay->settled);
	free(path);
	return result;
}

void
run_replay(const struct run_settings *settings,
    struct archive *const archives[], size_t count, struct run_outcome *outcome)
{
	struct replay replay = {
		.settings = &settings->audit,
		.outcome = outcome,
		.threads = parallel_threads(settings->scan.threads),
	};
	int result = 0;
	uint64_t began = clock_monotonic_ns();

	memset(outcome, 0, sizeof(*outcome));
	replay.intake = intake_open(settings, outcome);
	if (replay.intake == NULL) {
		outcome->end = RUN_UNWRITABLE;
		outcome->error = strerror(errno);
		return;
	}
	outcome->totals.threads = replay.threads;
	replay.aia = aia_new(NULL);
	replay.names = seen_new();
	for (size_t i = 0; i < count && result == 0; i++)
		result = replay_run(&replay, archives[i]);
	if (result == 0)
		intake_settle(replay.intake, replay.aia);
	else
		outcome->end = RUN_UNWRITABLE;
	if (outcome->end != RUN_FINISHED)
		outcome->error = strerror(errno);
	intake_close(replay.intake);
	outcome->totals.ignored += settings->ignored_before;
	outcome->totals.listed =
	    outcome->totals.targets + outcome->totals.ignored;
	seen_free(replay.names);
	aia_free(replay.aia);
	outcome->seconds = (double)(clock_monotonic_ns() - began) / 1e9;
}
