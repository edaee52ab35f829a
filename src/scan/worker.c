/*
 * Fills free slots, and is woken by a finished probe, by its bell, or by a
 * timer where something other than work was missing.  Goes home when the
 * dispatch says it is over and its last slot is idle.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fatal.h"
#include "base/memory.h"
#include "scan/worker.h"

enum {
	CROWDED_MS = 20,
	SHORTAGE_MS = 100,
	RECOVERY_MS = 1000,
	FEWEST_QUESTIONS = 64,
	MOST_QUESTIONS = 1024
};

struct worker {
	const struct worker_plan *plan;
	uv_loop_t loop;
	uv_thread_t thread;
	struct bell bell;
	uv_timer_t nudge; /* look again, though nothing happened */
	struct wire_buffers *buffers;
	struct resolver *resolver;
	struct probe_shared shared;
	struct probe *slots;
	unsigned slot_count;
	unsigned slot_limit;  /* lowered when descriptors or ports run short */
	uint64_t shortage_ms; /* when they last did */
	unsigned busy;
	struct probe *free_slots;
	struct job_queue ready; /* admitted to their address */
	struct judge *judge;
	struct job *held; /* taken, but the rate says not yet */
	bool filling;
	bool short_of_room;
	bool over; /* start nothing any more */
	bool started, gone;
};

static void fill(struct worker *);

static struct worker *
worker_of(const struct probe_shared *shared)
{
	return (
	    struct worker *)((char *)shared - offsetof(struct worker, shared));
}

static void
on_nudge(uv_timer_t *timer)
{
	fill(timer->data);
}

static void
look_again(struct worker *worker, unsigned in_ms)
{
	if (!uv_is_active((uv_handle_t *)&worker->nudge))
		uv_timer_start(&worker->nudge, on_nudge, in_ms, 0);
}

/* Worth trying again: it may have been us, and no chain is lost by it. */
static bool
deserves_retry(const struct worker *worker, const struct probe *probe,
    const struct job *job, const struct observation *seen)
{
	return probe->failed && probe->failure.may_pass &&
	       seen->received_count == 0 &&
	       job->attempts <= worker->plan->options->retries;
}

static struct message *
judge(struct worker *worker, const struct observation *seen)
{
	const struct crew_work *work = worker->plan->work;

	return work->judge(worker->judge, seen, work->sources);
}

static void
on_done(struct probe *probe, struct job *job, const struct observation *seen)
{
	struct worker *worker = worker_of(probe->shared);
	const struct worker_plan *plan = worker->plan;

	if (deserves_retry(worker, probe, job, seen)) {
		dispatch_again(plan->dispatch, job);
		return;
	}
	dispatch_finish(plan->dispatch, job, judge(worker, seen));
}

/* Fewer at a time from now on, and this one again when there is room. */
static void
on_no_descriptor(struct probe *probe, struct job *job)
{
	struct worker *worker = worker_of(probe->shared);

	worker->slot_limit = worker->busy > 2 ? worker->busy - 1 : 1;
	worker->shortage_ms = uv_now(&worker->loop);
	dispatch_return(worker->plan->dispatch, job);
	worker->short_of_room = true;
	look_again(worker, SHORTAGE_MS);
}

/* Ports come back, and so do others' descriptors: one more with each probe. */
static void
recover(struct worker *worker)
{
	if (worker->slot_limit < worker->slot_count &&
	    uv_now(&worker->loop) - worker->shortage_ms >= RECOVERY_MS)
		worker->slot_limit++;
}

static void
on_idle(struct probe *probe)
{
	struct worker *worker = worker_of(probe->shared);

	probe->next_free = worker->free_slots;
	worker->free_slots = probe;
	worker->busy--;
	recover(worker);
	fill(worker);
}

static void
start(struct worker *worker, struct job *job)
{
	struct probe *probe = worker->free_slots;

	worker->free_slots = probe->next_free;
	worker->busy++;
	probe_start(probe, job);
}

static void
refuse_input(struct worker *worker, struct job *job)
{
	struct observation seen;

	probe_describe(job->target, &seen);
	seen.status = STATUS_INVALID_INPUT;
	seen.error = job->target->fault;
	seen.timestamp = probe_timestamp(&worker->shared);
	dispatch_finish(worker->plan->dispatch, job, judge(worker, &seen));
}

/* The next job, or NULL with the means to be woken arranged. */
static struct job *
next_job(struct worker *worker)
{
	struct job *job = job_queue_pop(&worker->ready);

	if (job != NULL)
		return job;
	switch (dispatch_next(worker->plan->dispatch, &worker->bell, &job)) {
	case DISPATCH_JOB:
		return job;
	case DISPATCH_LATER:
		look_again(worker, CROWDED_MS);
		return NULL;
	case DISPATCH_OVER:
		worker->over = true;
		return NULL;
	case DISPATCH_NOTHING:
		break;
	}
	return NULL;
}

/* Starts one more; false when there is nothing to start now. */
static bool
fill_one(struct worker *worker)
{
	struct job *job =
	    worker->held != NULL ? worker->held : next_job(worker);
	unsigned wait_ms;

	worker->held = NULL;
	if (job == NULL)
		return false;
	if (job->target->fault != NULL) {
		refuse_input(worker, job);
		return true;
	}
	wait_ms = pace_start(worker->plan->pace);
	if (wait_ms > 0) {
		worker->held = job;
		look_again(worker, wait_ms);
		return false;
	}
	start(worker, job);
	return true;
}

/*
 * From the loop itself, never from inside a probe's or the resolver's last
 * words: what they stand on is taken away here.
 */
static void
go_home(uv_timer_t *timer)
{
	struct worker *worker = timer->data;

	dispatch_remove_bell(worker->plan->dispatch, &worker->bell);
	uv_close((uv_handle_t *)&worker->bell.async, NULL);
	uv_close((uv_handle_t *)&worker->nudge, NULL);
	for (unsigned i = 0; i < worker->slot_count; i++)
		probe_close(&worker->slots[i]);
	resolver_close(worker->resolver);
}

static void
leave(struct worker *worker)
{
	worker->gone = true;
	uv_timer_start(&worker->nudge, go_home, 0, 0);
}

/* A probe may end before its start returns: then the loop here goes on. */
static void
fill(struct worker *worker)
{
	if (worker->filling || worker->gone)
		return;
	worker->filling = true;
	worker->short_of_room = false;
	while (!worker->over && !worker->short_of_room &&
	       worker->busy < worker->slot_limit && fill_one(worker))
		continue;
	worker->filling = false;
	if (worker->over && worker->busy == 0)
		leave(worker);
}

static void
drop_unstarted(struct worker *worker)
{
	job_free(worker->held);
	worker->held = NULL;
	job_queue_clear(&worker->ready);
}

static void
on_bell(uv_async_t *async)
{
	struct worker *worker = async->data;
	enum dispatch_mood mood = dispatch_mood(worker->plan->dispatch);

	if (mood != DISPATCH_RUNNING)
		worker->over = true;
	if (mood == DISPATCH_ABORTING)
		for (unsigned i = 0; i < worker->slot_count; i++)
			probe_abort(&worker->slots[i]);
	fill(worker);
}

static void
run(void *argument)
{
	struct worker *worker = argument;
	const struct crew_work *work = worker->plan->work;
	uv_timeval64_t now;

	worker->judge = work->judge_new(work->settings);
	uv_update_time(&worker->loop);
	uv_gettimeofday(&now);
	worker->shared.wall_offset_ms = now.tv_sec * 1000 + now.tv_usec / 1000 -
					(int64_t)uv_now(&worker->loop);
	fill(worker);
	uv_run(&worker->loop, UV_RUN_DEFAULT);
	work->judge_free(worker->judge);
}

/* A loop's share of the questions that may be out at a time. */
static unsigned
share_of_questions(unsigned slots)
{
	if (slots < FEWEST_QUESTIONS)
		return FEWEST_QUESTIONS;
	return slots < MOST_QUESTIONS ? slots : MOST_QUESTIONS;
}

static void
prepare_slots(struct worker *worker, unsigned slots)
{
	worker->slots = memory_array(slots, sizeof(*worker->slots));
	worker->slot_count = slots;
	worker->slot_limit = slots;
	for (unsigned i = slots; i-- > 0;) {
		probe_init(&worker->slots[i], &worker->shared);
		worker->slots[i].next_free = worker->free_slots;
		worker->free_slots = &worker->slots[i];
	}
}

struct worker *
worker_new(const struct worker_plan *plan, unsigned slots, const char **error)
{
	struct worker *worker = memory_new(sizeof(*worker));
	struct resolver_options options = {
		.servers = plan->options->resolvers,
		.server_count = plan->options->resolver_count,
		.hosts = plan->hosts,
		.most_questions = share_of_questions(slots),
		.timeout_ms = plan->options->timeout_ms,
	};
	int result = uv_loop_init(&worker->loop);

	if (result < 0) {
		*error = uv_strerror(result);
		free(worker);
		return NULL;
	}
	worker->resolver = resolver_new(&worker->loop, &options, error);
	if (worker->resolver == NULL) {
		uv_loop_close(&worker->loop);
		free(worker);
		return NULL;
	}
	worker->plan = plan;
	worker->buffers = memory_new(sizeof(*worker->buffers));
	worker->shared = (struct probe_shared){
		.loop = &worker->loop,
		.buffers = worker->buffers,
		.options = plan->options,
		.terms = plan->terms,
		.resolver = worker->resolver,
		.pace = plan->pace,
		.ready = &worker->ready,
		.done = on_done,
		.no_descriptor = on_no_descriptor,
		.idle = on_idle,
	};
	uv_async_init(&worker->loop, &worker->bell.async, on_bell);
	worker->bell.async.data = worker;
	uv_timer_init(&worker->loop, &worker->nudge);
	worker->nudge.data = worker;
	prepare_slots(worker, slots);
	return worker;
}

struct bell *
worker_bell(struct worker *worker)
{
	return &worker->bell;
}

int
worker_start(struct worker *worker)
{
	int result;

	/* Before the thread is there: from then on the worker is its own. */
	worker->started = true;
	result = uv_thread_create(&worker->thread, run, worker);
	if (result != 0)
		worker->started = false;
	return result;
}

void
worker_join(struct worker *worker)
{
	if (worker->started)
		uv_thread_join(&worker->thread);
}

void
worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	if (!worker->gone) {
		leave(worker);
		uv_run(&worker->loop, UV_RUN_DEFAULT);
	}
	if (uv_loop_close(&worker->loop) != 0)
		fatal_bug("a handle was left open on a worker's loop");
	drop_unstarted(worker);
	for (unsigned i = 0; i < worker->slot_count; i++)
		probe_clear(&worker->slots[i]);
	free(worker->slots);
	text_free(&worker->buffers->output);
	free(worker->buffers);
	resolver_free(worker->resolver);
	free(worker);
}
