/*
 * Another program, run for what it prints: without a shell, within a time
 * and an amount.
 */
#ifndef SYSTEM_PROGRAM_H
#define SYSTEM_PROGRAM_H

#include "base/arena.h"
#include "base/text.h"

struct program {
	const char *const *argv; /* argv[0] is its path; ends with NULL */
	const char *const *environment; /* all of it; ends with NULL */
	size_t most_octets;
	unsigned timeout_ms;
};

/*
 * Appends its standard output; standard error is dropped.  -1 with half a
 * sentence in *reason (in the arena; "took longer than 10 seconds") unless it
 * ended by itself with exit code 0.  It is gone when this returns, and so is
 * whatever it started and did not put into a process group of its own.
 */
int program_run(struct arena *, const struct program *, struct text *output,
    const char **reason);

/* Where on a search path like PATH; NULL: nowhere. */
const char *program_find(
    struct arena *, const char *search_path, const char *name);

#endif
