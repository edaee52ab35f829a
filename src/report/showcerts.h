/*
 * One host's chain as `openssl s_client -showcerts` users read it: depth,
 * s: and i: lines, what was not sent, the verify errors.
 */
#ifndef REPORT_SHOWCERTS_H
#define REPORT_SHOWCERTS_H

#include "audit/audit_settings.h"
#include "rundir/archive.h"

/*
 * The archive is where the certificates are looked up.  The settings are those
 * of the run, for the errors after the one that the record tells; NULL: not
 * known.
 */
void showcerts_append(struct text *, struct archive *, const struct result *,
    const struct audit_settings *);

#endif
