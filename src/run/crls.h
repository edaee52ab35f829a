/*
 * The CRLs of a run: each URL is looked for once, when it is first named; in
 * what the run already knows (crls.ndjson), then in the cache directory, then
 * in the network where that is allowed.  Of a list's entries four octets each
 * are kept; a serial number that may be among them is looked up in the file.
 * Safe to be asked on every thread.
 */
#ifndef RUN_CRLS_H
#define RUN_CRLS_H

#include "audit/revocation_source.h"
#include "scan/fetch.h"

enum {
	CRLS_MOST_URLS = 20000, /* a run */
	CRLS_MOST_OCTETS = 64 << 20,
	CRLS_TIMEOUT_MS = 20000,     /* a URL */
	CRLS_MOST_INDEXED = 16 << 20 /* entries in memory, of all lists */
};

struct crls;

struct crls_settings {
	const char *cache;		   /* a directory; NULL: none */
	const struct fetch_options *fetch; /* NULL: no network */
	int64_t now;			   /* which lists are of use */
};

struct crls *crls_new(const struct crls_settings *);
/* What is under way is given up. */
void crls_free(struct crls *);

const struct revocation_source *crls_source(const struct crls *);

/* The last probe is done: what is asked from now on has this long in all. */
void crls_limit(struct crls *, uint64_t timeout_ms);

/* Its CRL will be asked for: looking begins now. */
void crls_want(struct crls *, const struct certificate *);

/*
 * From now on what is found is noted in DIRECTORY/crls.ndjson, before it is
 * answered; crls_save writes each list once.  -1 with errno.
 */
int crls_keep(struct crls *, const char *directory);
int crls_save(struct crls *);

/*
 * What another run, or the part of this one before it was interrupted, has
 * noted.  A whole run answers for all of its certificates; of a part only
 * what is revoked and what failed is taken.
 */
void crls_remember(struct crls *, const char *directory, bool is_whole);

#endif
