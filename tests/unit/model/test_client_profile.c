/* Reading clients.json: what is inherited, and what a mistake is told as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "model/client_choice.h"
#include "model/offer.h"

#define FACTS                                                          \
	"\"title\": \"A\", \"version\": \"1\", \"source\": \"here\", " \
	"\"date\": \"2026-11\", "                                      \
	"\"store\": \"system\", \"reads\": [\"name\"], "               \
	"\"offers\": [\"tls1.2\"]"
#define ONE(fields)                                                         \
	"{ \"families\": [], \"clients\": [ { \"id\": \"a\", " FACTS fields \
	" } ] }"

static const struct {
	const char *text, *error;
} wrong_rows[] = {
	{ "", "c.json: " },
	{ "{ \"families\": [] }", "c.json: clients: not an array" },
	{ "{ \"clients\": [] }", "c.json: families: not an array" },
	{ "{ \"families\": [ {} ], \"clients\": [] }",
	    "c.json: families: an entry without an id" },
	{ ONE(", \"colour\": 1"), "c.json: a.colour: no such field" },
	{ ONE(", \"refuses\": [\"sha1\", \"sha0\"]"),
	    "c.json: a.refuses[1]: no such trait" },
	{ ONE(", \"refuses\": \"sha1\""),
	    "c.json: a.refuses: not an array of words" },
	{ ONE(", \"refuses\": [7]"), "c.json: a.refuses[0]: no such trait" },
	{ ONE(", \"refuses\": [\"rsa_bits\"]"),
	    "c.json: a.refuses: names a trait that a limit, `offers` or "
	    "`reads` decides" },
	{ ONE(", \"refuses\": [\"triple_des\"]"),
	    "c.json: a.refuses: names a trait that a limit, `offers` or "
	    "`reads` decides" },
	{ ONE(", \"offers\": [\"tls1.2\", \"tls0.9\"]"),
	    "c.json: a.offers[1]: no such kind" },
	{ ONE(", \"withholds\": [\"tls1.2\"]"),
	    "c.json: a.offers: is missing" },
	{ ONE(", \"ignores\": [\"nick\"]"),
	    "c.json: a.ignores[0]: no such way" },
	{ ONE(", \"words\": { \"sha0\": \"x\" }"),
	    "c.json: a.sha0: no such trait" },
	{ ONE(", \"words\": { \"sha1\": 1 }"), "c.json: a.sha1: not a string" },
	{ ONE(", \"words\": []"),
	    "c.json: a.words: not an object of words by trait" },
	{ ONE(", \"backtracks\": 1"),
	    "c.json: a.backtracks: neither true nor false" },
	{ ONE(", \"most_sent\": -1"),
	    "c.json: a.most_sent: not a number from 0 up" },
	{ ONE(", \"leaf_anchor\": \"maybe\""),
	    "c.json: a.leaf_anchor: not never, self_signed, alone or always" },
	{ ONE(", \"standing\": \"last\""),
	    "c.json: a.standing: neither first nor default" },
	{ ONE(", \"like\": \"b\""),
	    "c.json: a: is like an entry that is not above" },
	{ "{ \"families\": [ { \"id\": \"a\" } ], \"clients\": [ { \"id\": "
	  "\"a\", " FACTS " } ] }",
	    "c.json: a: a second entry of this id" },
	{ "{ \"families\": [], \"clients\": [ { \"id\": \"a\" } ] }",
	    "c.json: a.title: is missing" },
};

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong_rows) / sizeof(wrong_rows[0]);
	     i++) {
		struct arena *arena = arena_new();
		const char *error = NULL;

		assert_null(client_profiles_read(arena,
		    bytes_from_string(wrong_rows[i].text), "c.json", &error));
		assert_non_null(error);
		if (strncmp(error, wrong_rows[i].error,
			strlen(wrong_rows[i].error)) != 0)
			fail_msg("%s\nis not\n%s", error, wrong_rows[i].error);
		arena_free(arena);
	}
}

static const char family_text[] =
    "{ \"families\": [ { \"id\": \"f\", \"refuses\": [\"sha1\", \"md5\"],"
    "  \"reads\": [\"name\", \"wildcard\"], \"offers\": [\"dhe\", \"rsa\"],"
    "  \"prefix\": \"no: \", \"words\": { \"sha1\": \"weak\" } } ],"
    "  \"clients\": [ { \"like\": \"f\", \"takes\": [\"md5\"],"
    "  \"refuses\": [\"md5\"], \"ignores\": [\"wildcard\"],"
    "  \"title\": \"A\", \"version\": \"1\", \"source\": \"here\","
    "  \"date\": \"2026-11\","
    "  \"withholds\": [\"rsa\"], \"offers\": [\"aead\"],"
    "  \"store\": \"java\", \"handshake_prefix\": \"tls \","
    "  \"id\": \"a\", \"most_sent\": 10 } ] }";

static void
test_inheritance(void **state)
{
	struct arena *arena = arena_new();
	const char *error = NULL;
	const struct client_profiles *profiles = client_profiles_read(
	    arena, bytes_from_string(family_text), "c.json", &error);
	const struct client_profile *a;

	(void)state;
	assert_null(error);
	assert_int_equal(profiles->count, 1);
	a = client_profile_find(profiles, "a");
	assert_non_null(a);
	assert_null(client_profile_find(profiles, "f"));
	assert_true(client_traits_has(&a->refuses, TRAIT_SHA1));
	assert_true(client_traits_has(&a->refuses, TRAIT_MD5));
	assert_int_equal(client_traits_count(&a->refuses), 2);
	assert_true(a->reads == WAY_BIT(WAY_NAME));
	assert_true(
	    a->offers == (OFFER_BIT(OFFER_DHE) | OFFER_BIT(OFFER_AEAD)));
	assert_int_equal(a->limits[LIMIT_MOST_SENT], 10);
	assert_string_equal(a->reasons[TRAIT_SHA1], "no: weak");
	assert_string_equal(a->reasons[TRAIT_MD5], "no: md5");
	assert_string_equal(a->reasons[TRAIT_DHE], "tls dhe");
	assert_string_equal(a->store, "java");
	arena_free(arena);
}

static const struct client_profiles *
read_our_file(struct arena *arena)
{
	struct text text = { 0 };
	const char *error = NULL;
	const struct client_profiles *profiles;

	assert_int_equal(file_read("data/clients.json", 1 << 20, &text), 0);
	profiles = client_profiles_read(
	    arena, bytes_of(text.data, text.size), "clients.json", &error);
	if (profiles == NULL)
		fail_msg("%s", error);
	text_free(&text);
	return profiles;
}

/* Whose roots do not come from a store. */
static void
test_programs(void **state)
{
	static const struct {
		const char *id, *roots;
	} rows[] = {
		{ "chrome", "chrome" },
		{ "firefox", "firefox" },
		{ "requests", "certifi" },
		{ "requests234", "certifi" },
		{ "node", "node" },
		{ "node26", "node" },
		{ "bun", NULL },
		{ "java", NULL },
		{ "rustls", NULL },
		{ "curl", NULL },
	};
	struct arena *arena = arena_new();
	const struct client_profiles *profiles = read_our_file(arena);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct client_profile *profile =
		    client_profile_find(profiles, rows[i].id);

		assert_non_null(profile);
		if (rows[i].roots == NULL)
			assert_null(profile->roots);
		else
			assert_string_equal(profile->roots, rows[i].roots);
	}
	arena_free(arena);
}

/* The interface promises these ids in every record. */
#define FIRST                                                               \
	"openssl curl python python313 requests node ruby php perl gnutls " \
	"wget git go java chrome firefox "

static const struct {
	const char *list, *ids; /* each with a space behind it; NULL: fails */
	const char *error;
} choices[] = {
	{ "first", FIRST, NULL },
	{ "go,curl", "curl go ", NULL },
	{ "curl,curl", "curl ", NULL },
	{ "curls", NULL, "no client is called \"curls\"; did you mean curl?" },
	{ "al", NULL, "no client is called \"al\"; did you mean all?" },
	{ "curl,", NULL,
	    "no client is called \"\"; there are openssl, curl, " },
	{ "", NULL, "no client is called \"\"; there are openssl, curl, " },
	{ "netscape", NULL,
	    "no client is called \"netscape\"; there are openssl, curl, " },
};

static void
test_choices(void **state)
{
	struct arena *arena = arena_new();
	const struct client_profiles *profiles = read_our_file(arena);

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const char *error = NULL;
		const struct client_profiles *chosen = client_profiles_choose(
		    arena, profiles, choices[i].list, &error);
		struct text ids = { 0 };

		for (size_t k = 0; chosen != NULL && k < chosen->count; k++)
			text_printf(&ids, "%s ", chosen->list[k].id);
		if (choices[i].ids != NULL) {
			assert_non_null(chosen);
			assert_string_equal(ids.data, choices[i].ids);
		} else {
			assert_null(chosen);
			if (strncmp(error, choices[i].error,
				strlen(choices[i].error)) != 0)
				fail_msg("%s", error);
		}
		text_free(&ids);
	}
	arena_free(arena);
}

/* Every trait has a word of its own. */
static void
test_words(void **state)
{
	(void)state;
	for (int i = 0; i < TRAIT_COUNT; i++)
		for (int k = 0; k <= i; k++)
			assert_int_equal(
			    strcmp(client_trait_word((enum client_trait)i),
				client_trait_word((enum client_trait)k)) == 0,
			    i == k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
