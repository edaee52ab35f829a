/*
 * The servers: one listener for each station, or for several that share one
 * by SNI, behaving as their scenario says.
 */
#ifndef LAB_SERVE_H
#define LAB_SERVE_H

#include "tests/lab/loop.h"
#include "tests/lab/station.h"

struct endpoint {
	struct lab_watch watch;
	struct station **stations; /* borrowed; the first is the usual */
	size_t station_count;
	const struct service *service;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	gnutls_dh_params_t dh;
};

/* Prepares credentials; false where this GnuTLS lacks what it needs. */
bool endpoint_init(struct endpoint *, struct station *first);
void endpoint_add(struct endpoint *, struct station *);
void endpoint_clear(struct endpoint *);

/* Listens; from then on the loop's thread owns the endpoint. */
bool endpoint_open(struct endpoint *, struct lab_loop *);

#endif
