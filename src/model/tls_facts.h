/* What was negotiated with a server, and what it did with other offers. */
#ifndef MODEL_TLS_FACTS_H
#define MODEL_TLS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/big_hello.h"

enum offer_reply {
	REPLY_NONE,    /* not asked, or no answer came */
	REPLY_REFUSED, /* the server, or we, ended that handshake */
	REPLY_ACCEPTED
};

/* How far a handshake had come; words in records, in this order. */
enum handshake_stage {
	STAGE_HELLO,	    /* before the server's choice */
	STAGE_CERTIFICATE,  /* before its certificates were read */
	STAGE_KEY_EXCHANGE, /* before it proved to hold the leaf's key */
	STAGE_FINISHED,	    /* before its Finished was taken */
	STAGE_APPLICATION,  /* after the handshake */
	STAGE_COUNT
};

/* Who ended a handshake in which the server had made its choice. */
enum handshake_failer {
	FAILED_BY_NOBODY,
	FAILED_BY_SERVER,  /* it would fail so for any client */
	FAILED_BY_LIBRARY, /* ours alone could not go on with what was sent */
	FAILED_BY_COUNT
};

/* RFC 8446 section 6 */
struct tls_alert {
	bool fatal;
	const char *description; /* "unrecognized_name", as IANA has it */
	enum handshake_stage stage;
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
	unsigned request_octets;   /* of that message; 0: none, or not noted */
	bool ocsp_stapled;
	struct bytes staple; /* OCSPResponse DER; size 0: none */
	bool proof;	     /* the server proved to hold the leaf's key */
	const struct tls_alert *alerts; /* from the server, in its order */
	size_t alert_count;
	enum handshake_failer failed_by;
	enum handshake_stage failed_at; /* where one side ended it */

	struct big_hello big_hello; /* on connections of its own */

	/* Of the TLS extension (RFC 6962 3.3.1), on a connection of its own
	   that got the same leaf: SignedCertificateTimestampList */
	bool scts_asked;
	struct bytes scts; /* size 0: none came */

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
