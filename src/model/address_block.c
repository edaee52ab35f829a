/*
 * Blocks of addresses, counted in octets.  Their first and last addresses may
 * be those of a network and a broadcast: they are scanned as well, since a
 * block in a list means all of it.
 */
#include "model/address_block.h"

static const char fault_address[] = "no IP address before the slash";
static const char fault_prefix[] =
    "the prefix length of a block is a number up to 32, or 128 for IPv6";
static const char fault_size[] = "a block of more than 16777216 addresses";
static const char fault_range[] =
    "a range of addresses is FIRST-LAST, as in 192.0.2.1-9 or "
    "192.0.2.1-192.0.2.9";

enum { MOST_HOST_BITS = 24, MOST_TEXT = 64 };

/* At most three digits, so nothing overflows. */
static bool
parse_number(struct bytes text, unsigned most, unsigned *number)
{
	*number = 0;
	if (text.size == 0 || text.size > 3)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (text.data[i] - '0');
	}
	return *number <= most;
}

/* Of an address in a block, which has no zone. */
static bool
parse_address(
    struct bytes text, uint8_t octets[ADDRESS_MOST_OCTETS], size_t *size)
{
	char string[MOST_TEXT];

	if (text.size >= sizeof(string) || text.size == 0 ||
	    memchr(text.data, '%', text.size) != NULL)
		return false;
	memcpy(string, text.data, text.size);
	string[text.size] = '\0';
	return address_parse(string, octets, size);
}

bool
address_block_parse(
    struct address_block *block, struct bytes text, const char **fault)
{
	const uint8_t *slash =
	    text.size == 0 ? NULL : memchr(text.data, '/', text.size);
	size_t before = slash == NULL ? 0 : (size_t)(slash - text.data);
	unsigned bits, prefix;

	*fault = fault_address;
	if (!parse_address(
		bytes_of(text.data, before), block->first, &block->octets))
		return false;
	*fault = fault_prefix;
	bits = (unsigned)block->octets * 8;
	if (!parse_number(
		bytes_of(slash + 1, text.size - before - 1), bits, &prefix))
		return false;
	*fault = fault_size;
	if (bits - prefix > MOST_HOST_BITS)
		return false;
	*fault = NULL;
	for (unsigned bit = prefix; bit < bits; bit++)
		block->first[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	block->count = (uint32_t)1 << (bits - prefix);
	return true;
}

bool
address_range_is(struct bytes text)
{
	const uint8_t *hyphen =
	    text.size == 0 ? NULL : memchr(text.data, '-', text.size);
	uint8_t octets[ADDRESS_MOST_OCTETS];
	size_t size;

	if (hyphen == NULL)
		return false;
	if (memchr(text.data, ':', text.size) != NULL)
		return parse_address(
		    bytes_of(text.data, (size_t)(hyphen - text.data)), octets,
		    &size);
	/* Also nmap's "192.0.2-3.1-9"; "192.0.2.1-dsl.example" is a name. */
	for (size_t i = 0; i < text.size; i++)
		if ((text.data[i] < '0' || text.data[i] > '9') &&
		    text.data[i] != '-' && text.data[i] != '.')
			return false;
	return text.data[0] != '-' && text.data[0] != '.';
}

bool
address_range_parse(
    struct address_block *block, struct bytes text, const char **fault)
{
	const uint8_t *hyphen =
	    text.size == 0 ? NULL : memchr(text.data, '-', text.size);
	size_t before = hyphen == NULL ? 0 : (size_t)(hyphen - text.data);
	struct bytes end;
	uint8_t last[ADDRESS_MOST_OCTETS];
	size_t size;
	unsigned number;
	uint64_t distance = 0;

	*fault = fault_range;
	if (!parse_address(
		bytes_of(text.data, before), block->first, &block->octets))
		return false;
	end = bytes_of(hyphen + 1, text.size - before - 1);
	if (block->octets == 4 && parse_number(end, UINT8_MAX, &number)) {
		memcpy(last, block->first, 4);
		last[3] = (uint8_t)number;
	} else if (!parse_address(end, last, &size) || size != block->octets) {
		return false;
	}
	if (memcmp(block->first, last, block->octets) > 0)
		return false;
	*fault = fault_size;
	for (size_t i = 0; i < block->octets; i++) {
		/* Of two's complement: a lower octet may be the smaller one. */
		distance = (distance << 8) + last[i] - block->first[i];
		if (distance >= ADDRESS_BLOCK_MOST)
			return false;
	}
	*fault = NULL;
	block->count = (uint32_t)distance + 1;
	return true;
}

void
address_block_format(const struct address_block *block, uint32_t index,
    char text[ADDRESS_TEXT_SIZE])
{
	uint8_t octets[ADDRESS_MOST_OCTETS];
	uint32_t carry = index;

	memcpy(octets, block->first, block->octets);
	for (size_t i = block->octets; carry > 0 && i-- > 0; carry >>= 8) {
		carry += octets[i];
		octets[i] = (uint8_t)carry;
	}
	address_format(bytes_of(octets, block->octets), text);
}
