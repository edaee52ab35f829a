/*
 * What a probe asks DNS of its target: the addresses, family by family, the MX
 * hosts of a domain, or the TLSA records of an MX host and then its addresses.
 * The answers go into the job.  Has no timers: its owner withdraws it.
 */
#ifndef SCAN_NAME_LOOKUP_H
#define SCAN_NAME_LOOKUP_H

#include "scan/dns_answer.h"
#include "scan/resolve.h"
#include "scan/scan.h"

struct name_lookup;

/* One of them follows each question, maybe before the call returns. */
struct lookup_events {
	/* The question goes out and may take so long; 0: as long as the
	   target. */
	void (*asking)(struct name_lookup *, uint64_t patience_ms);
	/* The job has addresses to try in turn. */
	void (*found)(struct name_lookup *);
	/* It has those that are to be targets of their own. */
	void (*expanded)(struct name_lookup *);
	/* There is nothing to connect to: see the failure. */
	void (*failed)(struct name_lookup *);
	/* There was no descriptor to ask with.  False: this is the answer. */
	bool (*postponed)(struct name_lookup *);
};

/* Embedded in its owner, who sets what is borrowed and zeroes the rest. */
struct name_lookup {
	const struct scan_options *options;
	struct resolver *resolver;
	const struct lookup_events *events;

	struct job *job;
	const char *name; /* whose addresses are asked for */
	struct question question;
	uint64_t began_ns;
	char base[DNS_NAME_SIZE]; /* the host of TLSA records */
	unsigned aliases;	  /* that led there */
	bool is_for_alias;	  /* asks whether it is one itself */
	bool is_beside;		  /* a connection attempt, which hangs */
	bool is_optional; /* the host is connected to without an answer */
	bool is_of_proxy; /* the name is the proxy's */
	bool has_failed;
	struct failure failure;
};

void lookup_init(struct name_lookup *);

/* The questions from here on are for this job. */
void lookup_take(struct name_lookup *, struct job *);

/* Asks for the first thing to be known of it. */
void lookup_begin(struct name_lookup *);

/* The name's other family, where it was not asked for yet. */
bool lookup_can_ask_more(const struct name_lookup *);
void lookup_ask_more(struct name_lookup *);

/* The same while a connection attempt goes on: only `found` may follow. */
void lookup_ask_beside(struct name_lookup *);

/* The question takes too long: an event follows. */
void lookup_give_up(struct name_lookup *);

/* No event follows. */
void lookup_withdraw(struct name_lookup *);

#endif
