/*
 * Host names against leaves in every way that some client knows.  Whether a
 * way is right is not asked here: audit/name.c judges by the standard.
 */
#include "audit/client_names.h"

#include "base/address.h"
#include "model/client_profile.h"
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

/* "w*l" for "wild": one star, which stands for at least one octet. */
static bool
label_matches_partly(struct bytes pattern, struct bytes label)
{
	const uint8_t *star = memchr(pattern.data, '*', pattern.size);
	size_t before, after;

	if (star == NULL)
		return false;
	before = (size_t)(star - pattern.data);
	after = pattern.size - before - 1;
	return label.size > before + after &&
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
		return CLIENT_BIT(WAY_WILDCARD_TOP);
	if (copy_text(base, text) && site_is_public_suffix(text))
		return CLIENT_BIT(WAY_WILDCARD_SUFFIX);
	return underscore ? CLIENT_BIT(WAY_WILDCARD_UNDERSCORE)
			  : CLIENT_BIT(WAY_WILDCARD);
}

/* A star that is not the whole of the left-most label. */
static uint64_t
odd_wildcard_way(struct bytes pattern, struct bytes host)
{
	struct bytes label, wanted;
	uint64_t way = CLIENT_BIT(WAY_WILDCARD_PARTIAL);

	if (!next_label(&pattern, &wanted) || !next_label(&host, &label))
		return 0;
	if (has(wanted, '*') && !label_matches_partly(wanted, label))
		return 0;
	if (!has(wanted, '*') && !dns_equal(wanted, label))
		return 0;
	while (next_label(&pattern, &wanted)) {
		if (!next_label(&host, &label))
			return 0;
		if (wanted.size == 1 && wanted.data[0] == '*')
			way = CLIENT_BIT(WAY_WILDCARD_INNER);
		else if (!dns_equal(wanted, label))
			return 0;
	}
	return host.size == 0 ? way : 0;
}

static uint64_t
name_way(struct bytes name, struct bytes host)
{
	bool underscore = has(host, '_');
	struct bytes label, rest = host, base;

	if (dns_equal(name, host))
		return underscore ? CLIENT_BIT(WAY_NAME_UNDERSCORE)
				  : CLIENT_BIT(WAY_NAME);
	if (name.size == host.size + 1 && name.data[host.size] == '.' &&
	    dns_equal(bytes_of(name.data, host.size), host))
		return CLIENT_BIT(WAY_NAME_DOT);
	if (!has(name, '*'))
		return 0;
	if (!dns_is_wildcard(name))
		return odd_wildcard_way(name, host);
	base = bytes_of(name.data + 2, name.size - 2);
	if (!next_label(&rest, &label) || label.size == 0 ||
	    !dns_equal(rest, base))
		return 0;
	return wildcard_way(base, underscore);
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

static uint64_t
alternative_way(const struct general_name *name, const struct host_name *host)
{
	if (name->kind == NAME_ADDRESS)
		return host->address_size != 0 &&
			       bytes_equal(name->value,
				   bytes_of(host->address, host->address_size))
			   ? CLIENT_BIT(WAY_ADDRESS)
			   : 0;
	if (name->kind != NAME_DNS)
		return 0;
	if (host->address_size == 0)
		return name_way(name->value, host->name);
	return is_address_text(name->value, host)
		   ? CLIENT_BIT(WAY_ADDRESS_AS_NAME)
		   : 0;
}

static uint64_t
common_name_way(const struct certificate *leaf, const struct host_name *host,
    bool beside_address)
{
	struct bytes name;
	uint64_t standard = CLIENT_BIT(WAY_NAME) | CLIENT_BIT(WAY_WILDCARD) |
			    CLIENT_BIT(WAY_NAME_UNDERSCORE) |
			    CLIENT_BIT(WAY_WILDCARD_UNDERSCORE);

	if (leaf->subject_cn == NULL)
		return 0;
	name = bytes_from_string(leaf->subject_cn);
	if (host->address_size != 0)
		return !beside_address && is_address_text(name, host)
			   ? CLIENT_BIT(WAY_COMMON_NAME_ADDRESS)
			   : 0;
	if ((name_way(name, host->name) & standard) == 0)
		return 0;
	return beside_address ? CLIENT_BIT(WAY_COMMON_NAME_BESIDE)
			      : CLIENT_BIT(WAY_COMMON_NAME);
}

uint64_t
client_ways(const struct host_name *host, const struct certificate *leaf)
{
	const struct name_list *names = &leaf->alternative_names;
	bool has_name = false, has_address = false;
	uint64_t ways = 0;

	for (size_t i = 0; i < names->count; i++) {
		has_name = has_name || names->names[i].kind == NAME_DNS;
		has_address =
		    has_address || names->names[i].kind == NAME_ADDRESS;
		ways |= alternative_way(&names->names[i], host);
	}
	if (!has_name)
		ways |= common_name_way(leaf, host, has_address);
	return ways;
}
