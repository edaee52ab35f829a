/*
 * The faces of a host: a server may show other certificates to a client that
 * offers other signature algorithms, another version, or another name.  Which
 * of them a client gets is decided in audit/faces.c.
 */
#ifndef MODEL_FACE_H
#define MODEL_FACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "model/tls_facts.h"

/* What a connection offered; the word of a record. */
enum face_offer {
	FACE_MAIN,	/* everything, keys other than RSA before RSA */
	FACE_RSA,	/* RSA keys alone */
	FACE_NOT_RSA,	/* all but RSA keys */
	FACE_RSA_FIRST, /* everything, RSA first: whose order counts? */
	FACE_TLS12,	/* TLS 1.2 alone */
	FACE_NO_SNI,
	FACE_FOREIGN_SNI, /* a name that the server cannot know */
	FACE_OFFER_COUNT
};

/* Beside the main one; FACE_RSA_FIRST is a question and not a face. */
enum { FACES_MOST = FACE_OFFER_COUNT };

/* --faces */
enum faces_wanted { FACES_NONE, FACES_AUTO, FACES_ALL };

struct face {
	enum face_offer offer;
	const char *sni;      /* NULL: none was sent */
	struct tls_facts tls; /* version, cipher, mac, group and staple */

	/* As in an observation. */
	const struct bytes *chain;
	const struct digest *received;
	size_t received_count;
};

const char *face_word(enum face_offer);
bool face_from_word(const char *word, enum face_offer *);

/*
 * The kinds of keys that signature algorithms of TLS 1.3 tell apart (RFC 8446
 * 4.2.3).
 */
enum signing_key {
	SIGNING_RSA,
	SIGNING_RSA_PSS,
	SIGNING_P256,
	SIGNING_P384,
	SIGNING_P521,
	SIGNING_ED25519,
	SIGNING_ED448,
	SIGNING_KEY_COUNT
};

/* The order in which a client offers them. */
struct signature_order {
	/* From 1 on; 0: not offered.  All 0: not known. */
	unsigned char rank[SIGNING_KEY_COUNT];
	bool rsa_suites_first; /* up to TLS 1.2 */
};

/*
 * The IANA name of a signature scheme: false where there is no such one, and
 * *key is SIGNING_KEY_COUNT where TLS 1.3 does not use it for a server's key
 * of the kinds above.
 */
bool signature_scheme_find(const char *word, enum signing_key *key);

#endif
