/*
 * A target on its way through the crew: waiting to be probed, being probed,
 * waiting for its address, or waiting to be tried again.  It is in exactly
 * one place at a time, and whoever holds it owns it.
 */
#ifndef SCAN_JOB_H
#define SCAN_JOB_H

#include <netinet/in.h>

#include "base/address.h"
#include "base/text.h"
#include "model/target.h"

enum {
	JOB_MOST_ADDRESSES = 8,	   /* of one family that are tried in turn */
	NAME_MOST_ADDRESSES = 4096 /* of one family that are looked at at all */
};

struct net_address {
	uint8_t octets[ADDRESS_MOST_OCTETS];
	uint8_t size;	/* 4 or 16 */
	uint32_t scope; /* RFC 4007 11: the interface's index, or 0 */
};

/* Borrowed. */
struct address_list {
	const struct net_address *at;
	unsigned count;
};

/*
 * All addresses of a name of which each is a target of its own: the job that
 * resolved it becomes a job for each, one after the other, so that a name with
 * thousands of addresses takes a few octets for each that waits.
 */
struct address_group {
	struct net_address *at; /* by family and value, each once */
	size_t count, capacity;
	size_t next;	/* to become a job */
	unsigned total; /* before those that have a record were taken out */
};

/* The MX hosts of a domain likewise. */
struct mx_host {
	char *name;
	uint16_t preference;
};

struct mx_group {
	struct mx_host *at; /* by preference and name, each name once */
	size_t count, capacity;
	size_t next;
	unsigned total;
};

/* TLSA records as text. */
struct tlsa_records {
	const char **at; /* on the heap, and what it points to */
	size_t count, capacity;
	bool asked, secure;
	char *base;	   /* the host's, by its aliases; NULL: its own name */
	const char *error; /* why there is no answer; static, or NULL */
};

struct job {
	struct job *next;
	struct target *target; /* owned */
	unsigned attempts;
	uint16_t port;		/* to connect to */
	uint64_t waits_from_ms; /* for a descriptor, uv_now; 0: not */

	/* This attempt's addresses, kept while it waits for one of them. */
	struct net_address addresses[JOB_MOST_ADDRESSES];
	unsigned address_count;
	unsigned address;	 /* index of the one to try next */
	unsigned families_asked; /* of the name's one or two */
	double dns_ms;
	bool admitted;	   /* the address at hand has been counted for us */
	bool address_dead; /* and has never answered anybody */

	struct address_group group; /* empty: none */
	struct mx_group mx;	    /* likewise */
	struct tlsa_records tlsa;
	bool entered; /* the shared hosts were asked */
	bool leads;   /* other jobs may wait for what is seen of its host */

	/* A line of pending.ndjson: an earlier attempt that failed after it
	   had got a chain.  Empty: there was none. */
	struct text seen_before;
};

/* First in, first out. */
struct job_queue {
	struct job *first, *last;
	size_t count;
};

struct job *job_new(struct target *); /* takes the target */
void job_free(struct job *);

void job_queue_push(struct job_queue *, struct job *);
struct job *job_queue_pop(struct job_queue *); /* NULL: empty */
void job_queue_append(struct job_queue *, struct job_queue *moved);
void job_queue_clear(struct job_queue *);

void address_group_add(struct address_group *, const struct address_list *);

/* After the last one was added. */
void address_group_settle(struct address_group *);

void address_group_clear(struct address_group *);

/* The name is copied. */
void mx_group_add(struct mx_group *, const char *name, uint16_t preference);
void mx_group_settle(struct mx_group *);
void mx_group_clear(struct mx_group *);

void tlsa_records_add(struct tlsa_records *, const char *text);

/* How many addresses and MX hosts are no job yet; a job for the next one. */
size_t job_parts_left(const struct job *);
struct job *job_next_part(struct job *);

/* The target that an MX host of this one is; borrows. */
struct target target_of_mx_host(
    const struct target *domain, const struct mx_group *, size_t at);

/* The text of an address with its scope, if it has one. */
enum { NET_ADDRESS_TEXT_SIZE = ADDRESS_TEXT_SIZE + 12 };
void net_address_format(
    const struct net_address *, char text[NET_ADDRESS_TEXT_SIZE]);

/* False when the text is no address, or of an interface that is not there. */
bool net_address_parse(struct net_address *, const char *text);
socklen_t net_address_sockaddr(
    const struct net_address *, uint16_t port, struct sockaddr_storage *);

#endif
