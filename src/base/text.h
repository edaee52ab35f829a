/*
 * A string that grows.  `data` is always NUL-terminated once anything was
 * appended, and may hold NULs of its own: `size` is its length.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/bytes.h"

struct text {
	char *data;
	size_t size;
	size_t capacity;
};

void text_clear(struct text *); /* empties, keeps the memory */
/* Writes it and empties it; a failure sets the stream's error indicator. */
void text_write(struct text *, FILE *);
void text_free(struct text *); /* empties, returns the memory */
void text_append(struct text *, const char *);
void text_append_bytes(struct text *, struct bytes);
void text_append_char(struct text *, char);
void text_printf(struct text *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* At least `extra` more octets fit without moving `data`. */
void text_reserve(struct text *, size_t extra);

/*
 * How a string from an untrusted host is shown, as other tools do: valid UTF-8
 * passes; NUL, other C0 and C1 control characters, DEL, characters that reorder
 * or end a line, and every octet that is not valid UTF-8 become \HH (RFC 4514
 * 2.4).  A backslash passes as it is.
 */
void text_append_clean(struct text *, struct bytes);
char *text_clean(struct arena *, struct bytes);

/* Each octet as two lower-case hexadecimal digits; as \HH. */
void text_append_hex(struct text *, struct bytes);
void text_append_escaped(struct text *, struct bytes);

/* Is it one of the words, which single blanks separate? */
bool text_has_word(const char *words, const char *word);

#endif
