/* Growing texts, cleaning of untrusted strings, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/text.h"
#include "base/utf8.h"

struct clean_row {
	const char *octets;
	size_t size;
	const char *clean;
};

#define OCTETS(literal) (literal), sizeof(literal) - 1

static const struct clean_row clean_rows[] = {
	{ OCTETS(""), "" },
	{ OCTETS("plain.example"), "plain.example" },
	{ OCTETS("back\\slash"), "back\\slash" },
	{ OCTETS("a\0b"), "a\\00b" },
	{ OCTETS("a\nb\x1b[31m"), "a\\0Ab\\1B[31m" },
	{ OCTETS("\x7f"), "\\7F" },
	{ OCTETS("M\xc3\xbcnchen"), "M\xc3\xbcnchen" },
	{ OCTETS("M\xfcnchen"), "M\\FCnchen" },
	{ OCTETS("\xc2\x85"), "\\C2\\85" }, /* C1: NEL */
	{ OCTETS("a\xe2\x80\xae"
		 "b"),
	    "a\\E2\\80\\AEb" },				    /* U+202E */
	{ OCTETS("\xe2\x81\xa6"), "\\E2\\81\\A6" },	    /* U+2066 */
	{ OCTETS("\xe2\x80\x8c"), "\xe2\x80\x8c" },	    /* a non-joiner */
	{ OCTETS("\xc0\xaf"), "\\C0\\AF" },		    /* overlong */
	{ OCTETS("\xed\xa0\x80"), "\\ED\\A0\\80" },	    /* surrogate */
	{ OCTETS("\xf4\x90\x80\x80"), "\\F4\\90\\80\\80" }, /* > 10FFFF */
	{ OCTETS("\xf0\x9f\x94\x92"), "\xf0\x9f\x94\x92" },
	{ OCTETS("\xe2\x82"), "\\E2\\82" }, /* cut off */
	{ OCTETS("\xe2\x82"
		 "a"),
	    "\\E2\\82a" },
};

static void
strings_are_cleaned(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(clean_rows) / sizeof(*clean_rows); i++) {
		const struct clean_row *row = &clean_rows[i];
		struct text text = { NULL, 0, 0 };

		text_append(&text, "[");
		text_append_clean(&text, bytes_of(row->octets, row->size));
		assert_string_equal(text.data + 1, row->clean);
		assert_string_equal(
		    text_clean(arena, bytes_of(row->octets, row->size)),
		    row->clean);
		text_free(&text);
	}
	arena_free(arena);
}

static void
texts_grow(void **state)
{
	struct text text = { NULL, 0, 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		text_append_char(&text, 'x');
		text_printf(&text, "%03d", i);
	}
	assert_int_equal(text.size, 4000);
	assert_int_equal(strlen(text.data), 4000);
	assert_memory_equal(text.data + 3996, "x999", 4);
	text_clear(&text);
	assert_string_equal(text.data, "");
	text_printf(&text, "%300d", 1);
	assert_int_equal(text.size, 300);
	text_append_bytes(&text, bytes_of("a\0b", 3));
	assert_int_equal(text.size, 303);
	text_free(&text);
	assert_null(text.data);
	text_clear(&text);
}

static void
reserved_room_does_not_move(void **state)
{
	struct text text = { NULL, 0, 0 };
	const char *data;

	(void)state;
	text_reserve(&text, 1000);
	data = text.data;
	for (int i = 0; i < 1000; i++)
		text_append_char(&text, 'x');
	assert_ptr_equal(text.data, data);
	text_free(&text);
}

static void
every_code_point_decodes(void **state)
{
	(void)state;
	for (uint32_t c = 0x800; c < 0x10000; c += 7) {
		uint8_t octets[] = { (uint8_t)(0xe0 | c >> 12),
			(uint8_t)(0x80 | (c >> 6 & 63)),
			(uint8_t)(0x80 | (c & 63)) };
		uint32_t decoded = 0;
		bool surrogate = c >= 0xd800 && c <= 0xdfff;

		assert_int_equal(utf8_decode(bytes_of(octets, 3), &decoded),
		    surrogate ? 0 : 3);
		if (!surrogate)
			assert_int_equal(decoded, c);
	}
}

static void
the_valid_prefix_ends_at_the_first_fault(void **state)
{
	char octets[40];

	(void)state;
	memset(octets, 'a', sizeof(octets));
	for (size_t i = 0; i < sizeof(octets); i++) {
		octets[i] = '\xff';
		assert_int_equal(
		    utf8_valid_prefix(bytes_of(octets, sizeof(octets))), i);
		octets[i] = 'a';
	}
	assert_int_equal(
	    utf8_valid_prefix(bytes_of(octets, sizeof(octets))), 40);
	assert_int_equal(utf8_valid_prefix(bytes_of("", 0)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_cleaned),
		cmocka_unit_test(texts_grow),
		cmocka_unit_test(reserved_room_does_not_move),
		cmocka_unit_test(every_code_point_decodes),
		cmocka_unit_test(the_valid_prefix_ends_at_the_first_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
