/*
 * The places where certificates that a server did not send are looked for,
 * in order of preference: the fleet, known intermediates.
 */
#ifndef FLEET_SOURCES_H
#define FLEET_SOURCES_H

#include "audit/audit.h"
#include "fleet/known.h"
#include "fleet/senders.h"

struct sources;

/* Each may be NULL: not looked at.  They are borrowed. */
struct sources *sources_new(struct senders *, const struct known *);
void sources_free(struct sources *);
const struct audit_sources *sources_list(const struct sources *);

#endif
