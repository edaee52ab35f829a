/*
 * Interns a chain, has it audited, and serializes the outcome.  Runs on the
 * worker threads during a scan and on the main thread while it settles.
 */
#include "fleet/judge.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/certificate_pool.h"
#include "model/site.h"

struct judge {
	struct auditor *auditor;
	struct certificate_pool *pool;
	struct arena *arena;
};

void
message_free(struct message *message)
{
	if (message == NULL)
		return;
	text_free(&message->line);
	text_free(&message->certificate_lines);
	text_free(&message->authorities);
	free(message->certificates);
	free(message->sent);
	free(message->host);
	free(message->site);
	free(message);
}

struct judge *
judge_new(const struct audit_settings *settings)
{
	struct judge *judge = memory_new(sizeof(*judge));

	judge->auditor = auditor_new(settings);
	judge->pool = certificate_pool_new();
	judge->arena = arena_new();
	return judge;
}

void
judge_free(struct judge *judge)
{
	if (judge == NULL)
		return;
	auditor_free(judge->auditor);
	certificate_pool_free(judge->pool);
	arena_free(judge->arena);
	free(judge);
}

static void
write_certificate(
    struct message *message, const struct certificate *certificate)
{
	struct message_certificate *entry =
	    &message->certificates[message->certificate_count++];

	entry->sha256 = certificate->sha256;
	entry->line = message->certificate_lines.size;
	certificate_write(&message->certificate_lines, certificate);
	entry->line_size = message->certificate_lines.size - entry->line;
	entry->authority = certificate_is_authority(certificate);
	if (!entry->authority)
		return;
	entry->der = message->authorities.size;
	text_append_bytes(&message->authorities, certificate->der);
	entry->der_size = certificate->der.size;
}

/* Parses the chain; with a message, notes what is new and who sent what. */
static const struct certificate **
intern_chain(struct judge *judge, struct observation *seen,
    struct message *message)
{
	const struct certificate **chain =
	    arena_array(judge->arena, seen->received_count, sizeof(*chain));
	struct digest *digests =
	    arena_array(judge->arena, seen->received_count, sizeof(*digests));

	for (size_t i = 0; i < seen->received_count; i++) {
		bool fresh;

		chain[i] = certificate_pool_intern(
		    judge->pool, seen->chain[i], &fresh);
		digests[i] = chain[i]->sha256;
		if (message == NULL)
			continue;
		if (fresh)
			write_certificate(message, chain[i]);
		if (certificate_is_authority(chain[i]))
			message->sent[message->sent_count++] = digests[i];
	}
	seen->received = digests;
	return chain;
}

static bool
judge_interned(struct judge *judge, const struct observation *observation,
    const struct audit_sources *sources, struct message *message,
    struct result *result)
{
	struct observation seen = *observation;
	const struct certificate **chain;

	certificate_pool_trim(judge->pool);
	arena_reset(judge->arena);
	seen.site = site_of_host(judge->arena, seen.host);
	chain = intern_chain(judge, &seen, message);
	return auditor_judge(
	    judge->auditor, judge->arena, &seen, chain, sources, result);
}

bool
judge_result(struct judge *judge, const struct observation *seen,
    const struct audit_sources *sources, struct result *result)
{
	return judge_interned(judge, seen, sources, NULL, result);
}

struct message *
judge_observation(struct judge *judge, const struct observation *seen,
    const struct audit_sources *sources)
{
	struct message *message = memory_new(sizeof(*message));
	struct result result;

	message->sent = memory_array(seen->received_count + 1,
	    sizeof(*message->sent));
	message->certificates = memory_array(seen->received_count + 1,
	    sizeof(*message->certificates));
	message->pending =
	    judge_interned(judge, seen, sources, message, &result);
	message->ordinal = seen->ordinal;
	message->status = seen->status;
	message->host = memory_string(seen->host);
	message->site = memory_string(result.seen.site);
	if (message->pending) {
		pending_write(&message->line, &result.seen);
	} else {
		message->class_id = result.verdict.class_id;
		message->severity = result.verdict.severity;
		message->cause = result.verdict.cause;
		result_write(&message->line, &result);
	}
	return message;
}
