/*
 * Taking "host:port" and its relatives apart.  Whether a host is one is
 * decided in target.c.
 */
#include "model/endpoint.h"

#include <strings.h>

static const char fault_port[] = "a port is a number from 1 to 65535";
static const char fault_bracket[] =
    "\"[\" opens an IPv6 address that \"]\" closes, then \":PORT\"";
static const char fault_no_tls[] =
    "a scheme without TLS; name the host alone, or its https URL";
static const char fault_scheme[] = "an unknown URL scheme";
static const char fault_path[] = "a slash where a host name should be";

/* How a service that a URL names does TLS. */
struct scheme {
	const char *name;
	uint16_t port;	      /* 0: the default one */
	const char *starttls; /* NULL: TLS from the first octet */
	bool has_no_tls;
};

static const struct scheme schemes[] = {
	{ "https", 443, NULL, false },
	{ "wss", 443, NULL, false },
	{ "tls", 0, NULL, false },
	{ "ssl", 0, NULL, false },
	{ "smtps", 465, NULL, false },
	{ "submissions", 465, NULL, false },
	{ "imaps", 993, NULL, false },
	{ "pop3s", 995, NULL, false },
	{ "ldaps", 636, NULL, false },
	{ "ftps", 990, NULL, false },
	{ "nntps", 563, NULL, false },
	{ "ircs", 6697, NULL, false },
	{ "xmpps", 5223, NULL, false },
	{ "sips", 5061, NULL, false },
	{ "mqtts", 8883, NULL, false },
	{ "amqps", 5671, NULL, false },
	{ "rediss", 6379, NULL, false },
	{ "smtp", 25, "smtp", false },
	{ "submission", 587, "smtp", false },
	{ "lmtp", 24, "lmtp", false },
	{ "imap", 143, "imap", false },
	{ "pop3", 110, "pop3", false },
	{ "ldap", 389, "ldap", false },
	{ "ftp", 21, "ftp", false },
	{ "nntp", 119, "nntp", false },
	{ "sieve", 4190, "sieve", false },
	{ "xmpp", 5222, "xmpp", false },
	{ "irc", 6667, "irc", false },
	{ "postgres", 5432, "postgres", false },
	{ "postgresql", 5432, "postgres", false },
	{ "mysql", 3306, "mysql", false },
	{ "http", 80, NULL, true },
	{ "ws", 80, NULL, true },
};

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
	const struct scheme *scheme = NULL;
	struct bytes rest = after(text, scheme_size + 3), authority = rest;
	const char *fault;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strlen(schemes[i].name) == scheme_size &&
		    strncasecmp(schemes[i].name, (const char *)text.data,
			scheme_size) == 0)
			scheme = &schemes[i];
	if (scheme == NULL)
		return fault_scheme;
	if (scheme->has_no_tls)
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
	if (endpoint->port == 0)
		endpoint->port = scheme->port;
	endpoint->starttls = scheme->starttls;
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
	*fault = slash == 0 ? fault_path
			    : parse_host_and_port(
				  endpoint, bytes_of(text.data, slash));
	return *fault == NULL;
}
