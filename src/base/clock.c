/*
 * The clock and its spellings.  Everything is UTC and our own arithmetic:
 * no time zone, locale or struct tm takes part.
 */
#include "base/clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400 };

struct civil {
	int64_t year;
	int month, day, hour, minute, second;
};

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

uint64_t
clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

double
clock_elapsed_ms(uint64_t began_ns)
{
	uint64_t ns = clock_monotonic_ns() - began_ns;

	return (double)((ns + 500) / 1000) / 1000;
}

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/*
 * Days are counted in eras of 400 years that begin on 1 March, so that the
 * leap day comes last (H. Hinnant, "chrono-compatible low-level date
 * algorithms").
 */
int64_t
clock_from_civil(
    int64_t year, int month, int day, int hour, int minute, int second)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_divide(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
	    (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
			     year_of_era / 100 + day_of_year;
	int64_t days = era * 146097 + day_of_era - 719468;

	return days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
}

bool
clock_is_date(int year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= lengths[month - 1] + (month == 2 && leap);
}

static struct civil
to_civil(int64_t time)
{
	int64_t days = floor_divide(time, SECONDS_A_DAY);
	int second_of_day = (int)(time - days * SECONDS_A_DAY);
	int64_t era = floor_divide(days + 719468, 146097);
	int64_t day_of_era = days + 719468 - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
				  day_of_era / 36524 - day_of_era / 146096) /
			      365;
	int64_t day_of_year =
	    day_of_era -
	    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct civil civil = { 0 };

	civil.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	civil.month = (int)(month < 10 ? month + 3 : month - 9);
	civil.year = year_of_era + era * 400 + (civil.month <= 2);
	civil.hour = second_of_day / 3600;
	civil.minute = second_of_day / 60 % 60;
	civil.second = second_of_day % 60;
	return civil;
}

static struct civil
to_printable(int64_t time)
{
	const int64_t first = clock_from_civil(0, 1, 1, 0, 0, 0);
	const int64_t last = clock_from_civil(9999, 12, 31, 23, 59, 59);

	return to_civil(time < first ? first : time > last ? last : time);
}

void
clock_format(int64_t time, char out[CLOCK_TEXT_SIZE])
{
	struct civil at = to_printable(time);

	snprintf(out, CLOCK_TEXT_SIZE,
	    "%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", at.year, at.month,
	    at.day, at.hour, at.minute, at.second);
}

const char *
time_text(struct arena *arena, int64_t time)
{
	char *text = arena_alloc(arena, CLOCK_TEXT_SIZE);

	clock_format(time, text);
	return text;
}

const char *
date_text(struct arena *arena, int64_t time)
{
	char *text = arena_alloc(arena, CLOCK_TEXT_SIZE);

	clock_format(time, text);
	text[sizeof("2026-11-23") - 1] = '\0';
	return text;
}

void
clock_format_basic(int64_t time, char out[CLOCK_TEXT_SIZE])
{
	struct civil at = to_printable(time);

	snprintf(out, CLOCK_TEXT_SIZE, "%04" PRId64 "-%02d-%02dT%02d%02d%02dZ",
	    at.year, at.month, at.day, at.hour, at.minute, at.second);
}

/* Exactly `count` digits; moves on past them. */
static bool
take_digits(const char **at, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool
take_char(const char **at, const char *any_of)
{
	if (**at == '\0' || strchr(any_of, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* "Z" or "+hh:mm": seconds east of UTC. */
static bool
take_zone(const char **at, int *east)
{
	int hours, minutes, sign = **at == '-' ? -1 : 1;

	*east = 0;
	if (take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-") || !take_digits(at, 2, &hours) ||
	    !take_char(at, ":") || !take_digits(at, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*east = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* RFC 3339 partial-time: a 60th second is a leap second, a fraction drops. */
static bool
take_time(const char **at, int *seconds)
{
	int hour, minute, second;

	if (!take_digits(at, 2, &hour) || !take_char(at, ":") ||
	    !take_digits(at, 2, &minute) || !take_char(at, ":") ||
	    !take_digits(at, 2, &second) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	if (!take_char(at, "."))
		return true;
	if (!isdigit((unsigned char)**at))
		return false;
	while (isdigit((unsigned char)**at))
		(*at)++;
	return true;
}

static bool
parse_date(const char *at, int64_t *out)
{
	int year, month, day, seconds = 0, east = 0;

	if (!take_digits(&at, 4, &year) || !take_char(&at, "-") ||
	    !take_digits(&at, 2, &month) || !take_char(&at, "-") ||
	    !take_digits(&at, 2, &day) || !clock_is_date(year, month, day))
		return false;
	if (*at != '\0' &&
	    (!take_char(&at, "Tt ") || !take_time(&at, &seconds) ||
		!take_zone(&at, &east)))
		return false;
	if (*at != '\0')
		return false;
	*out = clock_from_civil(year, month, day, 0, 0, 0) + seconds - east;
	return true;
}

/* Digits below 10^15: more is taken for a mistake. */
static bool
take_count(const char **at, int64_t *count)
{
	int digits = 0;

	for (*count = 0; isdigit((unsigned char)**at); (*at)++, digits++) {
		if (digits >= 15)
			return false;
		*count = *count * 10 + (**at - '0');
	}
	return digits > 0;
}

static bool
parse_offset(const char *at, int64_t now, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', SECONDS_A_DAY },
		{ 'w', 7 * SECONDS_A_DAY },
	};
	int64_t count, offset, sign = *at++ == '-' ? -1 : 1;

	if (!take_count(&at, &count) || at[0] == '\0' || at[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (units[i].unit == at[0])
			return !__builtin_mul_overflow(
				   sign * count, units[i].seconds, &offset) &&
			       !__builtin_add_overflow(now, offset, out);
	return false;
}

bool
clock_parse(const char *string, int64_t now, int64_t *out)
{
	int64_t seconds;
	const char *at = string;

	if (*at == '+' || *at == '-')
		return parse_offset(at, now, out);
	if (*at == '@')
		at++;
	if (take_count(&at, &seconds) && *at == '\0') {
		*out = seconds;
		return true;
	}
	return parse_date(string, out);
}
