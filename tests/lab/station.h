/*
 * A running scenario: its names, its address, the octets it sends and the key
 * that it holds.  Made once at the start, only read afterwards.
 */
#ifndef LAB_STATION_H
#define LAB_STATION_H

#include <gnutls/abstract.h>
#include <gnutls/ocsp.h>

#include "tests/lab/pki.h"
#include "tests/lab/scenario.h"

struct station {
	const struct scenario *scenario;
	char *host; /* as typed */
	char *name; /* as DNS and SNI know it */
	char *ip;
	unsigned port;
	int fd;		 /* bound, not yet listening; -1 if shared */
	char *leaf_name; /* "leaf:ID" */
	char *leaf_aia;
	struct octets *chain;
	size_t chain_length;
	const struct key *key;
	gnutls_pcert_st *certificates; /* the chain as GnuTLS wants it */
	struct octets staple;
	gnutls_ocsp_data_st ocsp;
	bool is_served; /* all it needs could be made */
};

/* Names and recipe: what the PKI needs.  `number` chooses an address. */
void station_init(struct station *, const struct scenario *, size_t number);
void station_clear(struct station *);

/* Binds the station's address to a free port; false where it cannot. */
bool station_bind(struct station *);
void station_add_leaf(const struct station *, struct pki *);

/* After pki_make: false where a certificate it sends could not be made. */
bool station_prepare(struct station *, const struct pki *);

#endif
