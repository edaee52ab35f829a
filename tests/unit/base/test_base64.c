/* RFC 4648 section 10 vectors, and what must not pass as Base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base64.h"

struct row {
	const char *plain, *encoded;
};

static const struct row rows[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
};

static void
vectors_go_both_ways(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bytes decoded;

		assert_string_equal(
		    base64_encode(arena, bytes_from_string(rows[i].plain)),
		    rows[i].encoded);
		assert_int_equal(
		    base64_decode(
			arena, bytes_from_string(rows[i].encoded), &decoded),
		    0);
		assert_true(
		    bytes_equal(decoded, bytes_from_string(rows[i].plain)));
	}
	arena_free(arena);
}

static void
every_length_comes_back(void **state)
{
	struct arena *arena = arena_new();
	uint8_t octets[300];

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 167 + 13);
	for (size_t size = 0; size <= sizeof(octets); size++) {
		struct bytes decoded;
		char *text = base64_encode(arena, bytes_of(octets, size));

		assert_int_equal(
		    base64_decode(arena, bytes_from_string(text), &decoded), 0);
		assert_true(bytes_equal(decoded, bytes_of(octets, size)));
	}
	arena_free(arena);
}

static const char *const refused[] = {
	"Z",
	"Zg",
	"Zg=",
	"Zg===",
	"Zm9v=",
	"Zm9v====",
	"=",
	"====",
	"Zh==", /* bits after the end */
	"Zm9=", /* likewise */
	"Zg==Zg==",
	"Zm9v!",
	"Zm9v-",
	"Zm9v_",
	"Zg=\xff=",
};

static void
anything_else_is_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct bytes decoded;

		if (base64_decode(
			arena, bytes_from_string(refused[i]), &decoded) != -1)
			fail_msg("%s passed", refused[i]);
	}
	arena_free(arena);
}

static void
white_space_is_skipped(void **state)
{
	struct arena *arena = arena_new();
	struct bytes decoded;

	(void)state;
	assert_int_equal(
	    base64_decode(
		arena, bytes_from_string(" Zm\r\n9v\tYg = =\n"), &decoded),
	    0);
	assert_true(bytes_equal(decoded, bytes_from_string("foob")));
	assert_int_equal(
	    base64_decode(arena, bytes_of("Zm9\0", 4), &decoded), -1);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_go_both_ways),
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(white_space_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
