/*
 * Wires a scan.  The feeder thread reads targets, the workers probe and judge,
 * this thread writes and counts; what is pending is settled at the end.
 */
#include "fleet/run.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "fleet/journal.h"
#include "fleet/judge.h"
#include "fleet/learned.h"
#include "fleet/progress.h"
#include "fleet/senders.h"
#include "fleet/settle.h"

struct run {
	const struct run_settings *settings;
	struct run_outcome *outcome;
	struct journal *journal;
	struct senders *senders;
	struct learned *learned;	/* NULL: nothing is learned */
	struct progress progress;
	bool bad_input;
};

static int
next_target(void *context, struct target **target)
{
	struct run *run = context;
	int more = target_list_next(run->settings->targets, target);

	run->bad_input = run->bad_input || more < 0;
	return more;
}

static void *
worker_new(void *context, unsigned index)
{
	struct run *run = context;

	(void)index;
	return judge_new(&run->settings->audit);
}

static void *
observed(void *worker, const struct observation *seen)
{
	return judge_observation(worker, seen, NULL);
}

static void
worker_free(void *worker)
{
	judge_free(worker);
}

static void
write_certificates(struct run *run, const struct message *message)
{
	for (size_t i = 0; i < message->certificate_count; i++) {
		const struct message_certificate *entry =
		    &message->certificates[i];
		struct bytes der;

		journal_certificate(run->journal, &entry->sha256,
		    bytes_of(message->certificate_lines.data + entry->line,
			entry->line_size));
		der = bytes_of(
		    message->authorities.data + entry->der, entry->der_size);
		if (entry->authority)
			senders_learn(run->senders, &entry->sha256, der);
		if (entry->useful && run->learned != NULL)
			learned_add(run->learned, &entry->sha256, der);
	}
}

static void
count_record(struct run *run, const struct message *message)
{
	run->outcome->records++;
	run->outcome->counts[message->class_id][message->severity]++;
}

static struct bytes
line_of(const struct message *message)
{
	return bytes_of(message->line.data, message->line.size);
}

/* First deliveries: records, and observations that wait. */
static int
deliver(void *context, void *opaque)
{
	struct run *run = context;
	struct message *message = opaque;
	int result;

	write_certificates(run, message);
	result = senders_note(run->senders, message->host, message->site,
	    message->sent, message->sent_count);
	if (message->pending) {
		journal_pending(run->journal, line_of(message));
	} else {
		journal_record(run->journal, line_of(message));
		count_record(run, message);
	}
	message_free(message);
	return result;
}

/*
 * Second deliveries, from settling: what their hosts sent was noted before,
 * what was found for them was not.
 */
static int
deliver_settled(void *context, struct message *message)
{
	struct run *run = context;

	write_certificates(run, message);
	journal_record(run->journal, line_of(message));
	count_record(run, message);
	message_free(message);
	return 0;
}

static void
discard(void *context, void *message)
{
	(void)context;
	message_free(message);
}

static uint64_t
count_class(const struct run_outcome *outcome, enum class_id class_id)
{
	uint64_t count = 0;

	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		count += outcome->counts[class_id][i];
	return count;
}

static void
show_progress(struct run *run, const struct crew_progress *crew)
{
	const struct run_outcome *outcome = run->outcome;
	struct progress_facts facts = {
		.done = crew->finished,
		.total = crew->input_ended ? crew->started + crew->waiting : 0,
		.broken = journal_pending_count(run->journal),
		.unreached = count_class(outcome, CLASS_UNREACHABLE) +
		    count_class(outcome, CLASS_NO_TLS),
	};

	for (size_t i = 0; i < CLASS_COUNT; i++)
		facts.broken += outcome->counts[i][SEVERITY_ERROR];
	facts.broken -= facts.unreached;
	progress_show(&run->progress, &facts);
}

static int
tick(void *context, const struct crew_progress *crew)
{
	struct run *run = context;

	if (run->settings->show_progress)
		show_progress(run, crew);
	return journal_flush(run->journal);
}

static void
settle(struct run *run)
{
	struct settle settle = {
		.settings = &run->settings->audit,
		.senders = run->senders,
		.known = run->settings->known,
		.aia = run->settings->fetch == NULL
		    ? NULL
		    : aia_new(run->settings->fetch),
		.deliver = deliver_settled,
		.context = run,
	};
	FILE *pending = journal_pending_stream(run->journal);

	if (pending == NULL || settle_pending(&settle, pending) != 0) {
		run->outcome->end = RUN_UNWRITABLE;
		run->outcome->error = strerror(errno);
	}
	aia_free(settle.aia);
}

static void
probe_all(struct run *run)
{
	struct crew_work work = {
		.context = run,
		.next_target = next_target,
		.worker_new = worker_new,
		.observed = observed,
		.worker_free = worker_free,
		.deliver = deliver,
		.tick = tick,
		.discard = discard,
	};
	const char *error = NULL;
	int end;

	progress_begin(&run->progress, run->settings->color);
	end = crew_run(&run->settings->scan, &work, &error);
	progress_end(&run->progress);
	if (end == CREW_INTERRUPTED) {
		run->outcome->end = RUN_INTERRUPTED;
		run->outcome->error = "interrupted";
	} else if (run->bad_input) {
		run->outcome->end = RUN_BAD_INPUT;
		run->outcome->error =
		    target_list_error(run->settings->targets);
	} else if (end == CREW_STOPPED) {
		run->outcome->end = RUN_UNWRITABLE;
		run->outcome->error = strerror(errno);
	} else if (end != CREW_FINISHED) {
		run->outcome->end = RUN_IMPOSSIBLE;
		run->outcome->error = error;
	}
}

void
run_scan(const struct run_settings *settings, struct run_outcome *outcome)
{
	struct run run = { .settings = settings, .outcome = outcome };
	uint64_t began = clock_monotonic_ns();
	bool settled;

	memset(outcome, 0, sizeof(*outcome));
	run.journal = journal_open(settings->directory, settings->stream);
	if (run.journal == NULL) {
		outcome->end = RUN_UNWRITABLE;
		outcome->error = strerror(errno);
		return;
	}
	run.senders = senders_new();
	if (settings->learned != NULL)
		run.learned = learned_new(settings->learned);
	probe_all(&run);
	if (outcome->end == RUN_FINISHED)
		settle(&run);
	settled = outcome->end == RUN_FINISHED;
	if (!settled)
		outcome->pending = journal_pending_count(run.journal);
	if (journal_close(run.journal, settled) < 0 &&
	    outcome->end == RUN_FINISHED) {
		outcome->end = RUN_UNWRITABLE;
		outcome->error = strerror(errno);
	}
	if (run.learned != NULL && settled && learned_save(run.learned) < 0)
		log_warning("%s: %s", settings->learned, strerror(errno));
	learned_free(run.learned);
	senders_free(run.senders);
	outcome->seconds = (double)(clock_monotonic_ns() - began) / 1e9;
}
