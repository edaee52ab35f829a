/*
 * Workers take batches of numbers in ascending order and put the items into a
 * ring; the calling thread empties it in that order.  A worker waits while the
 * ring is full, so that one slow item holds up what comes after it, not memory.
 */
#include "scan/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "base/memory.h"

/* A lock is taken once a batch; a thread has a few batches in advance. */
enum { BATCH = 32, BATCHES_A_THREAD = 4 };

struct item_batch {
	void *items[BATCH];
	size_t count;
	bool is_done;
};

struct ring {
	const struct parallel *parallel;
	pthread_mutex_t lock;
	pthread_cond_t has_room, has_items;
	struct item_batch *batches;
	size_t size, total;	/* batches: of the ring, of all */
	size_t next, delivered; /* batches taken by workers, and emptied */
	bool is_stopped;
};

struct ring_worker {
	struct ring *ring;
	void *state;
	pthread_t thread;
};

static void *
work(void *argument)
{
	struct ring_worker *worker = argument;
	struct ring *ring = worker->ring;
	const struct parallel *parallel = ring->parallel;

	pthread_mutex_lock(&ring->lock);
	for (;;) {
		struct item_batch *batch;
		size_t first;

		while (!ring->is_stopped && ring->next < ring->total &&
		       ring->next - ring->delivered >= ring->size)
			pthread_cond_wait(&ring->has_room, &ring->lock);
		if (ring->is_stopped || ring->next == ring->total)
			break;
		batch = &ring->batches[ring->next % ring->size];
		first = ring->next++ * BATCH;
		pthread_mutex_unlock(&ring->lock);
		for (batch->count = 0; batch->count < BATCH &&
				       first + batch->count < parallel->count;
		     batch->count++)
			batch->items[batch->count] =
			    parallel->work(worker->state, first + batch->count);
		pthread_mutex_lock(&ring->lock);
		batch->is_done = true;
		pthread_cond_signal(&ring->has_items);
	}
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

/* On the calling thread, until all is delivered or one delivery fails. */
static int
deliver_all(struct ring *ring)
{
	const struct parallel *parallel = ring->parallel;
	int result = 0;

	while (result == 0 && ring->delivered < ring->total) {
		struct item_batch *batch =
		    &ring->batches[ring->delivered % ring->size];

		pthread_mutex_lock(&ring->lock);
		while (!batch->is_done)
			pthread_cond_wait(&ring->has_items, &ring->lock);
		pthread_mutex_unlock(&ring->lock);
		for (size_t i = 0; i < batch->count; i++)
			if (result == 0)
				result = parallel->deliver(
				    parallel->context, batch->items[i]);
			else
				parallel->discard(batch->items[i]);
		pthread_mutex_lock(&ring->lock);
		batch->is_done = false;
		ring->delivered++;
		ring->is_stopped = result != 0;
		pthread_cond_broadcast(&ring->has_room);
		pthread_mutex_unlock(&ring->lock);
	}
	return result;
}

static int
run_alone(const struct parallel *parallel)
{
	void *state = parallel->begin(parallel->context);
	int result = 0;

	for (size_t i = 0; i < parallel->count && result == 0; i++)
		result = parallel->deliver(
		    parallel->context, parallel->work(state, i));
	parallel->end(state);
	return result;
}

int
parallel_run(const struct parallel *parallel)
{
	struct ring ring = {
		.parallel = parallel,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.has_room = PTHREAD_COND_INITIALIZER,
		.has_items = PTHREAD_COND_INITIALIZER,
		.size = (size_t)parallel->threads * BATCHES_A_THREAD,
		.total = (parallel->count + BATCH - 1) / BATCH,
	};
	struct ring_worker *workers;
	unsigned started = 0;
	int result;

	if (parallel->threads <= 1 || ring.total <= 1)
		return run_alone(parallel);
	ring.batches = memory_array(ring.size, sizeof(*ring.batches));
	workers = memory_array(parallel->threads, sizeof(*workers));
	/* With fewer threads than were asked for it takes longer. */
	while (started < parallel->threads) {
		struct ring_worker *worker = &workers[started];

		worker->ring = &ring;
		worker->state = parallel->begin(parallel->context);
		if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
			parallel->end(worker->state);
			break;
		}
		started++;
	}
	result = started > 0 ? deliver_all(&ring) : run_alone(parallel);
	for (unsigned i = 0; i < started; i++) {
		pthread_join(workers[i].thread, NULL);
		parallel->end(workers[i].state);
	}
	for (size_t i = 0; i < ring.size; i++)
		for (size_t k = 0;
		     ring.batches[i].is_done && k < ring.batches[i].count; k++)
			parallel->discard(ring.batches[i].items[k]);
	free(workers);
	free(ring.batches);
	return result;
}

unsigned
parallel_threads(unsigned wanted)
{
	return wanted > 0 ? wanted : uv_available_parallelism();
}
