/*
 * Compares what clients say of a host before and after a repair.  Chooses no
 * repair: that is done in plan.c.
 */
#include "repair/clients_fixed.h"

#include <string.h>

void
clients_fixed_compare(struct arena *arena, const struct verdict *now,
    const struct verdict *then, struct clients_fixed *clients)
{
	size_t most = then->client_count;

	*clients = (struct clients_fixed){
		.fixed = arena_array(arena, most, sizeof(char *)),
		.refusing = arena_array(arena, most, sizeof(char *)),
	};
	for (size_t i = 0; i < then->client_count; i++) {
		const struct client_verdict *client = &then->clients[i];
		const struct client_verdict *before =
		    verdict_client(now, client->id);
		const char *id = arena_string(arena, client->id);

		if (client->accepts == ACCEPTS_NO)
			clients->refusing[clients->refusing_count++] = id;
		else if (client->accepts == ACCEPTS_YES && before != NULL &&
			 before->accepts == ACCEPTS_NO)
			clients->fixed[clients->fixed_count++] = id;
	}
}

/* Puts the certificates that are missing behind those that were sent. */
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

bool
clients_fixed_by_chain(struct archive *archive, struct judge *judge,
    uint64_t ordinal, struct arena *arena, struct clients_fixed *clients)
{
	/* A run may have thousands of causes. */
	struct arena *record = arena_new();
	size_t at = archive_find(archive, ordinal);
	struct result now, then;
	bool is_found =
	    at < archive_count(archive) &&
	    archive_read(archive, at, record, &now, NULL) &&
	    now.seen.ordinal == ordinal &&
	    complete_chain(archive, record, &now.verdict, &now.seen);

	if (is_found) {
		judge_result(judge, &now.seen, NULL, &then);
		clients_fixed_compare(
		    arena, &now.verdict, &then.verdict, clients);
	}
	arena_free(record);
	return is_found;
}
