/* Octets in tests are written in hexadecimal; blanks are for the reader. */
#ifndef TESTS_UNIT_HEX_H
#define TESTS_UNIT_HEX_H

#include <stdlib.h>

#include "base/text.h"

/* Appends; anything but hex digits and blanks is a mistake in the test. */
static inline void
hex_append(struct text *out, const char *hex)
{
	while (*hex != '\0') {
		char digits[3] = { hex[0], hex[1], '\0' }, *end;

		if (*hex == ' ') {
			hex++;
			continue;
		}
		text_append_char(out, (char)strtoul(digits, &end, 16));
		if (*end != '\0' || digits[1] == '\0')
			abort();
		hex += 2;
	}
}

static inline struct bytes
text_octets(const struct text *text)
{
	return bytes_of(text->data, text->size);
}

#endif
