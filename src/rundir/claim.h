/*
 * One process at a time writes into a run directory.  The claim is a lock on
 * a file in it, which the system gives up with the process however it ends.
 */
#ifndef RUNDIR_CLAIM_H
#define RUNDIR_CLAIM_H

#include <stdbool.h>

struct claim;

/*
 * NULL with errno: EWOULDBLOCK where another process writes here, else why the
 * file cannot be made.  Where the file system knows no locks the claim is
 * granted: it could not be enforced there.
 */
struct claim *claim_take(const char *directory);
void claim_release(struct claim *);

/*
 * Is a process writing there, or was one and ended without removing its claim?
 */
bool claim_is_known(const char *directory);

#endif
