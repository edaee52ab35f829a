/* Queues, counts and bells.  Decides when a crew has finished: when the input
   has ended and no job is anywhere any more. */
#include <stdlib.h>

#include "base/memory.h"
#include "scan/dispatch.h"

enum {
	INPUT_A_SLOT = 4,
	SMALLEST_INPUT = 64,
	AGAIN_A_SLOT = 16,
	SMALLEST_AGAIN = 8192,
	WAITING_A_SLOT = 16,
	CALM = 4, /* one slot in so many is busy: most work is done */
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
	dispatch->calm_limit = slots / CALM;
}

void
dispatch_set_bells(
    struct dispatch *dispatch, struct bell **bells, unsigned count)
{
	dispatch->bells = bells;
	dispatch->bell_count = count;
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
	uv_cond_destroy(&dispatch->room);
	uv_mutex_destroy(&dispatch->lock);
}

/* All with the lock held: a bell is not closed while it rings. */
static void
ring(struct bell *bell)
{
	bell->hungry = false;
	if (!bell->removed)
		uv_async_send(&bell->async);
}

static void
ring_all(struct dispatch *dispatch)
{
	for (unsigned i = 0; i < dispatch->bell_count; i++)
		ring(dispatch->bells[i]);
}

static void
ring_one_hungry(struct dispatch *dispatch)
{
	for (unsigned i = 0; i < dispatch->bell_count; i++) {
		if (!dispatch->bells[i]->hungry)
			continue;
		ring(dispatch->bells[i]);
		return;
	}
}

static bool
is_over(const struct dispatch *dispatch)
{
	return dispatch->stopping ||
	       (dispatch->input_ended && dispatch->open == 0);
}

/* Is nothing left to start, and little under way but what waits in vain? */
static bool
is_calm(const struct dispatch *dispatch)
{
	uint64_t under_way = dispatch->open - dispatch->input.count -
			     dispatch->again.count - dispatch->late.count;

	return dispatch->input_ended && dispatch->input.count == 0 &&
	       under_way <= dispatch->calm_limit;
}

/*
 * When all else is nearly done, slowly: what failed may have been our haste.
 * The last dead hosts of the first pass need not be waited for.
 */
static void
begin_slow_pass(struct dispatch *dispatch)
{
	if (dispatch->again.count == 0 ||
	    (!dispatch->slow && !is_calm(dispatch)))
		return;
	if (!dispatch->slow)
		pace_slow_down(dispatch->pace);
	dispatch->slow = true;
	job_queue_append(&dispatch->late, &dispatch->again);
	ring_all(dispatch);
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
		ring_one_hungry(dispatch);
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
	ring_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

static bool
is_crowded(const struct dispatch *dispatch)
{
	return dispatch->outbox.count >= MOST_MESSAGES ||
	       pace_waiting(dispatch->pace) >= dispatch->waiting_limit;
}

/* The feeder is woken at half full, not for every single place. */
static struct job *
take_input(struct dispatch *dispatch)
{
	struct job *job = job_queue_pop(&dispatch->input);

	if (job == NULL)
		return NULL;
	if (dispatch->input.count == dispatch->input_limit / 2)
		uv_cond_signal(&dispatch->room);
	dispatch->started++;
	return job;
}

/* Too many to remember are tried again at once, oldest first. */
static struct job *
take_job(struct dispatch *dispatch)
{
	struct job *job = job_queue_pop(&dispatch->late);

	if (job == NULL && dispatch->again.count > dispatch->again_limit)
		job = job_queue_pop(&dispatch->again);
	if (job == NULL)
		job = take_input(dispatch);
	return job;
}

enum dispatch_word
dispatch_next(struct dispatch *dispatch, struct bell *bell, struct job **job)
{
	enum dispatch_word word = DISPATCH_JOB;

	uv_mutex_lock(&dispatch->lock);
	if (is_over(dispatch)) {
		word = DISPATCH_OVER;
	} else if (is_crowded(dispatch)) {
		word = DISPATCH_LATER;
	} else {
		*job = take_job(dispatch);
		if (*job == NULL) {
			word = DISPATCH_NOTHING;
			bell->hungry = true;
		}
	}
	uv_mutex_unlock(&dispatch->lock);
	return word;
}

static void
put_message(struct outbox *outbox, struct message *message)
{
	if (message == NULL)
		return;
	outbox->messages = memory_grow(outbox->messages, outbox->count,
	    &outbox->capacity, sizeof(*outbox->messages));
	outbox->messages[outbox->count++] = message;
}

void
dispatch_finish(
    struct dispatch *dispatch, struct job *job, struct message *message)
{
	uv_mutex_lock(&dispatch->lock);
	put_message(&dispatch->outbox, message);
	dispatch->open--;
	dispatch->finished++;
	begin_slow_pass(dispatch);
	if (is_over(dispatch))
		ring_all(dispatch);
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
dispatch_return(struct dispatch *dispatch, struct job *job)
{
	uv_mutex_lock(&dispatch->lock);
	job_queue_push(&dispatch->late, job);
	uv_mutex_unlock(&dispatch->lock);
}

enum dispatch_mood
dispatch_mood(struct dispatch *dispatch)
{
	enum dispatch_mood mood = DISPATCH_RUNNING;

	uv_mutex_lock(&dispatch->lock);
	if (dispatch->aborting)
		mood = DISPATCH_ABORTING;
	else if (dispatch->stopping)
		mood = DISPATCH_STOPPING;
	uv_mutex_unlock(&dispatch->lock);
	return mood;
}

void
dispatch_remove_bell(struct dispatch *dispatch, struct bell *bell)
{
	uv_mutex_lock(&dispatch->lock);
	bell->removed = true;
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
	ring_all(dispatch);
	uv_mutex_unlock(&dispatch->lock);
}

bool
dispatch_all_gone(struct dispatch *dispatch)
{
	bool all = true;

	uv_mutex_lock(&dispatch->lock);
	for (unsigned i = 0; i < dispatch->bell_count; i++)
		all = all && dispatch->bells[i]->removed;
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
	out->in_flight = dispatch->open - dispatch->input.count -
			 dispatch->again.count - dispatch->late.count;
	out->input_ended = dispatch->input_ended;
	uv_mutex_unlock(&dispatch->lock);
}
