/*
 * Policies on disk: the user's file, and the copy that a run keeps of it, so
 * that the run can be judged again as it was.
 */
#ifndef RUNDIR_POLICY_FILE_H
#define RUNDIR_POLICY_FILE_H

#include "model/policy.h"

/*
 * NULL with a sentence in *error (heap; the caller frees) that begins with
 * the path.  Otherwise the caller frees the policy.
 */
struct policy *policy_file_read(const char *path, char **error);

/* Writes DIRECTORY/policy.json, octet by octet as read; -1 with errno. */
int policy_file_keep(const char *directory, const struct policy *);

/* A run's policy.json, on the heap; NULL: it was judged without one. */
char *policy_file_of_run(const char *directory);

/* Were both runs judged by the same octets, or both without? */
bool policy_file_same(const char *directory, const char *other);

#endif
