/*
 * The engine of clients against what real clients did: every scenario of the
 * lab is made in memory, judged with data/clients.json, and compared with
 * tests/chains/scenarios.json.  No sockets: how the handshake went is told
 * from the scenario's row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/clients.h"
#include "base/clock.h"
#include "base/file.h"
#include "model/client_choice.h"
#include "base/json.h"
#include "tests/lab/aia.h"
#include "tests/lab/station.h"

enum { TRUTHS = 2, CLIENTS_MOST = 32, SENT_MOST = 32, URL_LIST_MOST = 1 };

struct world {
	struct pki pki;
	struct station *stations; /* of both tables, scenarios first */
	size_t station_count;
	struct arena *arena;
	const struct client_profiles *profiles;
	const char *chosen; /* as --clients says it */
	struct text truth_text[TRUTHS];
	struct json *truth[TRUTHS];
};

/* One host while it is judged. */
struct visit_facts {
	struct certificate *received[SENT_MOST];
	struct observation seen;
	struct host_name host;
	struct validation validation;
	struct client_facts facts;
	struct certificate *fetched[SENT_MOST];
	size_t fetched_count;
	const struct certificate *answer[URL_LIST_MOST];
	const struct pki *pki;
};

struct score {
	unsigned right, total;
};

static void
add_stations(struct world *world, const struct scenario *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct station *station =
		    &world->stations[world->station_count];

		station_init(station, &list[i], world->station_count);
		station_add_leaf(station, &world->pki);
		world->station_count++;
	}
}

/* What was measured, and of whom. */
static const struct {
	const char *file, *clients;
	unsigned rows, count;
	double all, disputed; /* percent that must be right */
} truths[TRUTHS] = {
	{ "tests/chains/scenarios.json", "first", 128, 16, 98, 95 },
	{ "tests/chains/clients-2026.json",
	    "rustls,bun,boringssl,conscrypt,bouncycastle,mbedtls,wolfssl,"
	    "erlang,wget2,node26,go127,java27,git255,requests234",
	    127, 14, 99, 97 },
};

static int
read_truth(struct world *world)
{
	char why[80];

	for (size_t i = 0; i < TRUTHS; i++) {
		struct text *text = &world->truth_text[i];

		if (file_read(truths[i].file, 1 << 20, text) != 0)
			return -1;
		world->truth[i] =
		    json_parse(bytes_of(text->data, text->size), why);
		if (world->truth[i] == NULL)
			return -1;
	}
	return 0;
}

static int
read_profiles(struct world *world)
{
	struct text text = { 0 };
	const char *error = NULL;

	if (file_read("data/clients.json", 1 << 20, &text) != 0)
		return -1;
	world->profiles = client_profiles_read(world->arena,
	    bytes_of(text.data, text.size), "clients.json", &error);
	text_free(&text);
	if (world->profiles != NULL)
		world->profiles = client_profiles_choose(
		    world->arena, world->profiles, world->chosen, &error);
	if (error != NULL)
		print_error("%s\n", error);
	return world->profiles == NULL ? -1 : 0;
}

static int
make_world(void **state)
{
	struct world *world = lab_alloc(1, sizeof(*world));

	world->arena = arena_new();
	pki_init(&world->pki, time(NULL));
	world->pki.aia_port = 8001;
	world->pki.closed_port = 8002;
	for (size_t i = 0; i < lab_authority_count; i++)
		pki_add(&world->pki, &lab_authorities[i]);
	world->stations =
	    lab_alloc(lab_scenario_count + lab_extra_scenario_count,
		sizeof(*world->stations));
	add_stations(world, lab_scenarios, lab_scenario_count);
	add_stations(world, lab_extra_scenarios, lab_extra_scenario_count);
	pki_make(&world->pki);
	for (size_t i = 0; i < world->station_count; i++)
		world->stations[i].is_served =
		    station_prepare(&world->stations[i], &world->pki);
	*state = world;
	world->chosen = CLIENT_CHOICE_FIRST;
	return read_profiles(world) == 0 ? read_truth(world) : -1;
}

static int
unmake_world(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < world->station_count; i++)
		station_clear(&world->stations[i]);
	free(world->stations);
	pki_clear(&world->pki);
	for (size_t i = 0; i < TRUTHS; i++) {
		json_free(world->truth[i]);
		text_free(&world->truth_text[i]);
	}
	arena_free(world->arena);
	free(world);
	return 0;
}

static const struct trust_row *
find_store_row(const char *name)
{
	for (size_t i = 0; i < lab_store_count; i++)
		if (strcmp(lab_stores[i].name, name) == 0)
			return &lab_stores[i];
	fail_msg("no store %s", name);
	return NULL;
}

/* Stores are read from files only. */
static struct trust_store *
load_store(const struct world *world, const char *name)
{
	char path[] = "/tmp/test_clients.XXXXXX";
	const char *paths[] = { path };
	const char *cursor = find_store_row(name)->certificates;
	struct octets pem = { 0 };
	struct trust_store *store;
	struct span word;
	char *error = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	while (list_next(&cursor, ' ', &word)) {
		char *member = span_copy(word);

		put_pem(
		    &pem, "CERTIFICATE", &pki_find(&world->pki, member)->der);
		free(member);
	}
	assert_true(write(fd, pem.data, pem.length) == (ssize_t)pem.length);
	close(fd);
	store = trust_store_load("system", paths, 1, &error);
	unlink(path);
	octets_clear(&pem);
	if (store == NULL)
		fail_msg("%s", error);
	return store;
}

/* The lab's AIA server without a network; other ports are dead. */
static bool
find_aia(void *context, const char *url, struct certificate_list *list)
{
	static const char *const verbs[] = { "der/", "pem/", "p7c/",
		"redirect/" };
	struct visit_facts *visit = context;
	const char *path = strstr(url, ":8001/");

	for (size_t i = 0; path != NULL && i < 4; i++) {
		const struct pki_certificate *found;
		struct certificate *made;

		if (strncmp(path + 6, verbs[i], strlen(verbs[i])) != 0)
			continue;
		found = pki_find(visit->pki, path + 6 + strlen(verbs[i]));
		made = certificate_new(
		    bytes_of(found->der.data, found->der.length));
		visit->fetched[visit->fetched_count++] = made;
		visit->answer[0] = made;
		*list = (struct certificate_list){ visit->answer, 1 };
	}
	return true;
}

static bool
asks_for(const struct service *service, const char *what)
{
	return service->priority != NULL &&
	       strstr(service->priority, what) != NULL;
}

static const char *
version_of(const struct service *service)
{
	if (asks_for(service, "+VERS-TLS1.0"))
		return "TLS1.0";
	if (asks_for(service, "+VERS-TLS1.1"))
		return "TLS1.1";
	if (asks_for(service, "+VERS-TLS1.2"))
		return "TLS1.2";
	return "TLS1.3";
}

static const char *
group_of(const struct service *service)
{
	if (asks_for(service, "-KX-ALL:+RSA"))
		return "RSA";
	if (asks_for(service, "+DHE-RSA"))
		return service->dh_bits == 1024 ? "DHE-1024" : "DHE-2048";
	return "X25519";
}

static void
fill_handshake(const struct service *service, struct observation *seen)
{
	seen->has_tls = true;
	seen->tls = (struct tls_facts){
		.version = version_of(service),
		.group = group_of(service),
		.cipher = asks_for(service, "+AES-128-CBC") ? "AES-128-CBC"
							    : "AES-128-GCM",
		.client_cert_required =
		    service->client_certificate == CLIENT_CERTIFICATE_REQUIRED,
		.ocsp_stapled = service->staple != STAPLE_NONE,
		.proof = true,
	};
	switch (service->manner) {
	case MANNER_TLS:
	case MANNER_HALF:
		seen->status = STATUS_SUCCESS;
		break;
	default:
		seen->status = STATUS_CONNECTION_CLOSED;
		break;
	}
}

/* A server that knows nothing but what it chose, and was asked for less. */
static void
insist(const struct world *world, struct observation *seen)
{
	struct offer_answer *answer =
	    arena_array(world->arena, 1, sizeof(*answer));
	uint64_t offers[CLIENTS_MOST];

	for (size_t i = 0; i < world->profiles->count; i++)
		offers[i] = world->profiles->list[i].offers;
	if (!offer_next(
		offers, world->profiles->count, &seen->tls, &answer->offer))
		return;
	answer->reply = REPLY_REFUSED;
	seen->tls.offers = answer;
	seen->tls.offer_count = 1;
}

static void
begin_visit(const struct world *world, const struct station *station,
    struct visit_facts *visit, const struct client_aia *aia,
    struct signature_memory *signatures)
{
	struct observation *seen = &visit->seen;

	memset(visit, 0, sizeof(*visit));
	visit->pki = &world->pki;
	for (size_t i = 0; i < station->chain_length; i++)
		visit->received[i] = certificate_new(
		    bytes_of(station->chain[i].data, station->chain[i].length));
	seen->input = station->host;
	seen->host = station->name;
	seen->received_count = station->chain_length;
	fill_handshake(&station->scenario->service, seen);
	insist(world, seen);
	visit->host = host_name_of(station->name);
	visit->validation = (struct validation){
		.now = world->pki.now,
		.use = strcmp(seen->tls.group, "RSA") == 0 ? KEY_USE_DECRYPTS
							   : KEY_USE_SIGNS,
	};
	visit->facts = (struct client_facts){
		.seen = seen,
		.received = (const struct certificate *const *)visit->received,
		.host = &visit->host,
		.validation = &visit->validation,
		.edges = edge_memory_new(world->arena, signatures),
		.aia = aia,
		.staple = station->scenario->service.staple == STAPLE_REVOKED
			      ? STAPLE_SAYS_REVOKED
			      : STAPLE_SAYS_NOTHING,
	};
}

static void
end_visit(struct visit_facts *visit)
{
	for (size_t i = 0; i < visit->seen.received_count; i++)
		certificate_free(visit->received[i]);
	for (size_t i = 0; i < visit->fetched_count; i++)
		certificate_free(visit->fetched[i]);
}

/* What was seen of a host beside its chain. */
struct asking {
	const struct offer_answer *answers;
	size_t count;
	struct big_hello hello;
	bool is_without_chain;
};

static bool
judge_asked(const struct world *world, const struct station *station,
    bool may_fetch, const struct asking *asking, struct verdict *verdict)
{
	struct signature_memory *signatures = signature_memory_new();
	const char *trust = station->scenario->trust;
	struct trust_store *store =
	    load_store(world, trust != NULL ? trust : "r1");
	const struct trust_store *stores[] = { store };
	struct clients *clients = clients_new(&(struct client_settings){
	    .profiles = world->profiles,
	    .stores = stores,
	    .store_count = 1,
	    .one_store = true,
	});
	struct visit_facts visit;
	struct client_aia aia = { .find = find_aia, .context = &visit };
	bool open;

	memset(verdict, 0, sizeof(*verdict));
	begin_visit(
	    world, station, &visit, may_fetch ? &aia : NULL, signatures);
	if (asking != NULL) {
		visit.seen.tls.offers = asking->answers;
		visit.seen.tls.offer_count = asking->count;
		visit.seen.tls.big_hello = asking->hello;
	}
	if (asking != NULL && asking->is_without_chain) {
		visit.seen.received_count = 0;
		visit.seen.status = STATUS_HANDSHAKE_ERROR;
	}
	open = clients_judge(clients, world->arena, &visit.facts, verdict);
	/* Those that were made, also where they are not shown. */
	visit.seen.received_count = station->chain_length;
	end_visit(&visit);
	clients_free(clients);
	trust_store_free(store);
	signature_memory_free(signatures);
	return open;
}

static bool
judge(const struct world *world, const struct station *station, bool may_fetch,
    struct verdict *verdict)
{
	return judge_asked(world, station, may_fetch, NULL, verdict);
}

static const struct station *
find_station(const struct world *world, const char *id)
{
	for (size_t i = 0; i < world->station_count; i++)
		if (strcmp(world->stations[i].scenario->id, id) == 0)
			return &world->stations[i];
	fail_msg("no scenario %s", id);
	return NULL;
}

static bool
lists(const char *words, const char *wanted)
{
	struct span word;

	while (list_next(&words, ' ', &word))
		if (span_is(word, wanted))
			return true;
	return false;
}

static bool
has_word(const struct json *array, const char *word)
{
	for (const struct json *item = json_first(array); item != NULL;
	     item = json_next(item))
		if (strcmp(json_string(item), word) == 0)
			return true;
	return false;
}

static void
count(struct score *score, bool right)
{
	score->right += right;
	score->total++;
}

static double
percent(struct score score)
{
	return score.total == 0 ? 0 : 100.0 * score.right / score.total;
}

/* A line for each verdict that differs from what was measured. */
static void
compare(const char *id, const struct json *rejected,
    const struct verdict *verdict, struct score by_client[CLIENTS_MOST],
    struct score *all, struct score *disputed)
{
	size_t refused = json_length(rejected);

	for (size_t i = 0; i < verdict->client_count; i++) {
		const struct client_verdict *client = &verdict->clients[i];
		bool accepted = !has_word(rejected, client->id);
		bool right =
		    client->accepts == (accepted ? ACCEPTS_YES : ACCEPTS_NO);

		if (!right)
			print_message("# %s: %s %s, %s\n", id, client->id,
			    accepted ? "accepted" : "rejected",
			    client->reason == NULL ? "we say accepts"
						   : client->reason);
		count(&by_client[i], right);
		count(all, right);
		if (refused > 0 && refused < verdict->client_count)
			count(disputed, right);
	}
}

static void
compare_measured(struct world *world, size_t truth)
{
	struct score by_client[CLIENTS_MOST] = { { 0 } };
	struct score all = { 0 }, disputed = { 0 };

	for (size_t i = 0; i < world->station_count; i++) {
		const struct station *station = &world->stations[i];
		const char *id = station->scenario->id;
		const struct json *row = json_get(world->truth[truth], id);
		struct verdict verdict;

		if (row == NULL || !station->is_served)
			continue;
		judge(world, station, true, &verdict);
		compare(id, json_get(row, "rejected_by"), &verdict, by_client,
		    &all, &disputed);
		arena_reset(world->arena);
		read_profiles(world);
	}
	assert_int_equal(world->profiles->count, truths[truth].count);
	for (size_t i = 0; i < world->profiles->count; i++)
		print_message("# %-12s %5.1f %% of %u\n",
		    world->profiles->list[i].id, percent(by_client[i]),
		    by_client[i].total);
	print_message("# all %.2f %% of %u, disputed %.2f %% of %u\n",
	    percent(all), all.total, percent(disputed), disputed.total);
	assert_true(all.total >= truths[truth].rows * truths[truth].count);
	assert_true(percent(all) >= truths[truth].all);
	assert_true(percent(disputed) >= truths[truth].disputed);
}

static void
test_measured_scenarios(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < TRUTHS; i++) {
		world->chosen = truths[i].clients;
		assert_int_equal(read_profiles(world), 0);
		compare_measured(world, i);
	}
	world->chosen = CLIENT_CHOICE_FIRST;
	assert_int_equal(read_profiles(world), 0);
}

#define GNUTLS_ALL "gnutls wget git"
#define BROWSERS "chrome firefox"

/*
 * Behaviours that no row of scenarios.json shows, as measured or documented:
 * `accepting` are all that do, unless it begins with "not".
 */
static const struct {
	const char *id, *accepting;
} further_rows[] = {
	{ "leaf-noaia", "" },
	{ "two-both-missing", "chrome" },
	{ "inter-expired", "chrome" },
	{ "inter-in-store", "not" },
	{ "upper-in-store", "chrome" },
	{ "inter-is-anchor",
	    "curl python313 perl " GNUTLS_ALL " go java " BROWSERS },
	/* Sent alone: GnuTLS looks at the leaf itself only then. */
	{ "leaf-in-store",
	    "curl python313 perl " GNUTLS_ALL " go java firefox" },
	{ "selfsigned", "" },
	{ "root-expired", "java" },
	{ "root-sent", "not" },
	{ "dup-leaf", "not" },
	{ "strays", "not" },
	{ "strays-20", "not java " GNUTLS_ALL },
	{ "cross-dead-second", "not" },
	{ "twin-right-first", "not" },
	{ "not-yet-valid", "" },
	{ "inter-not-yet", "" },
	{ "issuer-other-string", "not go firefox" },
	{ "leaf-no-aki", "not python313" },
	{ "inter-no-ski", "not python313" },
	{ "san-trailing-dot", "curl ruby php perl node chrome" },
	{ "san-uppercase", "not" },
	{ "underscore", "not java" },
	{ "underscore-wildcard", "not openssl python python313 ruby java" },
	{ "path-length", "" },
	{ "inter-crit-unknown", "" },
	{ "inter-flipped", "chrome" },
	{ "rsa1024-leaf", "node " GNUTLS_ALL " go java " BROWSERS },
	{ "rsa1024-inter", "node " GNUTLS_ALL " go java " BROWSERS },
	{ "p521-leaf", "not chrome" },
	{ "muststaple-none", "not " GNUTLS_ALL " firefox" },
	{ "tls10", GNUTLS_ALL },
	{ "tls13", "not" },
	{ "client-cert-13", "" },
};

static void
test_further_behaviours(void **state)
{
	struct world *world = *state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(further_rows) / sizeof(further_rows[0]);
	     i++) {
		const char *accepting = further_rows[i].accepting;
		bool but = strncmp(accepting, "not", 3) == 0;
		struct verdict verdict;

		judge(world, find_station(world, further_rows[i].id), true,
		    &verdict);
		for (size_t k = 0; k < verdict.client_count; k++) {
			const char *id = verdict.clients[k].id;
			bool want = lists(accepting, id) != but;

			if (verdict.clients[k].accepts ==
			    (want ? ACCEPTS_YES : ACCEPTS_NO))
				continue;
			wrong++;
			print_message("# %s: %s should%s accept\n",
			    further_rows[i].id, id, want ? "" : " not");
		}
	}
	assert_int_equal(wrong, 0);
}

static const struct client_verdict *
find_verdict(const struct verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->client_count; i++)
		if (strcmp(verdict->clients[i].id, id) == 0)
			return &verdict->clients[i];
	fail_msg("no client %s", id);
	return NULL;
}

/* The same of the added clients: what the real programs did. */
static const struct {
	const char *id, *client;
	enum acceptance accepts;
} added_rows[] = {
	{ "root-not-ca", "rustls", ACCEPTS_YES },
	{ "root-not-ca", "boringssl", ACCEPTS_YES },
	{ "root-nc-excluded", "rustls", ACCEPTS_NO },
	{ "root-nc-excluded", "wolfssl", ACCEPTS_YES },
	{ "nc-upper", "wolfssl", ACCEPTS_YES },
	{ "crit-policies", "rustls", ACCEPTS_NO },
	{ "rsa1024-leaf", "rustls", ACCEPTS_NO },
	{ "rsa1024-leaf", "boringssl", ACCEPTS_YES },
	{ "leaf-in-store", "rustls", ACCEPTS_NO },
	{ "selfsigned-trusted-expired", "rustls", ACCEPTS_NO },
	{ "algorithms-differ", "rustls", ACCEPTS_NO },
	{ "p521-leaf", "boringssl", ACCEPTS_NO },
	{ "ed25519-inter", "boringssl", ACCEPTS_YES },
	{ "policy-required", "bun", ACCEPTS_NO },
	/* One of the strays has critical name constraints. */
	{ "strays-11", "mbedtls", ACCEPTS_NO },
	{ "ec-explicit-stray", "mbedtls", ACCEPTS_NO },
	{ "ca-without-name", "mbedtls", ACCEPTS_NO },
	{ "ip-wild", "mbedtls", ACCEPTS_YES },
	{ "root-sent-flipped", "wolfssl", ACCEPTS_NO },
	{ "issuer-other-string", "wolfssl", ACCEPTS_NO },
	{ "inter-is-anchor", "erlang", ACCEPTS_NO },
	{ "self-issued-leaf", "erlang", ACCEPTS_NO },
	{ "root-old-sent-new-stored", "erlang", ACCEPTS_NO },
	{ "dst-x3-root-sent", "erlang", ACCEPTS_YES },
	{ "san-trailing-dot", "erlang", ACCEPTS_NO },
	{ "ec-explicit-stray", "erlang", ACCEPTS_NO },
	{ "rsa-no-null-inter", "erlang", ACCEPTS_YES },
	{ "ku-crlsign-too", "erlang", ACCEPTS_NO },
	{ "root-not-ca", "erlang", ACCEPTS_YES },
	{ "leaf-path-length", "bun", ACCEPTS_NO },
	{ "leaf-path-length", "mbedtls", ACCEPTS_NO },
	{ "self-issued-leaf", "bun", ACCEPTS_YES },
	{ "self-issued-leaf", "boringssl", ACCEPTS_YES },
	{ "root-both-stored-old-first", "boringssl", ACCEPTS_NO },
	{ "ca-without-name", "boringssl", ACCEPTS_YES },
	{ "ffdhe-group-only", "mbedtls", ACCEPTS_YES },
	{ "ip-not-named", "wolfssl", ACCEPTS_YES },
	{ "inter-no-ski", "wolfssl", ACCEPTS_NO },
	{ "root-path-length", "wolfssl", ACCEPTS_NO },
	{ "rsa1024-inter", "git255", ACCEPTS_NO },
	{ "inter-trailing", "git255", ACCEPTS_NO },
};

static void
test_added_clients(void **state)
{
	struct world *world = *state;
	unsigned wrong = 0;

	world->chosen = "all";
	assert_int_equal(read_profiles(world), 0);
	for (size_t i = 0; i < sizeof(added_rows) / sizeof(added_rows[0]);
	     i++) {
		struct verdict verdict;

		judge(world, find_station(world, added_rows[i].id), true,
		    &verdict);
		if (find_verdict(&verdict, added_rows[i].client)->accepts ==
		    added_rows[i].accepts)
			continue;
		wrong++;
		print_message(
		    "# %s: %s\n", added_rows[i].id, added_rows[i].client);
	}
	world->chosen = CLIENT_CHOICE_FIRST;
	assert_int_equal(read_profiles(world), 0);
	assert_int_equal(wrong, 0);
}

/* First each server's choice, then what it answered to less. */
static const struct {
	const char *id;
	enum offer_reply reply;
	struct tls_facts chosen;
	const char *client;
	enum acceptance accepts;
	const char *reason;
} asked_rows[] = {
	{ "rsa-kx", REPLY_ACCEPTED,
	    { .version = "TLS1.2", .cipher = "AES-128-GCM", .group = "X25519" },
	    "python313", ACCEPTS_YES, NULL },
	{ "rsa-kx", REPLY_REFUSED, { .version = NULL }, "python313", ACCEPTS_NO,
	    "no cipher in common (RSA key exchange only)" },
	{ "rsa-kx", REPLY_NONE, { .version = NULL }, "python313",
	    ACCEPTS_UNKNOWN, "no answer was seen to what it offers" },
	/* It offers what was chosen at first: further answers are others'. */
	{ "rsa-kx", REPLY_REFUSED, { .version = NULL }, "curl", ACCEPTS_YES,
	    NULL },
	/* Its own choice may be bad for it in another way. */
	{ "tls10", REPLY_ACCEPTED,
	    { .version = "TLS1.2",
		.cipher = "AES-128-GCM",
		.group = "DHE-1024" },
	    "curl", ACCEPTS_NO, "(35) dh key too small" },
	{ "tls10", REPLY_ACCEPTED,
	    { .version = "TLS1.2",
		.cipher = "AES-128-GCM",
		.group = "DHE-1024" },
	    "java", ACCEPTS_YES, NULL },
	/* The usage of the leaf's key has to fit what is done with it. */
	{ "ku-keyenc-tls12", REPLY_NONE, { .version = NULL }, "java",
	    ACCEPTS_NO, "KeyUsage does not allow digital signatures" },
	/* Doubt on top of a certain refusal is none. */
	{ "leaf-only-rsa-kx", REPLY_NONE, { .version = NULL }, "python313",
	    ACCEPTS_NO,
	    "CERTIFICATE_VERIFY_FAILED: unable to get local issuer "
	    "certificate" },
};

static void
test_further_offers(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(asked_rows) / sizeof(asked_rows[0]);
	     i++) {
		struct offer_answer answer = {
			.offer = OFFER_ALL,
			.reply = asked_rows[i].reply,
			.chosen = asked_rows[i].chosen,
		};
		const struct asking asking = { .answers = &answer, .count = 1 };
		const struct client_verdict *client;
		struct verdict verdict;
		bool open =
		    judge_asked(world, find_station(world, asked_rows[i].id),
			true, &asking, &verdict);

		/* What the server would say is nothing to wait for. */
		assert_false(open);
		client = find_verdict(&verdict, asked_rows[i].client);
		if (client->accepts != asked_rows[i].accepts)
			fail_msg("row %zu: %d", i, client->accepts);
		if (asked_rows[i].reason == NULL)
			assert_null(client->reason);
		else
			assert_string_equal(
			    client->reason, asked_rows[i].reason);
	}
}

#define ANSWERS(to_whole, to_split, to_small) \
	.hello = { .sent = 1560,              \
		.answer = HELLO_##to_whole,   \
		.split = HELLO_##to_split,    \
		.small = HELLO_##to_small }
#define ASKED_ANEW(...)                                              \
	.answers = { { .offer = OFFER_ALL, .reply = REPLY_REFUSED }, \
		{ .offer = OFFER_ALL,                                \
		    .reply = REPLY_ACCEPTED,                         \
		    .chosen = { __VA_ARGS__ } } }

static const char not_seen[] =
    "the server answers such a ClientHello; its certificates were not seen";

/* What a server does with large hellos, and its clients' words. */
static const struct {
	const char *id; /* NULL: no certificate came */
	const char *client;
	enum acceptance accepts;
	const char *reason;
	struct big_hello hello;
	struct offer_answer answers[2];
} hello_rows[] = {
	{ "ok", "chrome", ACCEPTS_YES, NULL, ANSWERS(SERVER, SERVER, NONE) },
	{ "ok", "chrome", ACCEPTS_NO,
	    "its ClientHello with X25519MLKEM768 gets a reset",
	    ANSWERS(RESET, SILENCE, SERVER) },
	{ "ok", "go", ACCEPTS_YES, NULL, ANSWERS(RESET, SILENCE, SERVER) },
	{ "ok", "firefox", ACCEPTS_NO,
	    "its ClientHello with X25519MLKEM768 gets an alert",
	    ANSWERS(ALERT, NONE, RETRY) },
	{ "ok", "chrome", ACCEPTS_UNKNOWN,
	    "it depends on the segments in which its ClientHello arrives",
	    ANSWERS(SERVER, CLOSED, SERVER) },
	{ "expired", "chrome", ACCEPTS_NO, NULL,
	    ANSWERS(SERVER, CLOSED, SERVER) },
	/* The small one is refused too: not for its size. */
	{ "ok", "chrome", ACCEPTS_YES, NULL, ANSWERS(ALERT, NONE, ALERT) },
	{ NULL, "openssl", ACCEPTS_NO, "handshake-error",
	    ANSWERS(SERVER, NONE, NONE),
	    ASKED_ANEW(.version = "TLS1.3", .group = "X25519-MLKEM768") },
	{ NULL, "chrome", ACCEPTS_UNKNOWN, not_seen,
	    ANSWERS(SERVER, NONE, NONE),
	    ASKED_ANEW(.version = "TLS1.3", .group = "X25519-MLKEM768") },
	/* What it lacked in our offer is not known: ALPN, perhaps. */
	{ NULL, "openssl", ACCEPTS_UNKNOWN, not_seen,
	    ANSWERS(SERVER, NONE, NONE),
	    ASKED_ANEW(.version = "TLS1.2", .cipher = "AES-128-GCM") },
	{ NULL, "chrome", ACCEPTS_NO, "handshake-error",
	    .answers = { { .offer = OFFER_ALL, .reply = REPLY_REFUSED } } },
};

static void
test_large_hellos(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(hello_rows) / sizeof(hello_rows[0]);
	     i++) {
		const char *id = hello_rows[i].id;
		const struct client_verdict *client;
		struct verdict verdict;
		struct asking asking = {
			.answers = hello_rows[i].answers,
			.count = id == NULL ? 2 : 0,
			.hello = hello_rows[i].hello,
			.is_without_chain = id == NULL,
		};

		judge_asked(world, find_station(world, id == NULL ? "ok" : id),
		    true, &asking, &verdict);
		client = find_verdict(&verdict, hello_rows[i].client);
		if (client->accepts != hello_rows[i].accepts)
			fail_msg("row %zu: %d", i, client->accepts);
		if (hello_rows[i].reason != NULL)
			assert_string_equal(
			    client->reason, hello_rows[i].reason);
	}
}

static enum acceptance
acceptance_of(const struct verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->client_count; i++)
		if (strcmp(verdict->clients[i].id, id) == 0)
			return verdict->clients[i].accepts;
	fail_msg("no client %s", id);
	return ACCEPTS_UNKNOWN;
}

/* Nobody looked at the AIA: unknown where it matters, and only there. */
static void
test_unseen_aia(void **state)
{
	static const struct {
		const char *id;
		enum acceptance chrome;
	} rows[] = {
		{ "ok", ACCEPTS_YES },
		{ "leaf-aia", ACCEPTS_UNKNOWN },
		{ "leaf-noaia", ACCEPTS_NO },
		{ "aia-https", ACCEPTS_NO },
		{ "expired-leaf-only", ACCEPTS_NO },
		{ "cross-dead-aia", ACCEPTS_UNKNOWN },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict verdict;
		bool open = judge(
		    world, find_station(world, rows[i].id), false, &verdict);

		if (acceptance_of(&verdict, "chrome") != rows[i].chrome)
			fail_msg("%s: chrome", rows[i].id);
		assert_int_equal(open, rows[i].chrome == ACCEPTS_UNKNOWN);
		assert_int_equal(acceptance_of(&verdict, "go") == ACCEPTS_YES,
		    strcmp(rows[i].id, "ok") == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_measured_scenarios),
		cmocka_unit_test(test_further_behaviours),
		cmocka_unit_test(test_added_clients),
		cmocka_unit_test(test_further_offers),
		cmocka_unit_test(test_large_hellos),
		cmocka_unit_test(test_unseen_aia),
	};

	return cmocka_run_group_tests(tests, make_world, unmake_world);
}
