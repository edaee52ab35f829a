/*
 * A scenario: one host of the lab, what it sends and how it behaves.  A new
 * kind of misbehaviour is usually one row of a table.
 */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/lab/recipe.h"

enum manner {
	MANNER_TLS,	      /* a whole handshake, then an HTTP answer */
	MANNER_HALF,	      /* the handshake, then closed without an answer */
	MANNER_CLOSE,	      /* closed after the ClientHello */
	MANNER_CLOSE_AT_ONCE, /* closed before it */
	MANNER_RESET,
	MANNER_PLAIN_HTTP,
	MANNER_SMTP,	/* greets in clear text, as mail servers do */
	MANNER_GARBAGE, /* answers with octets of no protocol */
	MANNER_SILENT,
	MANNER_ALERT,	     /* fatal handshake_failure */
	MANNER_UNKNOWN_NAME, /* fatal unrecognized_name */
	MANNER_DEAD,	     /* nothing listens: the connection is refused */
	MANNER_RAW,	     /* raw.c: hello, certificates, then silence */
	MANNER_RAW_CLOSE,    /* the same, closed after the certificates */
	MANNER_RAW_RESET,    /* the same, reset */
	MANNER_RAW_ALERT,    /* fatal internal_error after the certificates */
	MANNER_RAW_OVERLONG, /* the list claims more octets than it has */
};

enum client_certificate {
	CLIENT_CERTIFICATE_NONE,
	CLIENT_CERTIFICATE_OPTIONAL,
	CLIENT_CERTIFICATE_REQUIRED,
};

enum staple {
	STAPLE_NONE,
	STAPLE_GOOD,
	STAPLE_REVOKED,
	STAPLE_UNKNOWN,
	STAPLE_EXPIRED,	  /* good, but its nextUpdate has passed */
	STAPLE_FORGED,	  /* good, but signed by the leaf's own key */
	STAPLE_TRY_LATER, /* an error instead of an answer */
	STAPLE_GARBAGE,
};

struct service {
	enum manner manner;
	const char *priority; /* of GnuTLS; NULL for all it does by itself */
	unsigned dh_bits;     /* 1024 or 2048: old DHE, without RFC 7919 */
	enum client_certificate client_certificate;
	/* How many CAs the request for one names, before TLS 1.3. */
	unsigned named_authorities;
	bool warns; /* warning alert unrecognized_name before its hello */
	enum staple staple;
};

struct scenario {
	const char *id;
	const char *host;    /* as typed; NULL for ID.lab.test */
	const char *name;    /* as DNS and SNI know it; NULL for host */
	const char *address; /* NULL for one of its own in 127.0.0.0/8 */
	const char *shares;  /* the id whose listener it shares, by SNI */
	const char *trust;   /* store to judge it by; NULL for "r1" */
	/*
	 * In wire order; NULL for "leaf I1".  Words are leaf, leaf:ID, a CA's
	 * name, raw:garbage, and raw:flip:WORD, raw:cut:WORD, raw:trail:WORD.
	 */
	const char *sent;
	struct recipe leaf; /* issuer "I1" and its AIA where not said */
	struct service service;
};

struct trust_row {
	const char *name;
	const char *certificates; /* "R1 I3", in the file's order */
};

extern const struct scenario lab_scenarios[];
extern const size_t lab_scenario_count;
extern const struct scenario lab_extra_scenarios[];
extern const size_t lab_extra_scenario_count;
extern const struct scenario lab_fleet_hosts[];
extern const size_t lab_fleet_host_count;
extern const struct trust_row lab_stores[];
extern const size_t lab_store_count;
extern const struct recipe lab_authorities[];
extern const size_t lab_authority_count;
extern const struct recipe lab_fleet_authorities[];
extern const size_t lab_fleet_authority_count;

#endif
