/*
 * A ClientHello as today's clients send it: a key share for X25519MLKEM768
 * (draft-ietf-tls-ecdhe-mlkem) makes it larger than one TCP segment.  Only its
 * octets: nobody here could go on with the handshake.
 */
#ifndef SCAN_CLIENT_HELLO_H
#define SCAN_CLIENT_HELLO_H

#include <stdbool.h>

#include "base/text.h"

enum {
	X25519_OCTETS = 32,
	/* Of FIPS 203: 768 coefficients of 12 bits, and a seed of 32 octets */
	MLKEM768_COEFFICIENTS = 768,
	MLKEM768_OCTETS = 1184,
	/* random, session id, two octets a coefficient, seed */
	CLIENT_HELLO_RANDOM = 32 + 32 + 2 * MLKEM768_COEFFICIENTS + 32
};

struct client_hello {
	const char *sni;       /* NULL: none */
	bool alpn;	       /* h2 and http/1.1 */
	bool hybrid;	       /* X25519MLKEM768 first, with its share */
	const uint8_t *random; /* CLIENT_HELLO_RANDOM octets */
	const uint8_t *point;  /* X25519_OCTETS, of a real key */
};

/* Appends one record. */
void client_hello_write(struct text *, const struct client_hello *);

#endif
