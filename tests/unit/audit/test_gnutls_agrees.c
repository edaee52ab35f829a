/*
 * A property: a path that we accept, GnuTLS accepts too when it is given
 * exactly that path, its anchor and the same clock.  Where it does not, the
 * case stands below with the reason.  The cases are those of
 * tests/chains/corpus.jsonl, or $FLEETSCAN_CORPUS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gnutls/x509.h>

#include "audit/audit.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

enum { MOST_CHAIN = 256 };

#define GNUTLS_READS_THE_CN                                               \
	"it holds dNSName constraints against the CN of a leaf that has " \
	"only addresses for names"

/* Accepted by us and not by GnuTLS 3.7, and why we are right. */
static const struct {
	const char *id, *why;
	bool leaks; /* not even tried: GnuTLS 3.7 loses memory over it */
} explained[] = {
	{ "pathlen::self-issued-certs-pathlen",
	    "self-issued certificates do not count (RFC 5280 4.2.1.9)", false },
	{ "rfc5280::nc::nc-forbids-othername-noop",
	    "a constraint on otherName, and no such name below it", true },
	{ "bettertls::nameconstraints::tc5223", GNUTLS_READS_THE_CN, false },
	{ "bettertls::nameconstraints::tc5230", GNUTLS_READS_THE_CN, false },
	{ "bettertls::nameconstraints::tc7405", GNUTLS_READS_THE_CN, false },
	{ "bettertls::nameconstraints::tc8164", GNUTLS_READS_THE_CN, false },
};

struct case_state {
	struct arena *arena;
	struct certificate_pool *pool;
	const char *id;
	const struct certificate *chain[MOST_CHAIN];
	struct bytes ders[MOST_CHAIN];
	size_t count;
	size_t accepted, compared, disagreed;
};

static time_t pinned;

static time_t
pinned_time(time_t *out)
{
	if (out != NULL)
		*out = pinned;
	return pinned;
}

/* Its row, or -1. */
static int
find_explained(const char *id)
{
	for (size_t i = 0; i < sizeof(explained) / sizeof(explained[0]); i++)
		if (strcmp(explained[i].id, id) == 0)
			return (int)i;
	return -1;
}

static gnutls_x509_crt_t
import(const struct certificate *certificate)
{
	gnutls_datum_t der = {
		(unsigned char *)(uintptr_t)certificate->der.data,
		(unsigned)certificate->der.size
	};
	gnutls_x509_crt_t imported;

	assert_int_equal(gnutls_x509_crt_init(&imported), 0);
	if (gnutls_x509_crt_import(imported, &der, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(imported);
		return NULL;
	}
	return imported;
}

/* The path's last step is the anchor; a path of one is an anchor itself. */
static unsigned
verify(const struct certificate *const path[], size_t length, const char *host)
{
	gnutls_typed_vdata_st name = { GNUTLS_DT_DNS_HOSTNAME,
		(unsigned char *)(uintptr_t)host, 0 };
	gnutls_x509_trust_list_t list;
	gnutls_x509_crt_t chain[MOST_CHAIN], anchor;
	unsigned status = 0, flags = GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;
	size_t sent = length > 1 ? length - 1 : 1;

	anchor = import(path[length - 1]);
	assert_non_null(anchor);
	gnutls_x509_trust_list_init(&list, 0);
	gnutls_x509_trust_list_add_cas(list, &anchor, 1, 0);
	for (size_t i = 0; i < sent; i++) {
		chain[i] = import(path[i]);
		assert_non_null(chain[i]);
	}
	gnutls_x509_trust_list_verify_crt2(
	    list, chain, (unsigned)sent, &name, 1, flags, &status, NULL);
	for (size_t i = 0; i < sent; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_x509_trust_list_deinit(list, 1);
	return status;
}

static const struct certificate *
find(const struct case_state *state, const struct trust_store *store,
    const struct digest *sha256)
{
	const struct certificate *anchor =
	    certificate_index_get(trust_store_anchors(store), sha256);

	for (size_t i = 0; anchor == NULL && i < state->count; i++)
		if (digest_equal(&state->chain[i]->sha256, sha256))
			anchor = state->chain[i];
	return anchor;
}

static void
compare(struct case_state *state, const struct trust_store *store,
    const char *host, const struct verdict *verdict)
{
	const struct certificate *path[MOST_CHAIN];
	int row = find_explained(state->id);
	unsigned status;

	state->accepted++;
	if (row >= 0 && explained[row].leaks)
		return;
	for (size_t i = 0; i < verdict->path_length; i++) {
		path[i] = find(state, store, &verdict->path[i].sha256);
		assert_non_null(path[i]);
	}
	status = verify(path, verdict->path_length, host);
	state->compared++;
	if ((status == 0) == (row < 0))
		return;
	state->disagreed++;
	if (row < 0)
		print_message(
		    "%s: accepted here, GnuTLS says 0x%x\n", state->id, status);
	else
		print_message("%s: GnuTLS accepts it now, and the table says "
			      "that it cannot: %s\n",
		    state->id, explained[row].why);
}

static void
add_chain(struct case_state *state, const char *base64)
{
	struct bytes der;

	if (base64 == NULL || state->count == MOST_CHAIN ||
	    base64_decode(state->arena, bytes_from_string(base64), &der) < 0)
		return;
	state->ders[state->count] = der;
	state->chain[state->count++] =
	    certificate_pool_add(state->pool, der, NULL);
}

static struct trust_store *
load_roots(const struct json *roots)
{
	char path[] = "/tmp/fleetscan-roots-XXXXXX";
	const char *paths[] = { path };
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct trust_store *store;
	char *error = NULL;

	assert_non_null(file);
	for (const struct json *at = json_first(roots); at != NULL;
	     at = json_next(at))
		fprintf(file,
		    "-----BEGIN CERTIFICATE-----\n%s\n"
		    "-----END CERTIFICATE-----\n",
		    json_string(at));
	fclose(file);
	store = trust_store_load("roots", paths, 1, &error);
	free(error);
	remove(path);
	return store;
}

static void
judge(struct case_state *state, const struct json *row,
    const struct trust_store *store)
{
	struct audit_settings settings = {
		.now = json_integer(json_get(row, "time"), 0),
		.stores = &store,
		.store_count = 1,
	};
	struct auditor *auditor = auditor_new(&settings);
	struct audit_sources none = { .count = 0 };
	struct digest digests[MOST_CHAIN];
	struct observation seen = {
		.host = json_string(json_get(row, "host")),
		.status = STATUS_SUCCESS,
		.chain = state->ders,
		.received = digests,
		.received_count = state->count,
	};
	struct result result;

	for (size_t i = 0; i < state->count; i++)
		digests[i] = state->chain[i]->sha256;
	pinned = (time_t)settings.now;
	auditor_judge(
	    auditor, state->arena, &seen, state->chain, &none, &result);
	if (result.verdict.class_id == CLASS_OK)
		compare(state, store, seen.host, &result.verdict);
	auditor_free(auditor);
}

static void
run_row(struct case_state *state, struct bytes line)
{
	char error[80];
	struct json *row = json_parse(line, error);
	struct trust_store *store;

	assert_non_null(row);
	arena_reset(state->arena);
	state->count = 0;
	state->id = json_string(json_get(row, "id"));
	add_chain(state, json_string(json_get(row, "peer")));
	for (const struct json *at = json_first(json_get(row, "sent"));
	     at != NULL; at = json_next(at))
		add_chain(state, json_string(at));
	store = load_roots(json_get(row, "roots"));
	if (store != NULL && state->count > 0)
		judge(state, row, store);
	trust_store_free(store);
	json_free(row);
}

static void
test_gnutls_agrees(void **unused)
{
	const char *corpus = getenv("FLEETSCAN_CORPUS");
	struct case_state state = {
		.arena = arena_new(),
		.pool = certificate_pool_new(),
	};
	struct line_reader *reader;
	struct bytes line;

	(void)unused;
	if (corpus == NULL)
		corpus = "tests/chains/corpus.jsonl";
	reader = line_reader_open(corpus, RECORD_LINE_MOST);
	if (reader == NULL)
		fail_msg("%s cannot be read", corpus);
	gnutls_global_set_time_function(pinned_time);
	while (line_reader_next(reader, &line) == 1)
		run_row(&state, line);
	line_reader_close(reader);
	print_message("%zu paths accepted, %zu compared, %zu disagree\n",
	    state.accepted, state.compared, state.disagreed);
	assert_true(state.compared > 100);
	assert_int_equal(state.disagreed, 0);
	certificate_pool_free(state.pool);
	arena_free(state.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gnutls_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
