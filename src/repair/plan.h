/*
 * What would repair the hosts of a run: for each server the chain it should
 * send, and for clients that cannot wait, the certificates that complete
 * it.  Nothing is offered that a re-audit of the host, with the repair applied,
 * has not proven.
 */
#ifndef REPAIR_PLAN_H
#define REPAIR_PLAN_H

#include "fleet/history_file.h"
#include "repair/clients_fixed.h"

struct repair_item;

/* A host that lacks something that was found. */
struct repair_host {
	size_t record; /* its place in the archive */
	size_t number; /* and among the plan's hosts */
	const char *host;
	const char *endpoint; /* "host:port" */
	const char *face; /* the offer that gets this one; NULL: the record's */
	const char *starttls; /* the protocol's word, or NULL */
	uint16_t port;
	const char **tags;
	size_t tag_count;
	enum class_id before;
	enum class_id after;	   /* with the repair */
	const char *after_title;   /* result_title then */
	bool repaired;		   /* nothing is wrong then that is refused */
	const struct bytes *chain; /* what to send: leaf first, no root */
	size_t chain_length;
	bool sends_less; /* so its server is to be repaired */
	int64_t since;	 /* it is broken, by history.db; 0: not known */
	struct repair_item **items;
	size_t item_count;
	/* With all items in their stores; the server is as it is. */
	struct clients_fixed clients;
};

/* A certificate for the trust stores of clients. */
struct repair_item {
	struct certificate *certificate;
	enum source from;
	const char *where; /* or NULL */
	bool is_root;	   /* named by the user */
	size_t number;	   /* the summary's "fix 1"; 0: not of its kind */
	struct repair_host **hosts;
	size_t host_count;
	size_t repaired;    /* of these, with nothing else wrong */
	int64_t since;	    /* the first of them is broken; 0: not known */
	const char **fixed; /* clients, at one of the hosts at least */
	size_t fixed_count;
};

/* Hosts for which nothing is offered. */
struct repair_left {
	enum class_id class_id;
	const char *cause;
	size_t hosts;
	const char *example; /* the first endpoint */
};

struct repair_unproven {
	const char *endpoint, *reason;
};

struct repair_plan {
	struct arena *arena;
	struct repair_host **hosts; /* in input order */
	size_t host_count, host_capacity;
	struct repair_item **items; /* most hosts first */
	size_t item_count, item_capacity;
	struct repair_left *left;
	size_t left_count, left_capacity;
	struct repair_unproven *unproven;
	size_t unproven_count, unproven_capacity;
	size_t repaired; /* hosts with nothing wrong afterwards */
};

/*
 * `roots`: the SHA-256 of roots that the user trusts, though the run's store
 * does not.  NULL with a sentence in *error (heap; the caller frees) when one
 * of them is no self-signed certificate of the run.
 */
struct repair_plan *repair_plan_new(struct archive *,
    const struct audit_settings *, const struct digest roots[],
    size_t root_count, char **error);
void repair_plan_free(struct repair_plan *);

/* Clients that it helps at one of its hosts at least, each once: sets `fixed`.
 */
void repair_item_collect(struct repair_item *, struct arena *);

/* Since when hosts are broken, by the night of the plan's run. */
void repair_plan_use_history(
    struct repair_plan *, struct archive *, const struct history_at *);

#endif
