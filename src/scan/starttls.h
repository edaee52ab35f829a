/*
 * The dialogue that comes before TLS where a protocol changes to it on
 * request.  Octets in, octets out: has no socket and no clock, so that its
 * replies may come in any pieces.
 */
#ifndef SCAN_STARTTLS_H
#define SCAN_STARTTLS_H

#include <stdbool.h>

#include "base/text.h"
#include "model/starttls_name.h"
#include "scan/failure.h"

enum {
	STARTTLS_LINES_MOST = 1000, /* of one reply */
	STARTTLS_WORDS_SIZE = 208,
	STARTTLS_EARLY_SIZE = 3 * 80 + 1
};

enum starttls_state {
	STARTTLS_WAITS, /* for more input */
	STARTTLS_READY, /* a ClientHello is due: see starttls_take_early */
	STARTTLS_FAILED
};

struct dialogue;

/* Embedded in its owner, who zeroes it once. */
struct starttls {
	const struct dialogue *dialogue; /* NULL: none is going on */
	const char *domain;		 /* borrowed: of an XMPP stream */
	unsigned step;
	unsigned ends;	   /* of lines of this reply */
	struct text reply; /* what came of it; empty between dialogues */
	struct text *out;  /* borrowed for the call */
	char own[80];	   /* this end as an address literal */
	char words[STARTTLS_WORDS_SIZE]; /* the last reply, printable */
	bool offers_tls;		 /* in the reply that lists it */

	/* Octets that came behind the go-ahead, before a ClientHello was sent:
	   how many, and the first 80, printable. */
	size_t early_count;
	char early[STARTTLS_EARLY_SIZE];
};

/*
 * `own` is this end's address, for a greeting.  What is to be sent now and
 * after each input is appended to *out.
 */
void starttls_begin(struct starttls *, enum starttls_protocol,
    const char *domain, const char *own, struct text *out);

/* Takes all of the input; the failure is set with STARTTLS_FAILED. */
enum starttls_state starttls_input(
    struct starttls *, struct bytes input, struct text *out, struct failure *);

/* Did a reply lead to READY?  If not, what comes next may be one. */
bool starttls_was_answered(const struct starttls *);

/*
 * Once it is READY: what came behind the go-ahead, with `more` that came since.
 * READY: the next octets are to be a ClientHello.
 */
enum starttls_state starttls_take_early(
    struct starttls *, struct bytes more, struct failure *);

/* May servers be slow to greet, as a means against senders of spam? */
bool starttls_awaits_slow_greeting(const struct starttls *);

/* How long the reply that is due may take; 0: the target's time. */
unsigned starttls_patience_ms(const struct starttls *);

/* What it means that no reply came in so long, or the stream's end. */
void starttls_silence(struct starttls *, uint64_t waited_ms, struct failure *);
void starttls_ended(struct starttls *, int stream_code, struct failure *);

/* The dialogue is over; returns its memory. */
void starttls_end(struct starttls *);

#endif
