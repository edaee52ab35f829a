/* Reads and spells URLs (RFC 3986); fetch.c follows them. */
#include "scan/fetch_url.h"

#include <ctype.h>
#include <strings.h>

#include "base/columns.h"

enum { ERROR_COLUMNS = 60 };

static const char scheme[] = "http://";

/* False at a control character, which no URL has. */
static bool
append_escaped(struct text *out, const char *url)
{
	for (; *url != '\0'; url++) {
		unsigned char octet = (unsigned char)*url;

		if (octet < ' ' || octet == 0x7f)
			return false;
		if (octet == ' ' || octet > 0x7f)
			text_printf(out, "%%%02X", octet);
		else
			text_append_char(out, *url);
	}
	return true;
}

bool
fetch_url_read(const char *url, struct text *spelled, struct text *host,
    struct text *error)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789.-_:[]";
	const char *authority = url + strlen(scheme), *colon;
	size_t size;

	if (strncasecmp(url, scheme, strlen(scheme)) != 0) {
		text_append_cell(error, url, ERROR_COLUMNS);
		text_append(error, " is not an http URL");
		return false;
	}
	size = strcspn(authority, "/?#");
	if (strlen(url) > FETCH_LARGEST_URL || size == 0 ||
	    strspn(authority, allowed) < size ||
	    !append_escaped(spelled, url)) {
		text_append(error, "the URL is malformed");
		return false;
	}
	for (size_t i = 0; i < size; i++)
		text_append_char(
		    host, (char)tolower((unsigned char)authority[i]));
	colon = memrchr(authority, ':', size);
	if (colon == NULL || authority[size - 1] == ']')
		text_append(host, ":80");
	else if (colon == authority + size - 1)
		text_append(host, "80");
	return true;
}

/* Here an IPv6 address has brackets. */
static void
append_host(struct text *text, const char *host)
{
	text_printf(text, strchr(host, ':') != NULL ? "[%s]" : "%s", host);
}

static bool
is_overridden(const char *host_port, const struct resolve_override *override)
{
	struct text expected = { 0 };
	bool any = strcmp(override->host, "*") == 0, same;

	if (any)
		host_port = strrchr(host_port, ':');
	else
		append_host(&expected, override->host);
	text_printf(&expected, ":%u", (unsigned) override->port);
	same = strcmp(expected.data, host_port) == 0;
	text_free(&expected);
	return same;
}

bool
fetch_url_is_overridden(const char *host_port,
    const struct resolve_override overrides[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_overridden(host_port, &overrides[i]))
			return true;
	return false;
}

/* An empty host is any. */
void
fetch_url_redirect(struct text *text, const struct resolve_override *override)
{
	uint16_t to =
	    override->to_port != 0 ? override->to_port : override->port;

	if (strcmp(override->host, "*") != 0)
		append_host(text, override->host);
	text_printf(text, ":%u:", (unsigned) override->port);
	append_host(text, override->ip);
	text_printf(text, ":%u", (unsigned)to);
}
