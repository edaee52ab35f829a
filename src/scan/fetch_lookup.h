/*
 * The addresses of a URL's host, from the same DNS servers and hosts file as
 * everything else in the scan.  Whether they may be connected to is decided
 * when that happens, but for a proxy, which connects by itself: then here.
 */
#ifndef SCAN_FETCH_LOOKUP_H
#define SCAN_FETCH_LOOKUP_H

#include "base/text.h"
#include "scan/resolve.h"

/* A resolver on the fetcher's loop, and what it needs. */
struct fetch_names;

/* NULL with a static sentence.  No servers: /etc/hosts and the system's. */
struct fetch_names *fetch_names_new(uv_loop_t *, const char **servers,
    size_t count, unsigned most_names, unsigned timeout_ms, const char **error);
void fetch_names_close(struct fetch_names *); /* then run the loop */
void fetch_names_free(struct fetch_names *);

/* Embedded in its owner. */
struct fetch_lookup {
	struct question v4, v6;
	enum resolve_result result;
	unsigned waiting;
	bool only_public;  /* set by the owner: another address is an error */
	struct text row;   /* "HOST:PORT:ADDRESS,..." as curl's RESOLVE
			      has it; empty for a literal address */
	struct text error; /* empty, or why there is no address */
	void (*done)(struct fetch_lookup *);
};

/*
 * Looks up the host of "HOST:PORT".  done() comes once, maybe before this
 * returns; the lookup must stay until then.
 */
void fetch_lookup_begin(struct fetch_lookup *, struct fetch_names *,
    const char *host_port, void (*done)(struct fetch_lookup *));
void fetch_lookup_clear(struct fetch_lookup *);

#endif
