/*
 * Who sent which CA certificate: the fleet's own knowledge of intermediates,
 * joined after the last probe.  The log of senders is a temporary file, so
 * that memory depends on certificates, not on hosts.
 */
#ifndef RUN_FLEET_CERTIFICATES_H
#define RUN_FLEET_CERTIFICATES_H

#include "x509/certificate_pool.h"

struct senders;
struct senders *senders_new(void);
void senders_free(struct senders *);

/* A CA certificate of the fleet, copied, each kept once (up to a cap). */
void senders_learn(struct senders *, const struct digest *, struct bytes der);

/* One host and the CA certificates it sent.  -1 when the log is full. */
int senders_note(struct senders *, const char *host, const char *site,
    const struct digest *sent, size_t count);

/*
 * Before asking for places: name every site that will ask, then read the
 * log once.  -1 when it cannot be read.
 */
void senders_expect(struct senders *, const char *site);
int senders_settle(struct senders *);

/* All that were learned; empty before the log was settled. */
const struct certificate_index *senders_certificates(const struct senders *);

/*
 * The first host that sent this certificate: of the same site if there is
 * one (and the site was expected), else of any, by name.  NULL: nobody.
 */
const char *senders_where(
    const struct senders *, const struct digest *, const char *site);

#endif
