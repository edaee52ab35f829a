/*
 * Blocks of addresses, counted in octets.  That their first and last address
 * may be no host is not known here: who names them wants them looked at.
 */
#include "model/address_block.h"

static const char fault_address[] = "no IP address before the slash";
static const char fault_prefix[] =
    "the prefix length of a block is a number up to 32, or 128 for IPv6";
static const char fault_size[] = "a block of more than 16777216 addresses";

enum { MOST_HOST_BITS = 24, MOST_TEXT = 64 };

/* At most three digits, so nothing overflows. */
static bool
parse_prefix(struct bytes text, unsigned most, unsigned *prefix)
{
	*prefix = 0;
	if (text.size == 0 || text.size > 3)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*prefix = *prefix * 10 + (text.data[i] - '0');
	}
	return *prefix <= most;
}

static bool
parse_address(struct address_block *block, struct bytes text)
{
	char string[MOST_TEXT];

	/* A block has no zone. */
	if (text.size >= sizeof(string) || text.size == 0 ||
	    memchr(text.data, '%', text.size) != NULL)
		return false;
	memcpy(string, text.data, text.size);
	string[text.size] = '\0';
	return address_parse(string, block->first, &block->octets);
}

static void
clear_bits_after(struct address_block *block, unsigned prefix)
{
	for (unsigned bit = prefix; bit < block->octets * 8; bit++)
		block->first[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
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
	if (!parse_address(block, bytes_of(text.data, before)))
		return false;
	*fault = fault_prefix;
	bits = (unsigned)block->octets * 8;
	if (!parse_prefix(
		bytes_of(slash + 1, text.size - before - 1), bits, &prefix))
		return false;
	*fault = fault_size;
	if (bits - prefix > MOST_HOST_BITS)
		return false;
	*fault = NULL;
	clear_bits_after(block, prefix);
	block->count = (uint32_t)1 << (bits - prefix);
	return true;
}

/* The lowest 24 bits were cleared or are not counted: no carry goes on. */
void
address_block_format(const struct address_block *block, uint32_t index,
    char text[ADDRESS_TEXT_SIZE])
{
	uint8_t octets[ADDRESS_MOST_OCTETS];

	memcpy(octets, block->first, block->octets);
	for (size_t i = block->octets; index > 0; index >>= 8)
		octets[--i] |= (uint8_t)index;
	address_format(bytes_of(octets, block->octets), text);
}
