/*
 * Which addresses belong to everybody's internet.  A certificate is written
 * by a stranger: the URL in it must not make us call into our own network.
 */
#ifndef SCAN_FETCH_ADDRESS_H
#define SCAN_FETCH_ADDRESS_H

#include <sys/socket.h>

#include "base/bytes.h"
#include "base/text.h"

/*
 * NULL when 4 or 16 octets are a globally routable unicast address, else what
 * they are instead ("loopback"), static.  Sources: the IANA special-purpose
 * address registries (RFC 6890) as of 2026; an IPv6 address that wraps an IPv4
 * one is what that one is.
 */
const char *address_not_public(struct bytes octets);

/* True, and a sentence is appended, when nobody should connect there. */
bool address_refuse(const struct sockaddr *, struct text *sentence);

#endif
