/* A cursor over a message.  Keeps nothing. */
#include "scan/dns_answer.h"

#include <string.h>

enum {
	HEADER = 12,
	QUESTION_TAIL = 4, /* type and class */
	RECORD_TAIL = 10,  /* type, class, TTL, size */
	MOST_LABEL = 63,
	MOST_NAME = 255,
	CLASS_IN = 1,
	POINTER = 0xc0
};

static unsigned
u16_at(struct bytes packet, size_t at)
{
	return (unsigned)packet.data[at] << 8 | packet.data[at + 1];
}

size_t
dns_query_write(uint8_t query[DNS_QUERY_SIZE], const char *name,
    enum dns_type type, uint16_t id)
{
	static const uint8_t flags_and_counts[] = { 0x01, 0x20, 0, 1, 0, 0, 0,
		0, 0, 0 };
	size_t at = 0, size;

	query[at++] = (uint8_t)(id >> 8);
	query[at++] = (uint8_t)id;
	memcpy(query + at, flags_and_counts, sizeof(flags_and_counts));
	at += sizeof(flags_and_counts);
	for (; *name != '\0'; name += size + (name[size] == '.')) {
		size = strcspn(name, ".");
		if (size == 0 || size > MOST_LABEL ||
		    at + 1 + size + 1 > HEADER + MOST_NAME)
			return 0;
		query[at++] = (uint8_t)size;
		memcpy(query + at, name, size);
		at += size;
	}
	query[at++] = 0;
	query[at++] = 0;
	query[at++] = (uint8_t)type;
	query[at++] = 0;
	query[at++] = CLASS_IN;
	return at;
}

/* Behind the name at this place; 0: it has no end. */
static size_t
skip_name(struct bytes packet, size_t at)
{
	while (at < packet.size) {
		uint8_t size = packet.data[at];

		if (size == 0)
			return at + 1;
		if ((size & POINTER) == POINTER)
			return at + 2 <= packet.size ? at + 2 : 0;
		if (size > MOST_LABEL)
			return 0;
		at += 1 + (size_t)size;
	}
	return 0;
}

bool
dns_answer_open(struct dns_answer *answer, struct bytes packet)
{
	unsigned questions;

	if (packet.size < HEADER || (packet.data[2] & 0x80) == 0)
		return false;
	*answer = (struct dns_answer){
		.packet = packet,
		.at = HEADER,
		.left = u16_at(packet, 6),
		.rcode = packet.data[3] & 0x0f,
		.authenticated = (packet.data[3] & 0x20) != 0,
	};
	for (questions = u16_at(packet, 4); questions > 0; questions--) {
		answer->at = skip_name(packet, answer->at);
		if (answer->at == 0 || packet.size - answer->at < QUESTION_TAIL)
			return false;
		answer->at += QUESTION_TAIL;
	}
	return true;
}

int
dns_answer_next(
    struct dns_answer *answer, enum dns_type type, struct bytes *data)
{
	struct bytes packet = answer->packet;

	while (answer->left > 0) {
		size_t at = skip_name(packet, answer->at), size;

		answer->left--;
		if (at == 0 || packet.size - at < RECORD_TAIL)
			return -1;
		size = u16_at(packet, at + 8);
		if (packet.size - at - RECORD_TAIL < size)
			return -1;
		answer->at = at + RECORD_TAIL + size;
		if (u16_at(packet, at) != (unsigned)type ||
		    u16_at(packet, at + 2) != CLASS_IN)
			continue;
		*data = bytes_of(packet.data + at + RECORD_TAIL, size);
		return 1;
	}
	return 0;
}

/* Appends a label; false where it has octets that no host name has. */
static bool
append_label(char name[DNS_NAME_SIZE], size_t *used, struct bytes label)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

	if (*used + label.size + 2 > DNS_NAME_SIZE)
		return false;
	if (*used > 0)
		name[(*used)++] = '.';
	for (size_t i = 0; i < label.size; i++) {
		uint8_t c = label.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (c == '\0' || strchr(allowed, c) == NULL)
			return false;
		name[(*used)++] = (char)c;
	}
	return true;
}

bool
dns_answer_name(const struct dns_answer *answer, struct bytes data, size_t skip,
    char name[DNS_NAME_SIZE])
{
	struct bytes packet = answer->packet;
	size_t at = (size_t)(data.data - packet.data) + skip, used = 0;
	size_t before = at; /* a pointer goes to an earlier place only */

	if (skip >= data.size)
		return false;
	while (at < packet.size && packet.data[at] != 0) {
		size_t size = packet.data[at], left = packet.size - at - 1;

		if ((size & POINTER) == POINTER && left > 0) {
			at = u16_at(packet, at) & 0x3fff;
			if (at >= before)
				return false;
			before = at;
			continue;
		}
		if (size > MOST_LABEL || left < size ||
		    !append_label(
			name, &used, bytes_of(packet.data + at + 1, size)))
			return false;
		at += 1 + size;
	}
	name[used] = '\0';
	return at < packet.size;
}
