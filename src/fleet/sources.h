/*
 * The places where certificates that a server did not send are looked for,
 * in order of preference: the fleet, known intermediates, what AIA led to.
 */
#ifndef FLEET_SOURCES_H
#define FLEET_SOURCES_H

#include "audit/audit.h"
#include "fleet/aia.h"
#include "fleet/known.h"
#include "fleet/senders.h"

struct sources;

/* Each may be NULL: not looked at.  They are borrowed. */
struct sources *sources_new(const struct senders *, const struct known *,
    const struct aia *);
void sources_free(struct sources *);
const struct audit_sources *sources_list(const struct sources *);

#endif
