/*
 * What was seen of a host: the first members of its record, and a line of
 * pending.ndjson.
 */
#include "model/observation_fields.h"

#include "base/base64.h"
#include "base/fatal.h"
#include "model/result.h"

static const char schema[] = "fleetscan/1";

static void
write_schema(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	(void)facts;
	(void)scratch;
	json_add_string(object, "schema", schema);
}

static void
read_schema(
    struct record_reader *reader, const struct json *object, void *facts)
{
	const char *word = json_string(record_member(reader, object, "schema"));

	(void)facts;
	if (!string_equal(word, schema))
		record_refuse(reader, "schema", "is not fleetscan/1");
}

/* The words of what was offered, and what became of it. */
static void
write_offer(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct offer_answer *given = facts;
	struct json_writer *offer = json_add_array(object, "offer");

	(void)scratch;
	for (int i = 0; i < OFFER_KIND_COUNT; i++)
		if ((given->offer & OFFER_BIT(i)) != 0)
			json_append_string(
			    offer, offer_word((enum offer_kind)i));
	if (given->reply == REPLY_NONE)
		json_add_null(object, "accepted");
	else
		json_add_bool(
		    object, "accepted", given->reply == REPLY_ACCEPTED);
}

static void
read_offer(struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *array = record_array(reader, object, "offer");
	const struct json *accepted = record_member(reader, object, "accepted");
	struct offer_answer *given = facts;

	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item)) {
		int kind = offer_find(json_string(item));

		if (kind < 0)
			record_refuse(reader, "offer", "holds no known word");
		else
			given->offer |= OFFER_BIT(kind);
	}
	if (json_is_bool(accepted))
		given->reply =
		    json_bool(accepted, false) ? REPLY_ACCEPTED : REPLY_REFUSED;
	else if (!json_is_null(accepted))
		record_refuse(reader, "accepted", "is not true or false");
}

/* `received` is empty until a probe's own chain was hashed. */
static const struct record_field offer_fields[] = {
	{ .kind = FIELD_OWN, .write = write_offer, .read = read_offer },
	FIELD_AS("version", STRING, offer_answer, chosen.version),
	FIELD_AS("cipher", STRING, offer_answer, chosen.cipher),
	FIELD_AS("mac", STRING, offer_answer, chosen.mac),
	FIELD_AS("group", STRING, offer_answer, chosen.group),
	FIELD(STRING, offer_answer, error),
	FIELD_COUNTED(
	    "received", DIGESTS, offer_answer, received, received_count),
	{ .kind = FIELD_END },
};

static void
write_stage(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	(void)scratch;
	json_add_string(
	    object, "stage", stage_word(*(const enum handshake_stage *)facts));
}

static void
read_stage(struct record_reader *reader, const struct json *object, void *facts)
{
	const char *word = json_string(record_member(reader, object, "stage"));

	if (!stage_from_word(word, facts))
		record_refuse(reader, "stage", "is no word of the list");
}

static void
write_alert(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct tls_alert *alert = facts;

	json_add_string(object, "level", alert->fatal ? "fatal" : "warning");
	json_add_string(object, "description", alert->description);
	write_stage(object, &alert->stage, scratch);
}

static void
read_alert(struct record_reader *reader, const struct json *object, void *facts)
{
	static const struct record_field fields[] = {
		FIELD(NAME, tls_alert, description),
		{ .kind = FIELD_END },
	};
	struct tls_alert *alert = facts;
	const char *level = json_string(record_member(reader, object, "level"));

	alert->fatal = string_equal(level, "fatal");
	if (!alert->fatal && !string_equal(level, "warning"))
		record_refuse(reader, "level", "is not warning or fatal");
	record_fields_read(reader, object, fields, alert);
	read_stage(reader, object, &alert->stage);
}

/* What only records since then have, and only where there was something. */
static void
write_request(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct tls_facts *tls = facts;

	(void)scratch;
	if (tls->request_octets > 0)
		json_add_integer(
		    object, "client_cert_request_octets", tls->request_octets);
}

static void
read_request(
    struct record_reader *reader, const struct json *object, void *facts)
{
	struct tls_facts *tls = facts;

	(void)reader;
	tls->request_octets = (unsigned)json_integer(
	    json_get(object, "client_cert_request_octets"), 0);
}

static void
write_failure(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct tls_facts *tls = facts;
	struct json_writer *member;

	if (tls->failed_by == FAILED_BY_NOBODY)
		return;
	member = json_add_object(object, "failure");
	json_add_string(member, "by", failer_word(tls->failed_by));
	write_stage(member, &tls->failed_at, scratch);
}

static void
read_failure(
    struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "failure");
	struct tls_facts *tls = facts;

	if (member == NULL)
		return;
	if (!failer_from_word(json_string(record_member(reader, member, "by")),
		&tls->failed_by))
		record_refuse(reader, "by", "is no word of the list");
	read_stage(reader, member, &tls->failed_at);
}

static void
write_answer(
    struct json_writer *object, const char *key, enum hello_answer answer)
{
	json_add_string(object, key, hello_answer_word(answer));
}

static void
read_answer(struct record_reader *reader, const struct json *object,
    const char *key, enum hello_answer *answer)
{
	const struct json *member = record_member(reader, object, key);

	if (!json_is_null(member) &&
	    !hello_answer_from_word(json_string(member), answer))
		record_refuse(reader, key, "is no word of the list");
}

static const struct record_field hello_fields[] = {
	FIELD(COUNT, big_hello, sent),
	FIELD(STRING, big_hello, group),
	FIELD(STRING, big_hello, alert),
	{ .kind = FIELD_END },
};

/* `hybrid_group` follows from the answers. */
static void
write_hello(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct tls_facts *tls = facts;
	const struct big_hello *hello = &tls->big_hello;
	struct json_writer *member;

	if (hello->sent == 0) {
		json_add_null(object, "big_hello");
	} else {
		member = json_add_object(object, "big_hello");
		write_answer(member, "answer", hello->answer);
		write_answer(member, "split", hello->split);
		write_answer(member, "small", hello->small);
		record_fields_write(member, hello_fields, hello, scratch);
	}
	json_add_string(object, "hybrid_group", big_hello_group(hello));
}

static void
read_hello(struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "big_hello");
	struct tls_facts *tls = facts;
	struct big_hello *hello = &tls->big_hello;

	if (member == NULL || json_is_null(member))
		return;
	read_answer(reader, member, "answer", &hello->answer);
	read_answer(reader, member, "split", &hello->split);
	read_answer(reader, member, "small", &hello->small);
	record_fields_read(reader, member, hello_fields, hello);
}

static const struct record_field early_fields[] = {
	FIELD_AS("octets", COUNT, observation, early_octets),
	FIELD_AS("text", STRING, observation, early_text),
	{ .kind = FIELD_END },
};

/* A server that keeps to the protocol sends no such octets. */
static void
write_early(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct observation *seen = facts;

	if (seen->early_octets > 0)
		record_fields_write(json_add_object(object, "starttls_early"),
		    early_fields, facts, scratch);
}

static void
read_early(struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "starttls_early");

	if (member != NULL)
		record_fields_read(reader, member, early_fields, facts);
}

static const struct record_field mx_fields[] = {
	FIELD_AS("domain", NAME, observation, mx_domain),
	FIELD_AS("preference", PORT, observation, mx_preference),
	FIELD_AS("hosts", COUNT, observation, mx_hosts),
	{ .kind = FIELD_END },
};

static void
write_mx(struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct observation *seen = facts;

	if (seen->mx_domain != NULL)
		record_fields_write(
		    json_add_object(object, "mx"), mx_fields, facts, scratch);
}

static void
read_mx(struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "mx");

	if (member != NULL)
		record_fields_read(reader, member, mx_fields, facts);
}

static const struct record_field dane_fields[] = {
	FIELD_COUNTED("records", STRINGS, observation, tlsa, tlsa_count),
	FIELD_AS("secure", BOOL, observation, tlsa_secure),
	FIELD_AS("base", LATER_STRING, observation, tlsa_base),
	FIELD_AS("error", LATER_STRING, observation, tlsa_error),
	{ .kind = FIELD_END },
};

static void
write_dane(struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct observation *seen = facts;
	struct json_writer *member;

	if (seen->tlsa_count == 0 && seen->tlsa_error == NULL) {
		json_add_null(object, "dane");
		return;
	}
	member = json_add_object(object, "dane");
	record_fields_write(member, dane_fields, facts, scratch);
	if (seen->tlsa_match == TLSA_UNKNOWN)
		json_add_null(member, "matches");
	else
		json_add_bool(
		    member, "matches", seen->tlsa_match == TLSA_MATCHES);
}

/* Whether it matches is judged again. */
static void
read_dane(struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "dane"), *matches;
	struct observation *seen = facts;

	if (member == NULL || json_is_null(member))
		return;
	record_fields_read(reader, member, dane_fields, facts);
	matches = record_member(reader, member, "matches");
	if (json_is_bool(matches))
		seen->tlsa_match =
		    json_bool(matches, false) ? TLSA_MATCHES : TLSA_DIFFERS;
	else if (!json_is_null(matches))
		record_refuse(reader, "matches", "is not true or false");
}

static const struct record_field alert_fields[] = {
	{ .kind = FIELD_OWN, .write = write_alert, .read = read_alert },
	{ .kind = FIELD_END },
};

/* Empty: asked for, and none came. */
static void
write_tls_scts(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct tls_facts *tls = facts;

	if (tls->scts_asked)
		json_add_string(
		    object, "scts", base64_encode(scratch, tls->scts));
}

static void
read_tls_scts(
    struct record_reader *reader, const struct json *object, void *facts)
{
	const struct json *member = json_get(object, "scts");
	struct tls_facts *tls = facts;
	const char *word = json_string(member);

	if (member == NULL)
		return;
	if (word == NULL || base64_decode(reader->arena,
				bytes_from_string(word), &tls->scts) < 0)
		record_refuse(reader, "scts", "is not base64");
	tls->scts_asked = true;
}

static const struct record_field tls_fields[] = {
	FIELD(STRING, tls_facts, version),
	FIELD(STRING, tls_facts, cipher),
	FIELD(LATER_STRING, tls_facts, mac),
	FIELD(STRING, tls_facts, group),
	FIELD(STRING, tls_facts, alpn),
	FIELD(BOOL, tls_facts, client_cert_requested),
	FIELD(BOOL, tls_facts, client_cert_required),
	{ .kind = FIELD_OWN, .write = write_request, .read = read_request },
	FIELD(BOOL, tls_facts, ocsp_stapled),
	FIELD_AS("staple", OCTETS, tls_facts, staple),
	FIELD(BOOL, tls_facts, proof),
	{ .key = "alerts",
	    .kind = FIELD_LATER_LIST,
	    .offset = offsetof(struct tls_facts, alerts),
	    .count = offsetof(struct tls_facts, alert_count),
	    .fields = alert_fields,
	    .size = sizeof(struct tls_alert) },
	{ .kind = FIELD_OWN, .write = write_failure, .read = read_failure },
	{ .kind = FIELD_OWN, .write = write_hello, .read = read_hello },
	{ .kind = FIELD_OWN, .write = write_tls_scts, .read = read_tls_scts },
	{ .key = "offers",
	    .kind = FIELD_LATER_LIST,
	    .offset = offsetof(struct tls_facts, offers),
	    .count = offsetof(struct tls_facts, offer_count),
	    .fields = offer_fields,
	    .size = sizeof(struct offer_answer) },
	{ .kind = FIELD_END },
};

static const struct record_field timing_fields[] = {
	FIELD(MILLISECONDS, timing, dns_ms),
	FIELD(MILLISECONDS, timing, connect_ms),
	FIELD(MILLISECONDS, timing, tls_ms),
	{ .kind = FIELD_END },
};

/* Where the record is not that of the main offer, and whose order counts. */
static void
write_shown(
    struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct observation *seen = facts;

	(void)scratch;
	if (seen->face_count == 0)
		return;
	json_add_string(object, "face", face_word(seen->shown));
	json_add_string(
	    object, "face_by", seen->server_decides ? "server" : "client");
}

static void
read_shown(struct record_reader *reader, const struct json *object, void *facts)
{
	struct observation *seen = facts;
	const struct json *member = json_get(object, "face");

	if (member != NULL &&
	    !face_from_word(json_string(member), &seen->shown))
		record_refuse(reader, "face", "is no word of the list");
	seen->server_decides =
	    string_equal(json_string(json_get(object, "face_by")), "server");
}

static void
write_face(struct json_writer *object, const void *facts, struct arena *scratch)
{
	const struct face *face = facts;

	(void)scratch;
	json_add_string(object, "offer", face_word(face->offer));
	if (face->received_count > 0 && face->received != NULL)
		json_add_digest(object, "leaf", &face->received[0]);
	else
		json_add_null(object, "leaf");
}

static void
read_face(struct record_reader *reader, const struct json *object, void *facts)
{
	struct face *face = facts;

	if (!face_from_word(json_string(record_member(reader, object, "offer")),
		&face->offer))
		record_refuse(reader, "offer", "is no word of the list");
}

const struct record_field face_fields[] = {
	{ .kind = FIELD_OWN, .write = write_face, .read = read_face },
	FIELD(STRING, face, sni),
	FIELD_AS("version", STRING, face, tls.version),
	FIELD_AS("cipher", STRING, face, tls.cipher),
	FIELD_AS("mac", LATER_STRING, face, tls.mac),
	FIELD_AS("group", STRING, face, tls.group),
	FIELD_AS("ocsp_stapled", BOOL, face, tls.ocsp_stapled),
	FIELD_AS("staple", OCTETS, face, tls.staple),
	{ .kind = FIELD_END },
};

static const struct record_field pending_face_fields[] = {
	{ .kind = FIELD_PART, .fields = face_fields },
	FIELD_COUNTED("chain", OCTETS_LIST, face, chain, received_count),
	{ .kind = FIELD_END },
};

const struct record_field observation_fields[] = {
	{ .kind = FIELD_OWN, .write = write_schema, .read = read_schema },
	FIELD(ORDINAL, observation, ordinal),
	FIELD(STRING, observation, input),
	FIELD(STRING, observation, host),
	FIELD(PORT, observation, port),
	FIELD(STRING, observation, site),
	FIELD(STRING, observation, ip),
	FIELD(NEWER_STRING, observation, name_group),
	FIELD(LATER_COUNT, observation, addresses),
	{ .kind = FIELD_OWN, .write = write_mx, .read = read_mx },
	FIELD(STRING, observation, sni),
	FIELD(STRING, observation, starttls),
	{ .kind = FIELD_OWN, .write = write_early, .read = read_early },
	{ .kind = FIELD_OWN, .write = write_shown, .read = read_shown },
	FIELD_COUNTED("tags", STRINGS, observation, tags, tag_count),
	FIELD(TIME, observation, timestamp),
	FIELD(STATUS, observation, status),
	FIELD(STRING, observation, error),
	FIELD(COUNT, observation, attempts),
	{ .key = "timing",
	    .kind = FIELD_OBJECT,
	    .offset = offsetof(struct observation, timing),
	    .fields = timing_fields },
	{ .key = "tls",
	    .kind = FIELD_OBJECT,
	    .offset = offsetof(struct observation, tls),
	    .present = offsetof(struct observation, has_tls),
	    .fields = tls_fields },
	{ .kind = FIELD_OWN, .write = write_dane, .read = read_dane },
	{ .kind = FIELD_END },
};

/* The chain is inside, so that a line can be judged by itself. */
static const struct record_field pending_fields[] = {
	{ .kind = FIELD_PART, .fields = observation_fields },
	FIELD(LATER_BOOL, observation, is_settled),
	FIELD_COUNTED("chain", OCTETS_LIST, observation, chain, received_count),
	{ .key = "faces",
	    .kind = FIELD_LATER_LIST,
	    .offset = offsetof(struct observation, faces),
	    .count = offsetof(struct observation, face_count),
	    .fields = pending_face_fields,
	    .size = sizeof(struct face) },
	{ .kind = FIELD_END },
};

void
pending_write(struct text *out, const struct observation *seen)
{
	record_line_write(out, pending_fields, seen);
}

bool
pending_read(struct arena *arena, struct bytes line, struct observation *seen,
    const char **reason)
{
	*seen = (struct observation){ .status = STATUS_UNKNOWN_ERROR };
	return record_line_read(arena, line, pending_fields, seen, reason);
}
