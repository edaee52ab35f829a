/* Sites for other programs: the rows of sites.csv, and JSON lines. */
#ifndef REPORT_SITES_WRITE_H
#define REPORT_SITES_WRITE_H

#include <stdio.h>

#include "fleet/sites.h"

/*
 * sites.csv: one row a difference; an outlier by its class alone has one row,
 * of field "class".  Failing shows on the stream.
 */
void sites_write_csv(struct sites *, struct archive *, FILE *);

/* One object on a line, as `sites --json` prints it. */
void sites_append_json(
    struct sites *, const struct site_group *, struct archive *, struct text *);

#endif
