/*
 * The list of signed certificate timestamps (RFC 6962), which is in TLS's
 * encoding, not in DER.  The signatures of the logs are not checked.
 */
#include "x509/certificate_scts.h"

static uint64_t
big_endian(const uint8_t *octets, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | octets[i];
	return number;
}

/* RFC 6962 3.2: version 0, 32 octets of log id, milliseconds. */
int64_t
scts_earliest(struct bytes list)
{
	enum { TIMESTAMP_AT = 33, TIMESTAMP_SIZE = 8, MILLISECONDS = 1000 };
	const uint64_t end_of_9999 = 253402300800000;
	struct bytes timestamps, one;
	uint64_t earliest = end_of_9999, at;

	if (!bytes_take_vector(&list, 2, &timestamps))
		return 0;
	while (bytes_take_vector(&timestamps, 2, &one)) {
		if (one.size < TIMESTAMP_AT + TIMESTAMP_SIZE ||
		    one.data[0] != 0)
			continue;
		at = big_endian(one.data + TIMESTAMP_AT, TIMESTAMP_SIZE);
		if (at < earliest)
			earliest = at;
	}
	return earliest == end_of_9999 ? 0 : (int64_t)(earliest / MILLISECONDS);
}
