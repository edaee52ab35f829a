/*
 * Names to addresses: one resolver a loop.  Each name and family is asked for
 * once a run as far as memory allows; a limited number of questions is sent at
 * a time, fewer when answers get lost, and the others are queued.  A search
 * list is never used.
 */
#ifndef SCAN_RESOLVE_H
#define SCAN_RESOLVE_H

#include <uv.h>

#include "scan/dns_answer.h"
#include "scan/failure.h"
#include "scan/hosts_file.h"
#include "scan/job.h"

enum resolve_result {
	RESOLVE_FOUND,
	RESOLVE_NO_NAME,	/* NXDOMAIN */
	RESOLVE_NO_ADDRESS,	/* the name exists, without such an address */
	RESOLVE_SERVER_FAILURE, /* SERVFAIL */
	RESOLVE_REFUSED,
	RESOLVE_TIMEOUT,
	RESOLVE_BAD_NAME,
	RESOLVE_FAILED, /* anything else: see the sentence */
	RESOLVE_NO_DESCRIPTOR
};

struct resolver_options {
	const char **servers; /* "IP[:PORT]"; none: the system's */
	size_t server_count;
	const struct hosts_file *hosts; /* NULL: not consulted */
	unsigned most_questions;	/* out at a time */
	unsigned timeout_ms;		/* all tries together, about */
};

struct resolver;
struct lookup;

/* One caller that waits for an answer; embedded in its owner. */
struct question {
	struct question *next, *previous;
	struct lookup *lookup; /* NULL: not waiting */
	void (*answered)(struct question *, enum resolve_result,
	    const struct address_list *);
	/* For the other types: the whole message, where it was FOUND. */
	void (*told)(struct question *, enum resolve_result, struct bytes);
};

/* Process-wide; 0, or -1 with a static sentence. */
int resolver_global_init(const char **error);
void resolver_global_deinit(void);

struct resolver *resolver_new(
    uv_loop_t *, const struct resolver_options *, const char **error);

/*
 * Drops all questions and closes all handles: the loop must run once more, and
 * then resolver_free.
 */
void resolver_close(struct resolver *);
void resolver_free(struct resolver *);

/*
 * octets: 4 or 16, the family.  The answer may come before this returns; its
 * addresses are borrowed for the length of the call.
 */
void resolver_ask(
    struct resolver *, const char *name, unsigned octets, struct question *);

/* The same for the records of another type; they go to `told`. */
void resolver_ask_records(
    struct resolver *, const char *name, enum dns_type, struct question *);

/*
 * May what a server says of its own validation be believed?  Only where nobody
 * can change it on the way: it is on this machine, or the user named it.
 */
bool resolver_is_believed(const struct resolver *);

/* No longer wanted; safe when nothing was asked. */
void question_withdraw(struct question *);

/* Whether trying again later may help. */
bool resolve_is_transient(enum resolve_result);
void resolve_failure(enum resolve_result, struct failure *);

#endif
