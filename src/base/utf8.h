/* UTF-8 as RFC 3629 allows it: shortest form, no surrogates, to U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/bytes.h"

/*
 * The length of the character that these octets (at least one) begin with,
 * 1 to 4, and its code point; 0 when they begin with none.
 */
size_t utf8_decode(struct bytes, uint32_t *code_point);

/* C0 and C1 control characters, and DEL. */
static inline bool
utf8_is_control(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

/*
 * Characters that reorder or end a line (Unicode's Bidi_Control, and the line
 * and paragraph separators): a name must not change how others are read.
 */
static inline bool
utf8_reorders(uint32_t code_point)
{
	return code_point == 0x61c ||
	       (code_point >= 0x200e && code_point <= 0x200f) ||
	       (code_point >= 0x2028 && code_point <= 0x202e) ||
	       (code_point >= 0x2066 && code_point <= 0x2069);
}

/* How many octets from the start are printable ASCII. */
size_t utf8_printable_ascii(struct bytes);

/* How many octets from the start are valid; all of them: the size. */
size_t utf8_valid_prefix(struct bytes);

#endif
