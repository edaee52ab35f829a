/*
 * Signatures that verified good in earlier runs, in one file of the user's
 * cache, beside the learned intermediates: a nightly run sees the same
 * certificates every night.  Only "good" is kept, so what is lost, cut or
 * refused costs time and changes no verdict.
 */
#ifndef SYSTEM_VERIFIED_H
#define SYSTEM_VERIFIED_H

#include "x509/signature.h"

/* Signatures in the file: 28 octets each, so 27 MiB. */
enum { VERIFIED_MOST = 1000000 };

struct verified;

/*
 * Maps the file, if there is one.  It is not used, with one warning, when
 * another user owns it or may write to it, or when it is damaged; saving then
 * makes it anew.  `now` is the machine's clock: entries are dated by day.
 */
struct verified *verified_open(const char *path, int64_t now);
void verified_free(struct verified *);

/* For the memories of all threads; valid until verified_free. */
const struct good_signatures *verified_signatures(const struct verified *);

/*
 * Writes the file anew if there is something to add, or entries that were used
 * bear an old date; those that were unused for longest leave first.  -1 with
 * errno when it cannot be written: a run goes on without.  No thread may ask
 * meanwhile.  Of two processes that save, the last one's file stays.
 */
int verified_save(struct verified *);

#endif
