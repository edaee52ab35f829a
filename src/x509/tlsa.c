/* RFC 6698 section 2: three numbers, then a digest or the thing itself. */
#include "x509/tlsa.h"

#include <ctype.h>
#include <gnutls/crypto.h>
#include <stdlib.h>

#include "base/text.h"

enum { NUMBERS = 3, SHA512_SIZE = 64 };

bool
tlsa_read(struct tlsa *tlsa, struct bytes rdata)
{
	if (rdata.size <= NUMBERS || rdata.size > NUMBERS + TLSA_MOST_DATA)
		return false;
	*tlsa = (struct tlsa){
		.usage = rdata.data[0],
		.selector = rdata.data[1],
		.matching = rdata.data[2],
		.data = bytes_of(rdata.data + NUMBERS, rdata.size - NUMBERS),
	};
	return true;
}

const char *
tlsa_text(struct arena *arena, const struct tlsa *tlsa)
{
	struct text text = { .size = 0 };
	const char *copy;

	text_printf(
	    &text, "%u %u %u ", tlsa->usage, tlsa->selector, tlsa->matching);
	text_append_hex(&text, tlsa->data);
	copy = arena_string(arena, text.data);
	text_free(&text);
	return copy;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
tlsa_parse(struct arena *arena, const char *text, struct tlsa *tlsa)
{
	uint8_t numbers[NUMBERS], *octets;
	size_t size;

	for (int i = 0; i < NUMBERS; i++) {
		char *end;
		unsigned long number = strtoul(text, &end, 10);

		if (!isdigit((unsigned char)*text) || *end != ' ' ||
		    number > UINT8_MAX)
			return false;
		numbers[i] = (uint8_t)number;
		text = end + 1;
	}
	size = strlen(text) / 2;
	if (size == 0 || size > TLSA_MOST_DATA || text[2 * size] != '\0')
		return false;
	octets = arena_alloc(arena, size);
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	*tlsa = (struct tlsa){ numbers[0], numbers[1], numbers[2],
		bytes_of(octets, size) };
	return true;
}

bool
tlsa_is_usable(const struct tlsa *tlsa)
{
	if ((tlsa->usage != TLSA_USAGE_TA && tlsa->usage != TLSA_USAGE_EE) ||
	    tlsa->selector > 1)
		return false;
	switch (tlsa->matching) {
	case 0:
		return true;
	case 1:
		return tlsa->data.size == sizeof(struct digest);
	case 2:
		return tlsa->data.size == SHA512_SIZE;
	default:
		return false;
	}
}

bool
tlsa_fits(const struct tlsa *tlsa, const struct certificate *certificate)
{
	struct bytes whole =
	    tlsa->selector == 0 ? certificate->der : certificate->spki;
	uint8_t octets[SHA512_SIZE];

	if (!tlsa_is_usable(tlsa) || whole.size == 0)
		return false;
	if (tlsa->matching == 0)
		return bytes_equal(whole, tlsa->data);
	return gnutls_hash_fast(
		   tlsa->matching == 1 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA512,
		   whole.data, whole.size, octets) >= 0 &&
	       memcmp(octets, tlsa->data.data, tlsa->data.size) == 0;
}
