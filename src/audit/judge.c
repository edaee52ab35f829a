/*
 * Looks the chain up in the pool, audits it, and writes the record.  Runs on
 * the worker threads during a scan and on the main thread while it settles.
 */
#include "audit/judge.h"

#include "audit/faces.h"
#include "audit/served.h"

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
	struct seen *found; /* written, though no host sent them */
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

/* With its octets where the run is to keep them: attached to the message. */
static struct message_certificate *
write_certificate(struct message *message,
    const struct certificate *certificate, bool with_der)
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
	if (with_der) {
		entry->der = message->authorities.size;
		text_append_bytes(&message->authorities, certificate->der);
		entry->der_size = certificate->der.size;
	}
	return entry;
}

/* Where the audit may have found it: in a store, or in one of the sources. */
static const struct certificate *
find_certificate(const struct judge *judge, const struct audit_sources *sources,
    const struct digest *sha256)
{
	const struct audit_settings *settings = judge->settings;
	const struct certificate *found = NULL;

	for (size_t i = 0; i < settings->store_count && found == NULL; i++)
		found = trust_store_get(settings->stores[i], sha256);
	for (size_t i = 0;
	     sources != NULL && i < sources->count && found == NULL; i++)
		found = certificate_index_get(
		    sources->list[i].certificates, sha256);
	return found;
}

/* What a record names beyond what was received, so that it can be read alone.
 */
static void
write_found(struct judge *judge, const struct audit_sources *sources,
    const struct step *steps, size_t count, bool learn, struct message *message)
{
	for (size_t i = 0; i < count; i++) {
		const struct digest *sha256 = &steps[i].sha256;
		bool useful = learn && source_is_learned(steps[i].from);
		const struct certificate *found;

		if (steps[i].from == SOURCE_RECEIVED)
			continue;
		found = find_certificate(judge, sources, sha256);
		if (found != NULL &&
		    seen_add(judge->found, digest_bytes(sha256)))
			write_certificate(message, found, useful)->useful =
			    useful;
	}
}

/*
 * Parses a chain; with a message, adds which are new and which host sent them.
 * Returns the digests, and the certificates where they are wanted.
 */
static const struct digest *
intern_chain(struct judge *judge, const struct bytes *chain, size_t count,
    const struct certificate **certificates, struct message *message)
{
	struct digest *digests =
	    arena_array(judge->arena, count, sizeof(*digests));

	for (size_t i = 0; i < count; i++) {
		bool fresh;
		const struct certificate *certificate =
		    certificate_pool_add(judge->pool, chain[i], &fresh);
		bool authority = certificate_is_authority(certificate);

		digests[i] = certificate->sha256;
		if (certificates != NULL)
			certificates[i] = certificate;
		/* The fleet learns from what its hosts send. */
		if (message != NULL && fresh)
			write_certificate(message, certificate, authority)
			    ->authority = authority;
		if (message != NULL && authority)
			message->sent[message->sent_count++] =
			    certificate->sha256;
	}
	return digests;
}

static bool
judge_faces(struct judge *judge, struct observation *seen,
    const struct certificate **own, const struct audit_sources *sources,
    struct message *message, struct result *result)
{
	struct face *faces =
	    arena_array(judge->arena, seen->face_count, sizeof(*faces));
	struct face_chain chains[FACES_MOST + 1] = { { own } };
	size_t count = 0;

	for (size_t i = 0; i < seen->face_count && count < FACES_MOST; i++) {
		struct face *face = &faces[count];
		const struct certificate **chain;

		*face = seen->faces[i];
		/* A run that was repaired may lack some of them. */
		if (face->chain == NULL || face->received_count == 0)
			continue;
		chain = arena_array(
		    judge->arena, face->received_count, sizeof(*chain));
		face->received = intern_chain(
		    judge, face->chain, face->received_count, chain, message);
		chains[++count].received = chain;
	}
	seen->faces = faces;
	seen->face_count = count;
	return faces_judge(judge->auditor, judge->settings, judge->arena, seen,
	    chains, sources, result);
}

static bool
judge_interned(struct judge *judge, const struct observation *observation,
    const struct audit_sources *sources, struct message *message,
    struct result *result)
{
	struct observation seen = *observation;
	const struct certificate **chain;
	struct offer_answer *answers;

	certificate_pool_trim(judge->pool);
	arena_reset(judge->arena);
	seen.site = site_of_host(judge->arena, seen.host);
	chain = arena_array(judge->arena, seen.received_count, sizeof(*chain));
	seen.received = intern_chain(
	    judge, seen.chain, seen.received_count, chain, message);
	/*
	 * Chains that other offers got: kept in the run, and named by the
	 * record, but not judged.  What was read from a record has its digests
	 * already.
	 */
	answers =
	    arena_array(judge->arena, seen.tls.offer_count, sizeof(*answers));
	for (size_t i = 0; i < seen.tls.offer_count; i++) {
		answers[i] = seen.tls.offers[i];
		if (answers[i].chain != NULL)
			answers[i].received =
			    intern_chain(judge, answers[i].chain,
				answers[i].received_count, NULL, message);
	}
	if (seen.tls.offer_count > 0)
		seen.tls.offers = answers;
	if (seen.face_count == 0)
		return auditor_judge(judge->auditor, judge->arena, &seen, chain,
		    sources, result);
	return judge_faces(judge, &seen, chain, sources, message, result);
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
	for (size_t i = 0; i < seen->face_count; i++)
		most_sent += seen->faces[i].received_count;
	message->sent = memory_array(most_sent + 1, sizeof(*message->sent));
	message->pending =
	    judge_interned(judge, seen, sources, message, &result);
	if (!seen->is_compared &&
	    (seen->addresses > 1 ||
		host_names_repeat(judge->settings->repeated, seen->host))) {
		message->is_settled = !message->pending;
		message->pending = true;
		result.seen.is_settled = message->is_settled;
	}
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
		message->lacks_fetch = result_lacks_time(&result);
		/* What is missing completes a path to a trusted root. */
		write_found(judge, sources, result.verdict.missing,
		    result.verdict.missing_count, true, message);
		for (size_t i = 0; i < result.verdict.face_count; i++)
			write_found(judge, sources,
			    result.verdict.faces[i].missing,
			    result.verdict.faces[i].missing_count, true,
			    message);
		write_found(judge, sources, result.verdict.path,
		    result.verdict.path_length, false, message);
		result_write(&message->line, &result);
	}
	return message;
}
