/*
 * Name constraints, kind by kind.  A constraint of a kind we cannot compare
 * (x400Address, ediPartyName, registeredID, otherName) matters only when the
 * certificate has a name of that kind: then nobody can say, and it fails.
 */
#include "audit/constraints.h"

#include "x509/certificate_names.h"

/* A directory name is put into its canonical form before each comparison. */
enum { DIRECTORY_COST = 64 };

/* ".example.com" means names below it, "example.com" itself as well. */
static bool
dns_in_subtree(struct bytes name, struct bytes subtree)
{
	if (subtree.size > 0 && subtree.data[0] == '.')
		return name.size > subtree.size - 1 &&
		       dns_is_within(
			   name, bytes_of(subtree.data + 1, subtree.size - 1));
	return dns_is_within(name, subtree);
}

/*
 * A wildcard is inside a permitted subtree when all it stands for is; it
 * touches an excluded one when anything it stands for does.
 */
static bool
wildcard_in_subtree(struct bytes pattern, struct bytes subtree, bool permitted)
{
	struct bytes base = bytes_of(pattern.data + 2, pattern.size - 2);
	const uint8_t *dot;
	size_t label;

	if (subtree.size > 0 && subtree.data[0] == '.')
		subtree = bytes_of(subtree.data + 1, subtree.size - 1);
	if (dns_is_within(base, subtree))
		return true;
	if (permitted)
		return false;
	dot =
	    subtree.size == 0 ? NULL : memchr(subtree.data, '.', subtree.size);
	if (dot == NULL)
		return false;
	label = (size_t)(dot + 1 - subtree.data);
	return dns_equal(
	    base, bytes_of(subtree.data + label, subtree.size - label));
}

/* The subtree is an address and a mask of the same length, prefix or not. */
static bool
address_matches(struct bytes address, struct bytes subtree)
{
	if (subtree.size != address.size * 2)
		return false;
	for (size_t i = 0; i < address.size; i++) {
		uint8_t mask = subtree.data[address.size + i];

		if ((address.data[i] & mask) != (subtree.data[i] & mask))
			return false;
	}
	return true;
}

/* Of a mailbox or a URI: the host itself, or ".domain" for those below it. */
static bool
host_in_subtree(struct bytes host, struct bytes subtree)
{
	if (subtree.size > 0 && subtree.data[0] == '.')
		return dns_in_subtree(host, subtree);
	return dns_equal(host, subtree) || subtree.size == 0;
}

static struct bytes
after(struct bytes text, uint8_t mark)
{
	for (size_t i = text.size; i > 0; i--)
		if (text.data[i - 1] == mark)
			return bytes_of(text.data + i, text.size - i);
	return bytes_of(NULL, 0);
}

/* A mailbox, a host, or ".domain" (RFC 5280 4.2.1.10). */
static bool
email_matches(struct bytes email, struct bytes subtree)
{
	if (after(subtree, '@').size > 0)
		return dns_equal(email, subtree);
	return host_in_subtree(after(email, '@'), subtree);
}

/* The host of "scheme://user@host:port/path"; size 0 when there is none. */
static struct bytes
uri_host(struct bytes uri)
{
	size_t start = 0, end;

	while (start + 3 <= uri.size && memcmp(uri.data + start, "://", 3) != 0)
		start++;
	if (start + 3 > uri.size)
		return bytes_of(NULL, 0);
	start += 3;
	for (end = start; end < uri.size; end++) {
		if (uri.data[end] == '@')
			start = end + 1;
		if (memchr("/?#", uri.data[end], 3) != NULL)
			break;
	}
	for (size_t i = start; i < end; i++)
		if (uri.data[i] == ':')
			end = i;
	return bytes_of(uri.data + start, end - start);
}

static bool
uri_matches(struct bytes uri, struct bytes subtree)
{
	struct bytes host = uri_host(uri);

	return host.size > 0 && host_in_subtree(host, subtree);
}

/* Names compare in their canonical form: the subtree's is a prefix. */
static bool
directory_matches(struct bytes name, struct bytes subtree)
{
	struct arena *scratch = arena_new();
	struct bytes whole, start;
	bool matches = name_canonical(scratch, name, &whole) &&
		       name_canonical(scratch, subtree, &start) &&
		       start.size <= whole.size &&
		       bytes_equal(bytes_of(whole.data, start.size), start);

	arena_free(scratch);
	return matches;
}

static bool
name_matches(const struct general_name *name,
    const struct general_name *subtree, bool permitted)
{
	switch (name->kind) {
	case NAME_DNS:
		return dns_is_wildcard(name->value)
			   ? wildcard_in_subtree(
				 name->value, subtree->value, permitted)
			   : dns_in_subtree(name->value, subtree->value);
	case NAME_ADDRESS:
		return address_matches(name->value, subtree->value);
	case NAME_EMAIL:
		return email_matches(name->value, subtree->value);
	case NAME_URI:
		return uri_matches(name->value, subtree->value);
	case NAME_DIRECTORY:
		return directory_matches(name->value, subtree->value);
	default:
		return !permitted;
	}
}

static bool
is_allowed(const struct certificate *issuer, const struct general_name *name,
    unsigned *budget)
{
	size_t cost = issuer->permitted.count + issuer->excluded.count;
	bool constrained = false, permitted = false;

	if (name->kind == NAME_DIRECTORY)
		cost *= DIRECTORY_COST;
	if (*budget < cost) {
		*budget = 0;
		return false;
	}
	*budget -= (unsigned)cost;
	for (size_t i = 0; i < issuer->excluded.count; i++)
		if (issuer->excluded.names[i].kind == name->kind &&
		    name_matches(name, &issuer->excluded.names[i], false))
			return false;
	for (size_t i = 0; i < issuer->permitted.count && !permitted; i++) {
		if (issuer->permitted.names[i].kind != name->kind)
			continue;
		constrained = true;
		permitted =
		    name_matches(name, &issuer->permitted.names[i], true);
	}
	return permitted || !constrained;
}

bool
constraints_allow(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *host,
    unsigned *budget)
{
	const struct name_list *names = &subject->alternative_names;
	struct general_name directory = { NAME_DIRECTORY,
		subject->raw_subject };
	struct general_name host_entry;

	if (!issuer->has_name_constraints)
		return true;
	if (host != NULL && host->address_size > 0)
		host_entry = (struct general_name){ NAME_ADDRESS,
			bytes_of(host->address, host->address_size) };
	else if (host != NULL)
		host_entry = (struct general_name){ NAME_DNS, host->name };
	if (host != NULL && !is_allowed(issuer, &host_entry, budget))
		return false;
	if (!subject->subject_empty && !is_allowed(issuer, &directory, budget))
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (!is_allowed(issuer, &names->names[i], budget))
			return false;
	return true;
}
