/* A queue, a lock and a condition for all that changes under it. */
#include "scan/background.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/memory.h"

struct background {
	void (*work)(void *context, void *const items[], size_t count);
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool is_running, is_closing;
	void **items;
	size_t count, capacity;
};

struct background *
background_new(void (*work)(void *context, void *const items[], size_t count),
    void *context)
{
	struct background *background = memory_new(sizeof(*background));

	background->work = work;
	background->context = context;
	pthread_mutex_init(&background->lock, NULL);
	pthread_cond_init(&background->changed, NULL);
	return background;
}

void
background_free(struct background *background)
{
	background_lock(background);
	background->is_closing = true;
	background_tell(background);
	background_unlock(background);
	if (background->is_running)
		pthread_join(background->thread, NULL);
	pthread_cond_destroy(&background->changed);
	pthread_mutex_destroy(&background->lock);
	free(background->items);
	free(background);
}

void
background_lock(struct background *background)
{
	pthread_mutex_lock(&background->lock);
}

void
background_unlock(struct background *background)
{
	pthread_mutex_unlock(&background->lock);
}

void
background_tell(struct background *background)
{
	pthread_cond_broadcast(&background->changed);
}

void
background_wait(struct background *background)
{
	pthread_cond_wait(&background->changed, &background->lock);
}

static void *
run(void *context)
{
	struct background *background = context;

	background_lock(background);
	while (!background->is_closing) {
		void **items = background->items;
		size_t count = background->count;

		if (count == 0) {
			background_wait(background);
			continue;
		}
		background->items = NULL;
		background->count = background->capacity = 0;
		background_unlock(background);
		background->work(background->context, items, count);
		free(items);
		background_lock(background);
	}
	background_unlock(background);
	return NULL;
}

void
background_add(struct background *background, void *item)
{
	background->items = memory_grow(background->items, background->count,
	    &background->capacity, sizeof(void *));
	background->items[background->count++] = item;
	if (!background->is_running) {
		if (pthread_create(
			&background->thread, NULL, run, background) != 0)
			fatal("no thread can be made");
		background->is_running = true;
	}
	background_tell(background);
}
