/* CSV rows out, safe for a spreadsheet, and lines taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/csv.h"

struct field_row {
	const char *field, *written;
};

static const struct field_row field_rows[] = {
	{ NULL, "" },
	{ "", "" },
	{ "plain", "plain" },
	{ "a b", "a b" },
	{ "a,b", "\"a,b\"" },
	{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
	{ "two\nlines", "\"two\nlines\"" },
	{ "=1+1", "'=1+1" },
	{ "+cmd", "'+cmd" },
	{ "-2+3", "'-2+3" },
	{ "@x", "'@x" },
	{ "\tx", "\"'\tx\"" },
	{ "\nx", "\"'\nx\"" },
	{ "a\tb", "\"a\tb\"" },
	{ "a;b", "\"a;b\"" },
	{ " x", "\" x\"" },
	{ "x ", "\"x \"" },
	{ "a;=b", "\"a;'=b\"" },
	{ "a,@b", "\"a,'@b\"" },
	{ "x\",\"=1+1", "\"x\"\",\"\"'=1+1\"" },
	{ "\"=1+1", "\"\"\"'=1+1\"" },
	{ "a\n+b", "\"a\n'+b\"" },
	{ "a=b-c@d", "a=b-c@d" },
	{ "\rx", "\"'\rx\"" },
	{ "=a,b", "\"'=a,b\"" },
	{ "-12", "-12" },
	{ "+3.5", "+3.5" },
	{ "-", "'-" },
	{ "-1.2.3", "'-1.2.3" },
};

static void
fields_are_quoted_when_they_must_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(field_rows) / sizeof(*field_rows); i++) {
		struct text text = { NULL, 0, 0 }, expected = { NULL, 0, 0 };
		struct csv_row row;

		csv_begin(&row, &text);
		csv_string(&row, field_rows[i].field);
		csv_integer(&row, -7);
		csv_string(&row, NULL);
		csv_end(&row);
		text_printf(&expected, "%s,-7,\r\n", field_rows[i].written);
		assert_string_equal(text.data, expected.data);
		text_free(&text);
		text_free(&expected);
	}
}

struct split_row {
	const char *line;
	int count;
	const char *fields[4];
};

static const struct split_row split_rows[] = {
	{ "", 1, { "" } },
	{ "a", 1, { "a" } },
	{ "a,b,c", 3, { "a", "b", "c" } },
	{ ",,", 3, { "", "", "" } },
	{ " a , b\t,c d ", 3, { "a", "b", "c d" } },
	{ "\"a,b\",c", 2, { "a,b", "c" } },
	{ "\"a\"\"b\",\"\"", 2, { "a\"b", "" } },
	{ " \" a \" ,b", 2, { " a ", "b" } },
	{ "a\"b,c", 2, { "a\"b", "c" } },
	{ "\"a\"", 1, { "a" } },
	{ "\"\"\"\"", 1, { "\"" } },
	{ "a,b,c,d,e", -1, { NULL } },
	{ "a,b,c,d", 4, { "a", "b", "c", "d" } },
	{ "\"open", -1, { NULL } },
	{ "\"open\"\"", -1, { NULL } },
	{ "\"a\"b", -1, { NULL } },
	{ "a,\"", -1, { NULL } },
};

static void
lines_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(split_rows) / sizeof(*split_rows); i++) {
		char line[64], *fields[4];
		int count;

		snprintf(line, sizeof(line), "%s", split_rows[i].line);
		count = csv_split(line, ',', fields, 4);
		if (count != split_rows[i].count)
			fail_msg("%s: %d", split_rows[i].line, count);
		for (int j = 0; j < count; j++)
			assert_string_equal(fields[j], split_rows[i].fields[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_quoted_when_they_must_be),
		cmocka_unit_test(lines_are_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
