/* What was negotiated with a server, and what it did with other offers. */
#ifndef MODEL_TLS_FACTS_H
#define MODEL_TLS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum offer_reply {
	REPLY_NONE,    /* nobody asked, or no answer came */
	REPLY_REFUSED, /* the server, or we, ended that handshake */
	REPLY_ACCEPTED
};

struct offer_answer;

/* Words as GnuTLS spells them, "TLS1.3", "AES-128-GCM", "X25519". */
struct tls_facts {
	const char *version; /* NULL: nothing was negotiated */
	const char *cipher;
	const char *mac;   /* "SHA1", "SHA256", "AEAD"; NULL: not known */
	const char *group; /* key exchange group, "RSA" or "DHE-1024" */
	const char *alpn;  /* NULL: none */
	bool client_cert_requested;
	bool client_cert_required; /* and refused us without one */
	bool ocsp_stapled;
	struct bytes staple; /* OCSPResponse DER; size 0: none */
	bool proof;	     /* the server proved to hold the leaf's key */

	/* Further connections that offered less; the order is theirs. */
	const struct offer_answer *offers;
	size_t offer_count;
};

/* What a server did when it was offered so much and no more. */
struct offer_answer {
	uint64_t offer; /* bits of enum offer_kind */
	enum offer_reply reply;
	struct tls_facts chosen; /* version, cipher, mac and group alone */
	const char *error;	 /* a sentence where it was not accepted */

	/*
	 * The certificates, where they are others than the observation's;
	 * chain and digests as there.
	 */
	const struct bytes *chain;
	const struct digest *received;
	size_t received_count;
};

#endif
