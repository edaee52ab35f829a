/*
 * The little the lab reads of a ClientHello's body (RFC 5246 7.4.1.2).
 */
#ifndef LAB_HELLO_H
#define LAB_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is the cipher suite among those offered? */
bool hello_offers(const uint8_t *hello, size_t length, unsigned cipher);

/* Overwrites ffdhe2048 and its kind with groups that mean nothing. */
void hello_blot_dh_groups(uint8_t *hello, size_t length);

/* Overwrites each underscore in the server name with a hyphen. */
void hello_blot_underscores(uint8_t *hello, size_t length);

#endif
