/*
 * The server's first flight, written by hand.  It reads of the ClientHello only
 * the ciphers, so as to choose one that was offered (RFC 5246 7.4.1), and sends
 * what the station holds, framed as the scenario says.
 */
#include <string.h>

#include "tests/lab/hello.h"
#include "tests/lab/raw.h"

enum {
	RECORD_HEADER = 5,
	RECORD_LIMIT = 16384,
	CLIENT_RANDOM = 32,
	TYPE_HANDSHAKE = 22,
	SERVER_HELLO = 2,
	CERTIFICATE = 11,
};

/* With AES_128_GCM_SHA256; the first two are for RSA keys. */
enum { ECDHE_RSA = 0xc02f, RSA = 0x009c, ECDHE_ECDSA = 0xc02b };

static unsigned
u16_at(const struct octets *in, size_t at)
{
	if (at + 2 > in->length)
		return 0;
	return (unsigned)in->data[at] << 8 | in->data[at + 1];
}

static unsigned
choose_cipher(const struct octets *in, const struct station *station)
{
	enum { BODY = RECORD_HEADER + 4 };
	const char *key = station->scenario->leaf.key;

	if (key == NULL || !strstr(key, "rsa"))
		return ECDHE_ECDSA;
	return in->length > BODY && hello_offers(in->data + BODY,
					in->length - BODY, ECDHE_RSA)
		   ? ECDHE_RSA
		   : RSA;
}

static void
put_records(struct octets *out, const struct octets *message)
{
	for (size_t at = 0; at < message->length; at += RECORD_LIMIT) {
		size_t length = message->length - at;

		if (length > RECORD_LIMIT)
			length = RECORD_LIMIT;
		octets_add_byte(out, TYPE_HANDSHAKE);
		octets_add_u16(out, 0x0303);
		octets_add_u16(out, (unsigned)length);
		octets_add(out, message->data + at, length);
	}
}

static void
put_message(struct octets *out, unsigned type, const struct octets *body)
{
	struct octets message = { 0 };

	octets_add_byte(&message, (uint8_t)type);
	octets_add_u24(&message, (unsigned)body->length);
	octets_append(&message, body);
	put_records(out, &message);
	octets_clear(&message);
}

static void
put_server_hello(struct octets *out, unsigned cipher)
{
	static const uint8_t renegotiation_info[] = { 0xff, 0x01, 0, 1, 0 };
	struct octets body = { 0 };

	octets_add_u16(&body, 0x0303);
	octets_fill(&body, 0x5e, CLIENT_RANDOM);
	octets_add_byte(&body, 0);
	octets_add_u16(&body, cipher);
	octets_add_byte(&body, 0);
	octets_add_u16(&body, sizeof(renegotiation_info));
	octets_add(&body, renegotiation_info, sizeof(renegotiation_info));
	put_message(out, SERVER_HELLO, &body);
	octets_clear(&body);
}

static void
put_certificates(struct octets *out, const struct station *station)
{
	bool lies = station->scenario->service.manner == MANNER_RAW_OVERLONG;
	struct octets list = { 0 };
	struct octets body = { 0 };

	for (size_t i = 0; i < station->chain_length; i++) {
		octets_add_u24(&list, (unsigned)station->chain[i].length);
		octets_append(&list, &station->chain[i]);
	}
	octets_add_u24(&body, (unsigned)list.length + (lies ? 9 : 0));
	octets_append(&body, &list);
	put_message(out, CERTIFICATE, &body);
	octets_clear(&list);
	octets_clear(&body);
}

static enum visit_ending
ending_of(enum manner manner)
{
	switch (manner) {
	case MANNER_RAW_CLOSE:
	case MANNER_RAW_ALERT:
		return ENDS_POLITELY;
	case MANNER_RAW_RESET:
		return ENDS_WITH_RESET;
	default:
		return ENDS_NEVER;
	}
}

bool
raw_put_flight(struct octets *out, const struct octets *in,
    const struct station *station, enum visit_ending *ending)
{
	/* RFC 8446 6: content type, version, length, fatal, internal_error */
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 80 };
	enum manner manner = station->scenario->service.manner;

	if (in->length < RECORD_HEADER ||
	    in->length < RECORD_HEADER + u16_at(in, 3))
		return false;
	put_server_hello(out, choose_cipher(in, station));
	put_certificates(out, station);
	if (manner == MANNER_RAW_ALERT)
		octets_add(out, alert, sizeof(alert));
	*ending = ending_of(manner);
	return true;
}
