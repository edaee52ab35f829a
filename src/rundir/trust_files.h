/*
 * The stores a run was judged by, kept beside its records, so that it can be
 * judged again on a machine that has others.
 */
#ifndef RUNDIR_TRUST_FILES_H
#define RUNDIR_TRUST_FILES_H

#include "x509/trust_store.h"

/*
 * Writes DIRECTORY/stores/NAME.pem for each: all its certificates, the anchors
 * first, each below its subject.  They load back to the same store.  -1 with
 * errno; files written before the failure stay.
 */
int trust_files_write(const char *directory,
    const struct trust_store *const *stores, size_t count);

#endif
