/*
 * The replies that are no lines: LDAP (RFC 4511 in BER), PostgreSQL ("SSL
 * Session Encryption"), MySQL ("Connecting") and RDP (MS-RDPBCGR 2.2.1.2).
 */
#include "scan/starttls_binary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* LDAP */

/* X.690 8.1.3, and not only the shortest form: Active Directory sends others.
   The octets of the value, or -1: not all have come, -2: no such element. */
static long
read_ber(struct bytes *rest, uint8_t tag, struct bytes *value)
{
	size_t size, head = 2, count;

	if (rest->size < 1)
		return -1;
	if (rest->data[0] != tag)
		return -2;
	if (rest->size < 2)
		return -1;
	size = rest->data[1];
	if (size >= 0x80) {
		count = size & 0x7f;
		if (count == 0 || count > 4)
			return -2;
		head += count;
		if (rest->size < head)
			return -1;
		size = (size_t)number_at(rest->data + 2, count);
	}
	if (size > STARTTLS_REPLY_MOST)
		return -2;
	if (rest->size - head < size)
		return -1;
	*value = bytes_of(rest->data + head, size);
	*rest = bytes_of(rest->data + head + size, rest->size - head - size);
	return (long)size;
}

/* RFC 4511 appendix A.1 */
static const char *
ldap_result(unsigned code)
{
	static const struct {
		unsigned code;
		const char *name;
	} names[] = {
		{ 0, "success" },
		{ 1, "operationsError" },
		{ 2, "protocolError" },
		{ 8, "strongerAuthRequired" },
		{ 13, "confidentialityRequired" },
		{ 51, "busy" },
		{ 52, "unavailable" },
		{ 53, "unwillingToPerform" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code)
			return names[i].name;
	return "refused";
}

/* An ExtendedResponse (RFC 4511 4.12), or a notice of disconnection, which is
   one with the message number 0. */
long
starttls_read_ldap(
    struct starttls *starttls, struct bytes came, struct text *line)
{
	struct bytes rest = came, message, response, value;
	long size = read_ber(&rest, 0x30, &message);
	bool is_notice;

	(void)starttls;
	if (size < 0)
		return size == -1 ? 0 : STARTTLS_WRONG_REPLY;
	if (read_ber(&message, 0x02, &value) <= 0 ||
	    read_ber(&message, 0x78, &response) < 0)
		return STARTTLS_WRONG_REPLY;
	is_notice = value.data[value.size - 1] == 0;
	if (read_ber(&response, 0x0a, &value) != 1)
		return STARTTLS_WRONG_REPLY;
	text_printf(line, "%s%u %s", is_notice ? "disconnection " : "",
	    value.data[0], ldap_result(value.data[0]));
	/* matchedDN, then diagnosticMessage */
	size = read_ber(&response, 0x04, &value);
	if (size >= 0)
		size = read_ber(&response, 0x04, &value);
	if (size > 0) {
		text_append(line, ": ");
		text_append_bytes(line, value);
	}
	return (long)(came.size - rest.size);
}

/* Databases and remote desktops */

static uint32_t
number_le(const uint8_t *octets, unsigned count)
{
	uint32_t value = 0;

	while (count-- > 0)
		value = value << 8 | octets[count];
	return value;
}

/*
 * One octet.  'E' begins an ErrorResponse: of protocol 3 with a length and
 * fields, of which M is the message, or, before, one string.
 */
long
starttls_read_postgres(
    struct starttls *starttls, struct bytes came, struct text *line)
{
	size_t size, at;

	(void)starttls;
	if (came.data[0] == 'S' || came.data[0] == 'N') {
		text_append(
		    line, came.data[0] == 'S' ? "S" : "N, it has no TLS");
		return 1;
	}
	if (came.data[0] != 'E')
		return STARTTLS_WRONG_REPLY;
	text_append(line, "E ");
	if (came.size < 5)
		return 0;
	size = (size_t)came.data[1] << 24 | (size_t)came.data[2] << 16 |
	       (size_t)came.data[3] << 8 | came.data[4];
	if (size > STARTTLS_REPLY_MOST) {
		size = strnlen((const char *)came.data, came.size);
		if (size == came.size)
			return 0;
		text_append_bytes(line, bytes_of(came.data + 1, size - 1));
		return (long)size + 1;
	}
	if (came.size < size + 1)
		return 0;
	for (at = 5; at < size && came.data[at] != 'M'; at++)
		at += strnlen((const char *)came.data + at, size - at);
	if (at < size)
		text_append_bytes(line,
		    bytes_of(came.data + at + 1,
			strnlen((const char *)came.data + at + 1, size - at)));
	return (long)size + 1;
}

/* A packet: 3 octets of length, a number, and the payload. */
long
starttls_read_mysql(
    struct starttls *starttls, struct bytes came, struct text *line)
{
	enum {
		HEAD = 4,
		NOT_CAPABILITIES = 4 + 8 + 1,
		CAPABILITY_TLS = 0x0800
	};
	size_t size, version;
	const uint8_t *payload = came.data + HEAD;

	(void)starttls;
	if (came.size < HEAD)
		return 0;
	size = number_le(came.data, 3);
	if (size == 0 || size > STARTTLS_REPLY_MOST)
		return STARTTLS_WRONG_REPLY;
	if (came.size < HEAD + size)
		return 0;
	if (payload[0] == 0xff && size >= 3) {
		text_printf(line, "error %u ", number_le(payload + 1, 2));
		text_append_bytes(line, bytes_of(payload + 3, size - 3));
	} else if (payload[0] == 10) {
		version = strnlen((const char *)payload + 1, size - 1);
		if (version + 1 + 1 + NOT_CAPABILITIES + 2 > size)
			return STARTTLS_WRONG_REPLY;
		text_append(line,
		    number_le(payload + version + 2 + NOT_CAPABILITIES, 2) &
			    CAPABILITY_TLS
			? "10 "
			: "no TLS in version ");
		text_append_bytes(line, bytes_of(payload + 1, version));
	} else if (payload[0] == 9) {
		text_append(line, "protocol 9, which has no TLS");
	} else {
		return STARTTLS_WRONG_REPLY;
	}
	return (long)(HEAD + size);
}

/* A TPKT with an X.224 connection confirm. */
long
starttls_read_rdp(
    struct starttls *starttls, struct bytes came, struct text *line)
{
	enum { HEAD = 4, CONFIRM = 11, WITH_NEGOTIATION = 19 };
	static const char *const failures[] = { "an unknown failure",
		"TLS is required", "TLS is not allowed",
		"the server has no certificate", "inconsistent flags",
		"CredSSP is required" };
	uint32_t value;
	size_t size;

	(void)starttls;
	if (came.data[0] != 3)
		return STARTTLS_WRONG_REPLY;
	if (came.size < HEAD)
		return 0;
	size = (size_t)came.data[2] << 8 | came.data[3];
	if (size < CONFIRM)
		return STARTTLS_WRONG_REPLY;
	if (came.size < size)
		return 0;
	if (came.data[5] != 0xd0)
		return STARTTLS_WRONG_REPLY;
	if (size < WITH_NEGOTIATION) {
		text_append(line, "no negotiation: an old server without TLS");
		return (long)size;
	}
	value = number_le(came.data + 15, 4);
	if (came.data[11] == 3)
		text_printf(line, "failure %" PRIu32 ": %s", value,
		    failures[value < 6 ? value : 0]);
	else if (value == 0)
		text_append(line, "classic RDP security only");
	else
		text_printf(line, "%" PRIu32, value);
	return (long)size;
}
