/*
 * Name constraints, kind by kind.  A constraint of a kind we cannot compare
 * (x400Address, ediPartyName, registeredID, otherName) matters only when the
 * certificate has a name of that kind: then the result is unknown, and the
 * certificate is refused.
 */
#include "audit/constraints.h"

#include "base/address.h"
#include "x509/certificate_names.h"

/* A directory name is put into its canonical form before each comparison. */
enum { DIRECTORY_COST = 64 };

/* Names times constraints, as OpenSSL counts; for one more name. */
static bool
spend(struct constraint_budget *budget, const struct certificate *issuer,
    enum name_kind kind)
{
	size_t cost = issuer->permitted.count + issuer->excluded.count;
	size_t work = kind == NAME_DIRECTORY ? cost * DIRECTORY_COST : cost;

	if (budget->left < cost ||
	    (budget->of_host != NULL &&
		*budget->of_host + work > CONSTRAINTS_MOST_OF_A_HOST))
		return false;
	budget->left -= (unsigned)cost;
	if (budget->of_host != NULL)
		*budget->of_host += (unsigned)work;
	return true;
}

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
 * A wildcard is inside a permitted subtree when all names that it matches are,
 * and inside an excluded one when any of them is.
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

/*
 * A mailbox, a host, or ".domain" (RFC 5280 4.2.1.10).  The case of a local
 * part counts, that of a host does not (7.5).
 */
static bool
email_matches(struct bytes email, struct bytes subtree)
{
	struct bytes host = after(email, '@'), wanted = after(subtree, '@');

	if (wanted.size == 0)
		return host_in_subtree(host, subtree);
	return dns_equal(host, wanted) &&
	       bytes_equal(bytes_of(email.data, email.size - host.size),
		   bytes_of(subtree.data, subtree.size - wanted.size));
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

struct bytes
constraint_host_of(const struct general_name *name)
{
	return name->kind == NAME_URI ? uri_host(name->value)
				      : after(name->value, '@');
}

bool
constraint_uri_has_host(struct bytes uri)
{
	struct bytes host = uri_host(uri);
	uint8_t octets[ADDRESS_MOST_OCTETS];
	char text[64];
	size_t size;

	if (host.size == 0 || host.data[0] == '[' || host.size >= sizeof(text))
		return host.size >= sizeof(text);
	memcpy(text, host.data, host.size);
	text[host.size] = '\0';
	return !address_parse(text, octets, &size);
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

static enum constraint_answer
check_name(const struct certificate *issuer, const struct general_name *name,
    struct constraint_budget *budget)
{
	bool constrained = false, permitted = false;

	if (!spend(budget, issuer, name->kind))
		return CONSTRAINT_UNDECIDED;
	if ((issuer->distances & 1U << name->kind) != 0)
		return CONSTRAINT_UNPROCESSED;
	for (size_t i = 0; i < issuer->excluded.count; i++) {
		const struct general_name *subtree = &issuer->excluded.names[i];

		/* 4.2.1.10: such a URI must be rejected in any case. */
		if (subtree->kind == name->kind &&
		    (name_matches(name, subtree, false) ||
			(name->kind == NAME_URI &&
			    !constraint_uri_has_host(name->value))))
			return CONSTRAINT_FORBIDS;
	}
	for (size_t i = 0; i < issuer->permitted.count && !permitted; i++) {
		const struct general_name *subtree =
		    &issuer->permitted.names[i];

		if (subtree->kind != name->kind)
			continue;
		constrained = true;
		permitted = name_matches(name, subtree, true);
	}
	return permitted || !constrained ? CONSTRAINT_ALLOWS
					 : CONSTRAINT_FORBIDS;
}

static enum constraint_answer
check_names(const struct certificate *issuer, const struct name_list *names,
    struct constraint_budget *budget)
{
	enum constraint_answer answer = CONSTRAINT_ALLOWS;

	for (size_t i = 0; i < names->count && answer == CONSTRAINT_ALLOWS; i++)
		answer = check_name(issuer, &names->names[i], budget);
	return answer;
}

enum constraint_answer
constraints_check(const struct certificate *issuer,
    const struct certificate *subject, const struct host_name *host,
    struct constraint_budget *budget)
{
	struct general_name entries[2];
	struct name_list own = { entries, 0 };
	enum constraint_answer answer;

	if (!issuer->has_name_constraints)
		return CONSTRAINT_ALLOWS;
	if (host != NULL && host->address_size > 0)
		entries[own.count++] = (struct general_name){ .kind =
								  NAME_ADDRESS,
			.value = bytes_of(host->address, host->address_size) };
	else if (host != NULL)
		entries[own.count++] = (struct general_name){ .kind = NAME_DNS,
			.value = host->name };
	if (!subject->subject_empty)
		entries[own.count++] =
		    (struct general_name){ .kind = NAME_DIRECTORY,
			    .value = subject->raw_subject };
	answer = check_names(issuer, &own, budget);
	if (answer == CONSTRAINT_ALLOWS)
		answer =
		    check_names(issuer, &subject->alternative_names, budget);
	/* RFC 5280 4.2.1.10 */
	if (answer == CONSTRAINT_ALLOWS && !subject->has_alternative_names)
		answer =
		    check_names(issuer, &subject->subject_mailboxes, budget);
	return answer;
}
