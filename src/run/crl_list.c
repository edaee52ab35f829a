/* One CRL: read from its file or from a saved line, asked for serials. */
#include "run/crl_list.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/json.h"
#include "base/memory.h"

enum { CLOCK_SKEW = 300, READ_AT_ONCE = 64 << 10 };

struct crl_list *
crl_list_new(const char *url)
{
	struct crl_list *list = memory_new(sizeof(*list));

	list->arena = arena_new();
	list->url = arena_string(list->arena, url);
	return list;
}

void
crl_list_free(struct crl_list *list)
{
	if (list == NULL)
		return;
	crl_reader_free(list->reader);
	free(list->index);
	free(list->revoked);
	arena_free(list->arena);
	free(list);
}

/* The index of serials */

static uint32_t
serial_print(struct bytes serial)
{
	uint64_t hash = fnv_add(FNV_START, serial);

	return (uint32_t)(hash ^ hash >> 32);
}

void
crl_index_add(void *context, const struct crl_entry *entry)
{
	struct crl_index *index = context;

	if (index->count >= index->most)
		return;
	index->list = memory_grow(
	    index->list, index->count, &index->capacity, sizeof(*index->list));
	index->list[index->count++] = serial_print(entry->serial);
}

static int
by_value(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

void
crl_index_sort(struct crl_index *index)
{
	if (index->count > 1)
		qsort(
		    index->list, index->count, sizeof(*index->list), by_value);
}

static bool
may_hold(const struct crl_list *list, struct bytes serial)
{
	uint32_t print = serial_print(serial);

	/* Not all were indexed: any may be among them. */
	if (list->index_count < list->crl->entry_count)
		return true;
	return list->index_count > 0 &&
	       bsearch(&print, list->index, list->index_count, sizeof(print),
		   by_value) != NULL;
}

/* The file */

/* The reader at the end of the file; NULL: it cannot be read. */
static const struct crl *
read_file(const char *path, struct crl_reader *reader)
{
	FILE *stream = fopen(path, "rb");
	char *octets;
	size_t size;
	bool more = true;

	if (stream == NULL)
		return NULL;
	octets = memory_array(READ_AT_ONCE, 1);
	while (more && (size = fread(octets, 1, READ_AT_ONCE, stream)) > 0)
		more = crl_reader_push(reader, bytes_of(octets, size));
	more = ferror(stream) == 0;
	free(octets);
	fclose(stream);
	return more ? crl_reader_end(reader) : NULL;
}

void
crl_list_take(struct crl_list *list, struct crl_reader *reader,
    const char *path, uint32_t *index, size_t index_count)
{
	const struct crl *crl = crl_reader_end(reader);

	list->path = arena_string(list->arena, path);
	list->reader = reader;
	list->crl = crl;
	list->index = index;
	list->index_count = index_count;
	list->is_checked = false;
	if (crl->damage != NULL)
		return;
	list->issuer = crl_issuer_text(list->arena, crl);
	list->this_update = crl->this_update;
	list->next_update = crl->next_update;
	list->has_next_update = crl->has_next_update;
	list->scope = crl->scope;
	list->is_other_point = !crl_has_point(crl, list->url);
}

bool
crl_list_load(struct crl_list *list, const char *path, size_t most)
{
	struct crl_index index = { .most = most };
	struct crl_reader *reader = crl_reader_new(crl_index_add, &index);
	const struct crl *crl = read_file(path, reader);

	if (crl == NULL || crl->damage != NULL) {
		crl_reader_free(reader);
		free(index.list);
		return false;
	}
	crl_index_sort(&index);
	crl_list_take(list, reader, path, index.list, index.count);
	return true;
}

bool
crl_list_is_current(const struct crl_list *list, int64_t now)
{
	return list->has_next_update && now <= list->next_update &&
	       list->this_update <= now + CLOCK_SKEW;
}

/* Judging */

/* What does not depend on the certificate asked for, nor on the time. */
static void
check_list(struct crl_list *list, const struct certificate *issuer,
    struct signature_memory *signatures)
{
	const struct crl *crl = list->crl;

	list->cause = NULL;
	list->why = NULL;
	if (crl->damage != NULL) {
		list->cause = "malformed";
		list->why = arena_printf(
		    list->arena, "cannot be read: %s", crl->damage);
	} else if ((crl->scope & CRL_DELTA) != 0) {
		list->cause = "delta";
		list->why = "holds changes alone (a delta CRL), and is not "
			    "used";
	} else if ((crl->scope & CRL_INDIRECT) != 0) {
		list->cause = "indirect";
		list->why = "is of several issuers (an indirect CRL), and is "
			    "not used";
	} else if ((crl->scope & CRL_UNKNOWN_CRITICAL) != 0) {
		list->cause = "critical_extension";
		list->why = "has an unknown critical extension, and is not "
			    "used";
	} else if (!bytes_equal(crl->issuer, issuer->raw_subject)) {
		list->cause = "foreign";
		list->why = arena_printf(
		    list->arena, "is of another issuer, %s", list->issuer);
	} else if (crl->authority_key_id.size > 0 &&
		   issuer->subject_key_id.size > 0 &&
		   !bytes_equal(
		       crl->authority_key_id, issuer->subject_key_id)) {
		list->cause = "foreign";
		list->why = "names another key of its issuer";
	} else if (issuer->has_key_usage &&
		   (issuer->key_usage & USAGE_CRL_SIGN) == 0) {
		list->cause = "foreign";
		list->why = "is signed by a CA whose key usage does not allow "
			    "it (cRLSign)";
	} else {
		switch (crl_signature(crl, issuer, signatures)) {
		case SIGNATURE_GOOD:
			break;
		case SIGNATURE_BAD:
			list->cause = "forged";
			list->why = "has a wrong signature";
			break;
		default:
			list->cause = "unsupported";
			list->why = "has a signature that cannot be computed";
		}
	}
}

/* In LIST_SAVED the check was made when the list was there. */
static void
check_issuer(struct crl_list *list, const struct certificate *issuer,
    struct signature_memory *signatures, struct revocation_answer *answer)
{
	bool is_same = list->is_checked &&
		       digest_equal(&list->issuer_key, &issuer->spki_sha256);

	if (list->state == LIST_READ && !is_same) {
		check_list(list, issuer, signatures);
		list->is_checked = true;
		list->issuer_key = issuer->spki_sha256;
	}
	answer->cause = list->cause;
	answer->sentence = list->why;
	if (list->state == LIST_SAVED && list->cause == NULL && !is_same) {
		answer->cause = "foreign";
		answer->sentence = "is signed with another key";
	}
}

static void
check_scope(const struct crl_list *list, const struct certificate *subject,
    struct revocation_answer *answer)
{
	const char *why = NULL;

	if (list->is_other_point)
		why = "is for another distribution point";
	else if ((list->scope & CRL_ONLY_ATTRIBUTES) != 0)
		why = "is for attribute certificates alone";
	else if ((list->scope & CRL_ONLY_LEAVES) != 0 && subject->is_ca)
		why = "is not for the certificates of CAs";
	else if ((list->scope & CRL_ONLY_CAS) != 0 && !subject->is_ca)
		why = "is for the certificates of CAs alone";
	if (why == NULL)
		return;
	answer->cause = "wrong_scope";
	answer->sentence = why;
}

static void
check_dates(const struct crl_list *list, int64_t now, struct arena *arena,
    struct revocation_answer *answer)
{
	if (list->this_update > now + CLOCK_SKEW) {
		answer->cause = "not_yet_valid";
		answer->sentence = arena_printf(arena, "is of the future, %s",
		    time_text(arena, list->this_update));
	} else if (!list->has_next_update) {
		answer->cause = "undated";
		answer->sentence = "does not say when the next one comes "
				   "(nextUpdate)";
	} else if (now > list->next_update) {
		answer->cause = "stale";
		answer->sentence =
		    arena_printf(arena, "was to be replaced by %s",
			time_text(arena, list->next_update));
	}
}

static const struct crl_revoked *
find_revoked(const struct crl_list *list, const char *serial)
{
	for (size_t i = 0; i < list->revoked_count; i++)
		if (string_equal(list->revoked[i].serial, serial))
			return &list->revoked[i];
	return NULL;
}

static void
add_revoked(struct crl_list *list, const char *serial, const char *reason,
    int64_t since)
{
	if (find_revoked(list, serial) != NULL)
		return;
	list->revoked = memory_grow(list->revoked, list->revoked_count,
	    &list->revoked_capacity, sizeof(*list->revoked));
	list->revoked[list->revoked_count++] = (struct crl_revoked){
		.serial = arena_string(list->arena, serial),
		.reason = arena_string(list->arena, reason),
		.since = since,
	};
}

struct look_up {
	struct bytes serial;
	bool is_found;
	const char *reason;
	int64_t since;
};

static void
compare_entry(void *context, const struct crl_entry *entry)
{
	struct look_up *look_up = context;

	if (!bytes_equal(entry->serial, look_up->serial))
		return;
	look_up->is_found = true;
	look_up->reason = entry->reason;
	look_up->since = entry->since;
}

/* In the file, which is of several MiB at times. */
static void
find_in_file(struct crl_list *list, const struct certificate *subject,
    struct revocation_answer *answer)
{
	struct look_up look_up = { .serial = subject->serial };
	struct crl_reader *reader = crl_reader_new(compare_entry, &look_up);
	const struct crl *crl = read_file(list->path, reader);

	if (crl == NULL || crl->damage != NULL) {
		answer->cause = "failed";
		answer->sentence = "is gone from the cache";
	} else if (look_up.is_found &&
		   /* RFC 5280 5.3.1: of delta CRLs alone. */
		   !string_equal(look_up.reason, "removeFromCRL")) {
		add_revoked(
		    list, subject->serial_hex, look_up.reason, look_up.since);
	}
	crl_reader_free(reader);
}

bool
crl_list_ask(struct crl_list *list, struct arena *arena,
    const struct certificate *subject, const struct certificate *issuer,
    struct signature_memory *signatures, int64_t now,
    struct revocation_answer *answer)
{
	size_t count = list->revoked_count;
	const struct crl_revoked *revoked;

	answer->url = list->url;
	answer->this_update = list->this_update;
	answer->next_update = list->has_next_update ? list->next_update : 0;
	if (list->state == LIST_FAILED) {
		answer->cause = list->is_late ? "late" : "failed";
		answer->sentence = list->error;
	} else {
		check_issuer(list, issuer, signatures, answer);
	}
	if (answer->cause == NULL)
		check_scope(list, subject, answer);
	if (answer->cause == NULL)
		check_dates(list, now, arena, answer);
	if (answer->cause == NULL && list->state == LIST_READ &&
	    subject->serial_hex != NULL &&
	    find_revoked(list, subject->serial_hex) == NULL &&
	    may_hold(list, subject->serial))
		find_in_file(list, subject, answer);
	revoked = find_revoked(list, subject->serial_hex);
	if (answer->cause == NULL && revoked == NULL &&
	    (list->scope & CRL_SOME_REASONS) != 0) {
		answer->cause = "some_reasons";
		answer->sentence = "has only some reasons of revocation";
	}
	answer->state = EVIDENCE_UNUSABLE;
	if (answer->cause != NULL)
		return false;
	answer->state = revoked == NULL ? EVIDENCE_GOOD : EVIDENCE_REVOKED;
	if (revoked != NULL) {
		answer->reason = revoked->reason;
		answer->since = revoked->since;
	}
	return list->revoked_count > count;
}

/* crls.ndjson */

static const struct {
	unsigned scope;
	const char *word;
} scopes[] = {
	{ CRL_ONLY_LEAVES, "only_leaves" },
	{ CRL_ONLY_CAS, "only_cas" },
	{ CRL_ONLY_ATTRIBUTES, "only_attributes" },
	{ CRL_SOME_REASONS, "some_reasons" },
};

static const char other_point[] = "other_point";

void
crl_list_write(
    const struct crl_list *list, int64_t now, size_t first, struct text *line)
{
	struct arena *arena = arena_new();
	struct revocation_answer answer = { .cause = list->cause,
		.sentence = list->why };
	struct json_writer *object = json_new_object(), *array;

	if (list->state == LIST_FAILED)
		answer = (struct revocation_answer){
			.cause = list->is_late ? "late" : "failed",
			.sentence = list->error,
		};
	else if (answer.cause == NULL)
		check_dates(list, now, arena, &answer);
	json_add_string(object, "url", list->url);
	json_add_string(object, "issuer", list->issuer);
	json_add_string(object, "this_update",
	    list->issuer == NULL ? NULL : time_text(arena, list->this_update));
	json_add_string(object, "next_update",
	    list->has_next_update ? time_text(arena, list->next_update) : NULL);
	json_add_string(
	    object, "result", answer.cause == NULL ? "good" : answer.cause);
	json_add_string(object, "why", answer.sentence);
	array = json_add_array(object, "revoked");
	for (size_t i = first; i < list->revoked_count; i++) {
		struct json_writer *row = json_append_object(array);

		json_add_string(row, "serial", list->revoked[i].serial);
		json_add_string(row, "reason", list->revoked[i].reason);
		json_add_string(
		    row, "since", time_text(arena, list->revoked[i].since));
	}
	if (list->is_checked && list->cause == NULL)
		json_add_digest(object, "issuer_key", &list->issuer_key);
	else
		json_add_null(object, "issuer_key");
	array = json_add_array(object, "scope");
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if ((list->scope & scopes[i].scope) != 0)
			json_append_string(array, scopes[i].word);
	if (list->is_other_point)
		json_append_string(array, other_point);
	json_print(object, line);
	text_append_char(line, '\n');
	json_writer_free(object);
	arena_free(arena);
}

const char *
crl_list_url_of_line(const struct json *object)
{
	return json_string(json_get(object, "url"));
}

static bool
read_time(const struct json *object, const char *key, int64_t *time)
{
	const char *text = json_string(json_get(object, key));

	return text != NULL && clock_parse(text, 0, time);
}

/* Words that outlive the line; NULL: none of ours, so of no use. */
static const char *
known_cause(const char *word)
{
	static const char *const causes[] = { "stale", "not_yet_valid",
		"undated", "forged", "foreign", "malformed", "failed",
		"indirect", "delta", "critical_extension", "unsupported" };

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (string_equal(word, causes[i]))
			return causes[i];
	return NULL;
}

static void
read_facts(struct crl_list *list, const struct json *object)
{
	const char *issuer = json_string(json_get(object, "issuer"));
	const char *why = json_string(json_get(object, "why"));

	list->issuer = arena_string(list->arena, issuer);
	read_time(object, "this_update", &list->this_update);
	list->has_next_update =
	    read_time(object, "next_update", &list->next_update);
	list->is_checked =
	    json_digest(json_get(object, "issuer_key"), &list->issuer_key);
	/* Of a list that was verified the dates are judged again. */
	list->cause =
	    list->is_checked
		? NULL
		: known_cause(json_string(json_get(object, "result")));
	list->why = list->is_checked ? NULL : arena_string(list->arena, why);
	list->scope = 0;
	list->is_other_point = false;
	for (const struct json *at = json_first(json_get(object, "scope"));
	     at != NULL; at = json_next(at)) {
		for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
			if (string_equal(json_string(at), scopes[i].word))
				list->scope |= scopes[i].scope;
		if (string_equal(json_string(at), other_point))
			list->is_other_point = true;
	}
}

void
crl_list_read(struct crl_list *list, const struct json *object, bool is_whole)
{
	const char *result = json_string(json_get(object, "result"));
	const char *why = json_string(json_get(object, "why"));
	bool is_late = string_equal(result, "late");
	bool is_failure = is_late || string_equal(result, "failed");
	int64_t this_update = INT64_MIN;

	for (const struct json *at = json_first(json_get(object, "revoked"));
	     at != NULL; at = json_next(at)) {
		const char *serial = json_string(json_get(at, "serial"));
		int64_t since = 0;

		if (serial != NULL && read_time(at, "since", &since))
			add_revoked(list, serial,
			    json_string(json_get(at, "reason")), since);
	}
	read_time(object, "this_update", &this_update);
	/*
	 * Of two runs the newer list, and any before none.  What came too late
	 * in the first part of a run is asked for again.
	 */
	if (is_late && !is_whole)
		return;
	if (is_failure && list->state == LIST_NEW && why != NULL) {
		list->state = LIST_FAILED;
		list->is_late = is_late;
		list->error = arena_string(list->arena, why);
	} else if (!is_failure && (list->state != LIST_SAVED ||
				      this_update >= list->this_update)) {
		read_facts(list, object);
		list->state = is_whole ? LIST_SAVED : LIST_NEW;
	}
}
