/* Reads IP addresses.  Resolves nothing. */
#include <arpa/inet.h>
#include <string.h>

#include "base/address.h"

bool
address_parse(
    const char *text, uint8_t octets[ADDRESS_MOST_OCTETS], size_t *size)
{
	char plain[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "%");

	if (length >= sizeof(plain))
		return false;
	memcpy(plain, text, length);
	plain[length] = '\0';
	if (inet_pton(AF_INET, text, octets) == 1) {
		*size = 4;
		return true;
	}
	if (inet_pton(AF_INET6, plain, octets) == 1) {
		*size = 16;
		return true;
	}
	return false;
}

bool
address_format(struct bytes octets, char text[ADDRESS_TEXT_SIZE])
{
	int family = octets.size == 4 ? AF_INET : AF_INET6;

	if (octets.size != 4 && octets.size != 16)
		return false;
	return inet_ntop(family, octets.data, text, ADDRESS_TEXT_SIZE) != NULL;
}
