/* Takes a proxy's URL apart (RFC 3986 3.2). */
#include "scan/proxy_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "model/endpoint.h"
#include "model/target.h"

enum {
	DEFAULT_PORT = 1080,
	MOST_LOGIN = 255 /* RFC 1929 section 2 */
};

static const struct {
	const char *scheme;
	enum proxy_kind kind;
} schemes[] = {
	{ "http://", PROXY_HTTP },
	/* The proxy resolves the names in both: no name is asked for here. */
	{ "socks5://", PROXY_SOCKS5 },
	{ "socks5h://", PROXY_SOCKS5 },
};

/* Behind the scheme. */
static const char *
authority_of(const char *url)
{
	const char *colon = strstr(url, "://");

	return colon == NULL ? url : colon + strlen("://");
}

/* Decodes in place; false for a wrong %HH, a control character, or too much. */
static bool
decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		char c = *from;

		if (c == '%') {
			int high = hex_value(from[1]);
			int low = high < 0 ? -1 : hex_value(from[2]);

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			from += 2;
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			return false;
		*to++ = c;
	}
	*to = '\0';
	return to - text <= MOST_LOGIN;
}

static const char *
parse_login(struct proxy *proxy, const char *login, size_t size)
{
	static const char wrong[] =
	    "has a user name or password with a control character, a wrong %HH "
	    "or over 255 octets";
	char *user = memory_string(login), *colon;

	user[size] = '\0';
	colon = strchr(user, ':');
	if (colon != NULL)
		*colon = '\0';
	proxy->user = user;
	proxy->password = memory_string(colon == NULL ? "" : colon + 1);
	if (*user == '\0' && *proxy->password == '\0') {
		free(proxy->password);
		free(user);
		proxy->user = proxy->password = NULL;
		return NULL;
	}
	if (!decode(proxy->user) || !decode(proxy->password))
		return wrong;
	/* RFC 7617 section 2: the first colon ends the name. */
	return proxy->kind == PROXY_HTTP && strchr(proxy->user, ':') != NULL
		   ? "has a user name with a colon, which HTTP cannot send"
		   : NULL;
}

static const char *
parse(struct proxy *proxy, const char *url)
{
	static const char form[] =
	    "is not http://HOST:PORT, socks5://HOST:PORT or "
	    "socks5h://HOST:PORT, with USER:PASSWORD@ before HOST where the "
	    "proxy asks for them";
	const char *authority = authority_of(url), *at, *fault;
	bool is_known = authority == url;
	struct endpoint endpoint;
	struct bytes rest;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(url, schemes[i].scheme,
			strlen(schemes[i].scheme)) == 0) {
			proxy->kind = schemes[i].kind;
			is_known = true;
		}
	if (!is_known)
		return form;
	at = strrchr(authority, '@');
	if (at != NULL) {
		fault = parse_login(proxy, authority, (size_t)(at - authority));
		if (fault != NULL)
			return fault;
		authority = at + 1;
	}
	rest = bytes_from_string(authority);
	if (rest.size > 0 && rest.data[rest.size - 1] == '/')
		rest.size--;
	if (memchr(rest.data, '/', rest.size) != NULL ||
	    !endpoint_parse(&endpoint, rest, &fault))
		return form;
	proxy->port = endpoint.port == 0 ? DEFAULT_PORT : endpoint.port;
	proxy->host =
	    target_host_normalize(endpoint.host, &proxy->is_address, &fault);
	return proxy->host == NULL ? form : NULL;
}

const char *
proxy_parse(struct proxy *proxy, const char *url)
{
	const char *fault;

	*proxy = (struct proxy){ .kind = PROXY_HTTP };
	fault = parse(proxy, url);
	if (fault != NULL)
		proxy_clear(proxy);
	return fault;
}

void
proxy_clear(struct proxy *proxy)
{
	free(proxy->host);
	free(proxy->user);
	free(proxy->password);
	*proxy = (struct proxy){ .kind = PROXY_HTTP };
}

/* A password may hold an unescaped "@" or "/": all before the last "@". */
char *
proxy_url_without_password(const char *url)
{
	char *shown = memory_string(url);
	char *login = shown + (authority_of(url) - url);
	char *at = strrchr(login, '@'), *colon = strchr(login, ':');

	if (at != NULL && colon != NULL && colon < at)
		memmove(colon, at, strlen(at) + 1);
	return shown;
}

bool
proxy_url_has_user(const char *url)
{
	return strchr(authority_of(url), '@') != NULL;
}
