/*
 * Path validation of our own, rule by rule in the order of RFC 5280 6.1, so
 * that every failure has exactly one reason.  Anchors are checked too where
 * clients do (dates, critical extensions, constraints), not their signature.
 */
#ifndef AUDIT_VALIDATE_H
#define AUDIT_VALIDATE_H

#include "audit/name.h"
#include "audit/path.h"

/* What the leaf's key is used for in this handshake. */
enum key_use {
	KEY_USE_UNKNOWN, /* no handshake: a saved chain */
	KEY_USE_SIGNS,	 /* (EC)DHE, TLS 1.3 */
	KEY_USE_DECRYPTS /* RSA key exchange */
};

struct observation;
struct tls_alert;
struct tls_facts;
enum key_use key_use_of(const struct tls_facts *);
/* Of the prime that the server chose ("DHE-1024"); 0: no DHE, or not known. */
unsigned dhe_bits_of(const struct tls_facts *);

/*
 * Does the server end the connection after its chain, for any client?  Not
 * where it refused us because we sent no client certificate, and not where our
 * own library could not go on.
 */
bool server_breaks_off(
    const struct observation *, const struct certificate *const *received);
/* The first alert of that level that came in the handshake; NULL: none. */
const struct tls_alert *handshake_alert(const struct tls_facts *, bool fatal);

struct validation {
	int64_t now;
	const struct host_name *host; /* NULL: not on the leaf, so that name
					 constraints do not concern it */
	enum key_use use;
	/* Name constraints compared for this host so far; NULL: not counted */
	unsigned *comparisons;
};

/* For struct path_question; context is a struct validation. */
void validate_path(const void *context, struct path *);
size_t validate_step_faults(
    const void *context, const struct path *, size_t step);

#endif
