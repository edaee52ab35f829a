/*
 * The first records of a server (RFC 8446 4.1.3, 4.1.4, 5.1, 6; RFC 5246
 * 7.4.1.3).  No length in them is trusted.
 */
#include "scan/hello_answer.h"

enum {
	ALERT = 21,
	HANDSHAKE = 22,
	SERVER_HELLO = 2,
	MOST_RECORD = 16 * 1024 + 2048, /* RFC 5246 6.2.3 */
	/* With a share of X25519MLKEM768 it has 1,200 octets. */
	MOST_MESSAGE = 4096,
	RANDOM_OCTETS = 32,
	SUPPORTED_VERSIONS = 43,
	KEY_SHARE = 51
};

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest" */
static const uint8_t retry_random[RANDOM_OCTETS] = { 0xcf, 0x21, 0xad, 0x74,
	0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2,
	0xc8, 0xa8, 0x33, 0x9c };

static bool
take(struct bytes *from, size_t size, struct bytes *taken)
{
	if (from->size < size)
		return false;
	*taken = bytes_of(from->data, size);
	*from = bytes_of(from->data + size, from->size - size);
	return true;
}

static bool
read_extension(unsigned type, struct bytes content, struct hello_choice *choice)
{
	switch (type) {
	case SUPPORTED_VERSIONS:
		if (content.size != 2)
			return false;
		choice->version = (uint16_t)number_at(content.data, 2);
		return true;
	case KEY_SHARE: /* a demand for one has the group alone */
		if (content.size < 2)
			return false;
		choice->group = (uint16_t)number_at(content.data, 2);
		return true;
	default:
		return true;
	}
}

static enum hello_answer
read_server_hello(struct bytes body, struct hello_choice *choice)
{
	struct bytes version, random, id, suite, method, list, type, content;

	if (!take(&body, 2, &version) || version.data[0] != 3 ||
	    !take(&body, RANDOM_OCTETS, &random) ||
	    !bytes_take_vector(&body, 1, &id) || !take(&body, 2, &suite) ||
	    !take(&body, 1, &method))
		return HELLO_FOREIGN;
	choice->version = (uint16_t)number_at(version.data, 2);
	memcpy(choice->suite, suite.data, sizeof(choice->suite));
	list = body; /* before TLS 1.3 there may be no extensions at all */
	if (body.size > 0 && !bytes_take_vector(&body, 2, &list))
		return HELLO_FOREIGN;
	while (list.size > 0)
		if (!take(&list, 2, &type) ||
		    !bytes_take_vector(&list, 2, &content) ||
		    !read_extension(
			(unsigned)number_at(type.data, 2), content, choice))
			return HELLO_FOREIGN;
	return memcmp(random.data, retry_random, RANDOM_OCTETS) == 0
		   ? HELLO_RETRY
		   : HELLO_SERVER;
}

/* HELLO_NONE: a warning, behind which the answer comes, or not whole yet. */
static enum hello_answer
read_alert(struct bytes record, size_t size, struct hello_choice *choice)
{
	enum { WARNING = 1, FATAL = 2, CLOSE_NOTIFY = 0 };

	if (size != 2)
		return HELLO_FOREIGN;
	if (record.size < 2)
		return HELLO_NONE;
	if (record.data[0] != WARNING && record.data[0] != FATAL)
		return HELLO_FOREIGN;
	choice->alert = record.data[1];
	if (record.data[0] == FATAL || record.data[1] == CLOSE_NOTIFY)
		return HELLO_ALERT;
	choice->alert = 0;
	return HELLO_NONE;
}

/* What there is of the message, whatever records it comes in. */
struct first_message {
	size_t size;
	uint8_t octets[MOST_MESSAGE];
};

static enum hello_answer
read_message(struct first_message *message, struct bytes more,
    struct hello_choice *choice)
{
	struct bytes all, body;
	size_t room = sizeof(message->octets) - message->size;

	if (more.size > room)
		more.size = room;
	if (more.size > 0)
		memcpy(message->octets + message->size, more.data, more.size);
	message->size += more.size;
	if (message->size > 0 && message->octets[0] != SERVER_HELLO)
		return HELLO_FOREIGN;
	if (message->size < 4)
		return HELLO_NONE;
	all = bytes_of(message->octets + 1, message->size - 1);
	if (bytes_take_vector(&all, 3, &body))
		return read_server_hello(body, choice);
	return message->size == MOST_MESSAGE ? HELLO_FOREIGN : HELLO_NONE;
}

enum hello_answer
hello_answer_read(struct bytes so_far, struct hello_choice *choice)
{
	struct first_message message = { .size = 0 };
	struct bytes rest = so_far, head, record;

	*choice = (struct hello_choice){ .version = 0 };
	while (rest.size > 0) {
		enum hello_answer answer = HELLO_FOREIGN;
		size_t size;

		if (rest.data[0] != ALERT && rest.data[0] != HANDSHAKE)
			return HELLO_FOREIGN;
		if (rest.size > 1 && rest.data[1] != 3)
			return HELLO_FOREIGN;
		if (!take(&rest, 5, &head))
			break;
		size = number_at(head.data + 3, 2);
		if (size == 0 || size > MOST_RECORD)
			return HELLO_FOREIGN;
		record =
		    bytes_of(rest.data, size < rest.size ? size : rest.size);
		rest =
		    bytes_of(rest.data + record.size, rest.size - record.size);
		answer = head.data[0] == ALERT
			     ? read_alert(record, size, choice)
			     : read_message(&message, record, choice);
		if (answer != HELLO_NONE)
			return answer;
	}
	return so_far.size >= HELLO_ANSWER_MOST ? HELLO_FOREIGN : HELLO_NONE;
}

const char *
hello_group_name(uint16_t group)
{
	switch (group) {
	case 0x0017:
		return "SECP256R1";
	case 0x0018:
		return "SECP384R1";
	case 0x0019:
		return "SECP521R1";
	case 0x001d:
		return "X25519";
	case 0x001e:
		return "X448";
	case 0x0100:
		return "FFDHE2048";
	case 0x0101:
		return "FFDHE3072";
	case 0x11ec:
		return "X25519-MLKEM768";
	default:
		return NULL;
	}
}

const char *
hello_version_name(uint16_t version)
{
	switch (version) {
	case 0x0301:
		return "TLS1.0";
	case 0x0302:
		return "TLS1.1";
	case 0x0303:
		return "TLS1.2";
	case 0x0304:
		return "TLS1.3";
	default:
		return NULL;
	}
}
