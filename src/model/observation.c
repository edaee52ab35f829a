/*
 * An observation as the first members of a record, and back.  The chain is
 * not among them: a record names its certificates, pending.c keeps them.
 */
#include "model/observation.h"

#include <math.h>

#include "base/base64.h"
#include "base/clock.h"
#include "model/record_reader.h"

static const char schema[] = "fleetscan/1";

/* A double holds no larger whole number exactly. */
#define MOST_ORDINAL INT64_C(9007199254740992)

static void
write_milliseconds(struct json *object, const char *key, double value)
{
	if (value < 0)
		json_add_null(object, key);
	else
		json_add_number(object, key, round(value * 1000) / 1000);
}

static void
write_timing(struct json *object, const struct timing *timing)
{
	struct json *member = json_add_object(object, "timing");

	write_milliseconds(member, "dns_ms", timing->dns_ms);
	write_milliseconds(member, "connect_ms", timing->connect_ms);
	write_milliseconds(member, "tls_ms", timing->tls_ms);
}

/* Strings and digests alone: a probe's own chain is hashed before. */
static void
write_offer(struct json *array, const struct offer_answer *given)
{
	struct json *member = json_append_object(array);
	struct json *offer = json_add_array(member, "offer");
	struct json *received;

	for (int i = 0; i < OFFER_KIND_COUNT; i++)
		if ((given->offer & OFFER_BIT(i)) != 0)
			json_append_string(
			    offer, offer_word((enum offer_kind)i));
	if (given->reply == REPLY_NONE)
		json_add_null(member, "accepted");
	else
		json_add_bool(
		    member, "accepted", given->reply == REPLY_ACCEPTED);
	json_add_string(member, "version", given->chosen.version);
	json_add_string(member, "cipher", given->chosen.cipher);
	json_add_string(member, "mac", given->chosen.mac);
	json_add_string(member, "group", given->chosen.group);
	json_add_string(member, "error", given->error);
	received = json_add_array(member, "received");
	for (size_t i = 0; given->received != NULL && i < given->received_count;
	     i++)
		json_append_digest(received, &given->received[i]);
}

static void
write_tls(
    struct json *object, const struct tls_facts *tls, struct arena *scratch)
{
	struct json *member = json_add_object(object, "tls");
	struct json *offers;

	json_add_string(member, "version", tls->version);
	json_add_string(member, "cipher", tls->cipher);
	/* Records of before it was noted stay as they are. */
	if (tls->mac != NULL)
		json_add_string(member, "mac", tls->mac);
	json_add_string(member, "group", tls->group);
	json_add_string(member, "alpn", tls->alpn);
	json_add_bool(
	    member, "client_cert_requested", tls->client_cert_requested);
	json_add_bool(
	    member, "client_cert_required", tls->client_cert_required);
	json_add_bool(member, "ocsp_stapled", tls->ocsp_stapled);
	json_add_string(member, "staple",
	    tls->staple.size == 0 ? NULL : base64_encode(scratch, tls->staple));
	json_add_bool(member, "proof", tls->proof);
	if (tls->offer_count == 0)
		return;
	offers = json_add_array(member, "offers");
	for (size_t i = 0; i < tls->offer_count; i++)
		write_offer(offers, &tls->offers[i]);
}

static void
write_target(struct json *object, const struct observation *seen)
{
	struct json *tags;

	json_add_integer(object, "ordinal", (int64_t)seen->ordinal);
	json_add_string(object, "input", seen->input);
	json_add_string(object, "host", seen->host);
	json_add_integer(object, "port", seen->port);
	json_add_string(object, "site", seen->site);
	json_add_string(object, "ip", seen->ip);
	json_add_string(object, "sni", seen->sni);
	json_add_string(object, "starttls", seen->starttls);
	tags = json_add_array(object, "tags");
	for (size_t i = 0; i < seen->tag_count; i++)
		json_append_string(tags, seen->tags[i]);
}

void
observation_write(
    struct json *object, const struct observation *seen, struct arena *scratch)
{
	char *timestamp = arena_alloc(scratch, CLOCK_TEXT_SIZE);

	clock_format(seen->timestamp, timestamp);
	json_add_string(object, "schema", schema);
	write_target(object, seen);
	json_add_string(object, "timestamp", timestamp);
	json_add_string(object, "status", status_word(seen->status));
	json_add_string(object, "error", seen->error);
	json_add_integer(object, "attempts", seen->attempts);
	write_timing(object, &seen->timing);
	if (seen->has_tls)
		write_tls(object, &seen->tls, scratch);
	else
		json_add_null(object, "tls");
}

const char *
observation_name(const struct observation *seen)
{
	return seen->sni != NULL ? seen->sni : seen->host;
}

bool
observation_received(
    const struct observation *seen, const struct digest *sha256)
{
	for (size_t i = 0; i < seen->received_count; i++)
		if (digest_equal(&seen->received[i], sha256))
			return true;
	return false;
}

static void
read_target(struct record_reader *reader, const struct json *object,
    struct observation *seen)
{
	seen->ordinal = (uint64_t)record_integer(
	    reader, object, "ordinal", 0, MOST_ORDINAL);
	seen->input = record_optional_string(reader, object, "input");
	seen->host = record_optional_string(reader, object, "host");
	seen->port =
	    (uint16_t)record_integer(reader, object, "port", 0, UINT16_MAX);
	seen->site = record_optional_string(reader, object, "site");
	seen->ip = record_optional_string(reader, object, "ip");
	seen->sni = record_optional_string(reader, object, "sni");
	seen->starttls = record_optional_string(reader, object, "starttls");
	seen->tags = record_strings(reader, object, "tags", &seen->tag_count);
}

static void
read_timing(struct record_reader *reader, const struct json *object,
    struct timing *timing)
{
	const struct json *member = record_object(reader, object, "timing");

	timing->dns_ms = record_milliseconds(reader, member, "dns_ms");
	timing->connect_ms = record_milliseconds(reader, member, "connect_ms");
	timing->tls_ms = record_milliseconds(reader, member, "tls_ms");
}

static uint64_t
read_kinds(struct record_reader *reader, const struct json *object)
{
	const struct json *array = record_array(reader, object, "offer");
	uint64_t offer = 0;

	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item)) {
		int kind = offer_find(json_string(item));

		if (kind < 0)
			record_refuse(reader, "offer", "holds no known word");
		else
			offer |= OFFER_BIT(kind);
	}
	return offer;
}

static enum offer_reply
read_reply(struct record_reader *reader, const struct json *object)
{
	if (json_is_null(record_member(reader, object, "accepted")))
		return REPLY_NONE;
	return record_bool(reader, object, "accepted") ? REPLY_ACCEPTED
						       : REPLY_REFUSED;
}

static void
read_offer(struct record_reader *reader, const struct json *object,
    struct offer_answer *given)
{
	given->offer = read_kinds(reader, object);
	given->reply = read_reply(reader, object);
	given->chosen.version =
	    record_optional_string(reader, object, "version");
	given->chosen.cipher = record_optional_string(reader, object, "cipher");
	given->chosen.mac = record_optional_string(reader, object, "mac");
	given->chosen.group = record_optional_string(reader, object, "group");
	given->error = record_optional_string(reader, object, "error");
	given->received =
	    record_digests(reader, object, "received", &given->received_count);
}

/* Absent where none was made, and in records of before there were any. */
static void
read_offers(struct record_reader *reader, const struct json *object,
    struct tls_facts *tls)
{
	const struct json *array;
	struct offer_answer *offers;

	if (json_get(object, "offers") == NULL)
		return;
	array = record_array(reader, object, "offers");
	offers =
	    arena_array(reader->arena, json_length(array), sizeof(*offers));
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item))
		read_offer(reader, item, &offers[tls->offer_count++]);
	tls->offers = offers;
}

static void
read_tls(struct record_reader *reader, const struct json *object,
    struct observation *seen)
{
	struct tls_facts *tls = &seen->tls;

	seen->has_tls = !json_is_null(record_member(reader, object, "tls"));
	if (!seen->has_tls)
		return;
	object = record_object(reader, object, "tls");
	tls->version = record_optional_string(reader, object, "version");
	tls->cipher = record_optional_string(reader, object, "cipher");
	if (json_get(object, "mac") != NULL)
		tls->mac = record_optional_string(reader, object, "mac");
	tls->group = record_optional_string(reader, object, "group");
	tls->alpn = record_optional_string(reader, object, "alpn");
	tls->client_cert_requested =
	    record_bool(reader, object, "client_cert_requested");
	tls->client_cert_required =
	    record_bool(reader, object, "client_cert_required");
	tls->ocsp_stapled = record_bool(reader, object, "ocsp_stapled");
	tls->staple = record_octets(reader, object, "staple");
	tls->proof = record_bool(reader, object, "proof");
	read_offers(reader, object, tls);
}

bool
observation_read(struct arena *arena, const struct json *object,
    struct observation *seen, const char **reason)
{
	struct record_reader reader = { arena, NULL };
	const char *word;

	*seen = (struct observation){ .status = STATUS_UNKNOWN_ERROR };
	word = record_string(&reader, object, "schema");
	if (word != NULL && strcmp(word, schema) != 0)
		record_refuse(&reader, "schema", "is not fleetscan/1");
	read_target(&reader, object, seen);
	seen->timestamp = record_time(&reader, object, "timestamp");
	word = record_string(&reader, object, "status");
	if (word != NULL && !status_from_word(word, &seen->status))
		record_refuse(&reader, "status", "is no word of the list");
	seen->error = record_optional_string(&reader, object, "error");
	seen->attempts = (unsigned)record_integer(
	    &reader, object, "attempts", 0, UINT32_MAX);
	read_timing(&reader, object, &seen->timing);
	read_tls(&reader, object, seen);
	*reason = reader.reason;
	return reader.reason == NULL;
}
