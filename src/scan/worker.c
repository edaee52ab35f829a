/*
 * Fills free slots; does so again after a finished probe, when the dispatch
 * wakes it, and by a timer where something other than work was missing.  Ends
 * when the dispatch says it is over and its last slot is idle.
 */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fatal.h"
#include "base/memory.h"
#include "model/result.h"
#include "scan/probe_target.h"
#include "scan/shared_hosts.h"
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
	struct waiter waiter;
	uv_timer_t recheck; /* fill again, though nothing happened */
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
	bool short_of_descriptors; /* until the recheck */
	bool over;		   /* start nothing any more */
	bool started, ended;
};

static void fill(struct worker *);

static struct worker *
worker_of(const struct probe_shared *shared)
{
	return (
	    struct worker *)((char *)shared - offsetof(struct worker, shared));
}

static void
on_recheck(uv_timer_t *timer)
{
	struct worker *worker = timer->data;

	worker->short_of_descriptors = false;
	fill(worker);
}

static void
recheck_in(struct worker *worker, unsigned in_ms)
{
	if (!uv_is_active((uv_handle_t *)&worker->recheck))
		uv_timer_start(&worker->recheck, on_recheck, in_ms, 0);
}

static struct message *
judge(struct worker *worker, const struct observation *seen)
{
	const struct crew_work *work = worker->plan->work;

	return work->judge(worker->judge, seen, work->sources);
}

/* An earlier attempt with a chain is preferred to one that got none. */
static struct message *
judge_earlier(struct worker *worker, const struct job *job)
{
	struct arena *arena = arena_new();
	struct message *message = NULL;
	struct observation seen;
	const char *reason;

	if (pending_read(arena,
		bytes_of(job->seen_before.data, job->seen_before.size), &seen,
		&reason)) {
		seen.attempts = job->attempts;
		message = judge(worker, &seen);
	}
	arena_free(arena);
	return message;
}

/* What was seen of a host, told of another domain that has it too. */
static void
finish_shared(struct worker *worker, struct job *job, struct bytes line)
{
	const struct target *target = job->target;
	struct arena *arena = arena_new();
	struct message *message = NULL;
	struct observation seen;
	const char *reason;

	if (pending_read(arena, line, &seen, &reason)) {
		seen.ordinal = target->ordinal;
		seen.input = target->input;
		seen.tags = target->tags;
		seen.tag_count = target->tag_count;
		seen.addresses = target->addresses;
		seen.mx_domain = target->mx_domain;
		seen.mx_preference = target->mx_preference;
		seen.mx_hosts = target->mx_hosts;
		message = judge(worker, &seen);
	}
	arena_free(arena);
	dispatch_finish(worker->plan->dispatch, job, message);
}

/* The jobs that waited for what this one came to. */
static void
finish_waiting(struct worker *worker, const struct job *job,
    const struct observation *seen)
{
	struct text line = { .size = 0 };
	struct job_queue waiting = { .count = 0 };
	struct job *other;

	if (seen->received_count == 0 && job->seen_before.size > 0)
		text_append_bytes(&line,
		    bytes_of(job->seen_before.data, job->seen_before.size));
	else
		pending_write(&line, seen);
	shared_hosts_settle(worker->plan->shared, job,
	    bytes_of(line.data, line.size), &waiting);
	dispatch_park(worker->plan->dispatch, -(long)waiting.count);
	while ((other = job_queue_pop(&waiting)) != NULL)
		finish_shared(worker, other, bytes_of(line.data, line.size));
	text_free(&line);
}

static void
on_done(struct probe *probe, struct job *job, const struct observation *seen)
{
	struct worker *worker = worker_of(probe->shared);
	const struct worker_plan *plan = worker->plan;
	struct message *message = NULL;

	/* It may have been our load. */
	if (probe->failed && probe->failure.may_pass &&
	    job->attempts <= plan->options->retries) {
		if (seen->received_count > 0) {
			text_clear(&job->seen_before);
			pending_write(&job->seen_before, seen);
		}
		dispatch_again(plan->dispatch, job);
		return;
	}
	if (seen->received_count == 0 && job->seen_before.size > 0)
		message = judge_earlier(worker, job);
	if (message == NULL)
		message = judge(worker, seen);
	if (job->leads)
		finish_waiting(worker, job, seen);
	dispatch_finish(plan->dispatch, job, message);
}

/* Fewer at a time from now on, and this one again when there is room. */
static void
on_no_descriptor(struct probe *probe, struct job *job)
{
	struct worker *worker = worker_of(probe->shared);

	worker->slot_limit = worker->busy > 2 ? worker->busy - 1 : 1;
	worker->shortage_ms = uv_now(&worker->loop);
	dispatch_return(worker->plan->dispatch, job);
	worker->short_of_descriptors = true;
	recheck_in(worker, SHORTAGE_MS);
}

/* Those of a resumed run that have their record are left out. */
static void
on_expanded(struct probe *probe, struct job *job)
{
	struct worker *worker = worker_of(probe->shared);
	const struct crew_work *work = worker->plan->work;
	struct address_group *group = &job->group;
	struct mx_group *mx = &job->mx;
	char text[NET_ADDRESS_TEXT_SIZE];
	size_t kept = 0, hosts = 0;

	for (size_t i = 0; i < group->count; i++) {
		net_address_format(&group->at[i], text);
		if (work->has_record == NULL ||
		    !work->has_record(work->context, job->target, text))
			group->at[kept++] = group->at[i];
	}
	group->count = kept;
	for (size_t i = 0; i < mx->count; i++) {
		struct target host = target_of_mx_host(job->target, mx, i);

		if (work->has_record != NULL &&
		    work->has_record(work->context, &host, NULL))
			free(mx->at[i].name);
		else
			mx->at[hosts++] = mx->at[i];
	}
	mx->count = hosts;
	if (kept + hosts > 0)
		dispatch_expand(worker->plan->dispatch, job);
	else
		dispatch_finish(worker->plan->dispatch, job, NULL);
}

static void
on_idle(struct probe *probe)
{
	struct worker *worker = worker_of(probe->shared);

	probe->next_free = worker->free_slots;
	worker->free_slots = probe;
	worker->busy--;
	/* Ports are freed, and other programs close descriptors: one slot more
	   with each probe. */
	if (worker->slot_limit < worker->slot_count &&
	    uv_now(&worker->loop) - worker->shortage_ms >= RECOVERY_MS)
		worker->slot_limit++;
	fill(worker);
}

/* The next job, or NULL with the means to be woken arranged. */
static struct job *
next_job(struct worker *worker)
{
	struct job *job = job_queue_pop(&worker->ready);

	if (job != NULL)
		return job;
	switch (dispatch_next(worker->plan->dispatch, &worker->waiter, &job)) {
	case DISPATCH_JOB:
		return job;
	case DISPATCH_LATER:
		recheck_in(worker, CROWDED_MS);
		return NULL;
	case DISPATCH_OVER:
		worker->over = true;
		return NULL;
	case DISPATCH_EMPTY:
		break;
	}
	return NULL;
}

/* Is nothing to be probed, as the host is or was another job's? */
static bool
is_shared(struct worker *worker, struct job *job)
{
	const struct worker_plan *plan = worker->plan;
	const struct target *target = job->target;
	struct text line = { .size = 0 };
	enum shared_reply reply;

	if (plan->shared == NULL || target->mx_domain == NULL ||
	    (plan->options->all_addresses && target->name_group == NULL))
		return false;
	/* Before it waits: it may be finished as soon as it does. */
	dispatch_park(plan->dispatch, 1);
	reply = shared_hosts_enter(plan->shared, job, &line);
	if (reply != SHARED_WAIT)
		dispatch_park(plan->dispatch, -1);
	if (reply == SHARED_KNOWN)
		finish_shared(worker, job, bytes_of(line.data, line.size));
	text_free(&line);
	return reply != SHARED_SCAN;
}

/* Starts one more; false when there is nothing to start now. */
static bool
fill_one(struct worker *worker)
{
	struct job *job =
	    worker->held != NULL ? worker->held : next_job(worker);
	struct probe *probe = worker->free_slots;
	struct observation seen;
	unsigned wait_ms;

	worker->held = NULL;
	if (job == NULL)
		return false;
	if (job->target->fault != NULL) {
		probe_describe(job->target, &seen);
		seen.status = STATUS_INVALID_INPUT;
		seen.error = job->target->fault;
		seen.timestamp = probe_timestamp(&worker->shared);
		dispatch_finish(
		    worker->plan->dispatch, job, judge(worker, &seen));
		return true;
	}
	if (is_shared(worker, job))
		return true;
	wait_ms = pace_start(worker->plan->pace);
	if (wait_ms > 0) {
		worker->held = job;
		recheck_in(worker, wait_ms);
		return false;
	}
	worker->free_slots = probe->next_free;
	worker->busy++;
	probe_start(probe, job);
	return true;
}

/*
 * Called by the loop, never from inside a callback of a probe or of the
 * resolver: both are closed here.
 */
static void
close_handles(uv_timer_t *timer)
{
	struct worker *worker = timer->data;

	dispatch_remove_waiter(worker->plan->dispatch, &worker->waiter);
	uv_close((uv_handle_t *)&worker->waiter.async, NULL);
	uv_close((uv_handle_t *)&worker->recheck, NULL);
	for (unsigned i = 0; i < worker->slot_count; i++)
		probe_close(&worker->slots[i]);
	resolver_close(worker->resolver);
}

static void
end(struct worker *worker)
{
	worker->ended = true;
	uv_timer_start(&worker->recheck, close_handles, 0, 0);
}

/* A probe may end before its start returns: then the loop here goes on. */
static void
fill(struct worker *worker)
{
	if (worker->filling || worker->ended)
		return;
	worker->filling = true;
	while (!worker->over && !worker->short_of_descriptors &&
	       worker->busy < worker->slot_limit && fill_one(worker))
		continue;
	worker->filling = false;
	if (worker->over && worker->busy == 0)
		end(worker);
}

static void
on_wake(uv_async_t *async)
{
	struct worker *worker = async->data;
	enum dispatch_state state = dispatch_state(worker->plan->dispatch);

	if (state != DISPATCH_RUNNING)
		worker->over = true;
	if (state == DISPATCH_ABORTING)
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

struct worker *
worker_new(const struct worker_plan *plan, unsigned slots, const char **error)
{
	struct worker *worker = memory_new(sizeof(*worker));
	struct resolver_options options = {
		.servers = plan->options->resolvers,
		.server_count = plan->options->resolver_count,
		.hosts = plan->hosts,
		.most_questions = slots < FEWEST_QUESTIONS ? FEWEST_QUESTIONS
				  : slots < MOST_QUESTIONS ? slots
							   : MOST_QUESTIONS,
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
		.expanded = on_expanded,
		.idle = on_idle,
	};
	uv_async_init(&worker->loop, &worker->waiter.async, on_wake);
	worker->waiter.async.data = worker;
	uv_timer_init(&worker->loop, &worker->recheck);
	worker->recheck.data = worker;
	worker->slots = memory_array(slots, sizeof(*worker->slots));
	worker->slot_count = slots;
	worker->slot_limit = slots;
	for (unsigned i = slots; i-- > 0;) {
		probe_init(&worker->slots[i], &worker->shared);
		worker->slots[i].next_free = worker->free_slots;
		worker->free_slots = &worker->slots[i];
	}
	return worker;
}

struct waiter *
worker_waiter(struct worker *worker)
{
	return &worker->waiter;
}

int
worker_start(struct worker *worker)
{
	int result;

	/* Set before the thread exists: from then on the worker is its own. */
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
	if (!worker->ended) {
		end(worker);
		uv_run(&worker->loop, UV_RUN_DEFAULT);
	}
	if (uv_loop_close(&worker->loop) != 0)
		fatal_bug("a handle was left open on a worker's loop");
	job_free(worker->held);
	job_queue_clear(&worker->ready);
	for (unsigned i = 0; i < worker->slot_count; i++)
		probe_clear(&worker->slots[i]);
	free(worker->slots);
	text_free(&worker->buffers->output);
	free(worker->buffers);
	resolver_free(worker->resolver);
	free(worker);
}
