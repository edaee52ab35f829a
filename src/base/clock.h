/* Times are seconds since the epoch, UTC, 64 bits; durations say their unit. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { CLOCK_TEXT_SIZE = 32 };

int64_t clock_now(void);
uint64_t clock_monotonic_ns(void);

/* Milliseconds since then, rounded to 1/1000. */
double clock_elapsed_ms(uint64_t began_ns);

/* RFC 3339 in UTC, "2026-11-23T09:15:00Z"; years outside 0-9999 clamp. */
void clock_format(int64_t time, char out[CLOCK_TEXT_SIZE]);

/* The same as a string in the arena, and its date alone. */
const char *time_text(struct arena *, int64_t time);
const char *date_text(struct arena *, int64_t time);

/* The same with "T091500Z" in basic form, for file names. */
void clock_format_basic(int64_t time, char out[CLOCK_TEXT_SIZE]);

/*
 * RFC 3339 (also a bare date), epoch seconds ("1795332688", "@1795332688"),
 * or an offset from `now`: "+30d", "-12h", "+90m", "+45s", "+2w".
 */
bool clock_parse(const char *, int64_t now, int64_t *out);

/* Does this month of this year have this day? */
bool clock_is_date(int year, int month, int day);

/* The civil date of UTC, proleptic Gregorian, to seconds; no range limits. */
int64_t clock_from_civil(
    int64_t year, int month, int day, int hour, int minute, int second);

#endif
