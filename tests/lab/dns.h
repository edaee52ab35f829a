/*
 * The lab's DNS responder, over UDP and TCP on one port.  It knows the names it
 * was given; every other name does not exist.
 */
#ifndef LAB_DNS_H
#define LAB_DNS_H

#include "tests/lab/loop.h"
#include "tests/lab/octets.h"

enum dns_manner {
	DNS_ANSWER,
	DNS_SERVFAIL,
	DNS_REFUSED,
	DNS_SILENT,
	DNS_TRUNCATED, /* over UDP; whole over TCP */
};

struct dns_record {
	char *name;
	char *ip; /* of either family; NULL for no address */
	enum dns_manner manner;
};

struct dns_server {
	struct lab_watch udp, tcp;
	int udp_fd, tcp_fd;
	unsigned port;
	struct dns_record *records;
	size_t count, capacity;
};

/* Binds a port free for both; false where there is none. */
bool dns_bind(struct dns_server *);

/* Several records of one name are answered together, in this order. */
void dns_add(
    struct dns_server *, const char *name, const char *ip, enum dns_manner);

/* From here on the loop's thread owns the server. */
bool dns_open(struct dns_server *, struct lab_loop *);
void dns_clear(struct dns_server *);

#endif
