/*
 * --fetch-proxy URL|env|none: through which proxy files are fetched with
 * libcurl.  Connects to nothing.
 */
#ifndef SCAN_FETCH_PROXY_H
#define SCAN_FETCH_PROXY_H

#include "scan/proxy_url.h"

struct fetch_proxy {
	struct proxy proxy;	/* host NULL: none */
	const char *exceptions; /* as libcurl's NOPROXY; NULL: none, borrowed */
};

/*
 * With env the variables that curl reads for URLs of the scheme, http or
 * https.  NULL, or what is wrong (static), and then there is no proxy.
 */
const char *fetch_proxy_parse(
    struct fetch_proxy *, const char *value, const char *scheme);
void fetch_proxy_clear(struct fetch_proxy *);

/* Of libcurl's easy handle; NULL or none: a direct connection. */
void fetch_proxy_set(void *easy, const struct fetch_proxy *);

#endif
