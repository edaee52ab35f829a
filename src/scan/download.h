/*
 * One file over HTTPS from an address that the user chose, such as a public
 * list.  Unlike fetch.h's URLs it is not an unknown server's, so any address
 * will do; its certificate is verified.
 */
#ifndef SCAN_DOWNLOAD_H
#define SCAN_DOWNLOAD_H

#include "base/text.h"
#include "scan/fetch_proxy.h"

enum {
	DOWNLOAD_MOST_OCTETS = 64 << 20,
	DOWNLOAD_TIMEOUT_S = 120,
	DOWNLOAD_CONNECT_TIMEOUT_S = 10
};

/*
 * Appends the body of an answer 200.  `ca_file` is PEM, NULL for the roots of
 * this machine.  At most three redirects, all of them https.  -1 with half a
 * sentence in *error (heap; the caller frees): what follows the URL.
 */
int download_https(const char *url, const char *ca_file,
    const struct fetch_proxy *, struct text *body, char **error);

#endif
