/*
 * The path that OpenSSL builds of what a server sent: by names and key
 * identifiers alone, the first valid one that fits, and never tried again
 * (build_chain() in crypto/x509/x509_vfy.c).
 */
#ifndef REPORT_OPENSSL_PATH_H
#define REPORT_OPENSSL_PATH_H

#include "x509/certificate.h"

enum { OPENSSL_MOST_STEPS = 32 };

struct openssl_path {
	/* Leaf first.  NULL: it is there, but not known any more. */
	const struct certificate *steps[OPENSSL_MOST_STEPS];
	size_t count;
	bool anchored; /* the last one is the anchor */
};

/* What a run still holds of a host's certificates; all borrowed. */
struct openssl_chain {
	const struct certificate *const *sent; /* as it came */
	size_t sent_count;		       /* 0: not known any more */
	const struct certificate *anchor;      /* NULL: none, or not known */
	int64_t now;			       /* the clock; 0: not known */
};

/* The store is asked first: of that only the anchor is looked at. */
void openssl_path_build(struct openssl_path *, const struct openssl_chain *);

/* Is its validity over, or not begun yet?  No, where the clock is unknown. */
bool openssl_is_over(const struct certificate *, int64_t now);
bool openssl_is_early(const struct certificate *, int64_t now);

#endif
