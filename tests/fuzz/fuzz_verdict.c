/*
 * Any octets as the chain of a host, to its record: there is a verdict, the
 * record is one line, and is read back as it was written.  The input is a list
 * of certificates, each with two octets of length; the first is the one root
 * that is trusted.
 */
#include "audit/judge.h"
#include "model/record_line.h"
#include "model/result.h"
#include "tests/fuzz/fuzz.h"
#include "x509/trust_store.h"

enum { MOST = 16 };

static void
require_record(const struct message *message)
{
	struct arena *arena = arena_new();
	struct bytes line =
	    bytes_of(message->line.data, message->line.size - 1);
	const char *reason = NULL;
	struct result result;

	require(message->line.size > 1 &&
		message->line.data[line.size] == '\n' &&
		memchr(line.data, '\n', line.size) == NULL);
	require(utf8_valid_prefix(line) == line.size);
	require(result_read(arena, line, &result, &reason));
	require(result.seen.received_count > 0);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size), chain[MOST], root;
	struct observation seen = { .ordinal = 1,
		.input = "www.example.com",
		.host = "www.example.com",
		.port = 443,
		.has_tls = true,
		.status = STATUS_SUCCESS,
		.attempts = 1,
		.chain = chain };
	struct audit_settings settings = { .now = 1764374400,
		.store_count = 1 };
	struct audit_sources none = { .count = 0 };
	const struct trust_store *stores[1];
	struct certificate_index *anchors;
	struct certificate *trusted;
	struct trust_store *store;
	struct message *message;
	struct judge *judge;

	root = fuzz_vector(&rest);
	while (rest.size > 0 && seen.received_count < MOST)
		chain[seen.received_count++] = fuzz_vector(&rest);
	if (seen.received_count == 0)
		return 0;
	trusted = certificate_new(root);
	anchors = certificate_index_new();
	certificate_index_add(anchors, trusted);
	store = trust_store_of("fuzz", anchors);
	stores[0] = store;
	settings.stores = stores;
	judge = judge_new(&settings);
	message = judge_observation(judge, &seen, &none);
	require(message != NULL && !message->pending);
	require_record(message);
	message_free(message);
	judge_free(judge);
	trust_store_free(store);
	certificate_index_free(anchors);
	certificate_free(trusted);
	return 0;
}
