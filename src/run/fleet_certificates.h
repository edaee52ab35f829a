/*
 * Who sent which CA certificate: the fleet's own knowledge of intermediates,
 * joined after the last probe.  The log of senders is a temporary file, so
 * that memory depends on certificates, not on hosts.
 */
#ifndef RUN_FLEET_CERTIFICATES_H
#define RUN_FLEET_CERTIFICATES_H

#include "x509/certificate_pool.h"

struct fleet_certificates;
struct fleet_certificates *fleet_certificates_new(void);
void fleet_certificates_free(struct fleet_certificates *);

/* A CA certificate of the fleet, copied, each kept once (up to a cap). */
void fleet_certificates_learn(
    struct fleet_certificates *, const struct digest *, struct bytes der);

/* One host and the CA certificates it sent.  -1 when the log is full. */
int fleet_certificates_note(struct fleet_certificates *, const char *host,
    const char *site, const struct digest *sent, size_t count);

/*
 * Before asking for places: name every site that will ask, then read the
 * log once.  -1 when it cannot be read.
 */
void fleet_certificates_expect(struct fleet_certificates *, const char *site);
int fleet_certificates_settle(struct fleet_certificates *);

/* All that were learned; empty before the log was settled. */
const struct certificate_index *fleet_certificates_index(
    const struct fleet_certificates *);

/*
 * The first host that sent this certificate: of the same site if there is one
 * (and the site was expected), else of any, by name.  NULL: none.
 */
const char *fleet_certificates_where(
    const struct fleet_certificates *, const struct digest *, const char *site);

#endif
