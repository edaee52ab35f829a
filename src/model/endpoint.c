/*
 * Taking "host:port" and its relatives apart.  Whether a host is one is
 * decided in target.c.
 */
#include "model/endpoint.h"

#include <strings.h>

#include "model/starttls_name.h"

static const char fault_port[] = "a port is a number from 1 to 65535";
static const char fault_bracket[] =
    "\"[\" opens an IPv6 address that \"]\" closes, then \":PORT\"";
static const char fault_no_tls[] =
    "a scheme without TLS; name the host alone, or its https URL";
static const char fault_scheme[] = "an unknown URL scheme";
static const char fault_path[] = "a slash where a host name should be";

enum way { TLS_AT_ONCE, AFTER_STARTTLS, WITHOUT_TLS };

/* How a service that a URL names does TLS. */
struct scheme {
	const char *name;
	enum way way;
	enum starttls_protocol protocol; /* AFTER_STARTTLS */
	uint16_t port;			 /* 0: the protocol's, or the default */
};

static const struct scheme schemes[] = {
	{ "https", TLS_AT_ONCE, .port = 443 },
	{ "wss", TLS_AT_ONCE, .port = 443 },
	{ "tls", TLS_AT_ONCE, .port = 0 },
	{ "ssl", TLS_AT_ONCE, .port = 0 },
	{ "smtps", TLS_AT_ONCE, .port = 465 },
	{ "submissions", TLS_AT_ONCE, .port = 465 },
	{ "imaps", TLS_AT_ONCE, .port = 993 },
	{ "pop3s", TLS_AT_ONCE, .port = 995 },
	{ "ldaps", TLS_AT_ONCE, .port = 636 },
	{ "ftps", TLS_AT_ONCE, .port = 990 },
	{ "nntps", TLS_AT_ONCE, .port = 563 },
	{ "ircs", TLS_AT_ONCE, .port = 6697 },
	{ "xmpps", TLS_AT_ONCE, .port = 5223 },
	{ "sips", TLS_AT_ONCE, .port = 5061 },
	{ "mqtts", TLS_AT_ONCE, .port = 8883 },
	{ "amqps", TLS_AT_ONCE, .port = 5671 },
	{ "rediss", TLS_AT_ONCE, .port = 6379 },
	{ "submission", AFTER_STARTTLS, STARTTLS_SMTP, 587 },
	{ "xmpp", AFTER_STARTTLS, STARTTLS_XMPP_CLIENT, .port = 0 },
	{ "postgresql", AFTER_STARTTLS, STARTTLS_POSTGRES, .port = 0 },
	{ "mariadb", AFTER_STARTTLS, STARTTLS_MYSQL, .port = 0 },
	{ "http", WITHOUT_TLS, .port = 80 },
	{ "ws", WITHOUT_TLS, .port = 80 },
};

/* The name of each protocol is a scheme too.  False: it is none. */
static bool
scheme_find(struct scheme *scheme, struct bytes name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		*scheme = schemes[i];
		if (strlen(scheme->name) == name.size &&
		    strncasecmp(
			scheme->name, (const char *)name.data, name.size) == 0)
			return true;
	}
	*scheme = (struct scheme){ .way = AFTER_STARTTLS };
	for (unsigned id = 0; id < STARTTLS_COUNT; id++) {
		scheme->protocol = (enum starttls_protocol)id;
		scheme->name = starttls_word(scheme->protocol);
		if (strlen(scheme->name) == name.size &&
		    strncasecmp(
			scheme->name, (const char *)name.data, name.size) == 0)
			return true;
	}
	return false;
}

/* Where `c` is, or the size when it is nowhere. */
static size_t
find(struct bytes text, char c)
{
	const uint8_t *at =
	    text.size == 0 ? NULL : memchr(text.data, c, text.size);

	return at == NULL ? text.size : (size_t)(at - text.data);
}

static struct bytes
after(struct bytes text, size_t at)
{
	return bytes_of(text.data + at, text.size - at);
}

bool
endpoint_port_parse(struct bytes text, uint16_t *port)
{
	uint32_t value = 0;

	if (text.size == 0 || text.size > 5)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	if (value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static const char *
parse_bracketed(struct endpoint *endpoint, struct bytes text)
{
	size_t close = find(text, ']');

	if (close == text.size)
		return fault_bracket;
	/* The brackets stay: a name may not stand in them. */
	endpoint->host = bytes_of(text.data, close + 1);
	if (close + 1 == text.size)
		return NULL;
	if (text.data[close + 1] != ':')
		return fault_bracket;
	return endpoint_port_parse(after(text, close + 2), &endpoint->port)
		   ? NULL
		   : fault_port;
}

/* More than one colon can only be an IPv6 address, without a port. */
static const char *
parse_host_and_port(struct endpoint *endpoint, struct bytes text)
{
	size_t colon = find(text, ':');

	if (text.size > 0 && text.data[0] == '[')
		return parse_bracketed(endpoint, text);
	if (colon == text.size ||
	    memchr(text.data + colon + 1, ':', text.size - colon - 1)) {
		endpoint->host = text;
		return NULL;
	}
	endpoint->host = bytes_of(text.data, colon);
	return endpoint_port_parse(after(text, colon + 1), &endpoint->port)
		   ? NULL
		   : fault_port;
}

static const char *
parse_url(struct endpoint *endpoint, struct bytes text, size_t scheme_size)
{
	struct bytes rest = after(text, scheme_size + 3), authority = rest;
	struct scheme scheme;
	const char *fault;

	if (!scheme_find(&scheme, bytes_of(text.data, scheme_size)))
		return fault_scheme;
	if (scheme.way == WITHOUT_TLS)
		return fault_no_tls;
	/* RFC 3986 3.2: the authority ends at a path, query or fragment. */
	authority.size = 0;
	while (authority.size < rest.size &&
	       memchr("/?#", rest.data[authority.size], 3) == NULL)
		authority.size++;
	for (size_t at = authority.size; at > 0; at--)
		if (authority.data[at - 1] == '@') {
			authority = after(authority, at);
			break;
		}
	/* RFC 3986 3.2.3: the port after the colon may be empty. */
	if (authority.size > 0 && authority.data[authority.size - 1] == ':')
		authority.size--;
	fault = parse_host_and_port(endpoint, authority);
	endpoint->starttls = STARTTLS_NONE;
	if (scheme.way == AFTER_STARTTLS) {
		endpoint->starttls = starttls_word(scheme.protocol);
		if (scheme.port == 0)
			scheme.port = starttls_port(scheme.protocol);
	}
	if (endpoint->port == 0)
		endpoint->port = scheme.port;
	return fault;
}

bool
endpoint_parse(struct endpoint *endpoint, struct bytes text, const char **fault)
{
	size_t slash = find(text, '/'), prefix = slash + 1;
	const uint8_t *scheme;

	*endpoint = (struct endpoint){ .host = { NULL, 0 } };
	if (slash == text.size) {
		*fault = parse_host_and_port(endpoint, text);
		return *fault == NULL;
	}
	scheme = memmem(text.data, text.size, "://", 3);
	if (scheme != NULL) {
		*fault =
		    parse_url(endpoint, text, (size_t)(scheme - text.data));
		return *fault == NULL;
	}
	/* A number after the slash is a prefix length, else a pasted path. */
	while (prefix < text.size && text.data[prefix] >= '0' &&
	       text.data[prefix] <= '9')
		prefix++;
	if (prefix == text.size && slash + 1 < text.size) {
		*fault = NULL;
		endpoint->is_block =
		    address_block_parse(&endpoint->block, text, fault);
		return *fault == NULL;
	}
	/* "https//host": the word before the slashes is no host. */
	if (slash > 0 && slash + 1 < text.size && text.data[slash + 1] == '/')
		*fault = "a URL has a colon and two slashes behind its scheme";
	else if (slash == 0)
		*fault = fault_path;
	else
		*fault =
		    parse_host_and_port(endpoint, bytes_of(text.data, slash));
	return *fault == NULL;
}
