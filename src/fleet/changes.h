/*
 * What changed since an earlier run, collected while the records of this one
 * are read: for the reports and the mail.
 */
#ifndef FLEET_CHANGES_H
#define FLEET_CHANGES_H

#include "fleet/diff.h"

struct changes;

/*
 * Reads the earlier run.  NULL with a sentence in *error (heap).  The facts to
 * compare are kept in temporary files: memory is eight octets a host.
 */
struct changes *changes_open(const char *run, char **error);
void changes_free(struct changes *);

void changes_add(struct changes *, size_t record, const struct result *);

/* What is known of a host by this night stands beside its change. */
void changes_use_history(struct changes *, const struct history_at *);

/*
 * After the last record of `newer`, which is borrowed from here on.  -1 with
 * errno when a temporary file could not be written or read.
 */
int changes_settle(struct changes *, struct archive *newer);

/*
 * After changes_settle.  NULL: most of the targets were not in the earlier run,
 * so that it was another list of the same name.
 */
const struct diff *changes_diff(const struct changes *);

#endif
