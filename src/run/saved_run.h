/*
 * What a finished run was judged by, from its own files: its stores, clock and
 * policy, so that a repair can be proven with them tomorrow and elsewhere.
 */
#ifndef RUN_SAVED_RUN_H
#define RUN_SAVED_RUN_H

#include "audit/audit.h"
#include "x509/certificate.h"

struct saved_run;

/*
 * `data`: where clients.json and the like are; NULL: the program's own.  NULL
 * with a sentence in *error (heap; the caller frees).
 */
struct saved_run *saved_run_open(
    const char *directory, const char *data, char **error);

/*
 * The same run, every store of it holding these certificates too.  It borrows
 * from the first, which is to be freed after it.
 */
struct saved_run *saved_run_with(const struct saved_run *,
    const struct certificate *const extra[], size_t count);
void saved_run_free(struct saved_run *);

const struct audit_settings *saved_run_settings(const struct saved_run *);

#endif
