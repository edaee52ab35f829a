/*
 * The ClientHello of OpenSSL 3.5, which curl, Python, Node.js, PHP, Ruby and
 * Perl send as well: its suites, groups, signature algorithms and the order of
 * its extensions.
 */
#include "scan/client_hello.h"

enum {
	X25519 = 0x001d,
	X25519MLKEM768 = 0x11ec,
	MLKEM_Q = 3329 /* FIPS 203: servers refuse coefficients from here on */
};

static const uint16_t suites[] = { 0x1302, 0x1303, 0x1301, 0xc02c, 0xc030,
	0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e, 0xc024, 0xc028,
	0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039, 0xc009, 0xc013,
	0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f };

static const uint16_t groups[] = { X25519MLKEM768, X25519, 0x0017, 0x001e,
	0x0018, 0x0019, 0x0100, 0x0101 };

static const uint16_t signatures[] = { 0x0905, 0x0906, 0x0904, 0x0403, 0x0503,
	0x0603, 0x0807, 0x0808, 0x081a, 0x081b, 0x081c, 0x0809, 0x080a, 0x080b,
	0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302,
	0x0402, 0x0502, 0x0602 };

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* The length is written where the vector ends. */
static size_t
open_vector(struct text *out, unsigned width)
{
	size_t at = out->size;

	text_append_bytes(out, bytes_of("\0\0\0", width));
	return at;
}

static void
close_vector(struct text *out, size_t at, unsigned width)
{
	size_t size = out->size - at - width;

	number_put((uint8_t *)out->data + at, width, size);
}

static void
add_u16(struct text *out, unsigned value)
{
	text_append_char(out, (char)(value >> 8));
	text_append_char(out, (char)(value & 0xff));
}

static void
add_list(struct text *out, const uint16_t *list, size_t count)
{
	size_t at = open_vector(out, 2);

	for (size_t i = 0; i < count; i++)
		add_u16(out, list[i]);
	close_vector(out, at, 2);
}

/*
 * An encapsulation key whose coefficients pass the check of FIPS 203 7.2.
 * They need not be a key: what is encapsulated to it is never looked at.
 */
static void
add_encapsulation_key(struct text *out, const uint8_t *random)
{
	for (int i = 0; i < MLKEM768_COEFFICIENTS; i += 2, random += 4) {
		unsigned a = (random[0] << 8 | random[1]) % MLKEM_Q;
		unsigned b = (random[2] << 8 | random[3]) % MLKEM_Q;

		/* ByteEncode: the lowest bits first */
		text_append_char(out, (char)(a & 0xff));
		text_append_char(out, (char)(a >> 8 | (b & 0xf) << 4));
		text_append_char(out, (char)(b >> 4));
	}
	text_append_bytes(out, bytes_of(random, 32));
}

static void
add_shares(struct text *out, const struct client_hello *hello)
{
	struct bytes point = bytes_of(hello->point, X25519_OCTETS);
	size_t shares = open_vector(out, 2);

	if (hello->hybrid) {
		add_u16(out, X25519MLKEM768);
		add_u16(out, MLKEM768_OCTETS + X25519_OCTETS);
		add_encapsulation_key(out, hello->random + 64);
		text_append_bytes(out, point);
	}
	add_u16(out, X25519);
	add_u16(out, X25519_OCTETS);
	text_append_bytes(out, point);
	close_vector(out, shares, 2);
}

static void
add_plain(struct text *out, unsigned type, const char *content, size_t size)
{
	add_u16(out, type);
	add_u16(out, (unsigned)size);
	text_append_bytes(out, bytes_of(content, size));
}

static size_t
open_extension(struct text *out, unsigned type)
{
	add_u16(out, type);
	return open_vector(out, 2);
}

static void
add_extensions(struct text *out, const struct client_hello *hello)
{
	size_t all = open_vector(out, 2), at, list;

	add_plain(out, 0xff01, "", 1); /* renegotiation_info, empty */
	if (hello->sni != NULL) {
		at = open_extension(out, 0);
		list = open_vector(out, 2);
		text_append_char(out, 0); /* host_name, RFC 6066 3 */
		add_u16(out, (unsigned)strlen(hello->sni));
		text_append(out, hello->sni);
		close_vector(out, list, 2);
		close_vector(out, at, 2);
	}
	add_plain(out, 11, "\3\0\1\2", 4); /* ec_point_formats */
	at = open_extension(out, 10);
	/* The hybrid one is the first. */
	add_list(
	    out, groups + !hello->hybrid, COUNT_OF(groups) - !hello->hybrid);
	close_vector(out, at, 2);
	add_plain(out, 35, "", 0); /* session_ticket */
	if (hello->alpn)
		add_plain(out, 16, "\0\14\2h2\10http/1.1", 14);
	add_plain(out, 22, "", 0); /* encrypt_then_mac */
	add_plain(out, 23, "", 0); /* extended_master_secret */
	at = open_extension(out, 13);
	add_list(out, signatures, COUNT_OF(signatures));
	close_vector(out, at, 2);
	add_plain(out, 43, "\4\3\4\3\3", 5); /* TLS 1.3 and 1.2 */
	add_plain(out, 45, "\1\1", 2);	     /* psk_dhe_ke */
	at = open_extension(out, 51);
	add_shares(out, hello);
	close_vector(out, at, 2);
	close_vector(out, all, 2);
}

void
client_hello_write(struct text *out, const struct client_hello *hello)
{
	size_t record, message, id;

	text_append_bytes(out, bytes_of("\26\3\1", 3));
	record = open_vector(out, 2);
	text_append_char(out, 1);
	message = open_vector(out, 3);
	text_append_bytes(out, bytes_of("\3\3", 2));
	text_append_bytes(out, bytes_of(hello->random, 32));
	id = open_vector(out, 1);
	text_append_bytes(out, bytes_of(hello->random + 32, 32));
	close_vector(out, id, 1);
	add_list(out, suites, COUNT_OF(suites));
	text_append_bytes(out, bytes_of("\1\0", 2)); /* no compression */
	add_extensions(out, hello);
	close_vector(out, message, 3);
	close_vector(out, record, 2);
}
