/*
 * The further handshakes of a target: with less on offer, for the clients that
 * offer less, and with other offers for other faces.  Which one follows, and
 * what was seen.  Has no sockets: the probe connects.
 */
#ifndef SCAN_FURTHER_H
#define SCAN_FURTHER_H

#include "scan/faces.h"
#include "scan/hello_search.h"
#include "scan/tls_link.h"

/* In the order in which they are made. */
enum further_kind {
	FURTHER_OFFER, /* less on offer */
	FURTHER_FACE,
	FURTHER_SCTS,  /* timestamps in the server's hello, of TLS 1.2 */
	FURTHER_HELLO, /* a ClientHello by itself */
	FURTHER_KINDS
};

/* Embedded in its owner, who zeroes it once. */
struct further {
	/* Those whose chains are kept, and behind them the one being made */
	struct handshake handshakes[OFFER_MOST_ANSWERS + FACES_MOST];
	unsigned count;
	enum further_kind asked;

	struct offer_answer answers[OFFER_MOST_ANSWERS];
	struct failure answer_failures[OFFER_MOST_ANSWERS];
	unsigned answer_count;

	struct face_search faces;
	bool scts_asked;
	struct hello_search hellos;
	struct failure failure; /* of the last one that is no answer */
};

/* False: no further handshake is called for. */
bool further_next(struct further *, const struct scan_options *,
    const struct face_main *, struct tls_facts *main);

/* Sets the plan's offer, handshake and failure, or its ClientHello; -1: it
   could not be made. */
int further_plan(
    struct further *, const struct face_main *, struct link_plan *);

/* How it ended, as the server's answer to an offer. */
enum offer_reply further_reply(struct further *, enum link_end);

/*
 * It is over.  What the server chose of a smaller offer goes into the facts of
 * the main connection, which borrow the answers.
 */
void further_take(struct further *, const struct scan_options *,
    const struct face_main *, struct tls_facts *main, enum offer_reply);

/*
 * True, once: our offer was refused, and the large hello led to the group that
 * ours lacked.  The first handshake is to be made again; its facts then take
 * over what was seen before.
 */
bool further_finds_hybrid(struct further *);
void further_recall(struct further *, struct tls_facts *);

/* Is the one being made a ClientHello by itself? */
bool further_is_hello(const struct further *);

/* Of the one being made. */
struct failure *further_failure(struct further *);

void further_clear(struct further *);

#endif
