/* base/der.h: what is DER, what is not, and what each content says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "x509/der.h"
#include "tests/unit/hex.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

struct element_row {
	const char *hex;
	bool readable;
	uint8_t tag;
	size_t content, rest;
};

static const struct element_row element_rows[] = {
	{ "", false, 0, 0, 0 },
	{ "05", false, 0, 0, 0 },
	{ "05 00", true, DER_NULL, 0, 0 },
	{ "02 01 07 ff", true, DER_INTEGER, 1, 1 },
	{ "04 02 07", false, 0, 0, 0 },	      /* cut short */
	{ "30 80 00 00", false, 0, 0, 0 },    /* indefinite, BER */
	{ "04 81 01 07", false, 0, 0, 0 },    /* a longer length than needed */
	{ "04 82 00 81 07", false, 0, 0, 0 }, /* the same, two octets */
	{ "04 85 01 00 00 00 00", false, 0, 0, 0 }, /* over four */
	{ "04 84 ff ff ff ff 00", false, 0, 0, 0 },
	{ "04 81", false, 0, 0, 0 },
	{ "1f 22 01 00", false, 0, 0, 0 }, /* a tag of two octets */
	{ "bf 22 01 00", false, 0, 0, 0 },
	{ "a3 02 05 00", true, DER_CONTEXT_CONSTRUCTED(3), 2, 0 },
};

static void
test_elements(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(element_rows); i++) {
		const struct element_row *row = &element_rows[i];
		struct text text = { NULL, 0, 0 };
		struct der_item item;
		struct der der;

		hex_append(&text, row->hex);
		der = der_of(text_octets(&text));
		if (der_next(&der, &item) != row->readable)
			fail_msg("%s", row->hex);
		if (row->readable) {
			assert_int_equal(item.tag, row->tag);
			assert_int_equal(item.content.size, row->content);
			assert_int_equal(der.rest.size, row->rest);
		} else {
			assert_int_equal(der.rest.size, text.size);
		}
		text_free(&text);
	}
}

static void
test_long_lengths(void **state)
{
	static const size_t sizes[] = { 127, 128, 255, 256, 65535, 65536 };
	static const char *const headers[] = { "04 7f", "04 81 80", "04 81 ff",
		"04 82 01 00", "04 82 ff ff", "04 83 01 00 00" };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct text text = { NULL, 0, 0 };
		struct der_item item;
		struct der der;

		hex_append(&text, headers[i]);
		for (size_t j = 0; j < sizes[i]; j++)
			text_append_char(&text, 'x');
		der = der_of(text_octets(&text));
		assert_true(der_next(&der, &item));
		assert_int_equal(item.content.size, sizes[i]);
		assert_int_equal(item.whole.size, text.size);
		assert_true(der_at_end(&der));
		text_free(&text);
	}
}

static void
test_steps(void **state)
{
	static const uint8_t octets[] = { 0x30, 0x05, 0x02, 0x01, 0x07, 0x05,
		0x00, 0x04, 0x00 };
	struct der der = der_of(bytes_of(octets, sizeof(octets))), inside;
	struct der_item item;

	(void)state;
	assert_int_equal(der_peek(&der), DER_SEQUENCE);
	assert_false(der_take(&der, DER_INTEGER, &item));
	assert_false(der_enter(&der, DER_SET, &inside));
	assert_int_equal(der.rest.size, sizeof(octets));
	assert_true(der_enter(&der, DER_SEQUENCE, &inside));
	assert_true(der_take(&inside, DER_INTEGER, &item));
	assert_true(der_take(&inside, DER_NULL, &item));
	assert_int_equal(der_peek(&inside), 0);
	assert_false(der_next(&inside, &item));
	assert_true(der_take(&der, DER_OCTET_STRING, &item));
	assert_true(der_at_end(&der));
}

struct unsigned_row {
	const char *hex;
	bool readable;
	uint32_t value;
};

static const struct unsigned_row unsigned_rows[] = {
	{ "", false, 0 },
	{ "00", true, 0 },
	{ "7f", true, 127 },
	{ "80", false, 0 }, /* negative */
	{ "00 80", true, 128 },
	{ "00 7f", false, 0 }, /* not minimal */
	{ "00 ff ff ff ff", true, UINT32_MAX },
	{ "01 00 00 00 00", false, 0 },
};

static void
test_unsigned(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unsigned_rows); i++) {
		struct text text = { NULL, 0, 0 };
		uint32_t value = 0;

		hex_append(&text, unsigned_rows[i].hex);
		assert_int_equal(der_unsigned(text_octets(&text), &value),
		    unsigned_rows[i].readable);
		assert_int_equal(value, unsigned_rows[i].value);
		text_free(&text);
	}
}

struct bits_row {
	const char *hex;
	bool readable;
	size_t size;
	unsigned unused;
};

static const struct bits_row bits_rows[] = {
	{ "", false, 0, 0 },
	{ "00", true, 0, 0 },
	{ "01", false, 0, 0 },
	{ "07 80", true, 1, 7 },
	{ "08 80", false, 0, 0 },
	{ "00 01 02", true, 2, 0 },
};

static void
test_bit_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bits_rows); i++) {
		struct text text = { NULL, 0, 0 };
		struct bytes octets = { NULL, 0 };
		unsigned unused = 0;

		hex_append(&text, bits_rows[i].hex);
		assert_int_equal(
		    der_bit_string(text_octets(&text), &octets, &unused),
		    bits_rows[i].readable);
		assert_int_equal(octets.size, bits_rows[i].size);
		assert_int_equal(unused, bits_rows[i].unused);
		text_free(&text);
	}
}

struct time_row {
	uint8_t tag;
	const char *text;
	const char *time; /* NULL: unreadable */
	unsigned forms;
};

static const struct time_row time_rows[] = {
	{ DER_UTC_TIME, "700101000001Z", "1970-01-01T00:00:01Z", 0 },
	{ DER_UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z", 0 },
	{ DER_UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z", 0 },
	{ DER_UTC_TIME, "240229120000Z", "2024-02-29T12:00:00Z", 0 },
	{ DER_UTC_TIME, "230229120000Z", NULL, 0 },
	{ DER_UTC_TIME, "240101000000", NULL, 0 },
	{ DER_UTC_TIME, "240101000000.5Z", NULL, 0 },
	{ DER_UTC_TIME, "20240101000000Z", NULL, 0 },
	{ DER_UTC_TIME, "241301000000Z", NULL, 0 },
	{ DER_UTC_TIME, "240001000000Z", NULL, 0 },
	{ DER_UTC_TIME, "240431000000Z", NULL, 0 },
	{ DER_UTC_TIME, "240101240000Z", NULL, 0 },
	{ DER_UTC_TIME, "240101006000Z", NULL, 0 },
	{ DER_UTC_TIME, "240101000060Z", NULL, 0 },
	{ DER_UTC_TIME, "-40101000000Z", NULL, 0 },
	{ DER_UTC_TIME, "", NULL, 0 },
	{ DER_GENERALIZED_TIME, "29690503000001Z", "2969-05-03T00:00:01Z", 0 },
	{ DER_GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z", 0 },
	{ DER_GENERALIZED_TIME, "00000101000000Z", "0000-01-01T00:00:00Z", 0 },
	{ DER_GENERALIZED_TIME, "19000229000000Z", NULL, 0 },
	{ DER_GENERALIZED_TIME, "20000229000000Z", "2000-02-29T00:00:00Z", 0 },
	{ DER_GENERALIZED_TIME, "20240101000000.25Z", "2024-01-01T00:00:00Z",
	    DER_TIME_FRACTION },
	{ DER_GENERALIZED_TIME, "202401010000Z", "2024-01-01T00:00:00Z",
	    DER_TIME_LONG_NO_SECONDS },
	{ DER_GENERALIZED_TIME, "20240101000000-0130", "2024-01-01T01:30:00Z",
	    DER_TIME_ZONE },
	{ DER_UTC_TIME, "2401010000Z", "2024-01-01T00:00:00Z",
	    DER_TIME_NO_SECONDS },
	{ DER_UTC_TIME, "2401010000+0100", "2023-12-31T23:00:00Z",
	    DER_TIME_NO_SECONDS | DER_TIME_ZONE | DER_TIME_ZONE_NO_SECONDS },
	{ DER_UTC_TIME, "240101000000+01", NULL, 0 },
	{ DER_UTC_TIME, "240101000000+2400", NULL, 0 },
	{ DER_UTC_TIME, "240101000000.5Z", NULL, 0 },
	{ DER_GENERALIZED_TIME, "20240101000000.Z", NULL, 0 },
	{ DER_GENERALIZED_TIME, "20240101000000", NULL, 0 },
	{ DER_IA5_STRING, "240101000000Z", NULL, 0 },
};

static void
test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(time_rows); i++) {
		const struct time_row *row = &time_rows[i];
		char shown[CLOCK_TEXT_SIZE];
		unsigned forms;
		int64_t time;

		if (der_time(row->tag, bytes_from_string(row->text), &time,
			&forms) != (row->time != NULL))
			fail_msg("%s", row->text);
		if (row->time == NULL)
			continue;
		clock_format(time, shown);
		assert_string_equal(shown, row->time);
		assert_int_equal(forms, row->forms);
	}
}

struct oid_row {
	const char *hex;
	const char *text; /* NULL: malformed */
};

static const struct oid_row oid_rows[] = {
	{ "55 04 03", "2.5.4.3" }, { "2a 86 48 86 f7 0d", "1.2.840.113549" },
	{ "00", "0.0" }, { "27", "0.39" }, { "28", "1.0" },
	{ "88 37", "2.999" }, { "2b 86 84 80 00", "1.3.12648448" },
	{ "55 ff ff ff ff ff ff ff ff 7f", "2.5.9223372036854775807" },
	{ "55 81 ff ff ff ff ff ff ff ff 7f", NULL }, { "", NULL },
	{ "55 80 03", NULL }, /* not the shortest */
	{ "55 83", NULL },    /* cut short */
};

static void
test_oids(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(oid_rows); i++) {
		struct text text = { NULL, 0, 0 };
		char shown[64];

		hex_append(&text, oid_rows[i].hex);
		if (der_oid_text(text_octets(&text), shown, sizeof(shown)) !=
		    (oid_rows[i].text != NULL))
			fail_msg("%s", oid_rows[i].hex);
		if (oid_rows[i].text != NULL)
			assert_string_equal(shown, oid_rows[i].text);
		text_free(&text);
	}
}

static void
test_oid_needs_room(void **state)
{
	char shown[16];

	(void)state;
	assert_false(der_oid_text(bytes_of("\x55\x04\x03", 3), shown, 7));
	assert_true(der_oid_text(bytes_of("\x55\x04\x03", 3), shown, 8));
	assert_false(der_oid_text(bytes_of("\x55\x04\x03", 3), shown, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_long_lengths),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_bit_strings),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_oids),
		cmocka_unit_test(test_oid_needs_room),
	};

	return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
