/*
 * Judges each host of a plan as it is today, by stores that hold the plan's
 * certificates, and compares what clients say then with what they say now.
 */
#include "repair/repair_clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "audit/judge.h"

struct comparison {
	struct repair_plan *plan;
	struct archive *archive;
	struct judge *now, *then;
	struct arena *scratch;
};

static bool
has_word(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void
compare(struct comparison *comparison, struct repair_host *host,
    const struct verdict *now, const struct verdict *then)
{
	struct arena *arena = comparison->plan->arena;

	host->heals =
	    arena_array(arena, then->client_count, sizeof(*host->heals));
	host->refuse =
	    arena_array(arena, then->client_count, sizeof(*host->refuse));
	for (size_t i = 0; i < then->client_count; i++) {
		const struct client_verdict *client = &then->clients[i];
		const char *id = arena_string(arena, client->id);

		if (client->accepts == ACCEPTS_NO)
			host->refuse[host->refuse_count++] = id;
		else if (client->accepts == ACCEPTS_YES &&
			 verdict_acceptance(now, client->id) == ACCEPTS_NO)
			host->heals[host->heal_count++] = id;
	}
}

/* What clients say now is in the record, but for runs that asked none. */
static void
look_at(struct comparison *comparison, struct repair_host *host)
{
	struct result record, now, then;

	arena_reset(comparison->scratch);
	if (!archive_read(comparison->archive, host->record,
		comparison->scratch, &record, NULL) ||
	    !archive_fill_chain(
		comparison->archive, comparison->scratch, &record.seen))
		return;
	now = record;
	if (record.verdict.client_count == 0)
		judge_result(comparison->now, &record.seen, NULL, &now);
	judge_result(comparison->then, &record.seen, NULL, &then);
	compare(comparison, host, &now.verdict, &then.verdict);
}

/* In the order of the first host's clients, which is that of all. */
static void
join_heals(struct arena *arena, struct repair_item *item)
{
	size_t most = 0;

	for (size_t i = 0; i < item->host_count; i++)
		most += item->hosts[i]->heal_count;
	item->heals = arena_array(arena, most, sizeof(*item->heals));
	for (size_t i = 0; i < item->host_count; i++) {
		const struct repair_host *host = item->hosts[i];

		for (size_t j = 0; j < host->heal_count; j++)
			if (!has_word(
				item->heals, item->heal_count, host->heals[j]))
				item->heals[item->heal_count++] =
				    host->heals[j];
	}
}

void
repair_clients(struct repair_plan *plan, struct archive *archive,
    const struct saved_run *run)
{
	const struct certificate **extra =
	    memory_array(plan->item_count + 1, sizeof(*extra));
	struct comparison comparison = { plan, archive, NULL, NULL, NULL };
	struct saved_run *larger;

	for (size_t i = 0; i < plan->item_count; i++)
		extra[i] = plan->items[i]->certificate;
	larger = saved_run_with(run, extra, plan->item_count);
	comparison.now = judge_new(saved_run_settings(run));
	comparison.then = judge_new(saved_run_settings(larger));
	comparison.scratch = arena_new();
	for (size_t i = 0; i < plan->host_count; i++)
		look_at(&comparison, plan->hosts[i]);
	for (size_t i = 0; i < plan->item_count; i++)
		join_heals(plan->arena, plan->items[i]);
	arena_free(comparison.scratch);
	judge_free(comparison.then);
	judge_free(comparison.now);
	saved_run_free(larger);
	free(extra);
}
