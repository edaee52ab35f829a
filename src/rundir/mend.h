/*
 * An NDJSON stream that a kill, a power cut or a full disk may have left in
 * any state, brought in order before it is appended to.  Four octets a line.
 */
#ifndef RUNDIR_MEND_H
#define RUNDIR_MEND_H

#include "base/bytes.h"

#define MEND_DROP UINT32_C(0)
#define MEND_KEEP UINT32_MAX

/*
 * What becomes of a line: MEND_DROP, MEND_KEEP, or the ordinal that its
 * record has from now on.
 */
typedef uint32_t mend_decision(void *context, struct bytes line);

/*
 * Afterwards DIRECTORY/NAME holds whole lines alone, those that were kept, in
 * their order.  It is cut where the end alone goes, and else replaced as a
 * whole.  No such file is fine.  -1 with errno.
 */
int mend_stream(
    const char *directory, const char *name, mend_decision *, void *context);

#endif
