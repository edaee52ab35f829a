/*
 * A line of hosts.ndjson back into a result, so exactly that writing it
 * again gives the same octets.  Members that we do not know are passed over:
 * a newer version may have added some.
 */
#include "model/result.h"

#include "model/record_reader.h"

/* More than any chain or finding has; keeps an index in an int. */
enum { MOST_INDEX = 1000000 };

/* One element a value; a value that is an array gives one a string in it. */
static size_t
count_evidence(const struct json *object)
{
	size_t count = 0;

	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member))
		count += json_is_array(member) ? json_length(member) : 1;
	return count;
}

static void
read_evidence(struct record_reader *reader, const struct json *object,
    struct finding *finding)
{
	struct evidence *list;

	object = record_object(reader, object, "evidence");
	list =
	    arena_array(reader->arena, count_evidence(object), sizeof(*list));
	finding->evidence = list;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		const char *key = arena_string(reader->arena, json_key(member));
		const struct json *value =
		    json_is_array(member) ? json_first(member) : member;

		for (; value != NULL;
		     value = json_is_array(member) ? json_next(value) : NULL)
			list[finding->evidence_count++] = (struct evidence){
				key,
				arena_string(reader->arena, json_string(value)),
			};
	}
}

static enum severity
read_severity(struct record_reader *reader, const struct json *object)
{
	const char *word = record_string(reader, object, "severity");
	enum severity severity = SEVERITY_ERROR;

	if (word != NULL && !severity_from_word(word, &severity))
		record_refuse(reader, "severity", "is no word of the list");
	return severity;
}

static void
read_finding(struct record_reader *reader, const struct json *object,
    struct finding *finding)
{
	finding->id = record_string(reader, object, "id");
	finding->cause = record_optional_string(reader, object, "cause");
	finding->severity = read_severity(reader, object);
	finding->cert = -1;
	if (!json_is_null(record_member(reader, object, "cert")))
		finding->cert =
		    (int)record_integer(reader, object, "cert", 0, MOST_INDEX);
	finding->detail = record_optional_string(reader, object, "detail");
	read_evidence(reader, object, finding);
}

static void
read_findings(struct record_reader *reader, const struct json *object,
    struct verdict *verdict)
{
	const struct json *array = record_array(reader, object, "findings");

	verdict->findings = arena_array(
	    reader->arena, json_length(array), sizeof(struct finding));
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item))
		read_finding(
		    reader, item, &verdict->findings[verdict->finding_count++]);
}

static void
read_dates(struct record_reader *reader, const struct json *object,
    struct leaf_facts *leaf)
{
	const int64_t most_days = INT64_C(1) << 40;

	leaf->undated =
	    json_is_null(record_member(reader, object, "not_after"));
	if (leaf->undated)
		return;
	leaf->not_before = record_time(reader, object, "not_before");
	leaf->not_after = record_time(reader, object, "not_after");
	leaf->days_left =
	    record_integer(reader, object, "days_left", -most_days, most_days);
}

static void
read_leaf(struct record_reader *reader, const struct json *object,
    struct leaf_facts *leaf)
{
	leaf->present = !json_is_null(record_member(reader, object, "leaf"));
	if (!leaf->present)
		return;
	object = record_object(reader, object, "leaf");
	record_digest(reader, object, "sha256", &leaf->sha256);
	record_digest(reader, object, "spki_sha256", &leaf->spki_sha256);
	leaf->subject = record_optional_string(reader, object, "subject");
	leaf->subject_cn = record_optional_string(reader, object, "subject_cn");
	leaf->names =
	    record_strings(reader, object, "names", &leaf->name_count);
	leaf->issuer = record_optional_string(reader, object, "issuer");
	leaf->issuer_cn = record_optional_string(reader, object, "issuer_cn");
	leaf->serial = record_optional_string(reader, object, "serial");
	read_dates(reader, object, leaf);
	leaf->key = record_optional_string(reader, object, "key");
	leaf->signature = record_optional_string(reader, object, "signature");
}

/* `missing` says where each step is to be found, `path` does not. */
static struct step *
read_steps(struct record_reader *reader, const struct json *object,
    const char *key, bool with_where, size_t *count)
{
	const struct json *array = record_array(reader, object, key);
	struct step *steps =
	    arena_array(reader->arena, json_length(array), sizeof(*steps));

	*count = 0;
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item)) {
		struct step *step = &steps[(*count)++];
		const char *from = record_string(reader, item, "from");

		record_digest(reader, item, "sha256", &step->sha256);
		step->subject = record_optional_string(reader, item, "subject");
		if (from != NULL && !source_from_word(from, &step->from))
			record_refuse(reader, key, "from is no known word");
		if (with_where)
			step->where =
			    record_optional_string(reader, item, "where");
	}
	return steps;
}

static void
read_stores(struct record_reader *reader, const struct json *object,
    struct verdict *verdict)
{
	const struct json *stores = record_object(reader, object, "stores");

	verdict->stores = arena_array(
	    reader->arena, json_length(stores), sizeof(struct store_verdict));
	for (const struct json *item = json_first(stores); item != NULL;
	     item = json_next(item))
		verdict->stores[verdict->store_count++] =
		    (struct store_verdict){
			    .name = arena_string(reader->arena, json_key(item)),
			    .trusted = record_bool(reader, item, "trusted"),
			    .reason =
				record_optional_string(reader, item, "reason"),
			    .anchor =
				record_optional_string(reader, item, "anchor"),
		    };
}

static enum acceptance
read_acceptance(struct record_reader *reader, const struct json *object)
{
	if (json_is_null(record_member(reader, object, "accepts")))
		return ACCEPTS_UNKNOWN;
	return record_bool(reader, object, "accepts") ? ACCEPTS_YES
						      : ACCEPTS_NO;
}

static void
read_clients(struct record_reader *reader, const struct json *object,
    struct verdict *verdict)
{
	const struct json *clients = record_object(reader, object, "clients");

	verdict->clients = arena_array(
	    reader->arena, json_length(clients), sizeof(struct client_verdict));
	for (const struct json *item = json_first(clients); item != NULL;
	     item = json_next(item))
		verdict->clients[verdict->client_count++] =
		    (struct client_verdict){
			    .id = arena_string(reader->arena, json_key(item)),
			    .accepts = read_acceptance(reader, item),
			    .reason =
				record_optional_string(reader, item, "reason"),
		    };
}

static void
read_verdict(struct record_reader *reader, const struct json *object,
    struct verdict *verdict)
{
	const char *word = record_string(reader, object, "class");

	if (word != NULL && !class_from_word(word, &verdict->class_id))
		record_refuse(reader, "class", "is no word of the list");
	verdict->cause = record_optional_string(reader, object, "cause");
	verdict->severity = read_severity(reader, object);
	read_findings(reader, object, verdict);
	verdict->path =
	    read_steps(reader, object, "path", false, &verdict->path_length);
	verdict->missing = read_steps(
	    reader, object, "missing", true, &verdict->missing_count);
	read_stores(reader, object, verdict);
	read_clients(reader, object, verdict);
	verdict->expired = record_bool(reader, object, "expired");
	verdict->self_signed = record_bool(reader, object, "self_signed");
	verdict->mismatched = record_bool(reader, object, "mismatched");
	verdict->untrusted = record_bool(reader, object, "untrusted");
	verdict->revoked = record_bool(reader, object, "revoked");
}

bool
result_read(struct arena *arena, struct bytes line, struct result *result,
    const char **reason)
{
	struct record_reader reader = { arena, NULL };
	char *error = arena_alloc(arena, JSON_ERROR_SIZE);
	struct json *object = json_parse(line, error);

	memset(result, 0, sizeof(*result));
	*reason = error;
	if (object == NULL)
		return false;
	if (observation_read(arena, object, &result->seen, &reader.reason)) {
		read_leaf(&reader, object, &result->leaf);
		result->seen.received = record_digests(
		    &reader, object, "received", &result->seen.received_count);
		read_verdict(&reader, object, &result->verdict);
	}
	json_free(object);
	*reason = reader.reason;
	return reader.reason == NULL;
}
