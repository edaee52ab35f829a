/* Times written and read, and dates that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"

struct format_row {
	int64_t time;
	const char *text, *basic;
};

static const struct format_row format_rows[] = {
	{ 0, "1970-01-01T00:00:00Z", "1970-01-01T000000Z" },
	{ -1, "1969-12-31T23:59:59Z", "1969-12-31T235959Z" },
	{ 1795425300, "2026-11-23T09:15:00Z", "2026-11-23T091500Z" },
	{ 951782400, "2000-02-29T00:00:00Z", "2000-02-29T000000Z" },
	{ 253402300799, "9999-12-31T23:59:59Z", "9999-12-31T235959Z" },
	{ 253402300800, "9999-12-31T23:59:59Z", "9999-12-31T235959Z" },
	{ INT64_MAX, "9999-12-31T23:59:59Z", "9999-12-31T235959Z" },
	{ INT64_MIN, "0000-01-01T00:00:00Z", "0000-01-01T000000Z" },
	{ -62135596800, "0001-01-01T00:00:00Z", "0001-01-01T000000Z" },
};

static void
times_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(format_rows) / sizeof(*format_rows);
	     i++) {
		char text[CLOCK_TEXT_SIZE];

		clock_format(format_rows[i].time, text);
		assert_string_equal(text, format_rows[i].text);
		clock_format_basic(format_rows[i].time, text);
		assert_string_equal(text, format_rows[i].basic);
	}
}

/* timegm(3) is what our arithmetic must agree with. */
static void
civil_dates_agree_with_the_system(void **state)
{
	(void)state;
	for (int64_t time = -70000000000; time < 260000000000;
	     time += 86400 * 31 + 12345) {
		time_t system = (time_t)time;
		struct tm tm;
		char text[CLOCK_TEXT_SIZE], expected[CLOCK_TEXT_SIZE + 32];

		gmtime_r(&system, &tm);
		assert_int_equal(
		    clock_from_civil(tm.tm_year + 1900, tm.tm_mon + 1,
			tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec),
		    time);
		if (tm.tm_year + 1900 < 1000 || tm.tm_year + 1900 > 9999)
			continue;
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		clock_format(time, text);
		assert_string_equal(text, expected);
	}
}

enum { NOW = 1000000 };

struct parse_row {
	const char *text;
	int64_t time;
};

static const struct parse_row parse_rows[] = {
	{ "2026-11-23T09:15:00Z", 1795425300 },
	{ "2026-11-23t09:15:00z", 1795425300 },
	{ "2026-11-23 09:15:00Z", 1795425300 },
	{ "2026-11-23T09:15:00.123Z", 1795425300 },
	{ "2026-11-23T10:15:00+01:00", 1795425300 },
	{ "2026-11-23T04:45:00-04:30", 1795425300 },
	{ "2026-11-23", 1795392000 },
	{ "2016-12-31T23:59:60Z", 1483228800 },
	{ "2000-02-29", 951782400 },
	{ "1795332688", 1795332688 },
	{ "@1795332688", 1795332688 },
	{ "0", 0 },
	{ "+30d", NOW + 30 * 86400 },
	{ "-12h", NOW - 12 * 3600 },
	{ "+90m", NOW + 5400 },
	{ "+45s", NOW + 45 },
	{ "+2w", NOW + 14 * 86400 },
};

static void
times_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_rows) / sizeof(*parse_rows); i++) {
		int64_t time = -1;

		if (!clock_parse(parse_rows[i].text, NOW, &time))
			fail_msg("%s is refused", parse_rows[i].text);
		assert_int_equal(time, parse_rows[i].time);
	}
}

static const char *const refused[] = {
	"",
	"@",
	"now",
	"12x",
	"-1",
	"+30",
	"+d",
	"+3dd",
	"+30 d",
	"--1d",
	"2026-02-29",
	"1900-02-29",
	"2026-13-01",
	"2026-00-10",
	"2026-1-1",
	"2026-11-31",
	"2026-11-00",
	"2026-11-23T",
	"2026-11-23T09:15Z",
	"2026-11-23T09:15:00",
	"2026-11-23T24:00:00Z",
	"2026-11-23T09:60:00Z",
	"2026-11-23T09:15:61Z",
	"2026-11-23T09:15:00.Z",
	"2026-11-23T09:15:00+0100",
	"2026-11-23T09:15:00+24:00",
	"2026-11-23T09:15:00Zx",
	"2026-11-23x",
	"9999999999999999",
	"+999999999999999w",
	"@2026-11-23",
	" 0",
	"0 ",
};

static void
other_words_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		int64_t time;

		if (clock_parse(refused[i], NOW, &time))
			fail_msg("%s passed", refused[i]);
	}
}

static void
clocks_run(void **state)
{
	uint64_t before = clock_monotonic_ns();

	(void)state;
	assert_true(llabs((long long)clock_now() - time(NULL)) <= 1);
	assert_true(clock_monotonic_ns() >= before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written),
		cmocka_unit_test(civil_dates_agree_with_the_system),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(other_words_are_refused),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
