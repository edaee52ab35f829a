/* Host names against the leaf's subjectAltName.  No constraints here. */
#include "audit/name.h"

#include "base/address.h"
#include "model/site.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool
dns_equal(struct bytes a, struct bytes b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

bool
dns_is_within(struct bytes name, struct bytes suffix)
{
	size_t before = name.size - suffix.size;

	if (suffix.size == 0)
		return true;
	if (name.size < suffix.size)
		return false;
	return dns_equal(bytes_of(name.data + before, suffix.size), suffix) &&
	       (before == 0 || name.data[before - 1] == '.');
}

bool
dns_looks_like_host(struct bytes name)
{
	bool dotted = false;

	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = lower(name.data[i]);
		bool inner = i > 0 && i + 1 < name.size;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '_' || (c == '-' && inner))
			continue;
		if (c != '.' || !inner || name.data[i - 1] == '-' ||
		    name.data[i + 1] == '.' || name.data[i + 1] == '-')
			return false;
		dotted = true;
	}
	return dotted;
}

bool
dns_is_wildcard(struct bytes pattern)
{
	return pattern.size > 2 && pattern.data[0] == '*' &&
	       pattern.data[1] == '.';
}

struct host_name
host_name_of(const char *host)
{
	struct host_name result = { .name = bytes_from_string(host) };

	if (address_parse(host, result.address, &result.address_size))
		result.name.size = 0;
	return result;
}

static bool
is_public_suffix(struct bytes name)
{
	char text[256];

	if (name.size >= sizeof(text))
		return true;
	for (size_t i = 0; i < name.size; i++)
		text[i] = (char)lower(name.data[i]);
	text[name.size] = '\0';
	return site_is_public_suffix(text);
}

/*
 * "*.example.com" for "a.example.com".  A wildcard for a whole public suffix
 * ("*.co.uk") matches nothing, as browsers and CAs do it; not all libraries do.
 */
static enum name_match
match_wildcard(struct bytes pattern, struct bytes host)
{
	struct bytes base = bytes_of(pattern.data + 2, pattern.size - 2);
	const uint8_t *dot = memchr(host.data, '.', host.size);

	if (dot == NULL || dot == host.data || !dns_is_within(host, base) ||
	    dns_equal(host, base))
		return NAME_MISMATCH_OTHER;
	if (host.size - (size_t)(dot + 1 - host.data) != base.size)
		return NAME_MISMATCH_WILDCARD_DEPTH;
	return is_public_suffix(base) ? NAME_MISMATCH_OTHER : NAME_MATCHES;
}

static enum name_match
match_one(const struct host_name *host, const struct general_name *name)
{
	if (name->kind == NAME_ADDRESS)
		return host->address_size != 0 &&
			       bytes_equal(name->value,
				   bytes_of(host->address, host->address_size))
			   ? NAME_MATCHES
			   : NAME_MISMATCH_OTHER;
	if (host->address_size != 0)
		return NAME_MISMATCH_OTHER;
	if (dns_equal(name->value, host->name))
		return NAME_MATCHES;
	if (dns_is_wildcard(name->value))
		return match_wildcard(name->value, host->name);
	return NAME_MISMATCH_OTHER;
}

enum name_match
name_match(const struct host_name *host, const struct certificate *leaf)
{
	enum name_match best = NAME_MISMATCH_NO_SAN;

	for (size_t i = 0; i < leaf->alternative_names.count; i++) {
		const struct general_name *name =
		    &leaf->alternative_names.names[i];
		enum name_match match;

		if (name->kind != NAME_DNS && name->kind != NAME_ADDRESS)
			continue;
		match = match_one(host, name);
		if (match == NAME_MATCHES)
			return match;
		if (match == NAME_MISMATCH_WILDCARD_DEPTH ||
		    best == NAME_MISMATCH_NO_SAN)
			best = match;
	}
	return best;
}
