/* RFC 4648 section 4, with padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/text.h"

void base64_append(struct text *, struct bytes);
char *base64_encode(struct arena *, struct bytes);

/*
 * White space is skipped; 0, or -1 for a foreign character, wrong padding or
 * set bits after the end.
 */
int base64_decode(struct arena *, struct bytes encoded, struct bytes *out);

#endif
