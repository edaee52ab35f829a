/*
 * model/signature.h, over certificates of every algorithm (signatures.txt):
 * what is good, bad, and what cannot be said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/file.h"
#include "x509/signature.h"
#include "tests/unit/model/build.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

enum { MOST_ROWS = 64, LONGEST_LINE = 16384 };

struct row {
	char name[32];
	enum signature_result result;
	struct certificate *certificate;
};

struct rows {
	struct arena *arena;
	struct row list[MOST_ROWS];
	size_t count;
};

static void
read_row(struct rows *rows, struct bytes line)
{
	struct row *row = &rows->list[rows->count];
	char *text = arena_alloc(rows->arena, line.size + 1);
	char *encoded = arena_alloc(rows->arena, line.size + 1), result[16];
	struct bytes der;

	memcpy(text, line.data, line.size);
	if (text[0] == '#')
		return;
	assert_int_equal(
	    sscanf(text, "%31s %15s %s", row->name, result, encoded), 3);
	row->result = strcmp(result, "good") == 0 ? SIGNATURE_GOOD
		      : strcmp(result, "key") == 0
			  ? SIGNATURE_UNSUPPORTED_KEY
			  : SIGNATURE_UNSUPPORTED_ALGORITHM;
	assert_int_equal(
	    base64_decode(rows->arena, bytes_from_string(encoded), &der), 0);
	row->certificate = certificate_new(der);
	assert_null(row->certificate->damage);
	rows->count++;
}

static int
set_up(void **state)
{
	static struct rows rows;
	struct line_reader *reader =
	    line_reader_open("tests/unit/model/signatures.txt", LONGEST_LINE);
	struct bytes line;

	assert_non_null(reader);
	rows.arena = arena_new();
	while (line_reader_next(reader, &line) == 1 && rows.count < MOST_ROWS)
		read_row(&rows, line);
	line_reader_close(reader);
	assert_true(rows.count > 20);
	*state = &rows;
	return 0;
}

static int
tear_down(void **state)
{
	struct rows *rows = *state;

	for (size_t i = 0; i < rows->count; i++)
		certificate_free(rows->list[i].certificate);
	arena_free(rows->arena);
	return 0;
}

static void
assert_result(const char *name, const char *what, enum signature_result found,
    enum signature_result expected)
{
	if (found != expected)
		fail_msg("%s, %s: %d, not %d", name, what, found, expected);
}

static void
test_own_key(void **state)
{
	const struct rows *rows = *state;
	struct signature_memory *memory = signature_memory_new();

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->list[i];
		unsigned fresh = 0;

		for (int again = 0; again < 3; again++)
			assert_result(row->name, "its own key",
			    signature_check(memory, row->certificate,
				row->certificate, &fresh),
			    row->result);
		assert_int_equal(fresh, 1);
	}
	signature_memory_free(memory);
}

/* What is right but for one octet, or one too few, is bad: never unknown. */
static void
test_forged(void **state)
{
	const struct rows *rows = *state;
	struct signature_memory *memory = signature_memory_new();

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->list[i];
		const struct certificate *c = row->certificate;
		uint8_t *tbs =
		    memcpy(malloc(c->tbs.size), c->tbs.data, c->tbs.size);
		struct bytes forged = bytes_of(tbs, c->tbs.size);
		struct bytes shorter =
		    bytes_of(c->signature.data, c->signature.size - 1);
		enum signature_result expected =
		    row->result == SIGNATURE_GOOD ? SIGNATURE_BAD : row->result;

		tbs[c->tbs.size - 1] ^= 1;
		assert_result(row->name, "other data",
		    signature_check_data(memory, c, c->signature_algorithm,
			forged, c->signature),
		    expected);
		assert_result(row->name, "signature cut",
		    signature_check_data(
			memory, c, c->signature_algorithm, c->tbs, shorter),
		    expected);
		assert_result(row->name, "noise for a signature",
		    signature_check_data(memory, c, c->signature_algorithm,
			c->tbs, bytes_of("noise", 5)),
		    expected);
		free(tbs);
	}
	signature_memory_free(memory);
}

/* Every pair: only its own key fits, and another's never says "good". */
static void
test_other_keys(void **state)
{
	const struct rows *rows = *state;
	struct signature_memory *memory = signature_memory_new();

	for (size_t i = 0; i < rows->count; i++)
		for (size_t j = 0; j < rows->count; j++) {
			enum signature_result result =
			    signature_check(memory, rows->list[i].certificate,
				rows->list[j].certificate, NULL);

			if (i != j && result == SIGNATURE_GOOD)
				fail_msg("%s under %s", rows->list[i].name,
				    rows->list[j].name);
		}
	signature_memory_free(memory);
}

static const struct certificate *
row_named(const struct rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->list[i].name, name) == 0)
			return rows->list[i].certificate;
	fail_msg("no %s", name);
	return NULL;
}

struct pair_row {
	const char *subject, *issuer;
	enum signature_result result;
};

static const struct pair_row pair_rows[] = {
	{ "rsa_sha256", "rsa_sha1", SIGNATURE_BAD },
	{ "rsa_sha256", "ec_p256", SIGNATURE_BAD },
	{ "rsa_sha256", "pss_key", SIGNATURE_BAD },
	{ "pss_salt20", "pss_salt64", SIGNATURE_BAD },
	{ "ec_p256", "ec_p384", SIGNATURE_BAD },
	{ "ed25519", "ed448", SIGNATURE_BAD },
	{ "ec_p256", "ec_k1", SIGNATURE_UNSUPPORTED_ALGORITHM },
};

static void
test_pairs(void **state)
{
	struct signature_memory *memory = signature_memory_new();

	for (size_t i = 0; i < COUNT(pair_rows); i++) {
		const struct pair_row *row = &pair_rows[i];

		assert_result(row->subject, row->issuer,
		    signature_check(memory, row_named(*state, row->subject),
			row_named(*state, row->issuer), NULL),
		    row->result);
	}
	signature_memory_free(memory);
}

struct cost_row {
	unsigned modulus_octets, exponent_octets;
	bool affordable;
};

static const struct cost_row cost_rows[] = {
	{ 256, 3, true },
	{ 1024, 8, true },
	{ 1025, 3, false },
	{ 1024, 9, false },
	{ 2048, 3, false },
	{ 512, 512, false },
};

static void
append_number(struct text *out, unsigned octets)
{
	struct text number = { NULL, 0, 0 };

	text_append_char(&number, 0);
	for (unsigned i = 0; i < octets; i++)
		text_append_char(&number, (char)0xff);
	build_element(out, 0x02, &number);
	text_free(&number);
}

static char *
rsa_key_hex(struct arena *arena, const struct cost_row *row)
{
	struct text numbers = { NULL, 0, 0 }, bits = { NULL, 0, 0 };
	struct text inside = { NULL, 0, 0 }, spki = { NULL, 0, 0 };
	struct text hex = { NULL, 0, 0 };
	char *kept;

	append_number(&numbers, row->modulus_octets);
	append_number(&numbers, row->exponent_octets);
	text_append_char(&bits, 0);
	build_element(&bits, 0x30, &numbers);
	hex_append(&inside, "300d 0609 2a864886f70d010101 0500");
	build_element(&inside, 0x03, &bits);
	build_element(&spki, 0x30, &inside);
	for (size_t i = 0; i < spki.size; i++)
		text_printf(&hex, "%02x", (unsigned char)spki.data[i]);
	kept = arena_string(arena, hex.data);
	text_free(&numbers);
	text_free(&bits);
	text_free(&inside);
	text_free(&spki);
	text_free(&hex);
	return kept;
}

static void
test_cost(void **state)
{
	const struct rows *rows = *state;
	const struct certificate *subject = row_named(rows, "rsa_sha256");
	struct signature_memory *memory = signature_memory_new();

	for (size_t i = 0; i < COUNT(cost_rows); i++) {
		const struct cost_row *row = &cost_rows[i];
		struct parts parts = { .key = rsa_key_hex(rows->arena, row) };
		struct text der = { NULL, 0, 0 };
		struct certificate *issuer;

		build_certificate(&der, &parts);
		issuer = certificate_new(text_octets(&der));
		assert_int_equal(issuer->key_bits, row->modulus_octets * 8);
		assert_int_equal(key_flaw(issuer) == NULL, row->affordable);
		if (!row->affordable)
			assert_int_equal(
			    signature_check(memory, subject, issuer, NULL),
			    SIGNATURE_UNSUPPORTED_KEY);
		certificate_free(issuer);
		text_free(&der);
	}
	signature_memory_free(memory);
}

static bool
has_all(void *context, const struct signature_id *id)
{
	(void)context;
	(void)id;
	return true;
}

static bool
has_none(void *context, const struct signature_id *id)
{
	(void)context;
	(void)id;
	return false;
}

static bool
count(void *context, const struct signature_id *id)
{
	(void)id;
	(*(unsigned *)context)++;
	return false;
}

/* What others remember is asked first, and told of what is good alone. */
static void
test_shared(void **state)
{
	const struct certificate *subject = row_named(*state, "ec_p256");
	const struct certificate *other = row_named(*state, "ec_p384");
	unsigned told = 0, fresh = 0;
	struct good_signatures all = { &told, has_all, count };
	struct good_signatures none = { &told, has_none, count };
	struct signature_memory *memory = signature_memory_new();

	signature_memory_share(memory, &all);
	assert_int_equal(
	    signature_check(memory, subject, subject, &fresh), SIGNATURE_GOOD);
	assert_int_equal(fresh, 0);
	assert_int_equal(told, 0);
	signature_memory_free(memory);
	memory = signature_memory_new();
	signature_memory_share(memory, &none);
	for (unsigned again = 0; again < 2; again++) {
		assert_int_equal(
		    signature_check(memory, subject, subject, &fresh),
		    SIGNATURE_GOOD);
		assert_int_equal(
		    signature_check(memory, subject, other, &fresh),
		    SIGNATURE_BAD);
	}
	assert_int_equal(fresh, 2);
	assert_int_equal(told, 1);
	signature_memory_free(memory);
}

/* Many more questions than there is room for: answers stay right. */
static void
test_bounded(void **state)
{
	enum { QUESTIONS = 40000 }; /* of 65,536 about CAs, after growing */
	const struct rows *rows = *state;
	const struct certificate *good = row_named(rows, "ec_p256");
	struct signature_memory *memory = signature_memory_new();
	struct certificate stranger = *row_named(rows, "rsa_sha256");

	for (unsigned i = 0; i < QUESTIONS; i++) {
		unsigned mixed = i * 2654435761U;

		memcpy(stranger.sha256.octets, &mixed, sizeof(mixed));
		memcpy(stranger.sha256.octets + 4, &i, sizeof(i));
		assert_int_equal(signature_check(memory, &stranger, good, NULL),
		    SIGNATURE_BAD);
	}
	assert_int_equal(
	    signature_check(memory, good, good, NULL), SIGNATURE_GOOD);
	signature_memory_free(memory);
}

/* A certificate without signed octets has no signature to be good. */
static void
test_damaged(void **state)
{
	struct signature_memory *memory = signature_memory_new();
	const struct certificate *good = row_named(*state, "ec_p256");
	struct certificate *cut =
	    certificate_new(bytes_of(good->der.data, good->der.size - 100));

	assert_int_not_equal(
	    signature_check(memory, cut, good, NULL), SIGNATURE_GOOD);
	assert_int_not_equal(
	    signature_check(memory, good, cut, NULL), SIGNATURE_BAD);
	certificate_free(cut);
	cut = certificate_new(bytes_of(good->der.data, 100));
	assert_int_equal(signature_check(memory, good, cut, NULL),
	    SIGNATURE_UNSUPPORTED_ALGORITHM);
	certificate_free(cut);
	signature_memory_free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_key),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name(
	    "signature", tests, set_up, tear_down);
}
