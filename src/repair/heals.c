/* Finds one record of a run and judges it with a longer chain. */
#include "repair/heals.h"

#include <stdlib.h>

#include "base/memory.h"
#include "audit/judge.h"

struct heals {
	struct archive *archive;
	struct judge *judge;
};

struct heals *
heals_new(struct archive *archive, const struct audit_settings *settings)
{
	struct heals *heals = memory_new(sizeof(*heals));

	heals->archive = archive;
	heals->judge = judge_new(settings);
	return heals;
}

void
heals_free(struct heals *heals)
{
	if (heals == NULL)
		return;
	judge_free(heals->judge);
	free(heals);
}

/* Records lie by their ordinals; the count when there is none of it. */
static size_t
find_record(struct archive *archive, uint64_t ordinal)
{
	size_t low = 0, high = archive_count(archive);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (archive_ordinal(archive, middle) < ordinal)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* As the server should send it: what is missing behind what it sends. */
static bool
complete_chain(struct archive *archive, struct arena *arena,
    const struct verdict *verdict, struct observation *seen)
{
	struct bytes *chain;

	if (!archive_fill_chain(archive, arena, seen))
		return false;
	chain = arena_array(arena,
	    seen->received_count + verdict->missing_count, sizeof(*chain));
	memcpy(chain, seen->chain, seen->received_count * sizeof(*chain));
	for (size_t i = 0; i < verdict->missing_count; i++)
		if (!archive_certificate(archive, &verdict->missing[i].sha256,
			arena, &chain[seen->received_count++]))
			return false;
	seen->chain = chain;
	return true;
}

size_t
heals_of(struct heals *heals, uint64_t ordinal, struct arena *arena,
    const char ***clients)
{
	size_t at = find_record(heals->archive, ordinal), count = 0;
	struct result before, after;

	*clients = NULL;
	if (at == archive_count(heals->archive) ||
	    !archive_read(heals->archive, at, arena, &before, NULL) ||
	    before.seen.ordinal != ordinal ||
	    !complete_chain(
		heals->archive, arena, &before.verdict, &before.seen))
		return 0;
	judge_result(heals->judge, &before.seen, NULL, &after);
	*clients =
	    arena_array(arena, after.verdict.client_count, sizeof(**clients));
	for (size_t i = 0; i < after.verdict.client_count; i++) {
		const struct client_verdict *client = &after.verdict.clients[i];

		if (client->accepts == ACCEPTS_YES &&
		    verdict_acceptance(&before.verdict, client->id) ==
			ACCEPTS_NO)
			(*clients)[count++] = arena_string(arena, client->id);
	}
	return count;
}
