/*
 * What is new since an earlier run, gathered while the records of this one
 * pass by: for the reports and the night's mail.
 */
#ifndef FLEET_CHANGES_H
#define FLEET_CHANGES_H

#include "fleet/diff.h"
#include "report/report.h"

struct since;

/*
 * Reads the earlier run.  NULL with a sentence in *error (heap).  What is
 * compared waits in temporary files: memory is eight octets a host.
 */
struct since *since_open(const char *run, char **error);
void since_free(struct since *);

void since_add(struct since *, size_t record, const struct result *);

/*
 * After the last record of `newer`, which is borrowed from here on.  -1 with
 * errno when what waited on disk could not be written or read.
 */
int since_settle(struct since *, struct archive *newer);

/* NULL: the two runs have no target in common. */
const struct report_since *since_facts(const struct since *);
const struct diff *since_diff(const struct since *);

#endif
