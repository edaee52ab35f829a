/* Checks URLs from certificates before anything is sent to the network. */
#ifndef SCAN_FETCH_URL_H
#define SCAN_FETCH_URL_H

#include "base/text.h"
#include "scan/scan.h"

enum { FETCH_LARGEST_URL = 4096 };

/*
 * Appends the URL with spaces and foreign octets escaped, and its host as
 * "host:port" in lower case; or returns false and appends a sentence.  Only
 * http with an ASCII host and without a user passes.
 */
bool fetch_url_read(const char *url, struct text *spelled, struct text *host,
    struct text *error);

/* Is this "host:port" one of the overrides'? */
bool fetch_url_is_overridden(
    const char *host_port, const struct resolve_override[], size_t count);

/* An override as curl's CONNECT_TO has it, "HOST:PORT:TO:TO_PORT". */
void fetch_url_redirect(struct text *, const struct resolve_override *);

#endif
