/*
 * One TLS handshake: as cheap as possible, and tolerant, so that also old and
 * misconfigured servers show their chain.  Verifies only that the server holds
 * its key.  Has no sockets: octets are exchanged through a transport.
 */
#ifndef SCAN_HANDSHAKE_H
#define SCAN_HANDSHAKE_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "model/observation.h"
#include "scan/chain.h"
#include "scan/failure.h"
#include "scan/priority.h"

struct gnutls_session_int;

/*
 * The library is initialized before main(), so that this machine's crypto
 * policy does not apply to it.  These two tell whether that worked; -1 with a
 * static sentence in *error if not.
 */
int handshake_global_init(const char **error);
void handshake_global_deinit(void);

/* What all handshakes of a run share; immutable, used by all threads. */
struct handshake_terms;
struct handshake_terms *handshake_terms_new(
    bool stop_at_certificate, const char **error);
void handshake_terms_free(struct handshake_terms *);

/* Can the library offer OFFER_X25519MLKEM768?  GnuTLS since 3.8.9, where it is
   built with leancrypto. */
bool handshake_has_hybrid(const struct handshake_terms *);

/* pull returns 0 at the end of the stream and -EAGAIN or another -errno. */
struct handshake_transport {
	ssize_t (*pull)(void *context, void *buffer, size_t size);
	ssize_t (*push)(void *context, const struct iovec *, int count);
};

enum handshake_step {
	HANDSHAKE_WAITS, /* for more input */
	HANDSHAKE_DONE,
	HANDSHAKE_FAILED /* handshake_failure() says how */
};

/* Of one server; more are not noted, nor is one a second time. */
enum { HANDSHAKE_MOST_ALERTS = 4 };

/* Embedded in its owner, who zeroes it once and never looks inside. */
struct handshake {
	struct gnutls_session_int *session;
	const struct handshake_terms *terms;
	const struct handshake_transport *transport;
	void *context;
	struct chain chain;  /* valid until the next begin or clear */
	int error;	     /* GnuTLS's */
	const char *refusal; /* why we stopped it, or NULL */
	bool negotiated;     /* the server has chosen version and cipher */
	unsigned char suite[2];
	bool chain_taken;
	bool wrong_key; /* the leaf's is not what the server's suite needs */
	bool stop_at_certificate;
	bool stopped;	    /* there */
	bool awaits_staple; /* before that */
	bool complete;
	bool certificate_asked;	   /* the server asked for one of ours */
	bool certificate_demanded; /* and refused us without */
	unsigned request_octets;   /* of the message that asked */
	enum handshake_stage stage;
	struct tls_alert alerts[HANDSHAKE_MOST_ALERTS];
	size_t alert_count;
	char group[32];
	struct text scts; /* of the server's hello, where they were asked for */
};

struct handshake_offer {
	uint64_t kinds; /* bits of enum offer_kind; OFFER_ALL costs least */
	enum offered_keys keys;
	const char *sni;	  /* NULL: none */
	bool stop_at_certificate; /* as the terms may say for all */
	/* signed_certificate_timestamp, RFC 6962 3.3.1; with TLS 1.2 alone */
	bool ask_scts;
};

/*
 * -1 when the name cannot be sent (its form); nothing was begun then, but
 * handshake_end is still right.
 */
int handshake_begin(struct handshake *, const struct handshake_terms *,
    const struct handshake_offer *, const struct handshake_transport *,
    void *context);
enum handshake_step handshake_step(struct handshake *);

/*
 * After the handshake, where a client certificate was asked for: TLS 1.3
 * servers refuse only now.  WAITS: nothing yet; DONE: none is needed;
 * FAILED: it was demanded, or the stream broke.
 */
bool handshake_needs_check(const struct handshake *);
enum handshake_step handshake_check(struct handshake *);

/*
 * Does the handshake itself know why it failed (an alert, our refusal)?  Else
 * the stream may know better, if it has ended.
 */
bool handshake_knows_reason(const struct handshake *);
/*
 * Did both sides agree on version and cipher?  So they did where a certificate
 * of ours is lacking, or one of the server's was more than we could use.  Not
 * to be asked when the stream has ended.
 */
bool handshake_was_agreed(const struct handshake *);
void handshake_failure(const struct handshake *, struct failure *);

/* Strings are static or in the handshake. */
void handshake_facts(struct handshake *, struct tls_facts *);

/* "handshake_failure", as the IANA registry has it, or "unassigned". */
const char *handshake_alert_name(unsigned number);

/* Sets cipher and mac to those of a suite, where the library knows it. */
void handshake_name_suite(const unsigned char suite[2], struct tls_facts *);

/* Octets, and the public half of a new key, for what is sent by hand; -1:
   the library gave none. */
int handshake_random(uint8_t *octets, size_t size);
int handshake_x25519_point(uint8_t point[32]);

/* Ends the session; the chain stays.  Clear returns the chain's memory. */
void handshake_end(struct handshake *);
void handshake_clear(struct handshake *);

#endif
