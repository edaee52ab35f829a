/* Priority strings: what they offer is what they were asked to offer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/gnutls.h>

#include "base/arena.h"
#include "base/file.h"
#include "model/client_profile.h"
#include "scan/handshake.h"
#include "scan/priority.h"

#define BASE                                               \
	(OFFER_BIT(OFFER_TLS12) | OFFER_BIT(OFFER_ECDHE) | \
	    OFFER_BIT(OFFER_AEAD) | OFFER_BIT(OFFER_X25519))

static gnutls_priority_t
open_keys(uint64_t offer, enum offered_keys keys)
{
	gnutls_priority_t priority;
	struct text words = { 0 };
	int result;

	priority_write(&words, offer, keys);
	result = gnutls_priority_init(&priority, words.data, NULL);
	if (result < 0)
		fail_msg("%s: %s", words.data, gnutls_strerror(result));
	text_free(&words);
	return priority;
}

static gnutls_priority_t
open_priority(uint64_t offer)
{
	return open_keys(offer, KEYS_RSA_LAST);
}

/* Is there a suite whose name has this in it? */
static bool
offers(gnutls_priority_t priority, const char *part)
{
	unsigned at;

	for (unsigned i = 0;; i++) {
		int result =
		    gnutls_priority_get_cipher_suite_index(priority, i, &at);
		const char *name;

		if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return false;
		if (result < 0)
			continue;
		name =
		    gnutls_cipher_suite_info(at, NULL, NULL, NULL, NULL, NULL);
		if (name != NULL && strstr(name, part) != NULL)
			return true;
	}
}

/* The library combines ciphers and MACs freely: `with` brings it back. */
static const struct {
	enum offer_kind kind;
	const char *part;
	uint64_t with;
} rows[] = {
	{ OFFER_DHE, "_DHE_RSA_AES_128_GCM", 0 },
	{ OFFER_RSA, "TLS_RSA_AES_128_GCM", 0 },
	{ OFFER_CCM, "AES_128_CCM", 0 },
	{ OFFER_CBC_SHA1, "ECDHE_RSA_AES_128_CBC_SHA1",
	    OFFER_BIT(OFFER_CAMELLIA) | OFFER_BIT(OFFER_TRIPLE_DES) |
		OFFER_BIT(OFFER_RC4) },
	{ OFFER_CBC_SHA2, "ECDHE_RSA_AES_128_CBC_SHA256",
	    OFFER_BIT(OFFER_CAMELLIA) },
	{ OFFER_CAMELLIA, "CAMELLIA", 0 },
	{ OFFER_TRIPLE_DES, "3DES", 0 },
	{ OFFER_RC4, "ARCFOUR", 0 },
};

/* The kinds of keys in the order of the suites and of the signatures. */
static void
test_keys(void **state)
{
	static const struct {
		enum offered_keys keys;
		bool rsa_first, rsa, other;
	} key_rows[] = {
		{ KEYS_RSA_LAST, false, true, true },
		{ KEYS_RSA_FIRST, true, true, true },
		{ KEYS_RSA_ALONE, true, true, false },
		{ KEYS_NOT_RSA, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
		gnutls_priority_t priority =
		    open_keys(OFFER_ALL, key_rows[i].keys);
		const unsigned *exchanges;
		int first;

		assert_int_equal(
		    offers(priority, "_ECDHE_RSA_"), key_rows[i].rsa);
		assert_int_equal(
		    offers(priority, "_ECDHE_ECDSA_"), key_rows[i].other);
		assert_true(gnutls_priority_kx_list(priority, &exchanges) > 0);
		first = (int)exchanges[0];
		assert_int_equal(
		    first == GNUTLS_KX_ECDHE_RSA, key_rows[i].rsa_first);
		gnutls_priority_deinit(priority);
	}
}

static void
test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gnutls_priority_t without = open_priority(BASE);
		gnutls_priority_t with =
		    open_priority(BASE | OFFER_BIT(rows[i].kind));
		gnutls_priority_t other = open_priority(
		    OFFER_ALL & ~OFFER_BIT(rows[i].kind) & ~rows[i].with);

		if (offers(without, rows[i].part))
			fail_msg("%s is there", rows[i].part);
		if (!offers(with, rows[i].part))
			fail_msg("%s is lacking", rows[i].part);
		if (offers(other, rows[i].part))
			fail_msg("%s stays", rows[i].part);
		gnutls_priority_deinit(without);
		gnutls_priority_deinit(with);
		gnutls_priority_deinit(other);
	}
}

static void
test_versions(void **state)
{
	static const struct {
		enum offer_kind kind;
		gnutls_protocol_t version;
	} versions[] = {
		{ OFFER_TLS10, GNUTLS_TLS1_0 },
		{ OFFER_TLS11, GNUTLS_TLS1_1 },
		{ OFFER_TLS12, GNUTLS_TLS1_2 },
		{ OFFER_TLS13, GNUTLS_TLS1_3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		gnutls_priority_t priority =
		    open_priority((BASE & ~OFFER_BIT(OFFER_TLS12)) |
				  OFFER_BIT(versions[i].kind));
		const unsigned *list;

		assert_int_equal(
		    gnutls_priority_protocol_list(priority, &list), 1);
		assert_int_equal(list[0], versions[i].version);
		gnutls_priority_deinit(priority);
	}
}

static void
test_groups(void **state)
{
	gnutls_priority_t all = open_priority(OFFER_ALL);
	gnutls_priority_t few = open_priority(BASE | OFFER_BIT(OFFER_P521));
	const unsigned *list;

	(void)state;
	assert_int_equal(gnutls_priority_group_list(all, &list), 8);
	assert_int_equal(list[0], GNUTLS_GROUP_X25519);
	assert_int_equal(gnutls_priority_group_list(few, &list), 2);
	assert_int_equal(list[1], GNUTLS_GROUP_SECP521R1);
	gnutls_priority_deinit(all);
	gnutls_priority_deinit(few);
}

/* Offered only by a library that has it, and then before all others. */
static void
test_hybrid(void **state)
{
	static const char first[] = ":+GROUP-X25519-MLKEM768:+GROUP-X25519:";
	const char *error = NULL;
	struct handshake_terms *terms = handshake_terms_new(false, &error);
	struct text usual = { 0 }, hybrid = { 0 };
	gnutls_priority_t priority;
	const unsigned *list;
	int result;

	(void)state;
	assert_non_null(terms);
	priority_write(&usual, OFFER_ALL, KEYS_RSA_LAST);
	priority_write(&hybrid, OFFER_ALL | OFFER_BIT(OFFER_X25519MLKEM768),
	    KEYS_RSA_LAST);
	assert_null(strstr(usual.data, "MLKEM"));
	assert_non_null(strstr(hybrid.data, first));
	result = gnutls_priority_init(&priority, hybrid.data, NULL);
	assert_int_equal(result >= 0, handshake_has_hybrid(terms));
	if (result >= 0) {
		assert_true(gnutls_priority_group_list(priority, &list) > 0);
		assert_string_equal(
		    gnutls_group_get_name((gnutls_group_t)list[0]),
		    hybrid_group);
		gnutls_priority_deinit(priority);
	}
	text_free(&usual);
	text_free(&hybrid);
	handshake_terms_free(terms);
}

/* Each client of ours can be stood in for. */
static void
test_our_profiles(void **state)
{
	struct arena *arena = arena_new();
	struct text text = { 0 };
	const char *error = NULL;
	const struct client_profiles *profiles;

	(void)state;
	assert_int_equal(file_read("data/clients.json", 1 << 20, &text), 0);
	profiles = client_profiles_read(
	    arena, bytes_of(text.data, text.size), "clients.json", &error);
	assert_null(error);
	for (size_t i = 0; i < profiles->count; i++)
		gnutls_priority_deinit(
		    open_priority(profiles->list[i].offers & OFFER_ALL));
	text_free(&text);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_hybrid),
		cmocka_unit_test(test_our_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
