/*
 * The crew against the lab: every host there gives the facts its scenario
 * sends, and every way to fail has its status.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lab/lab.h"
#include "tests/unit/scan/sightings.h"

/* What is expected of one host; everything not said is not looked at. */
struct row {
	const char *id;
	enum status status;
	const char *sentence;  /* a part of it */
	enum status or_status; /* as right; STATUS_SUCCESS: none */
	const char *version, *cipher, *group;
	bool asked, demanded, stapled, no_proof;
	enum handshake_failer failer;
	enum handshake_stage failed_at;
	const char *alert; /* the first */
	bool is_warning;
	unsigned least_request; /* octets of the CertificateRequest */
};

#define UNREAD .failer = FAILED_BY_LIBRARY, .failed_at = STAGE_CERTIFICATE
#define BROKEN_OFF .failer = FAILED_BY_SERVER, .failed_at = STAGE_KEY_EXCHANGE

static const struct row rows[] = {
	{ "ok", STATUS_SUCCESS, .version = "TLS1.3", .cipher = "AES-128-GCM",
	    .group = "X25519" },
	{ "tls10", STATUS_SUCCESS, .version = "TLS1.0" },
	{ "tls11", STATUS_SUCCESS, .version = "TLS1.1" },
	{ "tls12", STATUS_SUCCESS, .version = "TLS1.2", .group = "X25519" },
	{ "dh1024", STATUS_SUCCESS, .version = "TLS1.2", .group = "DHE-1024" },
	{ "dh2048", STATUS_SUCCESS, .version = "TLS1.2", .group = "2048" },
	{ "rsa-kx", STATUS_SUCCESS, .version = "TLS1.2", .group = "RSA" },
	{ "staple-good", STATUS_SUCCESS, .stapled = true },
	{ "staple-revoked", STATUS_SUCCESS, .stapled = true },
	{ "staple-garbage", STATUS_SUCCESS, .stapled = true },
	{ "client-cert-12", STATUS_HANDSHAKE_ERROR, "client certificate",
	    .version = "TLS1.2", .asked = true, .demanded = true,
	    .no_proof = true },
	{ "client-cert-13", STATUS_HANDSHAKE_ERROR, "client certificate",
	    .version = "TLS1.3", .asked = true, .demanded = true },
	{ "client-cert-optional", STATUS_SUCCESS, .asked = true },
	{ "close-hello", STATUS_CONNECTION_CLOSED, "closed", .no_proof = true },
	/* By timing our hello meets the end of the stream, or a reset. */
	{ "close-at-once", STATUS_CONNECTION_CLOSED,
	    .or_status = STATUS_CONNECTION_RESET, .no_proof = true },
	{ "reset-hello", STATUS_CONNECTION_RESET, "reset", .no_proof = true },
	{ "plain-http", STATUS_PROTOCOL_ERROR, "plain HTTP", .no_proof = true },
	{ "smtp", STATUS_PROTOCOL_ERROR, "SMTP", .no_proof = true },
	{ "garbage", STATUS_PROTOCOL_ERROR, .no_proof = true },
	{ "silent", STATUS_IO_TIMEOUT, "said nothing", .no_proof = true },
	{ "alert-hf", STATUS_HANDSHAKE_ERROR, "alert 40", .no_proof = true },
	{ "unknown-name", STATUS_HANDSHAKE_ERROR, "alert 112",
	    .no_proof = true },
	{ "dead", STATUS_CONNECTION_REFUSED, "refused", .no_proof = true },
	{ "rsa16384-leaf", STATUS_HANDSHAKE_ERROR, "burn CPU",
	    .no_proof = true },
	/* GnuTLS cannot use these leaves; the chain was there before. */
	{ "cert-garbage", STATUS_HANDSHAKE_ERROR,
	    "GnuTLS, the scan's TLS library, stopped at the certificates: ",
	    .no_proof = true, UNREAD },
	{ "cert-truncated", STATUS_HANDSHAKE_ERROR, .no_proof = true, UNREAD },
	{ "inter-garbage", STATUS_HANDSHAKE_ERROR, .no_proof = true, UNREAD },
	{ "cert-trailing", STATUS_HANDSHAKE_ERROR, .no_proof = true, UNREAD },
	{ "cert-empty", STATUS_HANDSHAKE_ERROR, .no_proof = true, BROKEN_OFF },
	/* The signature is that of the second one's key. */
	{ "leaf-last", STATUS_HANDSHAKE_ERROR, "stopped at the key exchange",
	    .no_proof = true, BROKEN_OFF },
	{ "ec-explicit-leaf", STATUS_HANDSHAKE_ERROR, .no_proof = true,
	    UNREAD },
	{ "extension-twice", STATUS_HANDSHAKE_ERROR, .no_proof = true, UNREAD },
	{ "algorithms-differ", STATUS_HANDSHAKE_ERROR, .no_proof = true,
	    UNREAD },
	{ "raw-then-silent", STATUS_IO_TIMEOUT, "fell silent", .no_proof = true,
	    BROKEN_OFF },
	{ "raw-then-closed", STATUS_CONNECTION_CLOSED, .no_proof = true,
	    BROKEN_OFF },
	{ "raw-then-reset", STATUS_CONNECTION_RESET, .no_proof = true,
	    BROKEN_OFF },
	{ "raw-then-alert", STATUS_HANDSHAKE_ERROR, "alert 80",
	    .no_proof = true, BROKEN_OFF, .alert = "internal_error" },
	{ "raw-alert-leaf-only", STATUS_HANDSHAKE_ERROR, "alert 80",
	    .no_proof = true, BROKEN_OFF, .alert = "internal_error" },
	{ "raw-alert-other-name", STATUS_HANDSHAKE_ERROR, "alert 80",
	    .no_proof = true, BROKEN_OFF, .alert = "internal_error" },
	{ "raw-overlong", STATUS_HANDSHAKE_ERROR, .no_proof = true,
	    BROKEN_OFF },
	{ "warned", STATUS_SUCCESS, .alert = "unrecognized_name",
	    .is_warning = true },
	{ "client-cert-many-names", STATUS_SUCCESS, .asked = true,
	    .least_request = 32769 },
};

/* Names of the lab's DNS; those without a sentence lead to the host `ok`. */
static const struct {
	const char *host;
	enum status status;
	const char *sentence;
	unsigned attempts;
} names[] = {
	{ "no-such.lab.test", STATUS_DNS_ERROR, "NXDOMAIN", 1 },
	{ "servfail.lab.test", STATUS_DNS_ERROR, "SERVFAIL", 2 },
	{ "refused.lab.test", STATUS_DNS_ERROR, "refused", 2 },
	{ "silent-dns.lab.test", STATUS_DNS_ERROR, "did not answer", 2 },
	{ "no-address.lab.test", STATUS_DNS_ERROR, "no address", 1 },
	{ "truncated.lab.test", STATUS_SUCCESS, NULL, 1 },
	{ "second-address.lab.test", STATUS_SUCCESS, NULL, 1 },
	{ "v6-first.lab.test", STATUS_SUCCESS, NULL, 1 },
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

struct world {
	struct lab *lab;
	const struct lab_host *hosts;
	size_t host_count;
	char dns[32];
	struct sightings full, short_cut;
};

/* What a client of the day offers. */
static const uint64_t modern = OFFER_BIT(OFFER_TLS12) | OFFER_BIT(OFFER_TLS13) |
			       OFFER_BIT(OFFER_ECDHE) | OFFER_BIT(OFFER_AEAD) |
			       OFFER_BIT(OFFER_X25519) | OFFER_BIT(OFFER_P256) |
			       OFFER_BIT(OFFER_P384);

static size_t
words_in(const char *text)
{
	size_t count = 0;

	for (const char *at = text; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (*at != '\0')
			count++;
	}
	return count;
}

static void
scan(struct world *world, struct sightings *run, enum handshake_depth depth)
{
	static const char *resolvers[1];

	resolvers[0] = world->dns;
	run->targets =
	    memory_array(world->host_count + NAMES, sizeof(*run->targets));
	for (size_t i = 0; i < world->host_count; i++) {
		const struct lab_host *host = &world->hosts[i];
		struct target *target = &run->targets[run->target_count++];

		target->host = host->name;
		target->port = (uint16_t)host->port;
		target->is_address = strcmp(host->name, host->ip) == 0 ||
				     strchr(host->name, ':') != NULL;
	}
	for (size_t i = 0; i < NAMES; i++) {
		struct target *target = &run->targets[run->target_count++];

		target->host = names[i].host;
		target->port = (uint16_t)lab_find(world->lab, "ok")->port;
	}
	run->options = (struct scan_options){
		.concurrency = 100,
		.threads = 2,
		.per_ip = 4,
		.timeout_ms = 2000,
		.retries = 1,
		.depth = depth,
		.resolvers = resolvers,
		.resolver_count = 1,
		.offers = &modern,
		.offer_count = 1,
	};
	sightings_run(run);
}

static int
set_up(void **state)
{
	struct world *world = memory_new(sizeof(*world));
	struct lab_options options = { .parts = LAB_SCENARIOS | LAB_EXTRAS };

	world->lab = lab_start(&options);
	if (world->lab == NULL)
		return -1;
	world->hosts = lab_hosts(world->lab, &world->host_count);
	snprintf(world->dns, sizeof(world->dns), "127.0.0.1:%u",
	    lab_dns_port(world->lab));
	scan(world, &world->full, HANDSHAKE_FULL);
	scan(world, &world->short_cut, HANDSHAKE_CERTIFICATE);
	*state = world;
	return 0;
}

static int
take_down(void **state)
{
	struct world *world = *state;

	free(world->full.targets);
	free(world->short_cut.targets);
	sightings_clear(&world->full);
	sightings_clear(&world->short_cut);
	lab_stop(world->lab);
	free(world);
	return 0;
}

static const struct observation *
find(const struct world *world, const struct sightings *run, const char *id)
{
	for (size_t i = 0; i < world->host_count; i++)
		if (strcmp(world->hosts[i].id, id) == 0)
			return &run->seen[i];
	return NULL;
}

static void
test_every_target_is_seen_once(void **state)
{
	struct world *world = *state;
	const struct sightings *run = &world->full;

	assert_int_equal(run->end, CREW_FINISHED);
	assert_int_equal(run->observed, run->target_count);
	assert_int_equal(run->delivered, run->target_count);
	assert_int_equal(run->discarded, 0);
	assert_int_equal(run->progress.finished, run->target_count);
	assert_int_equal(run->progress.started, run->target_count);
	assert_int_equal(run->progress.in_flight, 0);
	assert_true(run->progress.input_ended);
	for (size_t i = 0; i < run->target_count; i++)
		assert_non_null(run->seen[i].input);
}

static bool
says(const char *what, const char *expected, const char *seen)
{
	if (expected == NULL ||
	    (seen != NULL && strstr(seen, expected) != NULL))
		return true;
	print_error("%s: %s, not %s\n", what, seen != NULL ? seen : "nothing",
	    expected);
	return false;
}

static bool
row_holds(const struct row *row, const struct observation *seen)
{
	bool fine = seen != NULL;

	if (seen == NULL) {
		print_error("%s: no such host\n", row->id);
		return false;
	}
	if (seen->status != row->status &&
	    (row->or_status == STATUS_SUCCESS ||
		seen->status != row->or_status)) {
		print_error("%s: %s, not %s\n", row->id,
		    status_word(seen->status), status_word(row->status));
		fine = false;
	}
	fine = says(row->id, row->sentence, seen->error) && fine;
	fine = says(row->id, row->version, seen->tls.version) && fine;
	fine = says(row->id, row->cipher, seen->tls.cipher) && fine;
	fine = says(row->id, row->group, seen->tls.group) && fine;
	if (seen->tls.client_cert_requested != row->asked ||
	    seen->tls.client_cert_required != row->demanded ||
	    seen->tls.ocsp_stapled != row->stapled ||
	    seen->tls.proof == row->no_proof) {
		print_error("%s: asked %d demanded %d stapled %d proof %d\n",
		    row->id, seen->tls.client_cert_requested,
		    seen->tls.client_cert_required, seen->tls.ocsp_stapled,
		    seen->tls.proof);
		fine = false;
	}
	if ((row->failer != FAILED_BY_NOBODY &&
		(seen->tls.failed_by != row->failer ||
		    seen->tls.failed_at != row->failed_at)) ||
	    (seen->tls.proof && !row->demanded &&
		seen->tls.failed_by != FAILED_BY_NOBODY) ||
	    seen->tls.request_octets < row->least_request) {
		print_error("%s: failed by %d at %d, a request of %u octets\n",
		    row->id, (int)seen->tls.failed_by, (int)seen->tls.failed_at,
		    seen->tls.request_octets);
		fine = false;
	}
	if (row->alert == NULL)
		return fine;
	if (seen->tls.alert_count != 1 ||
	    seen->tls.alerts[0].fatal == row->is_warning) {
		print_error("%s: %zu alerts\n", row->id, seen->tls.alert_count);
		return false;
	}
	return says(row->id, row->alert, seen->tls.alerts[0].description) &&
	       fine;
}

static void
test_rows(void **state)
{
	struct world *world = *state;
	bool fine = true;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fine = row_holds(
			   &rows[i], find(world, &world->full, rows[i].id)) &&
		       fine;
	assert_true(fine);
}

/* Whatever became of the handshake, the chain is what the server sent. */
static void
test_chains(void **state)
{
	struct world *world = *state;
	bool fine = true;

	for (size_t i = 0; i < 2 * world->host_count; i++) {
		size_t at = i % world->host_count;
		const struct lab_host *host = &world->hosts[at];
		const struct observation *seen =
		    i < world->host_count ? &world->full.seen[at]
					  : &world->short_cut.seen[at];

		if (seen->received_count == words_in(host->sent))
			continue;
		print_error("%s: %zu certificates of \"%s\": %s\n", host->id,
		    seen->received_count, host->sent,
		    seen->error != NULL ? seen->error : "no error");
		fine = false;
	}
	assert_true(fine);
}

/* Every server that speaks TLS succeeds, unless a row says otherwise. */
static void
test_the_rest_succeeds(void **state)
{
	struct world *world = *state;
	bool fine = true;

	for (size_t i = 0; i < world->host_count; i++) {
		const struct observation *seen = &world->full.seen[i];
		const char *id = world->hosts[i].id;
		bool has_row = false;

		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			has_row = has_row || strcmp(rows[k].id, id) == 0;
		if (has_row || seen->status == STATUS_SUCCESS)
			continue;
		print_error(
		    "%s: %s, %s\n", id, status_word(seen->status), seen->error);
		fine = false;
	}
	assert_true(fine);
}

static void
test_stopping_at_the_certificate(void **state)
{
	struct world *world = *state;
	const struct observation *seen = find(world, &world->short_cut, "ok");

	assert_int_equal(seen->status, STATUS_SUCCESS);
	assert_false(seen->tls.proof);
	assert_string_equal(seen->tls.version, "TLS1.3");
	seen = find(world, &world->short_cut, "raw-then-closed");
	assert_int_equal(seen->status, STATUS_SUCCESS);
	seen = find(world, &world->short_cut, "client-cert-12");
	assert_int_equal(seen->status, STATUS_SUCCESS);
	seen = find(world, &world->short_cut, "staple-good");
	assert_true(seen->tls.ocsp_stapled);
}

/* Asked again are those who chose what is not in the offer, and no others. */
static bool
is_asked_rightly(const struct observation *seen)
{
	const struct tls_facts *tls = &seen->tls;
	bool missed = (offer_needed(tls) & ~modern) != 0;
	bool ended = seen->status == STATUS_SUCCESS ||
		     seen->status == STATUS_HANDSHAKE_ERROR;

	if (tls->offer_count == (ended && missed))
		return tls->offer_count == 0 || tls->offers[0].offer == modern;
	print_error("%s: %s %s %s, asked %zu times\n", seen->host, tls->version,
	    tls->cipher, tls->group, tls->offer_count);
	return false;
}

static void
test_offers(void **state)
{
	static const struct {
		const char *id;
		enum offer_reply reply;
	} asked[] = {
		{ "prefers-rsa-kx", REPLY_ACCEPTED },
		{ "prefers-dhe", REPLY_ACCEPTED },
		{ "prefers-x448-group", REPLY_ACCEPTED },
		{ "rsa-kx", REPLY_REFUSED },
		{ "tls10", REPLY_REFUSED },
		{ "rc4-only", REPLY_REFUSED },
	};
	struct world *world = *state;
	bool fine = true;

	for (size_t i = 0; i < world->host_count; i++)
		fine = is_asked_rightly(&world->full.seen[i]) &&
		       is_asked_rightly(&world->short_cut.seen[i]) && fine;
	assert_true(fine);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct observation *seen =
		    find(world, &world->full, asked[i].id);

		assert_int_equal(seen->status, STATUS_SUCCESS);
		assert_true(seen->tls.proof);
		assert_int_equal(seen->tls.offer_count, 1);
		assert_int_equal(seen->tls.offers[0].reply, asked[i].reply);
		assert_int_equal(seen->tls.offers[0].received_count, 0);
	}
}

static void
test_names(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < NAMES; i++) {
		const struct observation *seen =
		    &world->full.seen[world->host_count + i];

		assert_int_equal(seen->status, names[i].status);
		assert_true(
		    says(names[i].host, names[i].sentence, seen->error));
		/* A slow machine may take a second try to succeed. */
		assert_in_range(seen->attempts, names[i].attempts,
		    names[i].status == STATUS_SUCCESS ? 2 : names[i].attempts);
		assert_true(seen->timing.dns_ms > 0);
		if (names[i].status == STATUS_SUCCESS) {
			assert_int_equal(seen->received_count, 2);
			assert_string_equal(
			    seen->ip, lab_find(world->lab, "ok")->ip);
		} else {
			assert_int_equal(seen->received_count, 0);
			assert_null(seen->ip);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_target_is_seen_once),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_the_rest_succeeds),
		cmocka_unit_test(test_stopping_at_the_certificate),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, set_up, take_down);
}
