/*
 * Interns a chain, has it audited, and serializes the outcome.  Runs on the
 * worker threads during a scan and on the main thread while it settles.
 */
#include "audit/judge.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "x509/certificate_pool.h"
#include "model/site.h"

struct judge {
	const struct audit_settings *settings;
	struct auditor *auditor;
	struct certificate_pool *pool;
	struct arena *arena;
	struct seen *found; /* written, though nobody sent them */
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

	judge->settings = settings;
	judge->auditor = auditor_new(settings);
	judge->pool = certificate_pool_new();
	judge->arena = arena_new();
	judge->found = seen_new();
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
	seen_free(judge->found);
	free(judge);
}

static struct message_certificate *
write_certificate(
    struct message *message, const struct certificate *certificate)
{
	struct message_certificate *entry;

	message->certificates =
	    memory_grow(message->certificates, message->certificate_count,
		&message->certificate_capacity, sizeof(*message->certificates));
	entry = &message->certificates[message->certificate_count++];
	*entry = (struct message_certificate){
		.sha256 = certificate->sha256,
		.line = message->certificate_lines.size,
	};
	certificate_write(&message->certificate_lines, certificate);
	entry->line_size = message->certificate_lines.size - entry->line;
	return entry;
}

static void
attach_der(struct message *message, struct message_certificate *entry,
    const struct certificate *certificate)
{
	entry->der = message->authorities.size;
	text_append_bytes(&message->authorities, certificate->der);
	entry->der_size = certificate->der.size;
}

/* The fleet learns from what its hosts send. */
static void
write_received(struct message *message, const struct certificate *certificate)
{
	struct message_certificate *entry =
	    write_certificate(message, certificate);

	entry->authority = certificate_is_authority(certificate);
	if (entry->authority)
		attach_der(message, entry, certificate);
}

/* Where the audit may have found it: in a store, or in one of the sources. */
static const struct certificate *
find_certificate(const struct judge *judge, const struct audit_sources *sources,
    const struct digest *sha256)
{
	const struct audit_settings *settings = judge->settings;
	const struct certificate *found = NULL;

	for (size_t i = 0; i < settings->store_count && found == NULL; i++) {
		const struct trust_store *store = settings->stores[i];

		found =
		    certificate_index_get(trust_store_anchors(store), sha256);
		if (found == NULL)
			found = certificate_index_get(
			    trust_store_intermediates(store), sha256);
	}
	for (size_t i = 0;
	     sources != NULL && i < sources->count && found == NULL; i++)
		found = certificate_index_get(
		    sources->list[i].certificates, sha256);
	return found;
}

static void
write_one_found(struct judge *judge, const struct audit_sources *sources,
    const struct step *step, bool learn, struct message *message)
{
	const struct digest *sha256 = &step->sha256;
	const struct certificate *found =
	    find_certificate(judge, sources, sha256);
	struct message_certificate *entry;

	if (found == NULL || !seen_add(judge->found, digest_bytes(sha256)))
		return;
	entry = write_certificate(message, found);
	entry->useful = learn && source_is_learned(step->from);
	if (entry->useful)
		attach_der(message, entry, found);
}

/* What a record names beyond what was received, so that it can be read alone.
 */
static void
write_found(struct judge *judge, const struct audit_sources *sources,
    const struct step *steps, size_t count, bool learn, struct message *message)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].from != SOURCE_RECEIVED)
			write_one_found(
			    judge, sources, &steps[i], learn, message);
}

/* Parses one; with a message, notes if it is new and who sent it. */
static const struct certificate *
intern_received(struct judge *judge, struct bytes der, struct message *message)
{
	const struct certificate *certificate;
	bool fresh;

	certificate = certificate_pool_add(judge->pool, der, &fresh);
	if (message == NULL)
		return certificate;
	if (fresh)
		write_received(message, certificate);
	if (certificate_is_authority(certificate))
		message->sent[message->sent_count++] = certificate->sha256;
	return certificate;
}

static const struct certificate **
intern_chain(
    struct judge *judge, struct observation *seen, struct message *message)
{
	const struct certificate **chain =
	    arena_array(judge->arena, seen->received_count, sizeof(*chain));
	struct digest *digests =
	    arena_array(judge->arena, seen->received_count, sizeof(*digests));

	for (size_t i = 0; i < seen->received_count; i++) {
		chain[i] = intern_received(judge, seen->chain[i], message);
		digests[i] = chain[i]->sha256;
	}
	seen->received = digests;
	return chain;
}

static const struct digest *
intern_other_chain(struct judge *judge, const struct offer_answer *given,
    struct message *message)
{
	struct digest *digests =
	    arena_array(judge->arena, given->received_count, sizeof(*digests));

	for (size_t i = 0; i < given->received_count; i++)
		digests[i] =
		    intern_received(judge, given->chain[i], message)->sha256;
	return digests;
}

/*
 * Chains that other offers got: kept in the run, and named by the record, but
 * not judged.  What was read from a record has its digests already.
 */
static void
intern_other_chains(
    struct judge *judge, struct observation *seen, struct message *message)
{
	size_t count = seen->tls.offer_count;
	struct offer_answer *answers =
	    arena_array(judge->arena, count, sizeof(*answers));

	for (size_t i = 0; i < count; i++) {
		answers[i] = seen->tls.offers[i];
		if (answers[i].chain != NULL)
			answers[i].received =
			    intern_other_chain(judge, &answers[i], message);
	}
	seen->tls.offers = answers;
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
	if (seen.tls.offer_count > 0)
		intern_other_chains(judge, &seen, message);
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
	size_t most_sent = seen->received_count;
	struct result result;

	for (size_t i = 0; i < seen->tls.offer_count; i++)
		most_sent += seen->tls.offers[i].received_count;
	message->sent = memory_array(most_sent + 1, sizeof(*message->sent));
	message->pending =
	    judge_interned(judge, seen, sources, message, &result);
	message->ordinal = seen->ordinal;
	message->status = seen->status;
	message->host = memory_string(seen->host);
	message->site = memory_string(result.seen.site);
	if (message->pending) {
		pending_write(&message->line, &result.seen);
	} else {
		message->class_id = result_counted_class(&result);
		message->severity = result.verdict.severity;
		message->cause = result.verdict.cause;
		/* What is missing completes a path to a trusted root. */
		write_found(judge, sources, result.verdict.missing,
		    result.verdict.missing_count, true, message);
		write_found(judge, sources, result.verdict.path,
		    result.verdict.path_length, false, message);
		result_write(&message->line, &result);
	}
	return message;
}
