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
 * True, and a sentence is appended that says what it is instead ("loopback"),
 * when it is no globally routable unicast address: no connection is to be made
 * to it then.  Sources: the IANA special-purpose address registries (RFC 6890)
 * as of 2026; an IPv6 address that wraps an IPv4 one is what that one is.
 */
bool address_refuse(const struct sockaddr *, struct text *sentence);

#endif
