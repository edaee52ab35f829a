/*
 * Private keys by label, made when first asked for and kept for the life of the
 * ring: "ec256/I1" is one key for all callers.
 */
#ifndef LAB_KEYS_H
#define LAB_KEYS_H

#include <gnutls/abstract.h>

#include "tests/lab/octets.h"

enum { KEY_ID_SIZE = 20 };

struct key {
	char *label;
	gnutls_privkey_t private_key;
	struct octets spki;	 /* SubjectPublicKeyInfo, DER */
	uint8_t id[KEY_ID_SIZE]; /* for subject and authority key ids */
	struct key *next;
};

struct key_ring {
	struct key *first;
};

/*
 * A label is KIND or KIND/NAME; kinds are ec256, ec384, ec521, rsa1024,
 * rsa2048, rsa3072, rsa4096, pss2048 and ed25519, and rsa16384e, a public key
 * without a private key.  NULL where this GnuTLS cannot make one. The ring owns
 * the key.
 */
const struct key *key_ring_get(struct key_ring *, const char *label);
void key_ring_clear(struct key_ring *);

#endif
