/*
 * One connection to a server of the lab, from accept to the last octet.
 * Plain ones read and answer here; TLS is laid over it in serve.c.
 */
#ifndef LAB_VISIT_H
#define LAB_VISIT_H

#include <gnutls/gnutls.h>

#include "tests/lab/loop.h"
#include "tests/lab/octets.h"

/* How a connection ends once everything is written. */
enum visit_ending {
	ENDS_POLITELY, /* our half closed, theirs read to its end */
	ENDS_AT_ONCE,  /* closed */
	ENDS_WITH_RESET,
	ENDS_NEVER, /* kept open in silence until they leave */
};

struct visit {
	struct lab_watch watch;		  /* first: a watch is a visit */
	void (*step)(struct visit *);	  /* the descriptor is ready: go on */
	void (*on_input)(struct visit *); /* plain: `in` has grown */
	const void *host;		  /* what is visited, borrowed */
	gnutls_session_t session;	  /* NULL on plain connections */
	gnutls_datum_t hello;		  /* GnuTLS's, while it reads it */
	struct octets in, out;
	size_t sent; /* octets of `out` already written */
	enum visit_ending ending;
};

/*
 * Takes over an accepted descriptor.  `on_input` is called as octets come and
 * ends its part with visit_answer; until then it is called again.
 */
void visit_begin(struct lab_loop *, int fd, const void *host,
    void (*on_input)(struct visit *));

/* The same for a caller with a `step` of its own; NULL if out of fds. */
struct visit *visit_new(
    struct lab_loop *, int fd, const void *host, void (*step)(struct visit *));

/* Writes `out`, then ends as told. */
void visit_answer(struct visit *, enum visit_ending);

/* Nothing is written any more: ends as visit->ending says. */
void visit_finish(struct visit *);
void visit_end(struct visit *);

/* Accepts all that wait on a listening descriptor; -1 when none is left. */
int visit_accept(int listener);

#endif
