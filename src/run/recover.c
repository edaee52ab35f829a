/*
 * Certificates first, then what waits, then records: each is used as far as the
 * ones before it are complete.  At last the certificates that no record names
 * are removed, and what CAs among them were received is known to the fleet.
 */
#include "run/recover.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "rundir/archive.h"
#include "rundir/repair_stream.h"
#include "x509/certificate.h"
#include "model/record_line.h"
#include "model/record_fields.h"
#include "model/site.h"

struct recoverer {
	struct resume_targets *targets;
	const struct fail_on *fail_on; /* NULL: none */
	struct fleet_certificates *fleet;
	struct run_outcome *outcome;
	struct recovery *found;
	struct arena *arena;
	struct seen *kept;	  /* certificates on disk that are whole */
	struct seen *authorities; /* those of them that are a CA's */
	struct seen *sent;	  /* those of these that a host sent */
	int error;		  /* errno of the log of senders */
};

/* Drafts of files that were to appear whole. */
static void
remove_drafts(const char *directory)
{
	DIR *listing = opendir(directory);
	const struct dirent *entry;

	if (listing == NULL)
		return;
	while ((entry = readdir(listing)) != NULL) {
		char *path = file_join(directory, entry->d_name);

		if (fnmatch("*.tmp.??????", entry->d_name, 0) == 0)
			unlink(path);
		free(path);
	}
	closedir(listing);
}

/* Most lines show it without parsing; self-issued ones may be version 1. */
static bool
is_authority(const struct json *object, struct bytes der)
{
	const char *subject = json_string(json_get(object, "subject"));
	const char *issuer = json_string(json_get(object, "issuer"));
	struct certificate *certificate;
	bool result;

	if (json_bool(json_get(object, "is_ca"), false))
		return true;
	if (subject == NULL || issuer == NULL || strcmp(subject, issuer) != 0)
		return false;
	certificate = certificate_new(der);
	result = certificate_is_authority(certificate);
	certificate_free(certificate);
	return result;
}

/* By its own DER: a line may be valid JSON and still be a part of another. */
static uint32_t
take_certificate(void *context, struct bytes line)
{
	struct recoverer *recoverer = context;
	char error[JSON_ERROR_SIZE];
	struct json *object = json_parse(line, error);
	const char *text = json_string(json_get(object, "der"));
	struct digest digest, actual;
	struct bytes der;
	bool good = false;

	arena_reset(recoverer->arena);
	if (text != NULL && json_digest(json_get(object, "sha256"), &digest) &&
	    base64_decode(recoverer->arena, bytes_from_string(text), &der) ==
		0) {
		certificate_digest(der, &actual);
		good = digest_equal(&actual, &digest) &&
		       seen_add(recoverer->kept, digest_bytes(&digest));
	}
	if (good && is_authority(object, der))
		seen_add(recoverer->authorities, digest_bytes(&digest));
	json_free(object);
	return good ? LINE_KEEP : LINE_DROP;
}

static bool
has_digests(
    const struct recoverer *recoverer, const struct digest list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!seen_has(recoverer->kept, digest_bytes(&list[i])))
			return false;
	return true;
}

/* Chains that other offers got are the host's as well. */
static bool
has_received(const struct recoverer *recoverer, const struct observation *seen)
{
	const struct tls_facts *tls = &seen->tls;

	for (size_t i = 0; i < tls->offer_count; i++)
		if (!has_digests(recoverer, tls->offers[i].received,
			tls->offers[i].received_count))
			return false;
	for (size_t i = 0; i < seen->face_count; i++)
		if (!has_digests(recoverer, seen->faces[i].received,
			seen->faces[i].received_count))
			return false;
	return has_digests(recoverer, seen->received, seen->received_count);
}

static bool
has_steps(
    const struct recoverer *recoverer, const struct step list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!has_digests(recoverer, &list[i].sha256, 1))
			return false;
	return true;
}

static bool
has_face_steps(const struct recoverer *recoverer, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->face_count; i++)
		if (!has_steps(recoverer, verdict->faces[i].missing,
			verdict->faces[i].missing_count))
			return false;
	return true;
}

static void
name_steps(struct recoverer *recoverer, const struct step list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		seen_add(recoverer->found->certificates,
		    digest_bytes(&list[i].sha256));
}

/* Adds the authorities of a chain to what the host sent. */
static void
note_chain(struct recoverer *recoverer, const struct digest chain[],
    size_t length, struct digest sent[], size_t *count)
{
	for (size_t i = 0; i < length; i++) {
		struct bytes key = digest_bytes(&chain[i]);

		seen_add(recoverer->found->certificates, key);
		if (!seen_has(recoverer->authorities, key))
			continue;
		seen_add(recoverer->sent, key);
		sent[(*count)++] = chain[i];
	}
}

/* As a delivery does: what the host sent is known to the fleet. */
static void
note_received(struct recoverer *recoverer, const struct observation *seen)
{
	const struct tls_facts *tls = &seen->tls;
	size_t most = seen->received_count, count = 0;
	struct digest *sent;

	for (size_t i = 0; i < tls->offer_count; i++)
		most += tls->offers[i].received_count;
	for (size_t i = 0; i < seen->face_count; i++)
		most += seen->faces[i].received_count;
	sent = arena_array(recoverer->arena, most, sizeof(*sent));
	note_chain(
	    recoverer, seen->received, seen->received_count, sent, &count);
	for (size_t i = 0; i < tls->offer_count; i++)
		note_chain(recoverer, tls->offers[i].received,
		    tls->offers[i].received_count, sent, &count);
	for (size_t i = 0; i < seen->face_count; i++)
		note_chain(recoverer, seen->faces[i].received,
		    seen->faces[i].received_count, sent, &count);
	if (fleet_certificates_note(recoverer->fleet, seen->host,
		site_of_host(recoverer->arena, seen->host), sent, count) < 0)
		recoverer->error = errno == 0 ? EIO : errno;
}

/* The decision on a line whose observation is complete. */
static uint32_t
take_place(struct recoverer *recoverer, const struct observation *seen,
    enum resume_state state)
{
	uint32_t ordinal = resume_targets_take(recoverer->targets, seen, state);

	if (ordinal == 0 && !resume_targets_lists(recoverer->targets, seen))
		recoverer->found->gone++;
	if (ordinal == 0)
		return LINE_DROP;
	note_received(recoverer, seen);
	return ordinal == seen->ordinal ? LINE_KEEP : ordinal;
}

static const struct digest *
hash_chain(
    struct recoverer *recoverer, const struct bytes chain[], size_t count)
{
	struct digest *digests =
	    arena_array(recoverer->arena, count, sizeof(*digests));

	for (size_t i = 0; i < count; i++)
		certificate_digest(chain[i], &digests[i]);
	return digests;
}

static uint32_t
take_pending(void *context, struct bytes line)
{
	struct recoverer *recoverer = context;
	struct observation seen;
	struct face *faces;
	const char *reason;
	uint32_t decision;

	arena_reset(recoverer->arena);
	if (!pending_read(recoverer->arena, line, &seen, &reason) ||
	    seen.host == NULL)
		return LINE_DROP;
	seen.received = hash_chain(recoverer, seen.chain, seen.received_count);
	faces = arena_array(recoverer->arena, seen.face_count, sizeof(*faces));
	for (size_t i = 0; i < seen.face_count; i++) {
		faces[i] = seen.faces[i];
		faces[i].received = hash_chain(
		    recoverer, faces[i].chain, faces[i].received_count);
	}
	seen.faces = faces;
	if (!has_received(recoverer, &seen))
		return LINE_DROP;
	decision = take_place(recoverer, &seen, RESUME_TARGET_PENDING);
	if (decision != LINE_DROP)
		recoverer->found->pending++;
	return decision;
}

static uint32_t
take_record(void *context, struct bytes line)
{
	struct recoverer *recoverer = context;
	struct run_outcome *outcome = recoverer->outcome;
	struct result result;
	const struct verdict *verdict = &result.verdict;
	const char *reason;
	uint32_t decision;

	arena_reset(recoverer->arena);
	if (!result_read(recoverer->arena, line, &result, &reason) ||
	    result.seen.host == NULL ||
	    !has_received(recoverer, &result.seen) ||
	    !has_steps(recoverer, verdict->path, verdict->path_length) ||
	    !has_steps(recoverer, verdict->missing, verdict->missing_count) ||
	    !has_face_steps(recoverer, verdict)) {
		recoverer->found->again++;
		return LINE_DROP;
	}
	/* There was no time to fetch for it; perhaps there is now. */
	if (result_lacks_time(&result))
		return LINE_DROP;
	decision = take_place(recoverer, &result.seen, RESUME_TARGET_DONE);
	if (decision == LINE_DROP)
		return LINE_DROP;
	name_steps(recoverer, verdict->path, verdict->path_length);
	name_steps(recoverer, verdict->missing, verdict->missing_count);
	for (size_t i = 0; i < verdict->face_count; i++)
		name_steps(recoverer, verdict->faces[i].missing,
		    verdict->faces[i].missing_count);
	outcome->totals.records++;
	outcome->counts[result_counted_class(&result)][verdict->severity]++;
	outcome->failing +=
	    recoverer->fail_on != NULL &&
	    fail_on_matches(recoverer->fail_on, result_counted_class(&result),
		verdict->severity, result.seen.tags, result.seen.tag_count);
	return decision;
}

static uint32_t
keep_named(void *context, struct bytes line)
{
	struct recoverer *recoverer = context;
	struct digest digest;
	struct bytes der;
	const char *reason;

	if (!certificate_line_digest(line, &digest) ||
	    !seen_has(recoverer->found->certificates, digest_bytes(&digest)))
		return LINE_DROP;
	if (!seen_has(recoverer->sent, digest_bytes(&digest)))
		return LINE_KEEP;
	arena_reset(recoverer->arena);
	if (certificate_line_read(
		recoverer->arena, line, &digest, &der, &reason))
		fleet_certificates_learn(recoverer->fleet, &digest, der);
	return LINE_KEEP;
}

static const struct {
	const char *name;
	line_decision *decide;
} passes[] = {
	{ "certs.ndjson", take_certificate },
	{ "pending.ndjson", take_pending },
	{ "hosts.ndjson", take_record },
	{ "certs.ndjson", keep_named },
};

int
recover(const char *directory, struct resume_targets *targets,
    const struct fail_on *fail_on, struct fleet_certificates *fleet,
    struct run_outcome *outcome, struct recovery *found)
{
	struct recoverer recoverer = {
		.targets = targets,
		.fail_on = fail_on,
		.fleet = fleet,
		.outcome = outcome,
		.found = found,
		.arena = arena_new(),
		.kept = seen_new(),
		.authorities = seen_new(),
		.sent = seen_new(),
	};
	int result = 0, failure;

	*found = (struct recovery){ .certificates = seen_new() };
	remove_drafts(directory);
	for (size_t i = 0;
	     i < sizeof(passes) / sizeof(passes[0]) && result == 0; i++)
		result = repair_stream(
		    directory, passes[i].name, passes[i].decide, &recoverer);
	failure = result < 0 ? errno : recoverer.error;
	arena_free(recoverer.arena);
	seen_free(recoverer.kept);
	seen_free(recoverer.authorities);
	seen_free(recoverer.sent);
	errno = failure;
	return failure == 0 ? 0 : -1;
}
