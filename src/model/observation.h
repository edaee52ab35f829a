/*
 * All facts that the network gave about one target, without judgement: they can
 * be judged again, against another store, at another date. All strings are
 * clean UTF-8.  Strings and chain belong to whoever made the observation (a
 * probe slot, or the arena of a record that was read).
 */
#ifndef MODEL_OBSERVATION_H
#define MODEL_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/face.h"
#include "model/offer.h"
#include "model/words.h"

/* Milliseconds, rounded to 1/1000; negative: that stage was not reached. */
struct timing {
	double dns_ms, connect_ms, tls_ms;
};

/* How one address of a name differs from most of the others. */
struct backend_difference {
	const char *fields; /* "chain,class" */
	const char *detail; /* a sentence */
	unsigned alike, addresses;
};

/* The newest certificate of the same names that another target or address of
   the host serves. */
struct newer_leaf {
	const char *at; /* where; NULL: none is newer than this one's */
	int64_t not_before;
};

/* Unknown: nothing was received, or none of the records can be used. */
enum tlsa_match { TLSA_UNKNOWN, TLSA_DIFFERS, TLSA_MATCHES };

struct observation {
	/* the target */
	uint64_t ordinal;
	const char *input, *host, *site, *ip, *sni, *starttls;
	const char **tags;
	size_t tag_count;
	uint16_t port;
	const char *name_group; /* the name, where each of its addresses is
				   scanned; else NULL */
	unsigned addresses;	/* how many it has then, else 0 */
	bool is_settled;	/* pending: for the other addresses alone */
	bool is_compared;	/* with the other addresses */
	const struct backend_difference *differs; /* NULL: it does not */
	struct newer_leaf newer;		  /* likewise, of the auditor */

	const char *mx_domain; /* the domain whose MX host it is; NULL: none */
	uint16_t mx_preference;
	unsigned mx_hosts;

	/* TLSA records of the host and port, as zone files have them */
	const char **tlsa;
	size_t tlsa_count;
	/* Validated, and that is believed; of the host where there is an error
	 */
	bool tlsa_secure;
	const char *tlsa_base;	/* by the host's aliases; NULL: its own name */
	const char *tlsa_error; /* why none is known: "servfail"; or NULL */
	enum tlsa_match tlsa_match; /* the auditor's */

	/* what happened */
	int64_t timestamp; /* when the last attempt began */
	enum status status;
	const char *error; /* a sentence, or NULL on success */
	unsigned attempts;
	struct timing timing;

	/* Octets of plain text behind the go-ahead of a STARTTLS dialogue:
	   how many, and the first 80, printable; NULL: none */
	unsigned early_octets;
	const char *early_text;
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

	/*
	 * What else the server shows.  `shown` is the offer that got the chain
	 * above; with faces[] it can be taken for another one's.
	 */
	enum face_offer shown;
	const struct face *faces;
	size_t face_count;
	bool server_decides; /* the client's order does not count */
};

/*
 * The name that its certificate is to have: what was asked for by --sni or a
 * list's column `sni`, as curl checks the URL's name behind --resolve; else
 * the host.
 */
const char *observation_name(const struct observation *);

bool observation_received(
    const struct observation *, const struct digest *sha256);

#endif
