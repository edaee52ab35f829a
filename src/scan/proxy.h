/*
 * The dialogue that asks a proxy for a connection to a target, which it
 * resolves itself: HTTP CONNECT (RFC 9110 9.3.6) or SOCKS5 (RFC 1928, 1929).
 * Octets in, octets out: has no socket and no clock.
 */
#ifndef SCAN_PROXY_H
#define SCAN_PROXY_H

#include "base/bytes.h"
#include "base/text.h"
#include "scan/failure.h"
#include "scan/proxy_url.h"

enum {
	PROXY_ANSWER_MOST = 64 * 1024, /* octets of one answer */
	PROXY_WORDS_MOST = 72,	       /* of them in a failure */
	PROXY_WORDS_SIZE = 3 * PROXY_WORDS_MOST + 1
};

enum proxy_state {
	PROXY_WAITS, /* for more input */
	PROXY_OPEN,  /* what comes from now on is the target's */
	PROXY_FAILED
};

enum proxy_step { PROXY_CONNECT, PROXY_METHOD, PROXY_LOGIN, PROXY_REQUEST };

/* Embedded in its owner, who zeroes it once.  Borrows proxy and host. */
struct proxy_dialogue {
	const struct proxy *proxy;
	const char *host; /* a name, or an address in canonical form */
	uint16_t port;
	enum proxy_step step;
	size_t searched;    /* of the answer: holds no end of a head */
	struct text answer; /* what came of it; empty between dialogues */
	char words[PROXY_WORDS_SIZE];
};

/* What is to be sent now and after each input is appended to *out. */
void proxy_begin(struct proxy_dialogue *, const struct proxy *,
    const char *host, uint16_t port, struct text *out);

/*
 * Takes the input; with PROXY_OPEN, *input is what of it came from the target
 * already.  The failure is set with PROXY_FAILED.
 */
enum proxy_state proxy_input(struct proxy_dialogue *, struct bytes *input,
    struct text *out, struct failure *);

/* What it means that no answer came in so long, or the stream's end. */
void proxy_silence(
    struct proxy_dialogue *, uint64_t waited_ms, struct failure *);
void proxy_ended(struct proxy_dialogue *, int stream_code, struct failure *);

/* The proxy's own address was not found or did not connect: makes it so. */
void proxy_blame(const struct proxy *, struct failure *);

/* The dialogue is over; returns its memory. */
void proxy_end(struct proxy_dialogue *);

#endif
