/*
 * Host names against leaves in every way that some client knows.  Whether a
 * way is right is not asked here: audit/name.c judges by the standard.
 */
#include "audit/client_names.h"

#include "base/address.h"
#include "model/client_trait.h"
#include "model/site.h"

/* Longer ones are no host's name (RFC 1035 2.3.4). */
enum { NAME_TEXT_SIZE = 256 };

static bool
copy_text(struct bytes name, char text[NAME_TEXT_SIZE])
{
	if (name.size >= NAME_TEXT_SIZE ||
	    (name.size > 0 && memchr(name.data, '\0', name.size) != NULL))
		return false;
	if (name.size > 0)
		memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	return true;
}

static bool
has(struct bytes name, uint8_t octet)
{
	return name.size > 0 && memchr(name.data, octet, name.size) != NULL;
}

/* Cuts the first label off the name; false when there is none left. */
static bool
next_label(struct bytes *name, struct bytes *label)
{
	const uint8_t *dot;

	if (name->size == 0)
		return false;
	dot = memchr(name->data, '.', name->size);
	label->data = name->data;
	label->size = dot == NULL ? name->size : (size_t)(dot - name->data);
	name->data += label->size;
	name->size -= label->size;
	if (name->size > 0) {
		name->data++;
		name->size--;
	}
	return true;
}

static bool
is_a_label(struct bytes label)
{
	return label.size >= 4 &&
	       strncasecmp((const char *)label.data, "xn--", 4) == 0;
}

/* "w*l" for "wild": one asterisk, which may stand for no character at all. */
static bool
label_matches_partly(struct bytes pattern, struct bytes label)
{
	const uint8_t *star = memchr(pattern.data, '*', pattern.size);
	size_t before, after;

	if (star == NULL)
		return false;
	before = (size_t)(star - pattern.data);
	after = pattern.size - before - 1;
	return label.size >= before + after &&
	       dns_equal(bytes_of(pattern.data, before),
		   bytes_of(label.data, before)) &&
	       dns_equal(bytes_of(star + 1, after),
		   bytes_of(label.data + label.size - after, after));
}

static uint64_t
wildcard_way(struct bytes base, bool underscore)
{
	char text[NAME_TEXT_SIZE];

	if (!has(base, '.'))
		return WAY_BIT(WAY_WILDCARD_TOP);
	if (copy_text(base, text) && site_is_public_suffix(text))
		return WAY_BIT(WAY_WILDCARD_SUFFIX);
	return underscore ? WAY_BIT(WAY_WILDCARD_UNDERSCORE)
			  : WAY_BIT(WAY_WILDCARD);
}

/*
 * The position of the asterisk in the first label; no client that reads such
 * names does so in an A-label (RFC 6125 6.4.3).
 */
static uint64_t
partial_way(struct bytes pattern, struct bytes label)
{
	uint64_t way =
	    label.size < pattern.size ? WAY_BIT(WAY_WILDCARD_NOTHING) : 0;

	if (!label_matches_partly(pattern, label))
		return 0;
	if (is_a_label(pattern) || is_a_label(label))
		return way | WAY_BIT(WAY_WILDCARD_A_LABEL);
	if (pattern.data[0] == '*')
		return way | WAY_BIT(WAY_WILDCARD_FRONT);
	/*
	 * OpenSSL accepts no asterisk at the end of a label that follows a
	 * hyphen.
	 */
	if (pattern.data[pattern.size - 1] == '*' &&
	    pattern.data[pattern.size - 2] != '-')
		return way | WAY_BIT(WAY_WILDCARD_BACK);
	return way | WAY_BIT(WAY_WILDCARD_PARTIAL);
}

/* An asterisk that is not exactly the whole left-most label. */
static uint64_t
odd_wildcard_way(struct bytes pattern, struct bytes host)
{
	struct bytes label, wanted;
	uint64_t way = 0;

	if (!next_label(&pattern, &wanted) || !next_label(&host, &label))
		return 0;
	if (has(wanted, '*') && wanted.size > 1) {
		way = partial_way(wanted, label);
		if (way == 0)
			return 0;
	} else if (!has(wanted, '*') && !dns_equal(wanted, label)) {
		return 0;
	}
	while (next_label(&pattern, &wanted)) {
		if (!next_label(&host, &label))
			return 0;
		if (wanted.size == 1 && wanted.data[0] == '*')
			way |= WAY_BIT(WAY_WILDCARD_INNER);
		else if (!dns_equal(wanted, label))
			return 0;
	}
	return host.size == 0 ? way : 0;
}

static uint64_t
undotted_way(struct bytes name, struct bytes host)
{
	bool underscore = has(host, '_');
	struct bytes label, rest = host, base;

	if (dns_equal(name, host))
		return underscore ? WAY_BIT(WAY_NAME_UNDERSCORE)
				  : WAY_BIT(WAY_NAME);
	if (!has(name, '*'))
		return 0;
	base = dns_is_wildcard(name) ? bytes_of(name.data + 2, name.size - 2)
				     : bytes_of(NULL, 0);
	if (base.size == 0 || has(base, '*'))
		return odd_wildcard_way(name, host);
	if (!next_label(&rest, &label) || label.size == 0 ||
	    !dns_equal(rest, base))
		return 0;
	return wildcard_way(base, underscore);
}

/* All that a client must read for this name; 0: it does not fit. */
static uint64_t
name_way(struct bytes name, struct bytes host)
{
	uint64_t way;

	if (name.size == 0 || name.data[name.size - 1] != '.')
		return undotted_way(name, host);
	way = undotted_way(bytes_of(name.data, name.size - 1), host);
	return way == 0 ? 0 : way | WAY_BIT(WAY_NAME_DOT);
}

static bool
is_address_text(struct bytes name, const struct host_name *host)
{
	char text[NAME_TEXT_SIZE];
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;

	return copy_text(name, text) && address_parse(text, octets, &size) &&
	       size == host->address_size &&
	       memcmp(octets, host->address, size) == 0;
}

/* "*.0.2.1" for 192.0.2.1: compared as if the address were a name. */
static bool
is_wildcard_of_address(struct bytes name, const struct host_name *host)
{
	char text[ADDRESS_TEXT_SIZE];

	return has(name, '*') &&
	       address_format(
		   bytes_of(host->address, host->address_size), text) &&
	       undotted_way(name, bytes_from_string(text)) != 0;
}

static uint64_t
alternative_way(const struct general_name *name, const struct host_name *host)
{
	if (name->kind == NAME_ADDRESS)
		return host->address_size != 0 &&
			       bytes_equal(name->value,
				   bytes_of(host->address, host->address_size))
			   ? WAY_BIT(WAY_ADDRESS)
			   : 0;
	if (name->kind != NAME_DNS)
		return 0;
	if (host->address_size == 0)
		return name_way(name->value, host->name);
	if (is_address_text(name->value, host))
		return WAY_BIT(WAY_ADDRESS_AS_NAME);
	return is_wildcard_of_address(name->value, host)
		   ? WAY_BIT(WAY_ADDRESS_WILDCARD)
		   : 0;
}

/* What else the leaf's alternative names are, where none is for the host. */
struct company {
	bool name, address, uri;
	bool other; /* or the extension has no name at all */
};

static uint64_t
common_address_way(const struct company *company)
{
	if (company->name)
		return WAY_BIT(WAY_COMMON_NAME_ADDRESS_BESIDE_NAME);
	if (company->address)
		return WAY_BIT(WAY_COMMON_NAME_ADDRESS_BESIDE);
	return WAY_BIT(WAY_COMMON_NAME_ADDRESS) |
	       (company->other ? WAY_BIT(WAY_COMMON_NAME_BESIDE_OTHER) : 0);
}

/* Where among the common names it stands; 0: it is the only one. */
static uint64_t
place_way(size_t at, size_t count)
{
	if (count == 1)
		return 0;
	if (at == 0)
		return WAY_BIT(WAY_COMMON_NAME_FIRST);
	return at + 1 < count ? WAY_BIT(WAY_COMMON_NAME_MIDDLE)
			      : WAY_BIT(WAY_COMMON_NAME_LAST);
}

/* The way in which a common name fits, and why it is looked at at all. */
static uint64_t
common_name_way(struct bytes name, const struct host_name *host,
    const struct company *company)
{
	uint64_t way;

	if (host->address_size != 0)
		return is_address_text(name, host) ? common_address_way(company)
						   : 0;
	way = company->name ? 0 : name_way(name, host->name);
	if (way == 0)
		return 0;
	if ((way & WAY_BIT(WAY_NAME_DOT)) != 0)
		way ^= WAY_BIT(WAY_NAME_DOT) | WAY_BIT(WAY_COMMON_NAME_DOT);
	if (company->address)
		return way | WAY_BIT(WAY_COMMON_NAME_BESIDE);
	if (company->uri)
		return way | WAY_BIT(WAY_COMMON_NAME_BESIDE_URI);
	if (company->other)
		way |= WAY_BIT(WAY_COMMON_NAME_BESIDE_OTHER);
	return way | WAY_BIT(WAY_COMMON_NAME);
}

static void
add_fit(struct client_fits *fits, uint64_t needs)
{
	for (size_t i = 0; i < fits->count; i++)
		if (fits->needs[i] == needs)
			return;
	if (needs != 0 && fits->count < CLIENT_MOST_FITS)
		fits->needs[fits->count++] = needs;
}

void
client_fits_find(const struct host_name *host, const struct certificate *leaf,
    struct client_fits *fits)
{
	const struct name_list *names = &leaf->alternative_names;
	struct company company = { .other = leaf->has_alternative_names };

	fits->count = 0;
	if (host->address_size != 0)
		add_fit(fits, WAY_BIT(WAY_ADDRESS_UNSEEN));
	for (size_t i = 0; i < names->count; i++) {
		enum name_kind kind = names->names[i].kind;

		company.name = company.name || kind == NAME_DNS;
		company.address = company.address || kind == NAME_ADDRESS;
		company.uri = company.uri || kind == NAME_URI;
		add_fit(fits, alternative_way(&names->names[i], host));
	}
	for (size_t i = 0; i < leaf->common_name_count; i++) {
		uint64_t way = common_name_way(
		    bytes_from_string(leaf->common_names[i]), host, &company);

		if (way != 0)
			add_fit(
			    fits, way | place_way(i, leaf->common_name_count));
	}
}

bool
client_fits_read(const struct client_fits *fits, uint64_t reads)
{
	for (size_t i = 0; i < fits->count; i++)
		if ((fits->needs[i] & ~reads) == 0)
			return true;
	return false;
}
