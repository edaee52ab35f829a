/* TLSA records: octets, text, and what fits them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/hex.h"
#include "x509/tlsa.h"

/* The SHA-256 and SHA-512 of "abc" (FIPS 180-2, appendices B.1 and C.1). */
#define ABC_256 \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                            \
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static const struct {
	const char *rdata; /* in hexadecimal */
	const char *text;  /* NULL: no TLSA record */
	bool is_usable;
	bool fits; /* a certificate "abc" with the key "key" */
} rows[] = {
	{ "", NULL, false, false },
	{ "030101", NULL, false, false },
	{ "03000100", "3 0 1 00", false, false },
	{ "030001" ABC_256, "3 0 1 " ABC_256, true, true },
	{ "030002" ABC_512, "3 0 2 " ABC_512, true, true },
	{ "020001" ABC_256, "2 0 1 " ABC_256, true, true },
	/* The digest of the certificate is not that of its key. */
	{ "030101" ABC_256, "3 1 1 " ABC_256, true, false },
	{ "030000616263", "3 0 0 616263", true, true },
	{ "0301006b6579", "3 1 0 6b6579", true, true },
	{ "0300006162", "3 0 0 6162", true, false },
	/* A digest of the other length, usages for the web's PKI, and what is
	   not assigned. */
	{ "030002" ABC_256, "3 0 2 " ABC_256, false, false },
	{ "000001" ABC_256, "0 0 1 " ABC_256, false, false },
	{ "010001" ABC_256, "1 0 1 " ABC_256, false, false },
	{ "040001" ABC_256, "4 0 1 " ABC_256, false, false },
	{ "030201" ABC_256, "3 2 1 " ABC_256, false, false },
	{ "0300ff616263", "3 0 255 616263", false, false },
};

static void
records_are_read(void **state)
{
	struct certificate certificate = {
		.der = bytes_from_string("abc"),
		.spki = bytes_from_string("key"),
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text octets = { .size = 0 };
		struct tlsa tlsa, again;

		print_message("# %s\n", rows[i].rdata);
		hex_append(&octets, rows[i].rdata);
		assert_int_equal(tlsa_read(&tlsa, text_octets(&octets)),
		    rows[i].text != NULL);
		if (rows[i].text != NULL) {
			assert_string_equal(
			    tlsa_text(arena, &tlsa), rows[i].text);
			assert_true(tlsa_parse(arena, rows[i].text, &again));
			assert_int_equal(
			    tlsa_is_usable(&again), rows[i].is_usable);
			assert_int_equal(
			    tlsa_fits(&again, &certificate), rows[i].fits);
		}
		text_free(&octets);
	}
	arena_free(arena);
}

static void
other_text_is_refused(void **state)
{
	static const char *const texts[] = { "", "3", "3 1", "3 1 1", "3 1 1 ",
		"3 1 1 0", "3 1 1 0g", "3 1 1 00 ", "3 1 256 00", "-3 1 1 00",
		" 3 1 1 00", "3  1 1 00", "3 1 1 AA" };
	struct arena *arena = arena_new();
	struct tlsa tlsa;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(tlsa_parse(arena, texts[i], &tlsa));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(other_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
