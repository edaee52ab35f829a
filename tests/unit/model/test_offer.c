/* What choices need, how offers fare, and which one is worth a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/observation.h"

#define BITS(a, b, c) (OFFER_BIT(a) | OFFER_BIT(b) | OFFER_BIT(c))

static const struct {
	struct tls_facts tls;
	uint64_t needed;
} needed_rows[] = {
	{ { .version = NULL }, 0 },
	{ { .version = "TLS1.3", .cipher = "AES-128-GCM", .group = "X25519" },
	    BITS(OFFER_TLS13, OFFER_AEAD, OFFER_X25519) },
	{ { .version = "TLS1.3", .cipher = "AES-128-CCM", .group = "X448" },
	    BITS(OFFER_TLS13, OFFER_CCM, OFFER_X448) },
	{ { .version = "TLS1.3",
	      .cipher = "CHACHA20-POLY1305",
	      .group = "FFDHE3072" },
	    BITS(OFFER_TLS13, OFFER_AEAD, OFFER_FFDHE) },
	{ { .version = "TLS1.2",
	      .cipher = "AES-256-GCM",
	      .group = "SECP521R1" },
	    BITS(OFFER_TLS12, OFFER_AEAD, OFFER_P521) |
		OFFER_BIT(OFFER_ECDHE) },
	{ { .version = "TLS1.2", .cipher = "AES-256-GCM", .group = "RSA" },
	    BITS(OFFER_TLS12, OFFER_AEAD, OFFER_RSA) },
	{ { .version = "TLS1.2",
	      .cipher = "AES-128-CBC",
	      .mac = "SHA1",
	      .group = "DHE-1024" },
	    BITS(OFFER_TLS12, OFFER_CBC_SHA1, OFFER_DHE) },
	{ { .version = "TLS1.2",
	      .cipher = "AES-256-CBC",
	      .mac = "SHA384",
	      .group = "FFDHE2048" },
	    BITS(OFFER_TLS12, OFFER_CBC_SHA2, OFFER_DHE) },
	{ { .version = "TLS1.3",
	      .cipher = "AES-256-GCM",
	      .group = "X25519-MLKEM768" },
	    BITS(OFFER_TLS13, OFFER_AEAD, OFFER_X25519MLKEM768) },
	/* Saved before the MAC was noted; stopped before the group came. */
	{ { .version = "TLS1.1", .cipher = "AES-256-CBC", .group = "DHE" },
	    BITS(OFFER_TLS11, OFFER_CBC_SHA1, OFFER_DHE) },
	{ { .version = "TLS1.2", .cipher = "CAMELLIA-128-GCM" },
	    OFFER_BIT(OFFER_TLS12) | OFFER_BIT(OFFER_CAMELLIA) },
	{ { .version = "TLS1.0", .cipher = "3DES-CBC", .group = "RSA" },
	    BITS(OFFER_TLS10, OFFER_TRIPLE_DES, OFFER_RSA) },
	{ { .version = "TLS1.0", .cipher = "ARCFOUR-128", .group = "RSA" },
	    BITS(OFFER_TLS10, OFFER_RC4, OFFER_RSA) },
	{ { .version = "SSL3.0", .cipher = "AES-128-CBC", .group = "RSA" },
	    BITS(OFFER_KIND_COUNT, OFFER_CBC_SHA1, OFFER_RSA) },
	{ { .version = "TLS1.2", .cipher = "GOST28147-TC26Z-CNT" },
	    OFFER_BIT(OFFER_TLS12) | OFFER_UNKNOWN },
};

static void
test_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(needed_rows) / sizeof(needed_rows[0]);
	     i++)
		if (offer_needed(&needed_rows[i].tls) != needed_rows[i].needed)
			fail_msg("row %zu needs %#llx", i,
			    (unsigned long long)offer_needed(
				&needed_rows[i].tls));
}

static void
test_words(void **state)
{
	(void)state;
	for (int i = 0; i < OFFER_KIND_COUNT; i++)
		assert_int_equal(offer_find(offer_word((enum offer_kind)i)), i);
	assert_int_equal(offer_find("tls0.9"), -1);
	assert_int_equal(offer_find(NULL), -1);
}

#define MODERN                                               \
	(OFFER_BIT(OFFER_TLS12) | OFFER_BIT(OFFER_TLS13) |   \
	    OFFER_BIT(OFFER_ECDHE) | OFFER_BIT(OFFER_AEAD) | \
	    OFFER_BIT(OFFER_X25519))
#define WITH_RSA (MODERN | OFFER_BIT(OFFER_RSA))
#define WITH_DHE (MODERN | OFFER_BIT(OFFER_DHE))
#define WITH_DES (WITH_RSA | OFFER_BIT(OFFER_TRIPLE_DES))

static const uint64_t offers[] = { MODERN, WITH_RSA, WITH_DHE, WITH_DES };
enum { OFFER_ROWS = 4 };

/* First {version, cipher, mac, group}, then the further ones. */
static const struct tls_facts des = {
	.version = "TLS1.2", .cipher = "3DES-CBC", .mac = "SHA1", .group = "RSA"
};
static const struct tls_facts rsa = { .version = "TLS1.2",
	.cipher = "AES-128-GCM",
	.mac = "AEAD",
	.group = "RSA" };
static const struct tls_facts dhe = { .version = "TLS1.2",
	.cipher = "AES-128-GCM",
	.mac = "AEAD",
	.group = "DHE-2048" };
static const struct tls_facts modern = { .version = "TLS1.3",
	.cipher = "AES-128-GCM",
	.mac = "AEAD",
	.group = "X25519" };

static void
expect_fates(
    const struct tls_facts *tls, const enum offer_reply wanted[OFFER_ROWS])
{
	const struct tls_facts *chosen;

	for (size_t i = 0; i < OFFER_ROWS; i++)
		if (offer_fate(offers[i], tls, &chosen) != wanted[i])
			fail_msg("offer %zu is %d", i,
			    offer_fate(offers[i], tls, &chosen));
}

static void
test_nothing_in_doubt(void **state)
{
	uint64_t next;

	(void)state;
	assert_false(offer_next(offers, OFFER_ROWS, &modern, &next));
	expect_fates(
	    &modern, (enum offer_reply[]){ REPLY_ACCEPTED, REPLY_ACCEPTED,
			 REPLY_ACCEPTED, REPLY_ACCEPTED });
	assert_false(offer_next(offers, 0, &des, &next));
}

/* A client that stops at TLS 1.2, before a server that has chosen 1.3. */
static void
test_a_ceiling(void **state)
{
	const uint64_t old = MODERN & ~OFFER_BIT(OFFER_TLS13);
	uint64_t next;

	(void)state;
	assert_true(offer_next(&old, 1, &modern, &next));
	assert_true(next == old);
}

static void
test_a_refusal_settles_all(void **state)
{
	struct offer_answer answer = { .reply = REPLY_REFUSED };
	struct tls_facts tls = des;

	(void)state;
	assert_true(offer_next(offers, OFFER_ROWS, &tls, &answer.offer));
	assert_true(answer.offer == (WITH_RSA | WITH_DHE));
	expect_fates(&tls, (enum offer_reply[]){ REPLY_NONE, REPLY_NONE,
			       REPLY_NONE, REPLY_ACCEPTED });
	tls.offers = &answer;
	tls.offer_count = 1;
	assert_false(offer_next(offers, OFFER_ROWS, &tls, &answer.offer));
	expect_fates(&tls, (enum offer_reply[]){ REPLY_REFUSED, REPLY_REFUSED,
			       REPLY_REFUSED, REPLY_ACCEPTED });
}

static void
test_a_better_choice_settles_those_who_offer_it(void **state)
{
	struct offer_answer answers[] = {
		{ .reply = REPLY_ACCEPTED, .chosen = rsa },
		{ .reply = REPLY_ACCEPTED, .chosen = dhe },
	};
	struct tls_facts tls = des;
	const struct tls_facts *chosen;

	(void)state;
	assert_true(offer_next(offers, OFFER_ROWS, &tls, &answers[0].offer));
	tls.offers = answers;
	tls.offer_count = 1;
	assert_int_equal(offer_fate(WITH_RSA, &tls, &chosen), REPLY_ACCEPTED);
	assert_ptr_equal(chosen, &answers[0].chosen);
	assert_int_equal(offer_fate(WITH_DES, &tls, &chosen), REPLY_ACCEPTED);
	assert_ptr_equal(chosen, &tls);
	assert_true(offer_next(offers, OFFER_ROWS, &tls, &answers[1].offer));
	assert_true(answers[1].offer == WITH_DHE);
	tls.offer_count = 2;
	/* Enough was tried: one stays open. */
	assert_false(offer_next(offers, OFFER_ROWS, &tls, &answers[1].offer));
	expect_fates(&tls, (enum offer_reply[]){ REPLY_NONE, REPLY_ACCEPTED,
			       REPLY_ACCEPTED, REPLY_ACCEPTED });
}

static void
test_silence_ends_the_asking(void **state)
{
	struct offer_answer answer = { .reply = REPLY_NONE };
	struct tls_facts tls = des;
	uint64_t next;

	(void)state;
	assert_true(offer_next(offers, OFFER_ROWS, &tls, &answer.offer));
	tls.offers = &answer;
	tls.offer_count = 1;
	assert_false(offer_next(offers, OFFER_ROWS, &tls, &next));
	expect_fates(&tls, (enum offer_reply[]){ REPLY_NONE, REPLY_NONE,
			       REPLY_NONE, REPLY_ACCEPTED });
}

/* A union may get what none of its members offers: DHE with 3DES here. */
static void
test_a_union_that_nobody_offers(void **state)
{
	struct offer_answer answer = { .reply = REPLY_ACCEPTED, .chosen = des };
	struct tls_facts tls = dhe;
	const uint64_t two[] = { WITH_DES, WITH_RSA };
	uint64_t next;

	(void)state;
	answer.chosen.group = "DHE-2048";
	assert_true(offer_next(two, 2, &tls, &answer.offer));
	tls.offers = &answer;
	tls.offer_count = 1;
	assert_true(offer_next(two, 2, &tls, &next));
	assert_true(next == WITH_DES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_nothing_in_doubt),
		cmocka_unit_test(test_a_ceiling),
		cmocka_unit_test(test_a_refusal_settles_all),
		cmocka_unit_test(
		    test_a_better_choice_settles_those_who_offer_it),
		cmocka_unit_test(test_silence_ends_the_asking),
		cmocka_unit_test(test_a_union_that_nobody_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
