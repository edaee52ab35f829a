/*
 * Which further faces of a host (model/face.h) are worth a connection, and what
 * those connections showed.  Has no sockets.
 */
#ifndef SCAN_FACES_H
#define SCAN_FACES_H

#include "scan/handshake.h"
#include "scan/scan.h"

struct face_search {
	struct face list[FACES_MOST];
	size_t count;
	enum face_offer asked; /* the last one; FACE_MAIN: none */
	bool server_decides;
};

/* The main connection and its target, borrowed. */
struct face_main {
	const struct target *target;
	const char *sni;
	uint64_t kinds;		   /* that it offered */
	const struct chain *chain; /* NULL: none came */
	const struct tls_facts *tls;
	const struct failure *failure; /* NULL: it did not fail */
};

/* Sets `asked` to what the next connection is to offer; false: to nothing. */
bool faces_next(struct face_search *, const struct scan_options *,
    const struct face_main *);

/* What that connection offers; it stops at the certificate. */
struct handshake_offer faces_offer(
    const struct face_search *, const struct face_main *);

/*
 * How it ended.  True: a face that is not known yet, whose handshake has to
 * keep its chain.
 */
bool faces_take(struct face_search *, const struct scan_options *,
    const struct face_main *, struct handshake *, enum offer_reply);

/*
 * What the server chose of a smaller offer, with its certificates where they
 * are not those of the main connection: a server may have one for each kind of
 * key exchange.
 */
void faces_take_answer(
    struct offer_answer *, const struct face_main *, struct handshake *);

#endif
