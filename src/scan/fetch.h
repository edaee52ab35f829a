/*
 * Small files over HTTP, many at once: the certificates, revocation lists and
 * OCSP responses that URLs in certificates lead to (RFC 5280 4.2.2.1,
 * 4.2.1.13).  What the
 * octets mean is left to the caller.
 *
 * Such a URL comes from an unknown server: only http is allowed, redirects are
 * few, answers short and quick, and no connection goes to an address that is
 * not public.  That is checked on the very address connected to, after DNS and
 * after each redirect.  With a proxy it is checked on the addresses that the
 * name has here: which one the proxy connects to is not known.
 */
#ifndef SCAN_FETCH_H
#define SCAN_FETCH_H

#include "base/bytes.h"
#include "scan/fetch_budget.h"
#include "scan/fetch_proxy.h"
#include "scan/scan.h"

enum {
	FETCH_MOST_OCTETS = 64 * 1024, /* of headers, and of the body */
	FETCH_MOST_REDIRECTS = 3,
	FETCH_TIMEOUT_MS = 5000, /* a URL with all its redirects */
	FETCH_CONNECT_TIMEOUT_MS = 2000,
	FETCH_WATCH_MS = 100,
	FETCH_IN_FLIGHT = 16,
	FETCH_IN_FLIGHT_A_HOST = 2
};

struct fetch_options {
	bool allow_private;		 /* any address will do */
	const struct fetch_proxy *proxy; /* NULL or none: connect directly */
	unsigned timeout_ms;		 /* 0: FETCH_TIMEOUT_MS */
	unsigned in_flight_a_host;	 /* 0: FETCH_IN_FLIGHT_A_HOST */
	const char **resolvers; /* "IP[:PORT]"; empty: as the system does */
	size_t resolver_count;
	const struct resolve_override *overrides; /* not with a proxy */
	size_t override_count;
	struct fetch_budget *budget; /* NULL: no limits beyond these.  When its
					time is over, what is under way ends
					within FETCH_WATCH_MS */
	size_t most_octets;	     /* of a body; 0: FETCH_MOST_OCTETS */
	/*
	 * Takes the body of an answer 200 piece by piece in the place of the
	 * result's, of the first request with this URL; false: no more is
	 * wanted.  What came before an error is no whole body.  NULL: the
	 * result has it.
	 */
	bool (*take)(void *context, size_t index, struct bytes piece);
};

struct fetch_request {
	const char *url;
	struct bytes post; /* sent with POST; size 0: GET */
	const char *post_type;
};

/* Valid for the length of the callback. */
struct fetch_result {
	struct bytes body; /* of an answer 200; empty where it was taken */
	const char *error; /* NULL, or why there is no body: a sentence
			      in clean UTF-8 */
	bool is_late;	   /* not asked, or not long enough: the
		      budget's time was over */
};

typedef void fetch_callback(
    void *context, size_t index, const struct fetch_result *);

/*
 * Fetches all of the list on a loop of its own and returns when the last is
 * done.  The callback comes once for each request, on the calling thread, in
 * the order the answers come; equal URLs are fetched once, but for POST.  A URL
 * that fails is a fact, told to the callback; -1 only when we could not even
 * begin.
 */
int fetch_all(const struct fetch_options *, const struct fetch_request list[],
    size_t count, fetch_callback *, void *context);

#endif
