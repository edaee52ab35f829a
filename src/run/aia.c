/*
 * Rounds of fetching: every wanted certificate stands at one of its URLs; a
 * round fetches those that were not asked yet, then each want is done or moves
 * to its next URL, and new certificates want their own issuers.
 */
#include "run/aia.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "x509/bundle.h"
#include "x509/der.h"
#include "x509/signature.h"

struct url_answer {
	const char *url;
	struct aia_answer facts;
};

struct want {
	struct url_answer *urls[AIA_MOST_URLS_A_CERTIFICATE];
	size_t count, at;
	unsigned level;
	struct certificate *subject; /* owned: its issuer is wanted */
};

struct aia {
	struct fetch_options options;
	bool can_fetch;
	struct arena *arena;
	struct map *answers;	  /* URL -> struct url_answer */
	struct map *certificates; /* SHA-256 -> struct certificate, owned */
	struct map *places;	  /* SHA-256 -> URL */
	struct map *wanted;	  /* URLs joined -> themselves: noted already */
	struct want *wants;
	size_t want_count, want_capacity;
	struct certificate_index *index;
	struct signature_memory *signatures;
};

struct aia *
aia_new(const struct fetch_options *options)
{
	struct aia *aia = memory_new(sizeof(*aia));

	aia->can_fetch = options != NULL;
	if (aia->can_fetch)
		aia->options = *options;
	aia->arena = arena_new();
	aia->answers = map_new();
	aia->certificates = map_new();
	aia->places = map_new();
	aia->wanted = map_new();
	aia->index = certificate_index_new();
	aia->signatures = signature_memory_new();
	return aia;
}

void
aia_free(struct aia *aia)
{
	struct bytes key;
	void *certificate;

	if (aia == NULL)
		return;
	certificate_index_free(aia->index);
	for (size_t at = 0;
	     map_next(aia->certificates, &at, &key, &certificate);)
		certificate_free(certificate);
	map_free(aia->answers);
	map_free(aia->certificates);
	map_free(aia->places);
	map_free(aia->wanted);
	arena_free(aia->arena);
	for (size_t i = 0; i < aia->want_count; i++)
		certificate_free(aia->wants[i].subject);
	signature_memory_free(aia->signatures);
	free(aia->wants);
	free(aia);
}

static struct url_answer *
answer_for(struct aia *aia, const char *url)
{
	struct url_answer *answer =
	    map_get(aia->answers, bytes_from_string(url));

	if (answer != NULL || map_count(aia->answers) >= AIA_MOST_URLS)
		return answer;
	answer = arena_alloc(aia->arena, sizeof(*answer));
	answer->url = arena_string(aia->arena, url);
	map_put(aia->answers, bytes_from_string(answer->url), answer);
	return answer;
}

/* Hosts of one CA share issuer and URLs of their leaves: one want will do. */
static bool
is_new_want(struct aia *aia, const struct certificate *certificate)
{
	struct text urls = { .size = 0 };
	struct bytes key;
	bool fresh;

	for (size_t i = 0; i < certificate->issuer_url_count; i++) {
		text_append(&urls, certificate->issuer_urls[i]);
		text_append_char(&urls, '\n');
	}
	text_append_bytes(&urls, certificate->raw_issuer);
	text_append_bytes(&urls, certificate->authority_key_id);
	key = bytes_of(urls.data, urls.size);
	fresh = map_get(aia->wanted, key) == NULL;
	if (fresh) {
		key = arena_bytes(aia->arena, key);
		map_put(aia->wanted, key, (void *)(uintptr_t)key.data);
	}
	text_free(&urls);
	return fresh;
}

static size_t
want(struct aia *aia, const struct certificate *certificate, unsigned level)
{
	struct want entry = { .level = level };

	if (certificate->issuer_url_count == 0 || level >= AIA_MOST_LEVELS ||
	    !is_new_want(aia, certificate))
		return 0;
	for (size_t i = 0; i < certificate->issuer_url_count &&
			   entry.count < AIA_MOST_URLS_A_CERTIFICATE;
	     i++) {
		struct url_answer *answer =
		    answer_for(aia, certificate->issuer_urls[i]);

		if (answer != NULL)
			entry.urls[entry.count++] = answer;
	}
	if (entry.count == 0)
		return 0;
	aia->wants = memory_grow(aia->wants, aia->want_count,
	    &aia->want_capacity, sizeof(*aia->wants));
	entry.subject = certificate_new(certificate->der);
	aia->wants[aia->want_count++] = entry;
	return entry.count;
}

size_t
aia_want(struct aia *aia, const struct certificate *certificate)
{
	return want(aia, certificate, 0);
}

/* One certificate of an answer, kept once whoever sends it. */
static const struct certificate *
keep(struct aia *aia, struct bytes der, const char *url)
{
	struct certificate *fresh, *kept;
	size_t header, content;
	struct bytes key;
	const char *place;
	uint8_t tag;

	/* What follows it is the download's: a file may end with a line feed.
	 */
	if (der_header(der, &tag, &header, &content) &&
	    content < der.size - header)
		der.size = header + content;
	fresh = certificate_new(der);
	key = digest_bytes(&fresh->sha256);
	kept = map_get(aia->certificates, key);

	if (kept == NULL) {
		map_put(aia->certificates, key, fresh);
		kept = fresh;
	} else {
		certificate_free(fresh);
	}
	key = digest_bytes(&kept->sha256);
	place = map_get(aia->places, key);
	if (place == NULL || strcmp(url, place) < 0)
		map_put(aia->places, key, (void *)(uintptr_t)url);
	return kept;
}

/* Nothing, or too much to be an issuer and its like, is a failure. */
static void
take_ders(struct aia *aia, struct url_answer *answer, const struct bytes ders[],
    size_t count)
{
	const struct certificate **list;

	answer->facts.state = AIA_FAILED;
	answer->facts.error = "the answer holds no certificate";
	if (count == 0 || count > AIA_MOST_CERTIFICATES_AN_ANSWER)
		return;
	list = arena_array(aia->arena, count, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = keep(aia, ders[i], answer->url);
	answer->facts = (struct aia_answer){
		.state = AIA_ANSWERED,
		.certificates = list,
		.count = count,
	};
}

void
aia_remember(struct aia *aia, const char *url, const struct bytes ders[],
    size_t count, const char *error)
{
	struct url_answer *answer = answer_for(aia, url);

	if (answer == NULL || answer->facts.state != AIA_NOT_ASKED)
		return;
	take_ders(aia, answer, ders, count);
	if (answer->facts.state == AIA_FAILED && error != NULL)
		answer->facts.error = arena_string(aia->arena, error);
}

static const char late_sentence[] =
    "the time for fetching was over; --fetch-timeout gives more";

void
aia_remember_late(struct aia *aia, const char *url)
{
	struct url_answer *answer = answer_for(aia, url);

	if (answer == NULL || answer->facts.state != AIA_NOT_ASKED)
		return;
	answer->facts.state = AIA_LATE;
	answer->facts.error = late_sentence;
}

void
aia_each(const struct aia *aia,
    void (*tell)(void *context, const char *url, const struct aia_answer *),
    void *context)
{
	struct bytes key;
	void *value;

	for (size_t at = 0; map_next(aia->answers, &at, &key, &value);) {
		const struct url_answer *answer = value;

		if (answer->facts.state != AIA_NOT_ASKED)
			tell(context, answer->url, &answer->facts);
	}
}

struct round {
	struct aia *aia;
	struct url_answer **answers;
	struct fetch_request *requests;
	size_t count;
};

static void
on_fetched(void *context, size_t index, const struct fetch_result *result)
{
	struct round *round = context;
	struct url_answer *answer = round->answers[index];
	struct bundle bundle = { .count = 0 };
	struct arena *scratch;

	if (result->is_late) {
		answer->facts.state = AIA_LATE;
		answer->facts.error = late_sentence;
		return;
	}
	if (result->error != NULL) {
		answer->facts.state = AIA_FAILED;
		answer->facts.error =
		    arena_string(round->aia->arena, result->error);
		return;
	}
	scratch = arena_new();
	if (bundle_read_bytes(scratch, result->body, &bundle) < 0)
		bundle.count = 0;
	take_ders(round->aia, answer, bundle.certificates, bundle.count);
	arena_free(scratch);
}

/* The current URLs of all wants that were not asked yet, each once. */
static void
gather(struct round *round)
{
	struct aia *aia = round->aia;

	round->answers =
	    memory_array(aia->want_count + 1, sizeof(*round->answers));
	round->requests =
	    memory_array(aia->want_count + 1, sizeof(*round->requests));
	for (size_t i = 0; i < aia->want_count; i++) {
		struct want *entry = &aia->wants[i];
		struct url_answer *answer;

		if (entry->at >= entry->count)
			continue;
		answer = entry->urls[entry->at];
		if (answer->facts.state != AIA_NOT_ASKED)
			continue;
		answer->facts.state = AIA_FAILED; /* until it answers */
		answer->facts.error = "not fetched";
		round->answers[round->count] = answer;
		round->requests[round->count++].url = answer->url;
	}
}

/* A certificate of another CA is no success, whatever the URL says. */
static bool
holds_issuer(const struct aia *aia, const struct certificate *subject,
    const struct aia_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct certificate *at = answer->certificates[i];

		switch (signature_check(aia->signatures, subject, at, NULL)) {
		case SIGNATURE_GOOD:
			return true;
		case SIGNATURE_BAD:
			break;
		default:
			if (bytes_equal(at->raw_subject, subject->raw_issuer))
				return true;
		}
	}
	return false;
}

/* Wants whose URL leads to the issuer are done; the others go on to the next.
 */
static bool
advance(struct aia *aia)
{
	size_t count = aia->want_count;
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		struct want entry = aia->wants[i];
		struct aia_answer facts;

		if (entry.at >= entry.count)
			continue;
		facts = entry.urls[entry.at]->facts;
		if (facts.state == AIA_NOT_ASKED) {
			open = true;
			continue;
		}
		if (!holds_issuer(aia, entry.subject, &facts)) {
			aia->wants[i].at++;
			open = open || aia->wants[i].at < entry.count;
			continue;
		}
		aia->wants[i].at = entry.count;
		for (size_t k = 0; k < facts.count; k++)
			if (!facts.certificates[k]->self_issued)
				want(aia, facts.certificates[k],
				    entry.level + 1);
	}
	return open || aia->want_count > count;
}

int
aia_fetch(struct aia *aia)
{
	bool open = aia->can_fetch && aia->want_count > 0;
	int result = 0;

	while (open && result == 0) {
		struct round round = { .aia = aia };

		gather(&round);
		if (round.count > 0)
			result = fetch_all(&aia->options, round.requests,
			    round.count, on_fetched, &round);
		free(round.answers);
		free(round.requests);
		open = advance(aia);
	}
	certificate_index_add_sorted(aia->index, aia->certificates);
	return result;
}

const struct certificate_index *
aia_certificates(const struct aia *aia)
{
	return aia->index;
}

const char *
aia_where(const struct aia *aia, const struct digest *digest)
{
	return map_get(aia->places, digest_bytes(digest));
}

struct aia_answer
aia_answer_of(const struct aia *aia, const char *url)
{
	const struct url_answer *answer =
	    map_get(aia->answers, bytes_from_string(url));

	if (answer == NULL)
		return (struct aia_answer){ .state = AIA_NOT_ASKED };
	return answer->facts;
}
