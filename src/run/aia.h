/*
 * What the AIA caIssuers URLs of incomplete chains lead to (RFC 5280
 * 4.2.2.1), each URL fetched once a run however many hosts need it, level by
 * level until nothing new is named.
 */
#ifndef RUN_AIA_H
#define RUN_AIA_H

#include "x509/certificate_pool.h"
#include "scan/fetch.h"

enum {
	AIA_MOST_URLS = 20000, /* a run */
	AIA_MOST_URLS_A_CERTIFICATE = 8,
	AIA_MOST_URLS_A_HOST = 32,
	AIA_MOST_LEVELS = 4,
	AIA_MOST_CERTIFICATES_AN_ANSWER = 16
};

struct aia;
/* Options NULL: nothing is fetched, what is remembered is all there is. */
struct aia *aia_new(const struct fetch_options *);
void aia_free(struct aia *);

/*
 * This certificate's issuer is wanted: its URLs are tried in order until one
 * leads to it.  Returns how many these are; 0 where all were noted before.
 */
size_t aia_want(struct aia *, const struct certificate *);

/* Fetches all that is wanted, and what the answers want in turn. */
int aia_fetch(struct aia *);

/*
 * What a URL gave in an earlier run (where it failed, the reason): counts as
 * fetched, once aia_fetch was called.
 */
void aia_remember(struct aia *, const char *url, const struct bytes ders[],
    size_t count, const char *error);
/* In an earlier run the time was over before it was asked. */
void aia_remember_late(struct aia *, const char *url);

/* All that was found, in the order of their digests. */
const struct certificate_index *aia_certificates(const struct aia *);

/* The URL that gave it (the first by name), or NULL. */
const char *aia_where(const struct aia *, const struct digest *);

/* Late: the time for fetching was over before it was asked or had answered. */
enum aia_state { AIA_NOT_ASKED, AIA_ANSWERED, AIA_FAILED, AIA_LATE };

struct aia_answer {
	enum aia_state state;
	const struct certificate *const *certificates;
	size_t count;
	const char *error; /* a sentence, when it failed or was late */
};

struct aia_answer aia_answer_of(const struct aia *, const char *url);

/* Every URL that was asked or was to be, in no particular order. */
void aia_each(const struct aia *,
    void (*tell)(void *context, const char *url, const struct aia_answer *),
    void *context);

#endif
