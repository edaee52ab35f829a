/* The table of addresses and the clock of starts. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/memory.h"
#include "scan/pace.h"

enum {
	STRIPES = 64,
	IDLE_KEPT = 1024, /* addresses with a history, a stripe */
	DEAD_AFTER = 8,	  /* silences in a row, at least */
	HALVING_MS = 1000,
	SLOW_PER_SECOND = 200
};

#define SECOND_NS UINT64_C(1000000000)
/* Loops wake to the millisecond: so much may be made up at once. */
#define SLACK_NS UINT64_C(5000000)

struct place {
	struct net_address address;
	unsigned in_flight;
	unsigned limit;
	unsigned silences; /* since the last answer */
	bool answered;
	uint64_t halved_ms;
	struct job_queue waiting;
};

struct stripe {
	pthread_mutex_t lock;
	struct map *places;
};

struct pace {
	struct stripe stripes[STRIPES];
	_Atomic unsigned per_address;
	_Atomic size_t waiting;
	pthread_mutex_t start_lock;
	_Atomic uint64_t interval_ns; /* between two starts; 0: no limit */
	uint64_t next_start_ns;
};

struct pace *
pace_new(unsigned per_address, unsigned per_second)
{
	struct pace *pace = memory_new(sizeof(*pace));

	atomic_init(&pace->per_address, per_address > 0 ? per_address : 1);
	atomic_init(&pace->waiting, 0);
	pthread_mutex_init(&pace->start_lock, NULL);
	if (per_second > 0)
		pace->interval_ns = SECOND_NS / per_second;
	for (size_t i = 0; i < STRIPES; i++) {
		pthread_mutex_init(&pace->stripes[i].lock, NULL);
		pace->stripes[i].places = map_new();
	}
	return pace;
}

void
pace_free(struct pace *pace)
{
	struct bytes key;
	void *value;

	if (pace == NULL)
		return;
	for (size_t i = 0; i < STRIPES; i++) {
		struct stripe *stripe = &pace->stripes[i];
		size_t at = 0;

		while (map_next(stripe->places, &at, &key, &value)) {
			struct place *place = value;

			job_queue_clear(&place->waiting);
			free(place);
		}
		map_free(stripe->places);
		pthread_mutex_destroy(&stripe->lock);
	}
	pthread_mutex_destroy(&pace->start_lock);
	free(pace);
}

static struct bytes
key_of(const struct net_address *address)
{
	return bytes_of(address->octets, address->size);
}

/* The low octets differ most; the map behind hashes with a key. */
static struct stripe *
stripe_of(struct pace *pace, const struct net_address *address)
{
	unsigned sum = 0;

	for (size_t i = 0; i < address->size; i++)
		sum = sum * 31 + address->octets[i];
	return &pace->stripes[sum % STRIPES];
}

static struct place *
find_or_add(
    struct pace *pace, struct stripe *stripe, const struct net_address *address)
{
	struct place *place = map_get(stripe->places, key_of(address));

	if (place != NULL)
		return place;
	place = memory_new(sizeof(*place));
	place->address = *address;
	place->limit = pace->per_address;
	map_put(stripe->places, key_of(&place->address), place);
	return place;
}

static bool
is_dead(struct pace *pace, const struct place *place)
{
	unsigned enough = 2 * pace->per_address;

	return !place->answered &&
	       place->silences >= (enough > DEAD_AFTER ? enough : DEAD_AFTER);
}

enum pace_word
pace_enter(
    struct pace *pace, const struct net_address *address, struct job *job)
{
	struct stripe *stripe = stripe_of(pace, address);
	enum pace_word word = PACE_GO;
	struct place *place;

	pthread_mutex_lock(&stripe->lock);
	place = find_or_add(pace, stripe, address);
	if (is_dead(pace, place)) {
		word = PACE_DEAD;
	} else if (place->in_flight >= place->limit) {
		word = PACE_WAIT;
		job_queue_push(&place->waiting, job);
		pace->waiting++;
	} else {
		place->in_flight++;
	}
	pthread_mutex_unlock(&stripe->lock);
	return word;
}

static void
learn(struct pace *pace, struct place *place, enum pace_outcome outcome,
    uint64_t now_ms)
{
	if (outcome == PACE_ANSWERED) {
		place->answered = true;
		place->silences = 0;
		if (place->limit < pace->per_address)
			place->limit++;
		return;
	}
	if (outcome == PACE_SILENT)
		place->silences++;
	if (outcome == PACE_NOTHING || !place->answered ||
	    now_ms - place->halved_ms < HALVING_MS)
		return;
	place->halved_ms = now_ms;
	place->limit = place->limit > 1 ? place->limit / 2 : 1;
}

/* A healthy idle address is forgotten; so are the others when too many. */
static void
forget_idle(struct pace *pace, struct stripe *stripe, struct place *place)
{
	bool healthy =
	    place->silences == 0 && place->limit >= pace->per_address;

	if (place->in_flight > 0 ||
	    (!healthy && map_count(stripe->places) <= IDLE_KEPT))
		return;
	map_remove(stripe->places, key_of(&place->address));
	free(place);
}

void
pace_leave(struct pace *pace, const struct net_address *address,
    enum pace_outcome outcome, uint64_t now_ms, struct job_queue *ready)
{
	struct stripe *stripe = stripe_of(pace, address);
	struct place *place;
	struct job *job;

	pthread_mutex_lock(&stripe->lock);
	place = map_get(stripe->places, key_of(address));
	place->in_flight--;
	learn(pace, place, outcome, now_ms);
	while (place->in_flight < place->limit &&
	       (job = job_queue_pop(&place->waiting)) != NULL) {
		pace->waiting--;
		place->in_flight++;
		job->admitted = true;
		job->address_dead = is_dead(pace, place);
		job_queue_push(ready, job);
	}
	forget_idle(pace, stripe, place);
	pthread_mutex_unlock(&stripe->lock);
}

size_t
pace_waiting(struct pace *pace)
{
	return pace->waiting;
}

static uint64_t
count_start(struct pace *pace, uint64_t now)
{
	if (pace->next_start_ns + SLACK_NS < now)
		pace->next_start_ns = now - SLACK_NS;
	return pace->next_start_ns += pace->interval_ns;
}

unsigned
pace_start(struct pace *pace)
{
	uint64_t now;
	unsigned wait_ms = 0;

	if (pace->interval_ns == 0)
		return 0;
	now = clock_monotonic_ns();
	pthread_mutex_lock(&pace->start_lock);
	if (pace->next_start_ns <= now)
		count_start(pace, now);
	else
		wait_ms = (unsigned)((pace->next_start_ns - now) / 1000000) + 1;
	pthread_mutex_unlock(&pace->start_lock);
	return wait_ms;
}

void
pace_count_start(struct pace *pace)
{
	if (pace->interval_ns == 0)
		return;
	pthread_mutex_lock(&pace->start_lock);
	count_start(pace, clock_monotonic_ns());
	pthread_mutex_unlock(&pace->start_lock);
}

void
pace_uncount_start(struct pace *pace)
{
	if (pace->interval_ns == 0)
		return;
	pthread_mutex_lock(&pace->start_lock);
	if (pace->next_start_ns > pace->interval_ns)
		pace->next_start_ns -= pace->interval_ns;
	pthread_mutex_unlock(&pace->start_lock);
}

void
pace_slow_down(struct pace *pace)
{
	struct bytes key;
	void *value;

	pace->per_address = 1;
	pthread_mutex_lock(&pace->start_lock);
	if (pace->interval_ns < SECOND_NS / SLOW_PER_SECOND)
		pace->interval_ns = SECOND_NS / SLOW_PER_SECOND;
	pthread_mutex_unlock(&pace->start_lock);
	for (size_t i = 0; i < STRIPES; i++) {
		struct stripe *stripe = &pace->stripes[i];
		size_t at = 0;

		pthread_mutex_lock(&stripe->lock);
		while (map_next(stripe->places, &at, &key, &value)) {
			struct place *place = value;

			place->limit = 1;
			place->silences = 0;
		}
		pthread_mutex_unlock(&stripe->lock);
	}
}
