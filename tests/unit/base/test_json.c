/* JSON out and in: the same bytes again, and nothing foreign let through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/json_copy.h"

static void
assert_prints(const struct json_writer *json, const char *expected)
{
	struct text text = { NULL, 0, 0 };

	json_print(json, &text);
	assert_string_equal(text.data, expected);
	assert_int_equal(text.size, strlen(expected));
	text_free(&text);
}

static void
members_keep_their_order(void **state)
{
	struct json_writer *object = json_new_object(), *array;
	struct digest digest = { { 0xab } };

	(void)state;
	json_add_string(object, "z", "a\"b\\c\n\x01");
	json_add_string(object, "none", NULL);
	json_add_bool(object, "yes", true);
	json_add_null(object, "null");
	array = json_add_array(object, "list");
	json_append_string(array, "one");
	json_add_integer(json_append_object(array), "three", 3);
	json_append_digest(json_add_array(object, "digests"), &digest);
	json_add_digest(json_add_object(object, "o"), "sha256", &digest);
	assert_prints(object,
	    "{\"z\":\"a\\\"b\\\\c\\n\\u0001\",\"none\":null,\"yes\":true,"
	    "\"null\":null,"
	    "\"list\":[\"one\",{\"three\":3}],\"digests\":[\"ab"
	    "00000000000000000000000000000000000000000000000000000000000000"
	    "\"],\"o\":{\"sha256\":\"ab"
	    "00000000000000000000000000000000000000000000000000000000000000"
	    "\"}}");
	json_writer_free(object);
}

struct string_row {
	const char *string, *printed;
};

static const struct string_row string_rows[] = {
	{ "", "[\"\"]" },
	{ "M\xc3\xbcnchen", "[\"M\xc3\xbcnchen\"]" },
	{ "a\xff", "[\"a\xef\xbf\xbd\"]" },
	{ "\xffz", "[\"\xef\xbf\xbdz\"]" },
	{ "\xc3", "[\"\xef\xbf\xbd\"]" },
	{ "a\xff\xc3\xbc\xfe", "[\"a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd\"]" },
};

static void
what_is_not_utf8_is_replaced(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(string_rows) / sizeof(*string_rows);
	     i++) {
		struct json_writer *array = json_new_array();

		json_append_string(array, string_rows[i].string);
		assert_prints(array, string_rows[i].printed);
		json_writer_free(array);
	}
}

static const double numbers[] = { 0, 1, -1, 0.001, 0.1, 12.345, 99999.999, -0.5,
	443, 2147483648.0, 999999999999999.0, -999999999999999.0,
	123456789012.125, 0.3, 1e6, 4294967296.001 };

static void
numbers_read_back_and_print_the_same(void **state)
{
	char error[80];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct json_writer *object = json_new_object();
		struct json *again;
		struct text text = { NULL, 0, 0 };

		json_add_number(object, "n", numbers[i]);
		json_print(object, &text);
		again = json_parse(bytes_of(text.data, text.size), error);
		assert_non_null(again);
		assert_true(
		    json_number(json_get(again, "n"), -7) == numbers[i]);
		json_writer_free(object);
		json_free(again);
		text_free(&text);
	}
}

static void
milliseconds_of_a_day_read_back(void **state)
{
	char error[80];

	(void)state;
	for (int thousandths = 0; thousandths < 86400000;
	     thousandths += 12347) {
		struct json_writer *array = json_new_object();
		struct json *again;
		struct text text = { NULL, 0, 0 };

		json_add_number(array, "n", thousandths / 1000.0);
		json_print(array, &text);
		again = json_parse(bytes_of(text.data, text.size), error);
		json_writer_free(array);
		json_free(again);
		text_free(&text);
	}
}

struct parse_row {
	const char *text;
	size_t size;
	const char *error; /* NULL: it is JSON */
};

#define OCTETS(literal) (literal), sizeof(literal) - 1

static const struct parse_row parse_rows[] = {
	{ OCTETS("{}"), NULL },
	{ OCTETS(" [1, \"x\"] \r\n"), NULL },
	{ OCTETS("3"), NULL },
	{ OCTETS("\"}{][\""), NULL },
	{ OCTETS("\"\\\\u0000\""), NULL }, /* a backslash, then u0000 */
	{ OCTETS(""), "not JSON at octet " },
	{ OCTETS("   "), "not JSON at octet " },
	{ OCTETS("{} x"), "more than one value at octet 3" },
	{ OCTETS("{}{}"), "more than one value at octet 3" },
	{ OCTETS("{\"a\":1"), "not JSON at octet " },
	{ OCTETS("{\"a\":1,"), "not JSON at octet " },
	{ OCTETS("{\"1\":1,"), "not JSON at octet " },
	{ OCTETS("]]]][[[["), "not JSON at octet " },
	{ OCTETS("\"abc"), "not JSON at octet " },
	{ OCTETS("\"abc\\"), "not JSON at octet " },
	{ OCTETS("{}\0"), "a NUL at octet 3" },
	{ OCTETS("{\"a\0\":1}"), "a NUL at octet 4" },
	{ OCTETS("[\"a\\u0000b\"]"), "an escaped NUL at octet 4" },
	{ OCTETS("[\"\\\\\\u0000\"]"), "an escaped NUL at octet 5" },
	{ OCTETS("[\"\xff\"]"), "not UTF-8 at octet 3" },
};

static void
only_json_is_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_rows) / sizeof(*parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		char error[80] = "";
		/* Exactly as large as the text, for the sanitizer. */
		char *copy = malloc(row->size + 1);
		struct json *json;

		memcpy(copy + 1, row->text, row->size);
		json = json_parse(bytes_of(copy + 1, row->size), error);
		/* Where the library stops differs a little by release. */
		if (row->error != NULL)
			assert_memory_equal(
			    error, row->error, strlen(row->error));
		assert_int_equal(json == NULL, row->error != NULL);
		json_free(json);
		free(copy);
	}
	assert_null(json_parse(bytes_of(NULL, 0), (char[80]){ 0 }));
}

/* The outermost members "b" and "c" are passed over. */
static const struct passing_row {
	const char *text, *read; /* NULL: it is no JSON */
} passing_rows[] = {
	{ "{\"a\":1,\"b\":[2,{\"c\":3}],\"d\":4}", "{\"a\":1,\"d\":4}" },
	{ "{\"b\":\"}\\\"]\",\"c\":{},\"d\":4}", "{\"d\":4}" },
	{ " { \"a\" : 1 , \"c\" : 2 } ", "{\"a\":1}" },
	{ "{\"b\":1,\"c\":2}", "{}" },
	{ "{\"bb\":1,\"a\":{\"b\":2,\"c\":3}}",
	    "{\"bb\":1,\"a\":{\"b\":2,\"c\":3}}" },
	{ "[\"b\",\"d\"]", "[\"b\",\"d\"]" },
	{ "{\"b\":1,\"a\":2,}", NULL },
	{ "{\"a\":2,\"b\":1", NULL },
	{ "{\"a\":2,\"b\":\"\\u0000\"}", NULL },
};

static void
members_are_passed_over(void **state)
{
	static const char *const keys[] = { "b", "c", NULL };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(passing_rows) / sizeof(*passing_rows);
	     i++) {
		const struct passing_row *row = &passing_rows[i];
		struct text text = { .size = 0 };
		char error[80];
		const struct json *json = json_parse_in(
		    arena, bytes_from_string(row->text), keys, error);

		assert_int_equal(json == NULL, row->read == NULL);
		if (json != NULL) {
			json_print_copy(json, &text);
			assert_memory_equal(
			    text.data + sizeof("{\"copy\":") - 1, row->read,
			    strlen(row->read));
		}
		text_free(&text);
	}
	arena_free(arena);
}

static void
depth_is_limited(void **state)
{
	(void)state;
	for (size_t depth = 63; depth <= 66; depth++) {
		struct text text = { NULL, 0, 0 };
		char error[80];
		struct json *json;

		for (size_t i = 0; i < depth; i++)
			text_append_char(&text, '[');
		for (size_t i = 0; i < depth; i++)
			text_append_char(&text, ']');
		json = json_parse(bytes_of(text.data, text.size), error);
		assert_int_equal(json != NULL, depth <= 64);
		if (depth > 64)
			assert_string_equal(
			    error, "deeper than 64 levels at octet 65");
		json_free(json);
		text_free(&text);
	}
}

static void
getters_are_safe(void **state)
{
	char error[80];
	struct json *json = json_parse(
	    bytes_from_string("{\"s\":\"x\",\"n\":1.5,\"i\":-3,\"b\":true,"
			      "\"a\":[1,2],\"z\":null,\"big\":1e300}"),
	    error);
	struct digest digest;

	(void)state;
	assert_null(json_get(NULL, "s"));
	assert_null(json_get(json_get(json, "a"), "s"));
	assert_null(json_get(json, "S"));
	assert_string_equal(json_string(json_get(json, "s")), "x");
	assert_null(json_string(json_get(json, "n")));
	assert_null(json_string(NULL));
	assert_int_equal(json_integer(json_get(json, "i"), 9), -3);
	assert_int_equal(json_integer(json_get(json, "n"), 9), 9);
	assert_int_equal(json_integer(json_get(json, "big"), 9), 9);
	assert_int_equal(json_integer(json_get(json, "s"), 9), 9);
	assert_int_equal(json_integer(NULL, 9), 9);
	assert_true(json_number(json_get(json, "n"), 9) == 1.5);
	assert_true(json_bool(json_get(json, "b"), false));
	assert_true(json_bool(json_get(json, "n"), true));
	assert_true(json_is_null(json_get(json, "z")));
	assert_true(json_is_null(json_get(json, "absent")));
	assert_false(json_is_null(json_get(json, "s")));
	assert_int_equal(json_length(json_get(json, "a")), 2);
	assert_int_equal(json_length(json), 7);
	assert_int_equal(json_length(NULL), 0);
	assert_false(json_digest(json_get(json, "s"), &digest));
	assert_false(json_digest(NULL, &digest));
	assert_null(json_first(NULL));
	assert_null(json_first(json_get(json, "s")));
	assert_null(json_next(NULL));
	assert_string_equal(json_key(json_first(json)), "s");
	assert_int_equal(
	    json_integer(json_next(json_first(json_get(json, "a"))), 0), 2);
	json_free(json);
}

static void
a_large_document_prints_whole(void **state)
{
	struct json_writer *array = json_new_array();
	struct json *again;
	struct text text = { NULL, 0, 0 };
	char error[80];

	(void)state;
	text_append(&text, "before ");
	for (int i = 0; i < 20000; i++)
		json_append_string(array, "0123456789");
	json_print(array, &text);
	assert_int_equal(text.size, 7 + 20000 * 13 + 1);
	again = json_parse(bytes_of(text.data + 7, text.size - 7), error);
	assert_int_equal(json_length(again), 20000);
	json_writer_free(array);
	json_free(again);
	text_free(&text);
}

static void
what_people_open_is_indented(void **state)
{
	struct json_writer *object = json_new_object(), *array;
	struct text text = { NULL, 0, 0 };

	(void)state;
	array = json_add_array(object, "a");
	json_add_integer(json_append_object(array), "b\"{", 1);
	json_append_object(array);
	json_append_string(array, "c");
	json_add_object(object, "d");
	json_add_array(object, "e");
	json_print_pretty(object, &text);
	assert_string_equal(text.data,
	    "{\n\t\"a\":\t[{\n\t\t\t\"b\\\"{\":\t1\n\t\t}, {\n\t\t}, "
	    "\"c\"],\n\t\"d\":\t{\n\t},\n\t\"e\":\t[]\n}");
	json_writer_free(object);
	text_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_keep_their_order),
		cmocka_unit_test(what_is_not_utf8_is_replaced),
		cmocka_unit_test(numbers_read_back_and_print_the_same),
		cmocka_unit_test(milliseconds_of_a_day_read_back),
		cmocka_unit_test(only_json_is_parsed),
		cmocka_unit_test(members_are_passed_over),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(getters_are_safe),
		cmocka_unit_test(a_large_document_prints_whole),
		cmocka_unit_test(what_people_open_is_indented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
