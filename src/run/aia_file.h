/*
 * aia.ndjson: what each AIA URL of a run led to, one a line, so that the run
 * can be judged again without a network: {url, certificates: [sha256...],
 * error}.  The certificates themselves are in certs.ndjson.
 */
#ifndef RUN_AIA_FILE_H
#define RUN_AIA_FILE_H

#include "run/aia.h"
#include "rundir/archive.h"
#include "rundir/journal.h"

/* Writes DIRECTORY/aia.ndjson, if anything was asked; -1 with errno. */
int aia_file_write(
    const char *directory, const struct aia *, struct journal *certificates);

/* Remembers what the run of this archive found; a run without is fine. */
void aia_file_read(struct archive *, struct aia *);

#endif
