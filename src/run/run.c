/*
 * Wires a scan.  The feeder thread reads targets, the workers probe and judge,
 * this thread takes delivery and shows how far it is.
 */
#include "run/run.h"

#include <errno.h>
#include <string.h>

#include "audit/clients.h"
#include "audit/scts.h"
#include "base/clock.h"
#include "base/fnv.h"
#include "base/log.h"
#include "run/intake.h"
#include "run/progress.h"
#include "model/policy.h"
#include "model/site.h"
#include "scan/crew.h"
#include "scan/signal_watch.h"
#include "system/face_cache.h"

struct run {
	const struct run_settings *settings;
	struct run_outcome *outcome;
	struct intake *intake;
	struct progress progress;
	struct arena *scratch; /* the feeder's */
	uint64_t list_hash;    /* the feeder's, like these two */
	uint64_t own; /* targets of this machine's part; the feeder's */
	bool bad_input;
	bool input_ended;
};

/* A line that names no host gets a record whatever the policy says. */
static bool
is_ignored(struct run *run, const struct target *target)
{
	const struct policy *policy = run->settings->audit.policy;
	struct host_subject subject = {
		.host = target->host,
		.tags = target->tags,
		.tag_count = target->tag_count,
		.port = target->port,
	};

	if (policy == NULL || target->fault != NULL)
		return false;
	subject.site = site_of_host(run->scratch, target->host);
	if (!policy_ignores(policy, &subject))
		return false;
	run->outcome->totals.ignored++;
	return true;
}

static int
next_target(void *context, struct target **target)
{
	struct run *run = context;
	const struct run_settings *settings = run->settings;
	int more;

	while ((more = target_list_next(settings->targets, target)) > 0) {
		const char *input = (*target)->input;

		run->list_hash =
		    fnv_add(run->list_hash, bytes_of(input, strlen(input) + 1));
		arena_reset(run->scratch);
		if (shard_holds(&settings->shard, run->scratch, *target)) {
			run->own++;
			/* Not done before the run was interrupted. */
			if ((settings->resumed == NULL ||
				resume_targets_is_open(
				    settings->resumed, *target)) &&
			    !is_ignored(run, *target))
				break;
		}
		target_free(*target);
	}
	run->bad_input = run->bad_input || more < 0;
	run->input_ended = more == 0;
	return more;
}

static bool
has_record(void *context, const struct target *target, const char *ip)
{
	const struct run *run = context;

	return run->settings->resumed != NULL &&
	       resume_targets_has_part(run->settings->resumed, target, ip);
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
		.broken = intake_unsettled(run->intake),
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
	return intake_flush(run->intake);
}

static struct signal_watch *
watch_signals(const struct run_settings *settings)
{
	return signal_watch_new(settings->interrupted, settings->context);
}

static bool
wants_scts(const void *context, const struct bytes chain[], size_t count)
{
	return scts_may_matter(context, chain, count);
}

static void
probe_all(struct run *run)
{
	struct crew_work work = {
		.context = run,
		.next_target = next_target,
		.has_record = has_record,
		.tick = tick,
		.settings = &run->settings->audit,
		.judge_new = judge_new,
		.judge = judge_observation,
		.judge_free = judge_free,
		.intake = run->intake,
		.deliver = intake_deliver,
		.discard = message_free,
	};
	struct scan_options options = run->settings->scan;
	struct face_cache *faces = NULL;
	struct face_memory memory;
	const struct sct_interest interest = { &run->settings->audit,
		wants_scts };
	uint64_t offers[CLIENTS_MOST_OFFERS];
	const char *error = NULL;
	int end;

	options.offers = offers;
	if (run->settings->audit.clients != NULL)
		options.offer_count =
		    clients_offers(run->settings->audit.clients, offers);
	if (options.faces == FACES_AUTO && run->settings->face_cache != NULL) {
		faces = face_cache_new(run->settings->face_cache, clock_now());
		memory = (struct face_memory){ faces, face_cache_has,
			face_cache_note };
		options.face_memory = &memory;
	}
	if (scts_can_be_judged(&run->settings->audit))
		options.sct_interest = &interest;
	crew_fit(&options);
	run->outcome->totals.threads = options.threads;
	progress_begin(&run->progress, run->settings->color);
	end = crew_run(&options, &work, &error);
	progress_end(&run->progress);
	if (faces != NULL && face_cache_save(faces) < 0)
		log_warning("%s cannot be written: %s",
		    run->settings->face_cache, strerror(errno));
	face_cache_free(faces);
	if (end == CREW_INTERRUPTED) {
		run->outcome->end = RUN_INTERRUPTED;
		run->outcome->error = "interrupted";
	} else if (run->bad_input) {
		run->outcome->end = RUN_BAD_INPUT;
		run->outcome->error = target_list_error(run->settings->targets);
	} else if (end == CREW_STOPPED) {
		run->outcome->end = RUN_UNWRITABLE;
		intake_flush(run->intake); /* says again what failed */
		run->outcome->error = strerror(errno);
	} else if (end != CREW_FINISHED) {
		run->outcome->end = RUN_IMPOSSIBLE;
		run->outcome->error = error;
	}
}

void
run_scan(const struct run_settings *settings, struct run_outcome *outcome)
{
	struct run run = {
		.settings = settings,
		.outcome = outcome,
		.list_hash = FNV_START,
	};
	uint64_t began = clock_monotonic_ns();
	struct signal_watch *watch;
	struct fetch_options fetch = { .budget = NULL };
	struct aia *aia = NULL;

	memset(outcome, 0, sizeof(*outcome));
	watch = watch_signals(settings);
	run.intake = intake_open(settings, outcome);
	signal_watch_free(watch);
	if (run.intake == NULL) {
		outcome->end = RUN_UNWRITABLE;
		outcome->error = strerror(errno);
		return;
	}
	run.scratch = arena_new();
	probe_all(&run);
	arena_free(run.scratch);
	outcome->totals.list_hash = run.input_ended ? run.list_hash : 0;
	outcome->totals.listed = target_list_count(settings->targets);
	if (outcome->end == RUN_FINISHED) {
		if (settings->fetch != NULL) {
			fetch = *settings->fetch;
			fetch.budget =
			    fetch_budget_new(settings->fetch_timeout_ms,
				FETCH_MOST_URLS_A_SERVER);
			aia = aia_new(&fetch);
		}
		if (settings->evidence != NULL)
			evidence_limit(
			    settings->evidence, settings->fetch_timeout_ms);
		watch = watch_signals(settings);
		intake_settle(run.intake, aia);
		signal_watch_free(watch);
		aia_free(aia);
		fetch_budget_free(fetch.budget);
	}
	intake_close(run.intake);
	outcome->totals.targets = run.own - outcome->totals.ignored;
	outcome->seconds = (double)(clock_monotonic_ns() - began) / 1e9;
}
