/* The variables are those of curl(1), ENVIRONMENT. */
#include "scan/fetch_proxy.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/text.h"

/* The first of them that is set; NULL: none is, or it is empty. */
static const char *
find_variable(const char *const names[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL)
			return *value == '\0' ? NULL : value;
	}
	return NULL;
}

static const char *
parse_environment(struct fetch_proxy *fetch, const char *scheme)
{
	/* HTTP_PROXY is what a CGI program has of a request's header. */
	static const char *const http[] = { "http_proxy", "all_proxy",
		"ALL_PROXY" };
	static const char *const https[] = { "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY" };
	static const char *const exceptions[] = { "no_proxy", "NO_PROXY" };
	const char *url = strcmp(scheme, "https") == 0 ? find_variable(https, 4)
						       : find_variable(http, 3);

	fetch->exceptions = find_variable(exceptions, 2);
	if (url == NULL || proxy_parse(&fetch->proxy, url) == NULL)
		return NULL;
	return "env: the environment names a proxy that is not "
	       "http://[USER:PASSWORD@]HOST:PORT, socks5:// or socks5h://";
}

const char *
fetch_proxy_parse(
    struct fetch_proxy *fetch, const char *value, const char *scheme)
{
	*fetch = (struct fetch_proxy){ .exceptions = NULL };
	if (strcmp(value, "none") == 0)
		return NULL;
	if (strcmp(value, "env") == 0)
		return parse_environment(fetch, scheme);
	return proxy_parse(&fetch->proxy, value);
}

void
fetch_proxy_clear(struct fetch_proxy *fetch)
{
	proxy_clear(&fetch->proxy);
	fetch->exceptions = NULL;
}

void
fetch_proxy_set(void *easy, const struct fetch_proxy *fetch)
{
	const struct proxy *proxy = fetch == NULL ? NULL : &fetch->proxy;
	struct text host = { .size = 0 };

	if (proxy == NULL || proxy->host == NULL) {
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		return;
	}
	text_printf(&host, strchr(proxy->host, ':') != NULL ? "[%s]" : "%s",
	    proxy->host);
	curl_easy_setopt(easy, CURLOPT_PROXYTYPE,
	    proxy->kind == PROXY_HTTP ? (long)CURLPROXY_HTTP
				      : (long)CURLPROXY_SOCKS5_HOSTNAME);
	curl_easy_setopt(easy, CURLOPT_PROXYPORT, (long)proxy->port);
	curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy->user);
	curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, proxy->password);
	/* Else libcurl reads no_proxy by itself. */
	curl_easy_setopt(easy, CURLOPT_NOPROXY,
	    fetch->exceptions == NULL ? "" : fetch->exceptions);
	if (curl_easy_setopt(easy, CURLOPT_PROXY, host.data) != CURLE_OK)
		fatal("libcurl keeps no proxy: out of memory");
	text_free(&host);
}
