/*
 * Queues, counts and waiters.  Decides when a crew has finished: when the
 * input has ended and no job is left.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "scan/dispatch.h"

enum {
	INPUT_A_SLOT = 4,
	SMALLEST_INPUT = 64,
	AGAIN_A_SLOT = 16,
	SMALLEST_AGAIN = 8192,
	WAITING_A_SLOT = 16,
	FEW_BUSY = 4, /* one slot in so many: the slow pass may begin */
	MOST_MESSAGES = 4096
};

void
dispatch_init(struct dispatch *dispatch, const struct scan_options *options,
    struct pace *pace)
{
	size_t slots = options->concurrency;

	memset(dispatch, 0, sizeof(*dispatch));
	uv_mutex_init(&dispatch->lock);
	uv_cond_init(&dispatch->room);
	dispatch->pace = pace;
	dispatch->input_limit = slots * INPUT_A_SLOT;
	if (dispatch->input_limit < SMALLEST_INPUT)
		dispatch->input_limit = SMALLEST_INPUT;
	dispatch->again_limit = slots * AGAIN_A_SLOT;
	if (dispatch->again_limit < SMALLEST_AGAIN)
		dispatch->again_limit = SMALLEST_AGAIN;
	dispatch->waiting_limit = slots * WAITING_A_SLOT;
	dispatch->few_limit = slots / FEW_BUSY;
}

void
dispatch_set_waiters(
    struct dispatch *dispatch, struct waiter **waiters, unsigned count)
{
	dispatch->waiters = waiters;
	dispatch->waiter_count = count;
}

void
dispatch_clear(struct dispatch *dispatch, void (*discard)(struct message *))
{
	for (size_t i = 0; i < dispatch->outbox.count; i++)
		discard(dispatch->outbox.messages[i]);
	free(dispatch->outbox.messages);
	job_queue_clear(&dispatch->input);
	job_queue_clear(&dispatch->again);
	job_queue_clear(&dispatch->late);
	job_queue_clear(&dispatch->names);
	uv_cond_destroy(&dispatch->room);
	uv_mutex_destroy(&dispatch->lock);
}

/* With the lock held: a waiter is not closed while it is woken. */
static void
wake(struct waiter *waiter)
{
	waiter->idle = false;
	if (!waiter->removed)
		uv_async_send(&waiter->async);
}

static void
wake_all(struct dispatch *dispatch)
{
	for (unsigned i = 0; i < dispatch->waiter_count; i++)
		wake(dispatch->waiters[i]);
}

static bool
is_over(const struct dispatch *dispatch)
{
	return dispatch->stopping ||
	       (dispatch->input_ended && dispatch->open == 0);
}

/* In slots, or waiting for their address. */
static uint64_t
in_flight(const struct dispatch *dispatch)
{
	return dispatch->open - dispatch->input.count - dispatch->again.count -
	       dispatch->late.count - dispatch->addresses - dispatch->parked;
}

/*
 * What failed may have failed by our own load, so it is tried again slowly
 * when most work is done.  The last hosts of the first pass, which may only
 * run into their timeouts, are not waited for.
 */
static void
begin_slow_pass(struct dispatch *dispatch)
{
	bool nearly_done = dispatch->input_ended &&
			   dispatch->input.count == 0 &&
			   dispatch->addresses == 0 &&
			   in_flight(dispatch) <= dispatch->few_limit;

	if (dispatch->again.count == 0 || (!dispatch->slow && !nearly_done))
		return;
	if (!dispatch->slow)
		pace_slow_down(dispatch->pace);
	dispatch->slow = true;
	job_queue_append(&dispatch->late, &dispatch->again);
	wake_all(dispatch);
}

bool
dispatch_feed(struct dispatch *dispatch, struct job *job)
{
	bool wanted;

	uv_mutex_lock(&dispatch->lock);
	while (!dispatch->stopping &&
	       dispatch->input.count >= dispatch->input_limit)
		uv_cond_wait(&dispatch->room, &dispatch->lock);
	wanted = !dispatch->stopping;
	if (wanted) {
		job_queue_push(&dispatch->input, job);
		dispatch->open++;
		for (unsigned i = 0; i < dispatch->waiter_count; i++)
			if (dispatch->waiters[i]->idle) {
				wake(dispatch->waiters[i]);
				break;
			}
	}
	uv_mutex_unlock(&dispatch->lock);
	if (!wanted)
		job_free(job);
	return wanted;
}

void
dispatch_end_input(struct dispatch *dispatch, bool refused)
{
	uv_mutex_lock(&dispatch->lock);
	dispatch->input_ended = true;
	dispatch->refused = dispatch->refused || refused;
	begin_slow_pass(dispatch);
	wake_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

static struct job *
take_address(struct dispatch *dispatch)
{
	struct job *name = dispatch->names.first;
	struct job *job = job_next_part(name);

	dispatch->addresses--;
	if (job_parts_left(name) == 0)
		job_free(job_queue_pop(&dispatch->names));
	return job;
}

static struct job *
take_job(struct dispatch *dispatch)
{
	struct job *job = job_queue_pop(&dispatch->late);

	/* Too many to remember are tried again at once, oldest first. */
	if (job == NULL && dispatch->again.count > dispatch->again_limit)
		job = job_queue_pop(&dispatch->again);
	if (job != NULL)
		return job;
	/* Before further names, so that few wait in parts. */
	if (dispatch->addresses > 0)
		return take_address(dispatch);
	job = job_queue_pop(&dispatch->input);
	if (job == NULL)
		return NULL;
	/* The feeder is woken at half full, not for every single job. */
	if (dispatch->input.count == dispatch->input_limit / 2)
		uv_cond_signal(&dispatch->room);
	dispatch->started++;
	return job;
}

enum dispatch_reply
dispatch_next(
    struct dispatch *dispatch, struct waiter *waiter, struct job **job)
{
	enum dispatch_reply reply = DISPATCH_JOB;

	uv_mutex_lock(&dispatch->lock);
	if (is_over(dispatch)) {
		reply = DISPATCH_OVER;
	} else if (dispatch->outbox.count >= MOST_MESSAGES ||
		   pace_waiting(dispatch->pace) >= dispatch->waiting_limit) {
		reply = DISPATCH_LATER;
	} else {
		*job = take_job(dispatch);
		if (*job == NULL) {
			reply = DISPATCH_EMPTY;
			waiter->idle = true;
		}
	}
	uv_mutex_unlock(&dispatch->lock);
	return reply;
}

void
dispatch_finish(
    struct dispatch *dispatch, struct job *job, struct message *message)
{
	struct outbox *outbox = &dispatch->outbox;

	uv_mutex_lock(&dispatch->lock);
	if (message != NULL) {
		outbox->messages = memory_grow(outbox->messages, outbox->count,
		    &outbox->capacity, sizeof(*outbox->messages));
		outbox->messages[outbox->count++] = message;
	}
	dispatch->open--;
	dispatch->finished++;
	begin_slow_pass(dispatch);
	if (is_over(dispatch))
		wake_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
	job_free(job);
}

void
dispatch_again(struct dispatch *dispatch, struct job *job)
{
	uv_mutex_lock(&dispatch->lock);
	job_queue_push(&dispatch->again, job);
	begin_slow_pass(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

void
dispatch_expand(struct dispatch *dispatch, struct job *job)
{
	size_t count = job_parts_left(job);

	uv_mutex_lock(&dispatch->lock);
	job_queue_push(&dispatch->names, job);
	dispatch->addresses += count;
	dispatch->open += count - 1;
	dispatch->started += count - 1;
	wake_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

void
dispatch_park(struct dispatch *dispatch, long count)
{
	uv_mutex_lock(&dispatch->lock);
	dispatch->parked += (size_t)count;
	begin_slow_pass(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

void
dispatch_return(struct dispatch *dispatch, struct job *job)
{
	uv_mutex_lock(&dispatch->lock);
	job_queue_push(&dispatch->late, job);
	uv_mutex_unlock(&dispatch->lock);
}

enum dispatch_state
dispatch_state(struct dispatch *dispatch)
{
	enum dispatch_state state = DISPATCH_RUNNING;

	uv_mutex_lock(&dispatch->lock);
	if (dispatch->aborting)
		state = DISPATCH_ABORTING;
	else if (dispatch->stopping)
		state = DISPATCH_STOPPING;
	uv_mutex_unlock(&dispatch->lock);
	return state;
}

void
dispatch_remove_waiter(struct dispatch *dispatch, struct waiter *waiter)
{
	uv_mutex_lock(&dispatch->lock);
	waiter->removed = true;
	uv_mutex_unlock(&dispatch->lock);
}

void
dispatch_collect(struct dispatch *dispatch, struct outbox *emptied)
{
	struct outbox filled;

	uv_mutex_lock(&dispatch->lock);
	filled = dispatch->outbox;
	dispatch->outbox = *emptied;
	dispatch->outbox.count = 0;
	uv_mutex_unlock(&dispatch->lock);
	*emptied = filled;
}

void
dispatch_stop(struct dispatch *dispatch, bool abort)
{
	uv_mutex_lock(&dispatch->lock);
	dispatch->stopping = true;
	dispatch->aborting = dispatch->aborting || abort;
	uv_cond_signal(&dispatch->room);
	wake_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

bool
dispatch_all_ended(struct dispatch *dispatch)
{
	bool all = true;

	uv_mutex_lock(&dispatch->lock);
	for (unsigned i = 0; i < dispatch->waiter_count; i++)
		all = all && dispatch->waiters[i]->removed;
	uv_mutex_unlock(&dispatch->lock);
	return all;
}

bool
dispatch_refused(struct dispatch *dispatch)
{
	bool refused;

	uv_mutex_lock(&dispatch->lock);
	refused = dispatch->refused;
	uv_mutex_unlock(&dispatch->lock);
	return refused;
}

void
dispatch_progress(struct dispatch *dispatch, struct crew_progress *out)
{
	uv_mutex_lock(&dispatch->lock);
	out->started = dispatch->started;
	out->finished = dispatch->finished;
	out->waiting = dispatch->input.count;
	out->in_flight = in_flight(dispatch);
	out->input_ended = dispatch->input_ended;
	uv_mutex_unlock(&dispatch->lock);
}
