/* The table of addresses, and the time of the next start. */
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
/* Timers of a loop have milliseconds: starts late by so much may come at
   once. */
#define SLACK_NS UINT64_C(5000000)

struct peer {
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
	struct map *peers;
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
		pace->stripes[i].peers = map_new();
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

		while (map_next(stripe->peers, &at, &key, &value)) {
			struct peer *peer = value;

			job_queue_clear(&peer->waiting);
			free(peer);
		}
		map_free(stripe->peers);
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

/* The low octets differ most; the map hashes with a key of its own. */
static struct stripe *
stripe_of(struct pace *pace, const struct net_address *address)
{
	unsigned sum = 0;

	for (size_t i = 0; i < address->size; i++)
		sum = sum * 31 + address->octets[i];
	return &pace->stripes[sum % STRIPES];
}

static struct peer *
find_or_add(
    struct pace *pace, struct stripe *stripe, const struct net_address *address)
{
	struct peer *peer = map_get(stripe->peers, key_of(address));

	if (peer != NULL)
		return peer;
	peer = memory_new(sizeof(*peer));
	peer->address = *address;
	peer->limit = pace->per_address;
	map_put(stripe->peers, key_of(&peer->address), peer);
	return peer;
}

static bool
is_dead(struct pace *pace, const struct peer *peer)
{
	unsigned enough = 2 * pace->per_address;

	return !peer->answered &&
	       peer->silences >= (enough > DEAD_AFTER ? enough : DEAD_AFTER);
}

enum pace_reply
pace_enter(
    struct pace *pace, const struct net_address *address, struct job *job)
{
	struct stripe *stripe = stripe_of(pace, address);
	enum pace_reply reply = PACE_GO;
	struct peer *peer;

	pthread_mutex_lock(&stripe->lock);
	peer = find_or_add(pace, stripe, address);
	if (is_dead(pace, peer)) {
		reply = PACE_DEAD;
	} else if (peer->in_flight >= peer->limit) {
		reply = PACE_WAIT;
		job_queue_push(&peer->waiting, job);
		pace->waiting++;
	} else {
		peer->in_flight++;
	}
	pthread_mutex_unlock(&stripe->lock);
	return reply;
}

static void
adapt_limit(struct pace *pace, struct peer *peer, enum pace_outcome outcome,
    uint64_t now_ms)
{
	if (outcome == PACE_ANSWERED) {
		peer->answered = true;
		peer->silences = 0;
		if (peer->limit < pace->per_address)
			peer->limit++;
		return;
	}
	if (outcome == PACE_SILENT)
		peer->silences++;
	if (outcome == PACE_NOTHING || !peer->answered ||
	    now_ms - peer->halved_ms < HALVING_MS)
		return;
	peer->halved_ms = now_ms;
	peer->limit = peer->limit > 1 ? peer->limit / 2 : 1;
}

void
pace_leave(struct pace *pace, const struct net_address *address,
    enum pace_outcome outcome, uint64_t now_ms, struct job_queue *ready)
{
	struct stripe *stripe = stripe_of(pace, address);
	struct peer *peer;
	struct job *job;
	bool healthy;

	pthread_mutex_lock(&stripe->lock);
	peer = map_get(stripe->peers, key_of(address));
	peer->in_flight--;
	adapt_limit(pace, peer, outcome, now_ms);
	while (peer->in_flight < peer->limit &&
	       (job = job_queue_pop(&peer->waiting)) != NULL) {
		pace->waiting--;
		peer->in_flight++;
		job->admitted = true;
		job->address_dead = is_dead(pace, peer);
		job_queue_push(ready, job);
	}
	/* A healthy idle address is forgotten; the others when there are too
	   many. */
	healthy = peer->silences == 0 && peer->limit >= pace->per_address;
	if (peer->in_flight == 0 &&
	    (healthy || map_count(stripe->peers) > IDLE_KEPT)) {
		map_remove(stripe->peers, key_of(&peer->address));
		free(peer);
	}
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
		while (map_next(stripe->peers, &at, &key, &value)) {
			struct peer *peer = value;

			peer->limit = 1;
			peer->silences = 0;
		}
		pthread_mutex_unlock(&stripe->lock);
	}
}
