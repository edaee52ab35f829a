/*
 * The certificates of --expect: out of PEM files, or of what a run keeps of
 * them, so that it can be judged again as it was.
 */
#ifndef RUN_EXPECTED_FILES_H
#define RUN_EXPECTED_FILES_H

#include "audit/expected.h"

/*
 * `path` is a directory, of which all regular files are read and those below
 * it, a PEM file, or a run's expected.ndjson.  Files that cannot be read are
 * said once and left out; private keys are passed over.  NULL with a sentence
 * in *error (in the arena) where no certificate for a host is found.
 */
struct expected *expected_files_read(
    struct arena *, const char *path, int64_t now, const char **error);

/* Writes DIRECTORY/expected.ndjson; -1 with errno. */
int expected_files_keep(const char *directory, const struct expected *);

/* A run's, on the heap; NULL: it was judged without. */
char *expected_files_of_run(const char *directory);

/* Of all certificates in their order: two runs were judged by the same ones. */
void expected_files_digest(const struct expected *, struct digest *);

#endif
