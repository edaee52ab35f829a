/*
 * An NDJSON stream that a kill, a power cut or a full disk may have left in
 * any state, brought in order before it is appended to.  Four octets a line.
 */
#ifndef RUNDIR_REPAIR_STREAM_H
#define RUNDIR_REPAIR_STREAM_H

#include "base/bytes.h"

#define LINE_DROP UINT32_C(0)
#define LINE_KEEP UINT32_MAX

/*
 * What becomes of a line: LINE_DROP, LINE_KEEP, or the ordinal that its
 * record has from now on.
 */
typedef uint32_t line_decision(void *context, struct bytes line);

/*
 * Afterwards DIRECTORY/NAME holds whole lines alone, those that were kept, in
 * their order.  It is cut where the end alone goes, and else replaced as a
 * whole.  No such file is fine.  -1 with errno.
 */
int repair_stream(
    const char *directory, const char *name, line_decision *, void *context);

#endif
