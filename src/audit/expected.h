/*
 * The certificates that hosts ought to serve (--expect): filled once, then
 * read by all threads.
 */
#ifndef AUDIT_EXPECTED_H
#define AUDIT_EXPECTED_H

#include "audit/rules.h"

enum { EXPECTED_MOST = 50000 };

struct expected_certificate {
	const char *file; /* as people name it */
	struct certificate *certificate;
};

struct expected;

/* `now`: one that is not valid yet ought not to be served yet. */
struct expected *expected_new(int64_t now);
void expected_free(struct expected *);

/*
 * The same certificate again only gives it the shorter name of a file.  False:
 * there are EXPECTED_MOST already.  One without a DNS name or address is left
 * out.
 */
bool expected_add(struct expected *, struct bytes der, const char *file);

/* In the order added; borrowed. */
size_t expected_count(const struct expected *);
const struct expected_certificate *expected_get(
    const struct expected *, size_t at);

/* A hash of the set of hosts that it is for, whatever their order. */
uint64_t expected_names(const struct certificate *);

#endif
