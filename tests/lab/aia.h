/*
 * The web server that issuers' URLs lead to.  A path is VERB/NAME: how to
 * answer, and with which certificate:
 *	der pem p7c	the certificate, in that form
 *	redirect	to der/NAME; `spin` redirects to itself, for ever
 *	redirect-https	to an https URL, `redirect-closed` to a closed port
 *	missing		404
 *	garbage html empty huge (8 MB of zeros)
 *	slow		never answers
 */
#ifndef LAB_AIA_H
#define LAB_AIA_H

#include <pthread.h>

#include "tests/lab/loop.h"
#include "tests/lab/pki.h"

struct aia_server {
	struct lab_watch watch;
	const struct pki *pki;
	int fd, closed_fd; /* bound beforehand; nothing listens at closed */
	pthread_mutex_t lock;
	struct octets log; /* the paths asked for, a line each */
};

/* Binds both ports and says so to the PKI; false where it cannot. */
bool aia_bind(struct aia_server *, struct pki *);
bool aia_open(struct aia_server *, struct lab_loop *);
void aia_clear(struct aia_server *);

/* How often a path like "/der/I1" was asked for; NULL counts them all. */
size_t aia_count(struct aia_server *, const char *path);

/* "-----BEGIN ..." in lines of 64, as OpenSSL writes it. */
void put_pem(struct octets *, const char *label, const struct octets *der);

#endif
