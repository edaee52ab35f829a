/* The special-purpose networks, as two tables; connects to nothing. */
#include "scan/fetch_address.h"

#include <netinet/in.h>

#include "base/address.h"

enum { V4_OCTETS = 4, V6_OCTETS = 16 };

struct network {
	uint8_t octets[V6_OCTETS];
	unsigned bits;
	const char *what;
};

static const struct network v4_networks[] = {
	{ { 0 }, 8, "this network" },
	{ { 10 }, 8, "private" },
	{ { 100, 64 }, 10, "carrier-grade NAT" },
	{ { 127 }, 8, "loopback" },
	{ { 169, 254 }, 16, "link-local" },
	{ { 172, 16 }, 12, "private" },
	{ { 192, 0, 0 }, 24, "protocol assignment" },
	{ { 192, 0, 2 }, 24, "documentation" },
	{ { 192, 88, 99 }, 24, "6to4 relay" },
	{ { 192, 168 }, 16, "private" },
	{ { 198, 18 }, 15, "benchmarking" },
	{ { 198, 51, 100 }, 24, "documentation" },
	{ { 203, 0, 113 }, 24, "documentation" },
	{ { 224 }, 4, "multicast" },
	{ { 240 }, 4, "reserved" },
};

/* The last row is all that 2000::/3, global unicast, leaves. */
static const struct network v6_networks[] = {
	{ { 0x20, 0x01, 0x00 }, 23, "protocol assignment or Teredo" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
	{ { 0x3f, 0xff, 0x00 }, 20, "documentation" },
	{ { 0x20 }, 3, NULL },
	{ { [15] = 0 }, 128, "unspecified" },
	{ { [15] = 1 }, 128, "loopback" },
	{ { 0xfc }, 7, "private" },
	{ { 0xfe, 0x80 }, 10, "link-local" },
	{ { 0xfe, 0xc0 }, 10, "site-local" },
	{ { 0xff }, 8, "multicast" },
	{ { 0 }, 0, "not global unicast" },
};

/* Networks whose addresses carry an IPv4 address from octet `at` on. */
static const struct {
	struct network network;
	size_t at;
} wrappers[] = {
	{ { { [10] = 0xff, [11] = 0xff }, 96, "IPv4-mapped" }, 12 },
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96, "NAT64" }, 12 },
	{ { { 0x20, 0x02 }, 16, "6to4" }, 2 },
};

static bool
is_within(struct bytes octets, const struct network *network)
{
	size_t whole = network->bits / 8;
	unsigned rest = network->bits % 8;

	if (memcmp(octets.data, network->octets, whole) != 0)
		return false;
	return rest == 0 ||
	       (octets.data[whole] ^ network->octets[whole]) >> (8 - rest) == 0;
}

static const char *
find_network(struct bytes octets, const struct network *networks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_within(octets, &networks[i]))
			return networks[i].what;
	return NULL;
}

static const char *
v4_not_public(struct bytes octets)
{
	return find_network(
	    octets, v4_networks, sizeof(v4_networks) / sizeof(v4_networks[0]));
}

/* NULL: it is public. */
static const char *
find_reason(struct bytes octets)
{
	if (octets.size == V4_OCTETS)
		return v4_not_public(octets);
	if (octets.size != V6_OCTETS)
		return "not an IP address";
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (is_within(octets, &wrappers[i].network))
			return v4_not_public(
			    bytes_of(octets.data + wrappers[i].at, V4_OCTETS));
	return find_network(
	    octets, v6_networks, sizeof(v6_networks) / sizeof(v6_networks[0]));
}

bool
address_refuse(const struct sockaddr *address, struct text *sentence)
{
	struct bytes octets = { NULL, 0 };
	char text[ADDRESS_TEXT_SIZE] = "this";
	const char *what;

	if (address->sa_family == AF_INET)
		octets =
		    bytes_of(&((const struct sockaddr_in *)address)->sin_addr,
			V4_OCTETS);
	else if (address->sa_family == AF_INET6)
		octets =
		    bytes_of(&((const struct sockaddr_in6 *)address)->sin6_addr,
			V6_OCTETS);
	what = find_reason(octets);
	if (what == NULL)
		return false;
	address_format(octets, text);
	text_printf(
	    sentence, "refused: %s is not a public address (%s)", text, what);
	return true;
}
