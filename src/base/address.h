/* IP addresses as text and octets; no names, no network. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/bytes.h"

enum { ADDRESS_MOST_OCTETS = 16, ADDRESS_TEXT_SIZE = 64 };

/*
 * "192.0.2.1" gives 4 octets, "2001:db8::1" 16 (a zone such as "%eth0" is
 * ignored).  False when the text is neither.
 */
bool address_parse(
    const char *text, uint8_t octets[ADDRESS_MOST_OCTETS], size_t *size);

/* The canonical text of 4 or 16 octets (RFC 5952); false for other sizes. */
bool address_format(struct bytes octets, char text[ADDRESS_TEXT_SIZE]);

#endif
