/*
 * --proxy URL: through which proxy targets are connected to, and as whom.
 * Opens nothing; the dialogue with the proxy is in proxy.h.
 */
#ifndef SCAN_PROXY_URL_H
#define SCAN_PROXY_URL_H

#include <stdbool.h>
#include <stdint.h>

enum proxy_kind { PROXY_HTTP, PROXY_SOCKS5 };

struct proxy {
	enum proxy_kind kind;
	char *host; /* as targets name theirs; NULL: no proxy */
	bool is_address;
	uint16_t port;
	char *user, *password; /* without %HH; NULL: none */
};

/*
 * "[http://|socks5://|socks5h://][USER[:PASSWORD]@]HOST[:PORT]".  As in curl
 * the scheme is http and the port 1080 where there is none.  NULL, or what is
 * wrong (static), and then *proxy is empty.
 */
const char *proxy_parse(struct proxy *, const char *url);
void proxy_clear(struct proxy *);

/* For files and messages: the URL without the password, on the heap. */
char *proxy_url_without_password(const char *url);

/* Does the URL name a user? */
bool proxy_url_has_user(const char *url);

#endif
