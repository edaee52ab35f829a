/*
 * A result as one line of hosts.ndjson.  The document borrows every string
 * and lives for one line; times and base64 go to a scratch arena.
 */
#include "base/fatal.h"
#include "model/result.h"

#include "base/clock.h"

static bool
is_key_told(const struct finding *finding, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (strcmp(finding->evidence[i].key,
			finding->evidence[before].key) == 0)
			return true;
	return false;
}

static bool
is_key_repeated(const struct finding *finding, size_t at)
{
	for (size_t i = at + 1; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].key,
			finding->evidence[at].key) == 0)
			return true;
	return false;
}

/* A key that is told more than once becomes one member, an array. */
static void
write_evidence(struct json *object, const struct finding *finding)
{
	struct json *member = json_add_object(object, "evidence");
	const struct evidence *list = finding->evidence;

	for (size_t i = 0; i < finding->evidence_count; i++) {
		struct json *values;

		if (is_key_told(finding, i))
			continue;
		if (!is_key_repeated(finding, i)) {
			json_add_string(member, list[i].key, list[i].value);
			continue;
		}
		values = json_add_array(member, list[i].key);
		for (size_t j = i; j < finding->evidence_count; j++)
			if (strcmp(list[j].key, list[i].key) == 0)
				json_append_string(values, list[j].value);
	}
}

static void
write_findings(struct json *object, const struct verdict *verdict)
{
	struct json *array = json_add_array(object, "findings");

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		struct json *member = json_append_object(array);

		json_add_string(member, "id", finding->id);
		json_add_string(member, "cause", finding->cause);
		json_add_string(
		    member, "severity", severity_word(finding->severity));
		if (finding->cert < 0)
			json_add_null(member, "cert");
		else
			json_add_integer(member, "cert", finding->cert);
		json_add_string(member, "detail", finding->detail);
		write_evidence(member, finding);
	}
}

static void
write_dates(
    struct json *object, const struct leaf_facts *leaf, struct arena *scratch)
{
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
write_leaf(
    struct json *object, const struct leaf_facts *leaf, struct arena *scratch)
{
	struct json *member, *names;

	if (!leaf->present) {
		json_add_null(object, "leaf");
		return;
	}
	member = json_add_object(object, "leaf");
	json_add_digest(member, "sha256", &leaf->sha256);
	json_add_digest(member, "spki_sha256", &leaf->spki_sha256);
	json_add_string(member, "subject", leaf->subject);
	json_add_string(member, "subject_cn", leaf->subject_cn);
	names = json_add_array(member, "names");
	for (size_t i = 0; i < leaf->name_count; i++)
		json_append_string(names, leaf->names[i]);
	json_add_string(member, "issuer", leaf->issuer);
	json_add_string(member, "issuer_cn", leaf->issuer_cn);
	json_add_string(member, "serial", leaf->serial);
	write_dates(member, leaf, scratch);
	json_add_string(member, "key", leaf->key);
	json_add_string(member, "signature", leaf->signature);
}

static void
write_received(struct json *object, const struct observation *seen)
{
	struct json *array = json_add_array(object, "received");

	if (seen->received_count > 0 && seen->received == NULL)
		fatal_bug("a chain is written before it was hashed");
	for (size_t i = 0; i < seen->received_count; i++)
		json_append_digest(array, &seen->received[i]);
}

static void
write_path(struct json *object, const struct verdict *verdict)
{
	struct json *array = json_add_array(object, "path");

	for (size_t i = 0; i < verdict->path_length; i++) {
		const struct step *step = &verdict->path[i];
		struct json *member = json_append_object(array);

		json_add_digest(member, "sha256", &step->sha256);
		json_add_string(member, "subject", step->subject);
		json_add_string(member, "from", source_word(step->from));
	}
}

static void
write_missing(struct json *object, const struct verdict *verdict)
{
	struct json *array = json_add_array(object, "missing");

	for (size_t i = 0; i < verdict->missing_count; i++) {
		const struct step *step = &verdict->missing[i];
		struct json *member = json_append_object(array);

		json_add_digest(member, "sha256", &step->sha256);
		json_add_string(member, "subject", step->subject);
		json_add_string(member, "from", source_word(step->from));
		json_add_string(member, "where", step->where);
	}
}

/* Names of stores and clients outlive the document: keys may be borrowed. */
static void
write_stores(struct json *object, const struct verdict *verdict)
{
	struct json *stores = json_add_object(object, "stores");

	for (size_t i = 0; i < verdict->store_count; i++) {
		const struct store_verdict *store = &verdict->stores[i];
		struct json *member = json_add_object(stores, store->name);

		json_add_bool(member, "trusted", store->trusted);
		json_add_string(member, "reason", store->reason);
		json_add_string(member, "anchor", store->anchor);
	}
}

static void
write_clients(struct json *object, const struct verdict *verdict)
{
	struct json *clients = json_add_object(object, "clients");

	for (size_t i = 0; i < verdict->client_count; i++) {
		const struct client_verdict *client = &verdict->clients[i];
		struct json *member = json_add_object(clients, client->id);

		if (client->accepts == ACCEPTS_UNKNOWN)
			json_add_null(member, "accepts");
		else
			json_add_bool(
			    member, "accepts", client->accepts == ACCEPTS_YES);
		json_add_string(member, "reason", client->reason);
	}
}

static void
write_flags(struct json *object, const struct verdict *verdict)
{
	json_add_bool(object, "expired", verdict->expired);
	json_add_bool(object, "self_signed", verdict->self_signed);
	json_add_bool(object, "mismatched", verdict->mismatched);
	json_add_bool(object, "untrusted", verdict->untrusted);
	json_add_bool(object, "revoked", verdict->revoked);
}

void
result_write(struct text *out, const struct result *result)
{
	const struct verdict *verdict = &result->verdict;
	struct arena *scratch = arena_new();
	struct json *object = json_new_object();

	observation_write(object, &result->seen, scratch);
	json_add_string(object, "class", class_word(verdict->class_id));
	json_add_string(object, "cause", verdict->cause);
	json_add_string(object, "severity", severity_word(verdict->severity));
	write_findings(object, verdict);
	write_leaf(object, &result->leaf, scratch);
	write_received(object, &result->seen);
	write_path(object, verdict);
	write_missing(object, verdict);
	write_stores(object, verdict);
	write_clients(object, verdict);
	write_flags(object, verdict);
	json_print(object, out);
	text_append_char(out, '\n');
	json_free(object);
	arena_free(scratch);
}
