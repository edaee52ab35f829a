/*
 * Everything the network told us about one target, and no opinion: what is
 * here can be judged again tomorrow, against another store, at another date.
 * All strings are clean UTF-8.  Strings and chain belong to whoever made the
 * observation (a probe slot, or the arena of a record that was read).
 */
#ifndef MODEL_OBSERVATION_H
#define MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/json.h"
#include "model/offer.h"
#include "model/words.h"

/* Milliseconds, rounded to 1/1000; negative: that stage was not reached. */
struct timing {
	double dns_ms, connect_ms, tls_ms;
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

struct observation {
	/* the target */
	uint64_t ordinal;
	const char *input, *host, *site, *ip, *sni, *starttls;
	const char **tags;
	size_t tag_count;
	uint16_t port;

	/* what happened */
	int64_t timestamp; /* when the last attempt began */
	enum status status;
	const char *error; /* a sentence, or NULL on success */
	unsigned attempts;
	struct timing timing;
	bool has_tls;
	struct tls_facts tls;

	/*
	 * The Certificate message in wire order.  `chain` is the DER,
	 * `received` its SHA-256; a record read from disk has `received` alone
	 * until its certificates are looked up, a probe `chain` alone until it
	 * is judged.
	 */
	const struct bytes *chain;
	const struct digest *received;
	size_t received_count;
};

/*
 * The name that its certificate is to have: what was asked for by --sni or a
 * list's column `sni`, as curl checks the URL's name behind --resolve; else
 * the host.
 */
const char *observation_name(const struct observation *);

bool observation_received(
    const struct observation *, const struct digest *sha256);

/*
 * The members schema .. tls of a record, in the record's order; `received`
 * is written by result_write, after the leaf.  The object borrows from the
 * observation and from the arena until it is freed.
 */
void observation_write(
    struct json *object, const struct observation *, struct arena *scratch);

/* False with a reason when a member is missing or of the wrong kind. */
bool observation_read(struct arena *, const struct json *object,
    struct observation *, const char **reason);

#endif
