/*
 * The places where certificates that a server did not send are looked for,
 * in order of preference: the fleet, known intermediates, what AIA led to.
 */
#ifndef RUN_SOURCES_H
#define RUN_SOURCES_H

#include "audit/audit.h"
#include "run/aia.h"
#include "run/known.h"
#include "run/fleet_certificates.h"

struct sources;

/* Each may be NULL: not looked at.  They are borrowed. */
struct sources *sources_new(const struct fleet_certificates *,
    const struct known *, const struct aia *);
void sources_free(struct sources *);
const struct audit_sources *sources_list(const struct sources *);

#endif
