/*
 * Addresses one after another, as a CIDR block (RFC 4632, RFC 4291 2.3) or a
 * range names them.
 */
#ifndef MODEL_ADDRESS_BLOCK_H
#define MODEL_ADDRESS_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"

enum { ADDRESS_BLOCK_MOST = 1 << 24 };

struct address_block {
	uint8_t first[ADDRESS_MOST_OCTETS];
	size_t octets;	/* 4 or 16 */
	uint32_t count; /* 1 to ADDRESS_BLOCK_MOST */
};

/*
 * "192.0.2.0/24"; bits behind the prefix are cleared.  False with a sentence
 * in *fault (static) when it is no block, or one of too many addresses.
 */
bool address_block_parse(
    struct address_block *, struct bytes text, const char **fault);

/* Whether the text is meant as a range, right or wrong, and not as a name. */
bool address_range_is(struct bytes text);

/* "192.0.2.1-9", "192.0.2.1-192.0.2.9"; otherwise as above. */
bool address_range_parse(
    struct address_block *, struct bytes text, const char **fault);

/* The canonical text of the address at `index`, below `count`. */
void address_block_format(
    const struct address_block *, uint32_t index, char text[ADDRESS_TEXT_SIZE]);

#endif
