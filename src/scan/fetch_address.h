/*
 * Which addresses are public.  The URL in a certificate of an unknown server
 * must not lead to a connection into the network of this machine.
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

/* True, and a sentence is appended, when no connection is to be made to it. */
bool address_refuse(const struct sockaddr *, struct text *sentence);

#endif
