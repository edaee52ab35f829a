/*
 * How a server takes the ClientHello of today's clients: with a key share for
 * X25519MLKEM768 it is larger than one TCP segment, and servers, proxies and
 * firewalls that read one segment alone refuse it.
 */
#ifndef MODEL_BIG_HELLO_H
#define MODEL_BIG_HELLO_H

#include <stdbool.h>

#include "base/arena.h"

/* What came first in answer to a ClientHello; words in records. */
enum hello_answer {
	HELLO_NONE,    /* not sent, or how it was answered is not known */
	HELLO_SERVER,  /* a ServerHello */
	HELLO_RETRY,   /* a HelloRetryRequest */
	HELLO_ALERT,   /* a fatal one */
	HELLO_RESET,   /* the connection was reset */
	HELLO_CLOSED,  /* or closed */
	HELLO_SILENCE, /* nothing came in the time for it */
	HELLO_FOREIGN, /* what came is not of TLS */
	HELLO_ANSWER_COUNT
};

struct big_hello {
	unsigned sent;		  /* its octets; 0: none was sent */
	enum hello_answer answer; /* to it in one piece */
	enum hello_answer split;  /* in two segments, one after the other */
	/* To the same without X25519MLKEM768, where one of the others got no
	   hello: what is refused there too has another reason. */
	enum hello_answer small;
	/* In the first answer: the group that was chosen or asked for, as
	   GnuTLS spells it, and the alert; NULL: none. */
	const char *group;
	const char *alert;
};

/* NULL for HELLO_NONE; back: false when it is none of the list, or NULL. */
const char *hello_answer_word(enum hello_answer);
bool hello_answer_from_word(const char *, enum hello_answer *);

/* What the large hello gets, for people: "an alert, decode_error". */
const char *big_hello_answer_text(struct arena *, const struct big_hello *);

/* And all answers: "a reset, in two segments no answer, ...". */
const char *big_hello_text(struct arena *, const struct big_hello *);

/* A ServerHello or HelloRetryRequest: the server read the hello. */
bool hello_was_taken(enum hello_answer);

/* In each of these the same hello without that group is answered. */
enum big_hello_fate {
	BIG_HELLO_UNKNOWN,
	BIG_HELLO_TAKEN,
	BIG_HELLO_DEPENDS, /* on whether it comes in one segment */
	BIG_HELLO_REFUSED
};

enum big_hello_fate big_hello_fate(const struct big_hello *);

/* The group's name, and what the server did with it: "chosen", "retry" (it
   asks for another one first), "refused" (it took another one, or none), or
   NULL. */
extern const char hybrid_group[];
const char *big_hello_group(const struct big_hello *);

#endif
