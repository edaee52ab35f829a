/*
 * A growing array of octets, and the lab's allocation functions.  Memory that
 * runs out ends the program: the lab serves only tests and the demo.
 */
#ifndef LAB_OCTETS_H
#define LAB_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct octets {
	uint8_t *data;
	size_t length;
	size_t capacity;
};

void *lab_alloc(size_t count, size_t size); /* zeroed, never NULL */
char *lab_copy_text(const char *);

/* Ends the program: a row of the lab's own tables is wrong. */
void lab_bug(const char *what, const char *where) __attribute__((noreturn));

void octets_add(struct octets *, const void *data, size_t length);
void octets_add_byte(struct octets *, uint8_t);
void octets_add_u16(struct octets *, unsigned); /* big endian */
void octets_add_u24(struct octets *, unsigned);
void octets_add_text(struct octets *, const char *);
void octets_add_format(struct octets *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void octets_append(struct octets *, const struct octets *);
void octets_insert(struct octets *, size_t at, const void *, size_t length);
void octets_fill(struct octets *, uint8_t value, size_t length);
void octets_clear(struct octets *); /* frees and empties */

/* Gives the octets away as a NUL-terminated string; the caller frees it. */
char *octets_take_text(struct octets *);

struct octets octets_copy(const struct octets *);

/*
 * The next item of a list like "leaf I1 I2": false at its end.  `item` is
 * borrowed from the list, not terminated.
 */
struct span {
	const char *text;
	size_t length;
};

bool list_next(const char **cursor, char separator, struct span *item);
bool span_is(struct span, const char *);
bool span_begins(struct span, const char *prefix);
struct span span_after(struct span, size_t length);
char *span_copy(struct span);
unsigned long span_number(struct span); /* digits only, 0 for anything else */

#endif
