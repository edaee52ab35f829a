/*
 * Certificate messages, well made and not: what is kept, and what is refused
 * before anybody computes with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/memory.h"
#include "scan/chain.h"

/* "AB" and "CDE" are the certificates of these messages. */
static const struct {
	const char *what;
	bool tls13;
	const char *octets;
	size_t size;
	bool whole;
	size_t count;
	const char *staple;
} rows[] = {
#define ROW(text) text, sizeof(text) - 1
	{ "two", false, ROW("\0\0\x0b\0\0\2AB\0\0\3CDE"), true, 2, NULL },
	{ "none", false, ROW("\0\0\0"), true, 0, NULL },
	{ "two of TLS 1.3", true, ROW("\0\0\0\x0f\0\0\2AB\0\0\0\0\3CDE\0\0"),
	    true, 2, NULL },
	{ "a request context", true, ROW("\2xy\0\0\7\0\0\2AB\0\0"), true, 1,
	    NULL },
	{ "a staple", true, ROW("\0\0\0\x10\0\0\2AB\0\x09\0\5\0\5\1\0\0\1S"),
	    true, 1, "S" },
	{ "another extension", true, ROW("\0\0\0\x0c\0\0\2AB\0\5\0\x12\0\1x"),
	    true, 1, NULL },
	{ "empty", false, ROW(""), false, 0, NULL },
	{ "empty of TLS 1.3", true, ROW(""), false, 0, NULL },
	{ "half a length", false, ROW("\0\0"), false, 0, NULL },
	{ "a list longer than the message", false,
	    ROW("\0\1\0\0\0\2AB\0\0\3CDE"), false, 2, NULL },
	{ "a certificate longer than the list", false,
	    ROW("\0\0\x0b\0\0\2AB\0\0\4CDE"), false, 1, NULL },
	{ "octets after the list", false, ROW("\0\0\5\0\0\2ABzz"), false, 1,
	    NULL },
	{ "no extensions where they must be", true, ROW("\0\0\0\5\0\0\2AB"),
	    false, 1, NULL },
	{ "a staple longer than its extension", true,
	    ROW("\0\0\0\x10\0\0\2AB\0\x09\0\5\0\5\1\0\0\2S"), false, 1, NULL },
	{ "an extension longer than there is room", true,
	    ROW("\0\0\0\x0c\0\0\2AB\0\5\0\x12\0\2x"), false, 1, NULL },
#undef ROW
};

static void
test_rows(void **state)
{
	struct chain chain = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool whole = chain_parse(&chain,
		    bytes_of(rows[i].octets, rows[i].size), rows[i].tls13);
		const char *staple = rows[i].staple ? rows[i].staple : "";

		if (whole == rows[i].whole && chain.count == rows[i].count &&
		    bytes_equal(chain.staple, bytes_from_string(staple)))
			continue;
		print_error("%s: whole %d, %zu kept\n", rows[i].what, whole,
		    chain.count);
		fail();
	}
	chain_clear(&chain);
}

/* Every cut of a good message is read without a step outside (ASan sees). */
static void
test_cuts(void **state)
{
	static const char whole[] =
	    "\0\0\0\x18\0\0\2AB\0\x09\0\5\0\5\1\0\0\1S\0\0\3CDE\0\0";
	struct chain chain = { .count = 0 };

	(void)state;
	for (size_t size = 0; size < sizeof(whole); size++) {
		uint8_t *copy = memory_copy(whole, size + 1);

		copy = memory_resize(copy, size > 0 ? size : 1, 1);
		chain_parse(&chain, bytes_of(copy, size), true);
		assert_true(chain.count <= 2);
		free(copy);
	}
	chain_clear(&chain);
}

static void
test_many_are_cut_off(void **state)
{
	enum { MANY = CHAIN_MOST_CERTIFICATES + 10 };
	uint8_t message[3 + 4 * MANY] = { 0, (4 * MANY) >> 8,
		(4 * MANY) & 0xff };
	struct chain chain = { .count = 0 };

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		message[3 + 4 * i + 2] = 1;
	assert_false(
	    chain_parse(&chain, bytes_of(message, sizeof(message)), false));
	assert_int_equal(chain.count, CHAIN_MOST_CERTIFICATES);
	chain_reset(&chain);
	assert_int_equal(chain.count, 0);
	assert_int_equal(chain.capacity, 0);
	chain_clear(&chain);
}

static void
test_status_message(void **state)
{
	struct chain chain = { .count = 0 };

	(void)state;
	assert_true(chain_parse_status(&chain, bytes_of("\1\0\0\2OK", 6)));
	assert_true(bytes_equal(chain.staple, bytes_from_string("OK")));
	chain_reset(&chain);
	assert_int_equal(chain.staple.size, 0);
	assert_false(chain_parse_status(&chain, bytes_of("\2\0\0\2OK", 6)));
	assert_false(chain_parse_status(&chain, bytes_of("\1\0\0\3OK", 6)));
	assert_false(chain_parse_status(&chain, bytes_of("", 0)));
	chain_clear(&chain);
}

/* A certificate that is nothing but its key; lengths of four octets or so. */
struct writer {
	uint8_t octets[8192];
	size_t at; /* written from the end, as DER likes */
};

static void
put(struct writer *writer, const void *octets, size_t size)
{
	writer->at -= size;
	memcpy(writer->octets + writer->at, octets, size);
}

static void
wrap(struct writer *writer, uint8_t tag, size_t end)
{
	size_t size = end - writer->at;
	uint8_t length[3] = { 0x82, (uint8_t)(size >> 8), (uint8_t)size };

	if (size < 0x80)
		put(writer, &length[2], 1);
	else if (size < 0x100)
		put(writer, (uint8_t[]){ 0x81, (uint8_t)size }, 2);
	else
		put(writer, length, 3);
	put(writer, &tag, 1);
}

static void
put_number(struct writer *writer, size_t octets)
{
	size_t end = writer->at;

	for (size_t i = 0; i < octets; i++)
		put(writer, "\x55", 1);
	wrap(writer, 0x02, end);
}

static struct bytes
make_certificate(struct writer *writer, size_t modulus, size_t exponent)
{
	static const uint8_t rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	size_t end = sizeof(writer->octets);

	writer->at = end;
	put_number(writer, exponent);
	put_number(writer, modulus);
	wrap(writer, 0x30, end);
	put(writer, "", 1);
	wrap(writer, 0x03, end);
	put(writer, rsa, sizeof(rsa));
	wrap(writer, 0x30, end);
	for (int i = 0; i < 5; i++)
		put(writer, "\x05\0", 2);
	put(writer, "\xa0\x03\x02\x01\x02", 5);
	wrap(writer, 0x30, end);
	wrap(writer, 0x30, end);
	return bytes_of(writer->octets + writer->at, end - writer->at);
}

static void
test_costly_keys(void **state)
{
	static const struct {
		size_t modulus, exponent;
		bool burns;
	} keys[] = {
		{ 256, 3, false },
		{ 1024, 8, false },
		{ 1025, 3, true },
		{ 256, 9, true },
		{ 256, 256, true },
	};
	struct writer writer;
	struct bytes certificate;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		certificate = make_certificate(
		    &writer, keys[i].modulus, keys[i].exponent);
		assert_int_equal(
		    chain_key_is_costly(certificate), keys[i].burns);
	}
	certificate.size /= 2;
	assert_false(chain_key_is_costly(certificate));
	assert_false(chain_key_is_costly(bytes_of("garbage", 7)));
	assert_false(chain_key_is_costly(bytes_of("", 0)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_many_are_cut_off),
		cmocka_unit_test(test_status_message),
		cmocka_unit_test(test_costly_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
