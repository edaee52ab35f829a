/* Digests to hexadecimal and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/bytes.h"

#define ZEROS "000000000000000000000000000000000000000000000000000000000000"

struct row {
	const char *hex;
	bool valid;
};

static const struct row rows[] = {
	{ ZEROS "0000", true },
	{ ZEROS "ff0a", true },
	{ ZEROS "FF0A", true },
	{ ZEROS "000", false },
	{ ZEROS "00000", false },
	{ ZEROS "000g", false },
	{ ZEROS "00 0", false },
	{ "", false },
};

static void
reads_exactly_64_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct digest digest, before;

		memset(&digest, 7, sizeof(digest));
		before = digest;
		if (digest_from_hex(&digest, rows[i].hex) != rows[i].valid)
			fail_msg("%s", rows[i].hex);
		if (!rows[i].valid)
			assert_true(digest_equal(&digest, &before));
	}
}

static void
writes_what_it_reads(void **state)
{
	struct digest digest, again;
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		digest.octets[i] = (uint8_t)(i * 37 + 200);
	digest_to_hex(&digest, hex);
	assert_memory_equal(hex, "c8ed1237", 8);
	assert_true(digest_from_hex(&again, hex));
	assert_true(digest_equal(&digest, &again));
	again.octets[31]++;
	assert_true(digest_compare(&digest, &again) < 0);
}

static void
compares_octets(void **state)
{
	(void)state;
	assert_true(bytes_equal(bytes_of(NULL, 0), bytes_from_string("")));
	assert_false(
	    bytes_equal(bytes_from_string("a"), bytes_from_string("ab")));
	assert_true(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0b", 3)));
	assert_false(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0c", 3)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_exactly_64_digits),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(compares_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
