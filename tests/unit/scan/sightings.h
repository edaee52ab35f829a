/*
 * Runs a crew over a list of targets and keeps what it saw, for tests of the
 * scan floor.
 */
#ifndef TESTS_SCAN_SIGHTINGS_H
#define TESTS_SCAN_SIGHTINGS_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "scan/crew.h"

struct sightings {
	/* Set by the test */
	struct target *targets; /* models; ordinals are given here */
	size_t target_count;
	struct scan_options options;
	int (*next_target)(struct sightings *); /* 1, 0 or -1; or NULL */
	int (*deliver)(struct sightings *);	/* or NULL: takes all */

	/* Filled by the run */
	pthread_mutex_t lock;
	struct arena *arena;
	struct observation *seen; /* by ordinal - 1; input NULL: none */
	size_t fed, observed, delivered, discarded, ticks;
	struct crew_progress progress;
	const char *error;
	int end;
};

static int
sightings_next(void *context, struct target **out)
{
	struct sightings *run = context;
	struct target model;
	int result = run->next_target != NULL ? run->next_target(run) : 1;

	if (result <= 0 || run->fed == run->target_count)
		return result < 0 ? result : 0;
	model = run->targets[run->fed++];
	model.ordinal = run->fed;
	if (model.input == NULL)
		model.input = model.host;
	*out = target_new(&model);
	return 1;
}

/* What the run's own judge and intake are to a crew. */
struct audit_settings {
	struct sightings *run;
};

struct judge {
	struct sightings *run;
};

struct intake {
	struct sightings *run;
};

struct message {
	struct sightings *run;
};

static struct judge *
sightings_judge_new(const struct audit_settings *settings)
{
	struct judge *judge = memory_new(sizeof(*judge));

	judge->run = settings->run;
	return judge;
}

static void
sightings_judge_free(struct judge *judge)
{
	free(judge);
}

static void
sightings_copy_offers(struct arena *arena, struct tls_facts *tls)
{
	struct offer_answer *offers =
	    arena_array(arena, tls->offer_count, sizeof(*offers));

	for (size_t i = 0; i < tls->offer_count; i++)
		offers[i] = (struct offer_answer){
			.offer = tls->offers[i].offer,
			.reply = tls->offers[i].reply,
			.error = arena_string(arena, tls->offers[i].error),
			.received_count = tls->offers[i].received_count,
		};
	tls->offers = offers;
}

static void
sightings_copy(
    struct arena *arena, struct observation *to, const struct observation *from)
{
	struct bytes *chain =
	    arena_array(arena, from->received_count + 1, sizeof(*chain));

	*to = *from;
	to->input = arena_string(arena, from->input);
	to->host = arena_string(arena, from->host);
	to->ip = arena_string(arena, from->ip);
	to->sni = arena_string(arena, from->sni);
	to->error = arena_string(arena, from->error);
	to->tls.version = arena_string(arena, from->tls.version);
	to->tls.cipher = arena_string(arena, from->tls.cipher);
	to->tls.group = arena_string(arena, from->tls.group);
	sightings_copy_offers(arena, &to->tls);
	if (from->tls.alert_count > 0)
		to->tls.alerts =
		    memcpy(arena_array(arena, from->tls.alert_count,
			       sizeof(*from->tls.alerts)),
			from->tls.alerts,
			from->tls.alert_count * sizeof(*from->tls.alerts));
	to->tls.staple = arena_bytes(arena, from->tls.staple);
	for (size_t i = 0; i < from->received_count; i++)
		chain[i] = arena_bytes(arena, from->chain[i]);
	to->chain = chain;
}

static struct message *
sightings_judge(struct judge *judge, const struct observation *seen,
    const struct audit_sources *sources)
{
	struct sightings *run = judge->run;
	struct message *message = memory_new(sizeof(*message));

	(void)sources;
	message->run = run;

	pthread_mutex_lock(&run->lock);
	sightings_copy(run->arena, &run->seen[seen->ordinal - 1], seen);
	run->observed++;
	pthread_mutex_unlock(&run->lock);
	return message;
}

static int
sightings_deliver(struct intake *intake, struct message *message)
{
	struct sightings *run = intake->run;

	free(message);
	run->delivered++;
	return run->deliver != NULL ? run->deliver(run) : 0;
}

static int
sightings_tick(void *context, const struct crew_progress *progress)
{
	struct sightings *run = context;

	run->progress = *progress;
	run->ticks++;
	return 0;
}

static void
sightings_discard(struct message *message)
{
	message->run->discarded++;
	free(message);
}

static void
sightings_run(struct sightings *run)
{
	const struct audit_settings settings = { run };
	struct intake intake = { run };
	const struct crew_work work = {
		.context = run,
		.next_target = sightings_next,
		.tick = sightings_tick,
		.settings = &settings,
		.judge_new = sightings_judge_new,
		.judge = sightings_judge,
		.judge_free = sightings_judge_free,
		.intake = &intake,
		.deliver = sightings_deliver,
		.discard = sightings_discard,
	};

	pthread_mutex_init(&run->lock, NULL);
	run->arena = arena_new();
	run->seen = memory_array(run->target_count, sizeof(*run->seen));
	run->end = crew_run(&run->options, &work, &run->error);
}

static void
sightings_clear(struct sightings *run)
{
	pthread_mutex_destroy(&run->lock);
	arena_free(run->arena);
	free(run->seen);
}

#endif
