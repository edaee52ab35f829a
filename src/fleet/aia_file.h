/*
 * aia.ndjson: what each AIA URL of a run led to, one a line, so that the run
 * can be judged again without a network: {url, certificates: [sha256...],
 * error}.  The certificates themselves are in certs.ndjson.
 */
#ifndef FLEET_AIA_FILE_H
#define FLEET_AIA_FILE_H

#include "fleet/aia.h"
#include "fleet/archive.h"
#include "fleet/journal.h"

/* Writes DIRECTORY/aia.ndjson, if anything was asked; -1 with errno. */
int aia_file_write(const char *directory, const struct aia *,
    struct journal *certificates);

/* Remembers what the run of this archive found; a run without is fine. */
void aia_file_read(struct archive *, struct aia *);

#endif
