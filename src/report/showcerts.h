/*
 * One host's chain as `openssl s_client -showcerts` users read it: depth,
 * s: and i: lines, what was not sent, the verify errors.
 */
#ifndef REPORT_SHOWCERTS_H
#define REPORT_SHOWCERTS_H

#include "rundir/archive.h"

/*
 * The archive is where the certificates are looked up; `now` is the clock that
 * the run was judged by, or 0.
 */
void showcerts_append(
    struct text *, struct archive *, const struct result *, int64_t now);

#endif
