/*
 * Which roots count for which client, what its program refuses, and what the
 * findings say of it (client_stores.c, rules_roots.c): roots of these tests'
 * own in a roots.json of two programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/clients.h"
#include "audit/rules.h"
#include "base/clock.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FOUR(x) x x x x
#define DIGEST(octet) FOUR(FOUR(octet octet))

enum { KEPT, DROPPED, LOGGED, ISSUED, LOCAL, ROOTS };

static const char *const names[ROOTS] = { "Kept", "Dropped", "Logged", "Issued",
	"Local" };

static const char clients_json[] =
    "{\"schema\":\"fleetscan/clients/1\",\"families\":[],\"clients\":["
#define CLIENT(id, store, roots)                                        \
	"{\"id\":\"" id "\",\"title\":\"T\",\"version\":\"1\","         \
	"\"date\":\"2026-11\",\"source\":\"s\",\"offers\":[\"tls1.3\"," \
	"\"ecdhe\"],\"reads\":[\"name\"],\"store\":\"" store "\"" roots "}"
    CLIENT("plain", "system", "") "," CLIENT(
	"own", "own", ",\"roots\":\"prog\"") "," CLIENT("older", "own",
	",\"roots\":\"prog-1\"") "]}";

#define ROOT(name, octet, lists, rules)                            \
	"{\"sha256\":\"" DIGEST(octet) "\",\"name\":\"" name       \
				       "\",\"subject\":\"CN=" name \
				       "\",\"in\":[" lists "]" rules "}"
#define ALL "\"sys-1\",\"sys-2\",\"prog-1\",\"prog-2\""

static const char roots_json[] =
    "{\"schema\":\"fleetscan/roots/1\",\"date\":\"2026-11-28\","
    "\"system\":\"sys\",\"programs\":["
    "{\"id\":\"sys\",\"title\":\"Sys\"},{\"id\":\"prog\",\"title\":\"Prog\"}],"
    "\"lists\":["
#define LIST(id, program, title)                                            \
	"{\"id\":\"" id "\",\"program\":\"" program "\",\"title\":\"" title \
	"\",\"version\":\"v\",\"source\":\"s\"}"
    LIST("sys-1", "sys", "Sys 1") "," LIST("sys-2", "sys", "Sys 2") "," LIST(
	"prog-1", "prog", "Prog 1") "," LIST("prog-2", "prog",
	"Prog 2") "],\"roots\":[" ROOT("Kept", "a0", ALL,
	"") "," ROOT("Dropped", "a1", "\"sys-1\",\"prog-1\"",
	"") "," ROOT("Logged", "a2", ALL,
	",\"rules\":[{\"program\":\"prog\",\"rule\":\"logged\","
	"\"date\":\"2026-09-30T23:59:59Z\",\"since\":\"2\"}]") "," ROOT("Issue"
									"d",
	"a3", ALL,
	",\"rules\":[{\"program\":\"prog\",\"rule\":\"issued\","
	"\"date\":\"2026-09-30T23:59:59Z\"}]") "]}";

static const char distrust_json[] =
    "{\"schema\":\"fleetscan/distrust/1\",\"roots\":{\"kept\":["
    "{\"subject\":\"CN=Kept\",\"sha256\":\"" DIGEST(
	"a0") "\"}]},"
	      "\"rules\":[{\"id\":\"plain-kept\",\"clients\":[\"plain\"],"
	      "\"roots\":[\"kept\"],\"rule\":\"issued_after\","
	      "\"date\":\"2027-01-01T00:00:00Z\",\"sentence\":\"Plain leaves "
	      "Kept\","
	      "\"source\":\"s\"}]}";

struct world {
	struct arena *arena;
	struct certificate roots[ROOTS], leaf;
	struct certificate_index *installed, *added;
	struct trust_store *store;
	struct client_settings settings;
};

static int64_t
day(const char *text)
{
	int64_t seconds;

	assert_true(clock_parse(text, 0, &seconds));
	return seconds;
}

static int
set_up(void **state)
{
	static struct world world;
	const char *error = NULL;

	memset(&world, 0, sizeof(world));
	world.arena = arena_new();
	world.installed = certificate_index_new();
	world.added = certificate_index_new();
	for (size_t i = 0; i < ROOTS; i++) {
		struct certificate *root = &world.roots[i];

		*root = (struct certificate){
			.version = 3,
			.subject = names[i],
			.subject_key = bytes_from_string(names[i]),
			.issuer_key_name = bytes_from_string(names[i]),
			.self_issued = true,
			.is_ca = true,
			.has_basic_constraints = true,
		};
		memset(root->sha256.octets, (int)(0xa0 + i),
		    sizeof(root->sha256.octets));
		certificate_index_add(world.installed, root);
	}
	world.leaf = (struct certificate){
		.times_valid = true,
		.not_before = day("2026-08-01T00:00:00Z"),
		.not_after = day("2027-08-01T00:00:00Z"),
	};
	world.store = trust_store_of("system", world.installed);
	world.settings.profiles = client_profiles_read(world.arena,
	    bytes_from_string(clients_json), "clients.json", &error);
	if (world.settings.profiles == NULL)
		fail_msg("%s", error);
	world.settings.roots = roots_read(
	    world.arena, bytes_from_string(roots_json), "roots.json", &error);
	if (world.settings.roots == NULL)
		fail_msg("%s", error);
	world.settings.stores = (const struct trust_store *const *)&world.store;
	world.settings.store_count = 1;
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	trust_store_free(world->store);
	certificate_index_free(world->installed);
	certificate_index_free(world->added);
	arena_free(world->arena);
	return 0;
}

/* "KD" and so on: the first letters of those in the store, in this order. */
static void
assert_roots(const struct client_store *store, const char *expected)
{
	static const char letters[] = "KDGIL"; /* G: Logged */
	char found[ROOTS + 1] = "";

	for (size_t i = 0; i < ROOTS; i++) {
		struct digest digest;

		memset(digest.octets, (int)(0xa0 + i), sizeof(digest.octets));
		if (trust_store_find(store->store, &digest) == STORE_ANCHOR)
			found[strlen(found)] = letters[i];
	}
	assert_string_equal(found, expected);
}

enum how { BY_PROGRAM, ONE_STORE, WITHOUT_ROOTS, NAMED, ADDED };

struct store_row {
	enum how how;
	const char *client, *roots, *list; /* NULL: no program judges */
};

static const struct store_row store_rows[] = {
	{ BY_PROGRAM, "plain", "KDGIL", NULL },
	{ BY_PROGRAM, "own", "KGIL", "prog-2" },
	{ BY_PROGRAM, "older", "KDGIL", "prog-1" },
	/* --trust */
	{ ONE_STORE, "own", "KDGIL", NULL },
	{ WITHOUT_ROOTS, "own", "KDGIL", NULL },
	/* --store own=FILE */
	{ NAMED, "own", "KD", NULL },
	{ NAMED, "plain", "KDGIL", NULL },
	/* --trust-add of what the program dropped */
	{ ADDED, "own", "KDGIL", "prog-2" },
};

static void
test_stores(void **state)
{
	struct world *world = *state;
	struct certificate_index *few = certificate_index_new();
	static const char *const named[] = { "own" };

	certificate_index_add(few, &world->roots[KEPT]);
	certificate_index_add(few, &world->roots[DROPPED]);
	certificate_index_add(world->added, &world->roots[DROPPED]);
	for (size_t i = 0; i < COUNT(store_rows); i++) {
		const struct store_row *row = &store_rows[i];
		struct client_settings settings = world->settings;
		struct trust_store *own = trust_store_of("own", few);
		const struct trust_store *const both[] = { world->store, own };
		struct client_stores *stores;

		if (row->how == ONE_STORE)
			settings.one_store = true;
		if (row->how == WITHOUT_ROOTS)
			settings.roots = NULL;
		if (row->how == ADDED)
			settings.added = world->added;
		if (row->how == NAMED) {
			settings.stores = both;
			settings.store_count = COUNT(both);
			settings.named = named;
			settings.named_count = COUNT(named);
		}
		stores = client_stores_new(&settings);
		for (size_t k = 0; k < settings.profiles->count; k++) {
			const struct client_store *store =
			    client_store_of(stores, k);

			if (strcmp(settings.profiles->list[k].id,
				row->client) != 0)
				continue;
			assert_roots(store, row->roots);
			if (row->list == NULL)
				assert_null(store->list);
			else
				assert_string_equal(store->list->id, row->list);
			assert_int_equal(store->absent_count, 0);
		}
		client_stores_free(stores);
		trust_store_free(own);
	}
	certificate_index_free(few);
}

/* A root of the program whose certificate no store and no list has. */
static void
test_absent(void **state)
{
	struct world *world = *state;
	struct certificate_index *few = certificate_index_new();
	struct trust_store *store;
	struct client_stores *stores;
	struct client_settings settings = world->settings;
	const struct client_store *own;

	certificate_index_add(few, &world->roots[DROPPED]);
	certificate_index_add(few, &world->roots[LOCAL]);
	certificate_index_add(world->added, &world->roots[ISSUED]);
	store = trust_store_of("system", few);
	settings.stores = (const struct trust_store *const *)&store;
	settings.at_hand[0] = world->added;
	stores = client_stores_new(&settings);
	own = client_store_of(stores, 1);
	assert_roots(own, "IL");
	assert_int_equal(own->absent_count, 2);
	assert_int_equal(client_stores_local(stores).count, 1);
	assert_true(client_store_lists(stores, own, &world->roots[LOGGED]));
	assert_false(client_store_lists(stores, own, &world->roots[DROPPED]));
	client_stores_free(stores);
	trust_store_free(store);
	certificate_index_free(few);
}

/* What is found where the path ends at this root. */
struct root_row {
	int root;
	const char *issued, *logged; /* of the leaf; NULL: as set up, no SCT */
	bool with_distrust, with_added;
	const char *leaves;  /* "cause client client", ";" between findings */
	const char *refused; /* the same of distrusted_by */
};

static const struct root_row root_rows[] = {
	{ KEPT, NULL, NULL, false, false, "", "" },
	{ LOCAL, NULL, NULL, false, false, "", "" },
	/* prog-1 still has it; the system's next list does not */
	{ DROPPED, NULL, NULL, false, false, "upgrade plain;dropped own",
	    "dropped own" },
	/* the date is the program's, whichever of its lists has the root */
	{ LOGGED, NULL, "2026-09-30T23:59:59Z", false, false,
	    "dated own;dated older", "" },
	{ LOGGED, NULL, "2026-10-01T00:00:00Z", false, false,
	    "dated own;dated older", "dated own;dated older" },
	/* an SCT counts more than the first day; without one that does */
	{ LOGGED, "2026-10-02T00:00:00Z", "2026-09-01T00:00:00Z", false, false,
	    "dated own;dated older", "" },
	{ LOGGED, "2026-10-02T00:00:00Z", NULL, false, false,
	    "dated own;dated older", "dated own;dated older" },
	{ ISSUED, "2026-09-30T23:59:59Z", "2026-10-02T00:00:00Z", false, false,
	    "dated own;dated older", "" },
	{ ISSUED, "2026-10-01T00:00:00Z", NULL, false, false,
	    "dated own;dated older", "dated own;dated older" },
	/* of distrust.json, for the client that it names */
	{ KEPT, NULL, NULL, true, false, "dated plain", "" },
	{ KEPT, "2027-01-02T00:00:00Z", NULL, true, false, "dated plain",
	    "plain-kept plain" },
	/* an administrator installed it */
	{ LOGGED, "2026-10-02T00:00:00Z", NULL, false, true, "", "" },
};

static void
append_findings(
    struct text *to, const struct findings *findings, enum finding_id id)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		if (!finding_is(finding, id))
			continue;
		text_printf(
		    to, "%s%s", to->size == 0 ? "" : ";", finding->cause);
		for (size_t k = 0; k < finding->evidence_count; k++)
			if (starts_with(finding->evidence[k].key, "client"))
				text_printf(
				    to, " %s", finding->evidence[k].value);
	}
	text_append(to, "");
}

static void
test_findings(void **state)
{
	struct world *world = *state;
	const char *error = NULL;
	const struct distrust *distrust = distrust_read(world->arena,
	    bytes_from_string(distrust_json), "distrust.json", &error);

	if (distrust == NULL)
		fail_msg("%s", error);
	for (size_t i = 0; i < ROOTS; i++)
		certificate_index_add(world->added, &world->roots[i]);
	for (size_t i = 0; i < COUNT(root_rows); i++) {
		const struct root_row *row = &root_rows[i];
		struct client_settings settings = world->settings;
		struct certificate leaf = world->leaf;
		const struct certificate *received[] = { &leaf };
		struct clients *clients;
		struct audit_settings judging = { .now = day(
						      "2026-11-28T00:00:00Z") };
		struct path path = { .length = 2, .end = PATH_ANCHOR };
		struct observation seen = { .host = NULL };
		struct audit_view view = {
			.settings = &judging,
			.seen = &seen,
			.received = received,
			.received_count = 1,
			.path = &path,
		};
		struct findings findings = { .arena = world->arena };
		struct text leaves = { NULL, 0, 0 }, refused = { NULL, 0, 0 };

		path.steps[0].certificate = &leaf;
		path.steps[1].certificate = &world->roots[row->root];
		if (row->issued != NULL)
			leaf.not_before = day(row->issued);
		if (row->logged != NULL)
			leaf.earliest_sct = day(row->logged);
		if (row->with_distrust)
			settings.distrust = distrust;
		if (row->with_added)
			settings.added = world->added;
		clients = clients_new(&settings);
		judging.clients = clients;
		for (const struct audit_rule *rule = root_rules;
		     rule->name != NULL; rule++)
			rule->find(&view, &findings);
		append_findings(&leaves, &findings, FINDING_ROOT_LEAVES);
		append_findings(&refused, &findings, FINDING_DISTRUSTED_BY);
		assert_string_equal(leaves.data, row->leaves);
		assert_string_equal(refused.data, row->refused);
		text_free(&leaves);
		text_free(&refused);
		clients_free(clients);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stores, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_absent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_findings, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
