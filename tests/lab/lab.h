/*
 * A misbehaving TLS fleet on loopback, with its own PKI, AIA and DNS servers:
 * for the tests, and for `fleetscan demo`.  Everything is made in memory at
 * the start and served by threads of the lab's own until it is stopped.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct lab;

enum lab_part {
	LAB_SCENARIOS = 1 << 0, /* the measured scenarios, *.lab.test */
	LAB_EXTRAS = 1 << 1,	/* more of their kind, not measured */
	LAB_FLEET = 1 << 2,	/* the demo's sites */
};

struct lab_options {
	unsigned parts;	  /* of enum lab_part; 0 for LAB_SCENARIOS */
	unsigned threads; /* that serve; 0 for one */
	time_t now;	  /* certificates' dates hang on it; 0: today */
};

/* One host of the lab.  All texts belong to the lab. */
struct lab_host {
	const char *id;
	const char *host; /* as a user would type it */
	const char *name; /* as DNS and SNI know it, the A-label */
	const char *ip;
	unsigned port;
	const char *trust; /* name of the store it is to be judged by */
	const char *sent;  /* "leaf I1", in wire order */
};

/*
 * NULL if loopback has no ports left or the system no threads.  A scenario
 * whose certificates this GnuTLS cannot sign is left out of lab_hosts.
 * GnuTLS must be initialised; each host needs a descriptor, and each visitor.
 */
struct lab *lab_start(const struct lab_options *);
void lab_stop(struct lab *); /* NULL is fine */

const struct lab_host *lab_hosts(const struct lab *, size_t *count);
const struct lab_host *lab_find(const struct lab *, const char *id);

/* DNS for all names of the lab, on 127.0.0.1, UDP and TCP. */
unsigned lab_dns_port(const struct lab *);

/* Fetches of an AIA path like "/der/I1"; NULL counts all of them. */
size_t lab_aia_count(struct lab *, const char *path);

/*
 * PEM of one certificate by name, "I1" or "leaf:ok"; the caller frees it.
 * NULL where there is none of that name.
 */
char *lab_pem(const struct lab *, const char *name);

/*
 * PEM (PKCS#8) of the private key of the same, likewise; NULL also where there
 * is none.
 */
char *lab_key_pem(const struct lab *, const char *name);

/* DER of the same, borrowed until lab_stop. */
const unsigned char *lab_der(
    const struct lab *, const char *name, size_t *length);

/* 0 or a negative errno.  Stores: the `trust` of the hosts. */
int lab_write_trust(const struct lab *, const char *store, const char *path);

/* All intermediates of the lab, as PEM: what `--intermediates` may know. */
int lab_write_intermediates(const struct lab *, const char *path);

/* "host:port" lines, in table order. */
int lab_write_hosts(const struct lab *, const char *path);

/* "id host name ip port trust sent", separated by tabs, with a header. */
int lab_write_map(const struct lab *, const char *path);

/* The leaves' private keys, DIRECTORY/ID.pem; the directory exists. */
int lab_write_keys(const struct lab *, const char *directory);

/* The names of all stores there are in this lab; NULL after the last. */
const char *lab_store_name(const struct lab *, size_t number);

#endif
