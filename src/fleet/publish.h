/*
 * From the records of a run to its reports: everything but the NDJSON streams
 * is made from them, so that a scan, an audit, a merge and a resumed run end
 * with the same files.
 */
#ifndef FLEET_PUBLISH_H
#define FLEET_PUBLISH_H

#include "fleet/archive.h"
#include "report/report.h"

/*
 * Feeds every record in input order to the report's writers and finishes it.
 * -1 with errno when something could not be read or written; *failed then
 * names it (static).
 */
int publish(struct archive *, const struct report_run *, unsigned formats,
    const struct report_terminal *, const char **failed);

#endif
