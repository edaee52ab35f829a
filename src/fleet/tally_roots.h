/*
 * Hosts that depend on roots that programs drop or date, counted by root and
 * by what is against it: the findings root_leaves of a run rolled up.
 */
#ifndef FLEET_TALLY_ROOTS_H
#define FLEET_TALLY_ROOTS_H

#include "model/result.h"

enum { TALLY_ROOT_EXAMPLES = 20, TALLY_ROOT_CLIENTS = 64 };

struct tally_root {
	char *sentence; /* "ROOT: Chrome 156 refuses ...": in the map */
	char *cause, *subject, *sha256, *date;
	uint64_t hosts;
	uint64_t warned;     /* of these: not a mere notice */
	uint64_t repairable; /* a certificate that helps is known */
	char *clients[TALLY_ROOT_CLIENTS];
	size_t client_count;
	char *examples[TALLY_ROOT_EXAMPLES]; /* "HOST:PORT" */
	size_t example_count;
	size_t number; /* in the order of appearance */
};

struct tally_roots;
struct tally_roots *tally_roots_new(void);
void tally_roots_free(struct tally_roots *);
void tally_roots_add(
    struct tally_roots *, const struct result *, const char *endpoint);

/*
 * Those that a warning was given for first, then most hosts first.  The array
 * is on the heap, the caller frees it and borrows what it points to.
 */
const struct tally_root **tally_roots_list(
    const struct tally_roots *, size_t *count);

#endif
