/*
 * fleet/store_files.h: stores written and loaded back; fleet/store_facts.h:
 * what is counted, and where two differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <errno.h>
#include <gnutls/x509.h>

#include "x509/store_facts.h"
#include "rundir/trust_files.h"
#include "x509/pem.h"
#include "tests/unit/fleet/tree.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { CERTIFICATES = 4, NOW = 1735689600 };

/*
 * Two roots, an intermediate of the first, and a comment that looks like PEM.
 */
struct recipe {
	const char *name;
	int issuer;
	int64_t until;
};

static const struct recipe recipes[CERTIFICATES] = {
	{ "A", 0, NOW + 1000 },
	{ "B", 1, NOW - 1 },
	{ "I", 0, NOW + 500 },
	{ "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----", 3,
	    NOW },
};

struct world {
	struct arena *arena;
	const char *root;
	struct bytes der[CERTIFICATES];
};

static void
make(struct world *world, gnutls_x509_crt_t made[],
    gnutls_x509_privkey_t keys[], size_t at)
{
	const struct recipe *recipe = &recipes[at];
	uint8_t serial = (uint8_t)(at + 1);
	gnutls_datum_t der;

	gnutls_x509_privkey_init(&keys[at]);
	assert_true(
	    gnutls_x509_privkey_generate(keys[at], GNUTLS_PK_EC,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0);
	gnutls_x509_crt_init(&made[at]);
	gnutls_x509_crt_set_version(made[at], 3);
	gnutls_x509_crt_set_serial(made[at], &serial, 1);
	gnutls_x509_crt_set_dn_by_oid(made[at], GNUTLS_OID_X520_COMMON_NAME, 0,
	    recipe->name, (unsigned)strlen(recipe->name));
	gnutls_x509_crt_set_activation_time(made[at], 1704067200);
	gnutls_x509_crt_set_expiration_time(made[at], recipe->until);
	gnutls_x509_crt_set_key(made[at], keys[at]);
	assert_true(gnutls_x509_crt_sign2(made[at], made[recipe->issuer],
			keys[recipe->issuer], GNUTLS_DIG_SHA256, 0) >= 0);
	gnutls_x509_crt_export2(made[at], GNUTLS_X509_FMT_DER, &der);
	world->der[at] =
	    arena_bytes(world->arena, bytes_of(der.data, der.size));
	gnutls_free(der.data);
}

static int
set_up(void **state)
{
	static struct world world;
	gnutls_x509_crt_t made[CERTIFICATES];
	gnutls_x509_privkey_t keys[CERTIFICATES];

	world.arena = arena_new();
	world.root = tree_new(world.arena);
	for (size_t i = 0; i < CERTIFICATES; i++)
		make(&world, made, keys, i);
	for (size_t i = 0; i < CERTIFICATES; i++) {
		gnutls_x509_crt_deinit(made[i]);
		gnutls_x509_privkey_deinit(keys[i]);
	}
	*state = &world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	tree_free(world->root);
	arena_free(world->arena);
	return 0;
}

/* A store of the certificates whose bits are set. */
static struct trust_store *
store_of(struct world *world, const char *name, unsigned which)
{
	struct bytes list[CERTIFICATES];
	struct bundle bundle = { .certificates = list };
	struct trust_store *store;
	char *error = NULL;

	for (size_t i = 0; i < CERTIFICATES; i++)
		if (which & 1u << i)
			list[bundle.count++] = world->der[i];
	store = trust_store_from_bundle(name, "memory", &bundle, &error);
	assert_non_null(store);
	(void)error;
	return store;
}

static void
assert_same(
    const struct certificate_index *a, const struct certificate_index *b)
{
	struct certificate_list first = certificate_index_all(a);
	struct certificate_list second = certificate_index_all(b);

	assert_int_equal(first.count, second.count);
	for (size_t i = 0; i < first.count; i++)
		assert_true(bytes_equal(
		    first.certificates[i]->der, second.certificates[i]->der));
}

static void
assert_loads_back(struct world *world, const struct trust_store *store)
{
	const char *path = arena_printf(world->arena, "%s/run/stores/%s.pem",
	    world->root, trust_store_name(store));
	char *error = NULL;
	struct trust_store *read = trust_store_load("read", &path, 1, &error);

	assert_non_null(read);
	assert_same(trust_store_anchors(store), trust_store_anchors(read));
	assert_same(
	    trust_store_intermediates(store), trust_store_intermediates(read));
	assert_int_equal(trust_store_damaged(read), 0);
	trust_store_free(read);
}

static void
test_written(void **state)
{
	struct world *world = *state;
	struct trust_store *stores[] = {
		store_of(world, "system", 0xf),
		store_of(world, "corp.2", 0x4), /* alone: an anchor */
		store_of(world, "java", 0x8),
	};
	const char *directory =
	    arena_printf(world->arena, "%s/run", world->root);

	/* Twice: a run that is resumed writes over its own. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(trust_files_write(directory,
				     (const struct trust_store *const *)stores,
				     COUNT(stores)),
		    0);
	for (size_t i = 0; i < COUNT(stores); i++) {
		assert_loads_back(world, stores[i]);
		trust_store_free(stores[i]);
	}
}

static void
test_comments(void **state)
{
	struct world *world = *state;
	struct trust_store *store = store_of(world, "words", 0x9);
	struct text text = { NULL, 0, 0 };

	assert_int_equal(trust_files_write(world->root,
			     (const struct trust_store *const *)&store, 1),
	    0);
	assert_int_equal(file_read(arena_printf(world->arena,
				       "%s/stores/words.pem", world->root),
			     100000, &text),
	    0);
	assert_non_null(strstr(text.data, "# CN=A\n-----BEGIN CERT"));
	assert_non_null(strstr(text.data, "# CN=-\\2D\\2D\\2D\\2DBEGIN"));
	text_free(&text);
	trust_store_free(store);
}

static void
test_unwritable(void **state)
{
	struct world *world = *state;
	struct trust_store *store = store_of(world, "system", 1);
	const char *file =
	    tree_file(world->arena, world->root, "file", bytes_from_string(""));

	assert_int_equal(trust_files_write(file,
			     (const struct trust_store *const *)&store, 1),
	    -1);
	assert_int_equal(errno, EEXIST);
	trust_store_free(store);
}

/* One can go before the other. */
static void
test_shared(void **state)
{
	struct trust_store *store = store_of(*state, "system", 0x7);
	struct trust_store *shared =
	    trust_store_share(store, "certifi", "/certifi/cacert.pem");

	assert_ptr_equal(
	    trust_store_anchors(store), trust_store_anchors(shared));
	assert_string_equal(trust_store_name(store), "system");
	trust_store_free(store);
	assert_string_equal(trust_store_name(shared), "certifi");
	assert_string_equal(trust_store_origin(shared), "/certifi/cacert.pem");
	assert_int_equal(
	    certificate_index_all(trust_store_anchors(shared)).count, 2);
	trust_store_free(shared);
}

/* The last second of the validity still counts. */
static void
test_facts(void **state)
{
	struct trust_store *store = store_of(*state, "system", 0xf);
	struct store_facts facts;

	store_facts(store, NOW, &facts);
	assert_int_equal(facts.anchors, 3);
	assert_int_equal(facts.intermediates, 1);
	assert_int_equal(facts.unusable, 0);
	assert_int_equal(facts.expired, 1);
	assert_true(facts.has_dates);
	assert_int_equal(facts.earliest, NOW - 1);
	assert_int_equal(facts.latest, NOW + 1000);
	trust_store_free(store);
}

struct difference_row {
	unsigned one, other;
	const char *only; /* names, by their first letters */
};

static const struct difference_row difference_rows[] = {
	{ 0x1, 0x1, "" }, { 0x3, 0x1, "B" }, { 0x1, 0x3, "" },
	{ 0x3, 0x8, "AB" },
	{ 0x5, 0x2, "A" }, /* an intermediate is no anchor */
	{ 0x4, 0x5, "" },  /* alone it is; there the other holds it */
};

static void
test_differences(void **state)
{
	for (size_t i = 0; i < COUNT(difference_rows); i++) {
		const struct difference_row *row = &difference_rows[i];
		struct trust_store *one = store_of(*state, "one", row->one);
		struct trust_store *other =
		    store_of(*state, "other", row->other);
		struct arena *arena = arena_new();
		struct certificate_list only = store_only_in(arena, one, other);

		assert_int_equal(only.count, strlen(row->only));
		for (size_t j = 0; j < only.count; j++)
			assert_int_equal(
			    only.certificates[j]->subject_cn[0], row->only[j]);
		arena_free(arena);
		trust_store_free(one);
		trust_store_free(other);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_differences),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
