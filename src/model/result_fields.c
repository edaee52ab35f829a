/*
 * A result as one line of hosts.ndjson, and back so exactly that writing it
 * again gives the same octets.  Members that we do not know are passed over: a
 * newer version may have added some.
 */
#include "model/result.h"

#include "base/clock.h"
#include "base/fatal.h"
#include "model/observation_fields.h"

/* A key that is told more than once becomes one member, an array. */
static void
write_evidence(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct finding *finding = facts;
	const struct evidence *list = finding->evidence;
	struct json_writer *member = json_add_object(object, "evidence");

	(void)scratch;
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const char *key = list[i].key;
		struct json_writer *values = NULL;
		size_t at = 0, more = i + 1;

		while (at < i && strcmp(list[at].key, key) != 0)
			at++;
		if (at < i)
			continue;
		while (more < finding->evidence_count &&
		       strcmp(list[more].key, key) != 0)
			more++;
		if (more == finding->evidence_count) {
			json_add_string(member, key, list[i].value);
			continue;
		}
		values = json_add_array(member, key);
		for (size_t j = i; j < finding->evidence_count; j++)
			if (strcmp(list[j].key, key) == 0)
				json_append_string(values, list[j].value);
	}
}

static void
read_evidence(
    struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *evidence = record_object(reader, object, "evidence");
	struct finding *finding = facts;
	struct evidence *list;
	size_t count = 0;

	for (const struct json *member = json_first(evidence); member != NULL;
	     member = json_next(member))
		count += json_is_array(member) ? json_length(member) : 1;
	list = arena_array(reader->arena, count, sizeof(*list));
	finding->evidence = list;
	for (const struct json *member = json_first(evidence); member != NULL;
	     member = json_next(member)) {
		const char *key = json_key(member);
		const struct json *value =
		    json_is_array(member) ? json_first(member) : member;

		for (; value != NULL;
		     value = json_is_array(member) ? json_next(value) : NULL)
			list[finding->evidence_count++] = (struct evidence){
				key,
				json_string(value),
			};
	}
}

static void
write_cert(struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct finding *finding = facts;

	(void)scratch;
	if (finding->cert < 0)
		json_add_null(object, "cert");
	else
		json_add_integer(object, "cert", finding->cert);
}

static void
read_cert(struct record_reader *reader, const struct json *object, void *facts)
{
	enum { MOST_INDEX = 1000000 }; /* more than any chain has */
	const struct json *member = record_member(reader, object, "cert");
	int64_t index = json_integer(member, -1);
	struct finding *finding = facts;

	finding->cert = -1;
	if (index >= 0 && index <= MOST_INDEX)
		finding->cert = (int)index;
	else if (!json_is_null(member))
		record_refuse(reader, "cert", "is not an integer in range");
}

static const struct record_field finding_fields[] = {
	FIELD(NAME, finding, id),
	FIELD(STRING, finding, cause),
	FIELD(SEVERITY, finding, severity),
	{ .kind = FIELD_OWN, .write = write_cert, .read = read_cert },
	FIELD(STRING, finding, detail),
	{ .kind = FIELD_OWN, .write = write_evidence, .read = read_evidence },
	{ .kind = FIELD_END },
};

static void
write_dates(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct leaf_facts *leaf = facts;

	if (leaf->undated) {
		json_add_null(object, "not_before");
		json_add_null(object, "not_after");
		json_add_null(object, "days_left");
		return;
	}
	json_add_string(
	    object, "not_before", time_text(scratch, leaf->not_before));
	json_add_string(
	    object, "not_after", time_text(scratch, leaf->not_after));
	json_add_integer(object, "days_left", leaf->days_left);
}

static void
read_dates(struct record_reader *reader, const struct json *object, void *facts)
{
	static const struct record_field dates[] = {
		FIELD(TIME, leaf_facts, not_before),
		FIELD(TIME, leaf_facts, not_after),
		{ .kind = FIELD_END },
	};
	const int64_t most_days = INT64_C(1) << 40;
	struct leaf_facts *leaf = facts;

	leaf->undated =
	    json_is_null(record_member(reader, object, "not_after"));
	if (leaf->undated)
		return;
	record_fields_read(reader, object, dates, facts);
	leaf->days_left =
	    json_integer(record_member(reader, object, "days_left"), INT64_MIN);
	if (leaf->days_left < -most_days || leaf->days_left > most_days)
		record_refuse(
		    reader, "days_left", "is not an integer in range");
}

static const struct record_field leaf_fields[] = {
	FIELD(DIGEST, leaf_facts, sha256),
	FIELD(DIGEST, leaf_facts, spki_sha256),
	FIELD(STRING, leaf_facts, subject),
	FIELD(STRING, leaf_facts, subject_cn),
	FIELD_COUNTED("names", STRINGS, leaf_facts, names, name_count),
	FIELD(STRING, leaf_facts, issuer),
	FIELD(STRING, leaf_facts, issuer_cn),
	FIELD(STRING, leaf_facts, serial),
	{ .kind = FIELD_OWN, .write = write_dates, .read = read_dates },
	FIELD(STRING, leaf_facts, key),
	FIELD(STRING, leaf_facts, signature),
	{ .kind = FIELD_END },
};

static const struct record_field path_fields[] = {
	FIELD(DIGEST, step, sha256),
	FIELD(STRING, step, subject),
	FIELD(SOURCE, step, from),
	{ .kind = FIELD_END },
};

static const struct record_field missing_fields[] = {
	{ .kind = FIELD_PART, .fields = path_fields },
	FIELD(STRING, step, where),
	{ .kind = FIELD_END },
};

static void
write_subjects(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct face_verdict *face = facts;
	struct json_writer *array = json_add_array(object, "subjects");

	(void)scratch;
	for (size_t i = 0; i < face->subject_count; i++)
		json_append_string(array, face->subjects[i]);
}

static void
read_subjects(
    struct record_reader *reader, const struct json *object, void *facts)
{
	static const struct record_field fields[] = {
		FIELD_COUNTED(
		    "subjects", STRINGS, face_verdict, subjects, subject_count),
		{ .kind = FIELD_END },
	};

	if (json_get(object, "subjects") != NULL)
		record_fields_read(reader, object, fields, facts);
}

static const struct record_field face_verdict_fields[] = {
	{ .kind = FIELD_PART,
	    .offset = offsetof(struct face_verdict, seen),
	    .fields = face_fields },
	FIELD_COUNTED("received", DIGESTS, face_verdict, seen.received,
	    seen.received_count),
	{ .kind = FIELD_OWN, .write = write_subjects, .read = read_subjects },
	{ .key = "missing",
	    .kind = FIELD_LIST,
	    .offset = offsetof(struct face_verdict, missing),
	    .count = offsetof(struct face_verdict, missing_count),
	    .fields = missing_fields,
	    .size = sizeof(struct step) },
	FIELD_AS("class", CLASS, face_verdict, class_id),
	FIELD(STRING, face_verdict, cause),
	FIELD_COUNTED("clients", STRINGS, face_verdict, clients, client_count),
	{ .kind = FIELD_END },
};

static const struct record_field aia_fields[] = {
	FIELD(STRING, aia_lookup, url),
	FIELD(STRING, aia_lookup, result),
	FIELD(STRING, aia_lookup, why),
	{ .kind = FIELD_END },
};

static const char *const revocation_words[REVOCATION_COUNT] = {
	"not_checked",
	"good",
	"revoked",
	"unknown",
};

/* 0 is written as null. */
static void
write_time(struct json_writer *object, const char *key, int64_t time,
    struct arena *scratch)
{
	json_add_string(
	    object, key, time == 0 ? NULL : time_text(scratch, time));
}

static void
write_revocation(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct result *result = facts;
	const struct revocation *revocation = &result->verdict.revocation;
	struct json_writer *member;

	if (!revocation->present)
		return;
	member = json_add_object(object, "revocation");
	json_add_string(member, "status", revocation_words[revocation->status]);
	json_add_string(member, "source", revocation->source);
	json_add_string(member, "reason", revocation->reason);
	write_time(member, "since", revocation->since, scratch);
	write_time(member, "checked_at", revocation->checked_at, scratch);
	json_add_string(member, "detail", revocation->detail);
	if (revocation->is_late)
		json_add_bool(member, "late", true);
}

static void
read_revocation(
    struct record_reader *reader, const struct json *object, void *facts)
{
	static const struct record_field strings[] = {
		FIELD(STRING, revocation, source),
		FIELD(STRING, revocation, reason),
		FIELD(STRING, revocation, detail),
		{ .kind = FIELD_END },
	};
	static const struct record_field since[] = {
		FIELD(TIME, revocation, since),
		{ .kind = FIELD_END },
	};
	static const struct record_field checked_at[] = {
		FIELD(TIME, revocation, checked_at),
		{ .kind = FIELD_END },
	};
	struct result *result = facts;
	struct revocation *revocation = &result->verdict.revocation;
	const struct json *member = json_get(object, "revocation");
	const char *word = json_string(json_get(member, "status"));
	int status = 0;

	if (member == NULL)
		return;
	while (status < REVOCATION_COUNT &&
	       !string_equal(word, revocation_words[status]))
		status++;
	if (status == REVOCATION_COUNT) {
		record_refuse(reader, "status", "is no word of the list");
		return;
	}
	revocation->present = true;
	revocation->status = (enum revocation_status)status;
	revocation->is_late = json_bool(json_get(member, "late"), false);
	record_fields_read(reader, member, strings, revocation);
	if (!json_is_null(record_member(reader, member, "since")))
		record_fields_read(reader, member, since, revocation);
	if (!json_is_null(record_member(reader, member, "checked_at")))
		record_fields_read(reader, member, checked_at, revocation);
}

static void
write_scts(struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct result *result = facts;
	const struct verdict *verdict = &result->verdict;
	struct json_writer *list;

	if (!verdict->has_scts)
		return;
	list = json_add_array(object, "scts");
	for (size_t i = 0; i < verdict->sct_count; i++) {
		const struct sct_facts *one = &verdict->scts[i];
		struct json_writer *row = json_append_object(list);

		json_add_string(row, "log", one->log);
		json_add_string(row, "operator", one->run_by);
		json_add_string(
		    row, "timestamp", time_text(scratch, one->timestamp));
		json_add_string(row, "source", one->source);
		if (one->valid == SCT_NOT_KNOWN)
			json_add_null(row, "valid");
		else
			json_add_bool(row, "valid", one->valid == SCT_VALID);
	}
}

static void
read_scts(struct record_reader *reader, const struct json *object, void *facts)
{
	static const struct record_field fields[] = {
		FIELD(NAME, sct_facts, log),
		FIELD_AS("operator", STRING, sct_facts, run_by),
		FIELD(TIME, sct_facts, timestamp),
		FIELD(NAME, sct_facts, source),
		{ .kind = FIELD_END },
	};
	struct result *result = facts;
	struct verdict *verdict = &result->verdict;
	const struct json *list = json_get(object, "scts");

	if (list == NULL)
		return;
	list = record_array(reader, object, "scts");
	verdict->has_scts = true;
	verdict->scts = arena_array(
	    reader->arena, json_length(list), sizeof(*verdict->scts));
	for (const struct json *at = json_first(list); at != NULL;
	     at = json_next(at)) {
		struct sct_facts *one = &verdict->scts[verdict->sct_count++];
		const struct json *valid = record_member(reader, at, "valid");

		record_fields_read(reader, at, fields, one);
		if (json_is_bool(valid))
			one->valid =
			    json_bool(valid, false) ? SCT_VALID : SCT_INVALID;
	}
}

static const struct record_field store_fields[] = {
	FIELD(BOOL, store_verdict, trusted),
	FIELD(STRING, store_verdict, reason),
	FIELD(STRING, store_verdict, anchor),
	{ .kind = FIELD_END },
};

static void
write_accepts(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct client_verdict *client = facts;

	(void)scratch;
	if (client->accepts == ACCEPTS_UNKNOWN)
		json_add_null(object, "accepts");
	else
		json_add_bool(
		    object, "accepts", client->accepts == ACCEPTS_YES);
}

static void
read_accepts(
    struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = record_member(reader, object, "accepts");
	struct client_verdict *client = facts;

	client->accepts = ACCEPTS_UNKNOWN;
	if (json_is_bool(member))
		client->accepts =
		    json_bool(member, false) ? ACCEPTS_YES : ACCEPTS_NO;
	else if (!json_is_null(member))
		record_refuse(reader, "accepts", "is not true or false");
}

static const struct record_field client_fields[] = {
	{ .kind = FIELD_OWN, .write = write_accepts, .read = read_accepts },
	FIELD(STRING, client_verdict, reason),
	{ .kind = FIELD_END },
};

#define LIST(word, a_kind, a_part, member, its_count, item_fields, item) \
	{                                                                \
		.part = a_part, .key = word, .kind = FIELD_##a_kind,     \
		.offset = offsetof(struct result, verdict.member),       \
		.count = offsetof(struct result, verdict.its_count),     \
		.fields = item_fields, .size = sizeof(struct item),      \
	}

/* Names of stores and clients outlive the document: keys may be borrowed. */
static const struct record_field result_fields[] = {
	{ .kind = FIELD_PART,
	    .offset = offsetof(struct result, seen),
	    .fields = observation_fields },
	FIELD_AS("class", CLASS, result, verdict.class_id),
	FIELD_AS("cause", STRING, result, verdict.cause),
	FIELD_AS("severity", SEVERITY, result, verdict.severity),
	LIST("findings", LIST, RESULT_FINDINGS, findings, finding_count,
	    finding_fields, finding),
	{ .key = "leaf",
	    .kind = FIELD_OBJECT,
	    .part = RESULT_LEAF,
	    .offset = offsetof(struct result, leaf),
	    .present = offsetof(struct result, leaf.present),
	    .fields = leaf_fields },
	FIELD_COUNTED(
	    "received", DIGESTS, result, seen.received, seen.received_count),
	LIST("path", LIST, RESULT_PATH, path, path_length, path_fields, step),
	LIST("missing", LIST, RESULT_MISSING, missing, missing_count,
	    missing_fields, step),
	LIST("faces", NEWER_LIST, 0, faces, face_count, face_verdict_fields,
	    face_verdict),
	LIST("aia", LATER_LIST, RESULT_OTHER, aia, aia_count, aia_fields,
	    aia_lookup),
	{ .key = "revocation",
	    .kind = FIELD_OWN,
	    .part = RESULT_OTHER,
	    .write = write_revocation,
	    .read = read_revocation },
	{ .key = "scts",
	    .kind = FIELD_OWN,
	    .part = RESULT_OTHER,
	    .write = write_scts,
	    .read = read_scts },
	LIST("stores", MAP, RESULT_STORES, stores, store_count, store_fields,
	    store_verdict),
	LIST("clients", MAP, RESULT_CLIENTS, clients, client_count,
	    client_fields, client_verdict),
	FIELD_AS("expired", BOOL, result, verdict.expired),
	FIELD_AS("self_signed", BOOL, result, verdict.self_signed),
	FIELD_AS("mismatched", BOOL, result, verdict.mismatched),
	FIELD_AS("untrusted", BOOL, result, verdict.untrusted),
	FIELD_AS("revoked", BOOL, result, verdict.revoked),
	{ .kind = FIELD_END },
};

void
result_write(struct text *out, const struct result *result)
{
	if (result->seen.received_count > 0 && result->seen.received == NULL)
		fatal_bug("a chain is written before it was hashed");
	record_line_write(out, result_fields, result);
}

bool
result_read_parts(struct arena *arena, struct bytes line, unsigned parts,
    struct result *result, const char **reason)
{
	struct face *faces;
	size_t count;

	memset(result, 0, sizeof(*result));
	if (!record_line_read_parts(
		arena, line, result_fields, parts, result, reason))
		return false;
	/* What is judged again. */
	count = result->verdict.face_count;
	if (count > FACES_MOST) {
		*reason = "faces: more than there are offers";
		return false;
	}
	faces = arena_array(arena, count, sizeof(*faces));
	for (size_t i = 0; i < count; i++)
		faces[i] = result->verdict.faces[i].seen;
	result->seen.faces = faces;
	result->seen.face_count = count;
	return true;
}

bool
result_read(struct arena *arena, struct bytes line, struct result *result,
    const char **reason)
{
	return result_read_parts(arena, line, RESULT_ALL, result, reason);
}
