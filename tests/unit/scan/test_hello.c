/* The large ClientHello octet by octet, and what servers may answer it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/client_hello.h"
#include "scan/hello_answer.h"
#include "tests/unit/hex.h"

#define RANDOM \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
#define RETRY \
	"cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c "
#define VERSION13 "002b 0002 0304 "
/* Of no session id, and of extensions so long */
#define TLS13(random, size, extensions) \
	"0303 " random "00 1301 00 " size extensions
#define RECORD(size) "16 0303 " size

static const struct {
	const char *name, *octets;
	enum hello_answer answer;
	struct hello_choice choice;
} rows[] = {
	{ "nothing yet", "", HELLO_NONE, { 0 } },
	{ "TLS 1.3 with its share",
	    RECORD("0040") "02 00003c " TLS13(
		RANDOM, "0014", VERSION13 "0033 000a 11ec 0006 aabbccddeeff"),
	    HELLO_SERVER, { 0x0304, { 0x13, 0x01 }, 0x11ec, 0 } },
	{ "the same, octets behind it",
	    RECORD("0042") "02 00003c " TLS13(RANDOM, "0014",
		VERSION13 "0033 000a 11ec 0006 aabbccddeeff") "0b00 1603",
	    HELLO_SERVER, { 0x0304, { 0x13, 0x01 }, 0x11ec, 0 } },
	{ "the last octet lacks",
	    RECORD("0040") "02 00003c " TLS13(
		RANDOM, "0014", VERSION13 "0033 000a 11ec 0006 aabbccddee"),
	    HELLO_NONE, { 0 } },
	{ "another share is asked for",
	    RECORD("0038") "02 000034 " TLS13(
		RETRY, "000c", VERSION13 "0033 0002 0017"),
	    HELLO_RETRY, { 0x0304, { 0x13, 0x01 }, 0x0017, 0 } },
	{ "in two records",
	    RECORD("0003") "02 0000 " RECORD("0035") "34 " TLS13(
		RETRY, "000c", VERSION13 "0033 0002 0017"),
	    HELLO_RETRY, { 0x0304, { 0x13, 0x01 }, 0x0017, 0 } },
	{ "TLS 1.2 without extensions",
	    RECORD("002a") "02 000026 0303 " RANDOM "00 c02f 00", HELLO_SERVER,
	    { 0x0303, { 0xc0, 0x2f }, 0, 0 } },
	{ "TLS 1.0 and a session id of two octets",
	    "16 0301 002c 02 000028 0301 " RANDOM "02 abcd 0035 00",
	    HELLO_SERVER, { 0x0301, { 0x00, 0x35 }, 0, 0 } },
	{ "a fatal alert", "15 0303 0002 02 28", HELLO_ALERT, { .alert = 40 } },
	{ "half of one", "15 0303 0002 02", HELLO_NONE, { 0 } },
	{ "a warning, then the choice",
	    "15 0303 0002 01 70 " RECORD("002a") "02 000026 0303 " RANDOM
						 "00 c02f 00",
	    HELLO_SERVER, { 0x0303, { 0xc0, 0x2f }, 0, 0 } },
	{ "a warning, then a fatal one",
	    "15 0301 0002 01 70 15 0301 0002 02 46", HELLO_ALERT,
	    { .alert = 70 } },
	{ "close_notify", "15 0303 0002 01 00", HELLO_ALERT, { .alert = 0 } },
	{ "an alert of no level", "15 0303 0002 03 28", HELLO_FOREIGN, { 0 } },
	{ "an alert of one octet", "15 0303 0001 02", HELLO_FOREIGN, { 0 } },
	{ "an alert of 300 octets", "15 0303 012c 02", HELLO_FOREIGN, { 0 } },
	{ "plain text", "48", HELLO_FOREIGN, { 0 } },
	{ "another major version", "16 02", HELLO_FOREIGN, { 0 } },
	{ "an empty record", RECORD("0000"), HELLO_FOREIGN, { 0 } },
	{ "a record too long", RECORD("4801"), HELLO_FOREIGN, { 0 } },
	{ "another message first", RECORD("0004") "0b", HELLO_FOREIGN, { 0 } },
	{ "application data", "17 0303 0002", HELLO_FOREIGN, { 0 } },
	{ "a session id that leads past the end",
	    RECORD("002a") "02 000026 0303 " RANDOM "ff c02f 00", HELLO_FOREIGN,
	    { 0 } },
	{ "extensions that do",
	    RECORD("0038") "02 000034 " TLS13(
		RETRY, "000d", VERSION13 "0033 0002 0017"),
	    HELLO_FOREIGN, { 0 } },
	{ "one of them does",
	    RECORD("0038") "02 000034 " TLS13(
		RETRY, "000c", VERSION13 "0033 0003 0017"),
	    HELLO_FOREIGN, { 0 } },
	{ "a share of one octet",
	    RECORD("0037") "02 000033 " TLS13(
		RETRY, "000b", VERSION13 "0033 0001 17"),
	    HELLO_FOREIGN, { 0 } },
	{ "cut short in the random", RECORD("0006") "02 000002 0303",
	    HELLO_FOREIGN, { 0 } },
};

/* What has come is read again with each octet: once decided, it stays so. */
static void
answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text octets = { .size = 0 };
		struct hello_choice choice;
		enum hello_answer answer = HELLO_NONE;

		print_message("# %s\n", rows[i].name);
		hex_append(&octets, rows[i].octets);
		for (size_t size = 0; size <= octets.size; size++) {
			enum hello_answer now = hello_answer_read(
			    bytes_of(octets.data, size), &choice);

			assert_true(answer == HELLO_NONE || now == answer);
			answer = now;
		}
		assert_int_equal(answer, rows[i].answer);
		if (answer == HELLO_SERVER || answer == HELLO_RETRY ||
		    answer == HELLO_ALERT) {
			assert_int_equal(
			    choice.version, rows[i].choice.version);
			assert_memory_equal(
			    choice.suite, rows[i].choice.suite, 2);
			assert_int_equal(choice.group, rows[i].choice.group);
			assert_int_equal(choice.alert, rows[i].choice.alert);
		}
		text_free(&octets);
	}
}

/* Records and messages that never end are read to a bound. */
static void
endless_answers_end(void **state)
{
	static const char *const units[] = {
		"15 0303 0002 01 70",	    /* warnings */
		RECORD("0004") "02 00ffff", /* a message of 65,535 octets */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct text octets = { .size = 0 };
		struct hello_choice choice;

		hex_append(&octets, units[i]);
		assert_int_equal(
		    hello_answer_read(text_octets(&octets), &choice),
		    HELLO_NONE);
		while (octets.size < HELLO_ANSWER_MOST)
			hex_append(
			    &octets, i == 0 ? units[i] : RECORD("0001") "00");
		assert_int_equal(
		    hello_answer_read(text_octets(&octets), &choice),
		    HELLO_FOREIGN);
		text_free(&octets);
	}
}

static struct bytes
vector(struct bytes *from, size_t width)
{
	struct bytes found;

	assert_true(bytes_take_vector(from, width, &found));
	return found;
}

static unsigned
number(struct bytes *from)
{
	unsigned value;

	assert_true(from->size >= 2);
	value = (unsigned)(from->data[0] << 8 | from->data[1]);
	*from = bytes_of(from->data + 2, from->size - 2);
	return value;
}

/* FIPS 203 7.2, as servers check it: decoded and encoded it is the same. */
static void
check_share(struct bytes share, const uint8_t *point)
{
	assert_int_equal(share.size, 1216);
	for (size_t i = 0; i < 1152; i += 3) {
		const uint8_t *at = share.data + i;

		assert_true((at[0] | (at[1] & 15) << 8) < 3329);
		assert_true((at[1] >> 4 | at[2] << 4) < 3329);
	}
	assert_memory_equal(share.data + 1184, point, X25519_OCTETS);
}

static const struct hello_row {
	const char *sni;
	bool alpn, hybrid;
	size_t least, most;
	unsigned extensions[12]; /* in their order; 0: no more */
} hello_rows[] = {
	{ "www.example.com", true, true, 1500, 1900,
	    { 0xff01, 0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51 } },
	{ NULL, false, true, 1500, 1900,
	    { 0xff01, 11, 10, 35, 22, 23, 13, 43, 45, 51 } },
	{ "www.example.com", true, false, 250, 400,
	    { 0xff01, 0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51 } },
};

static void
check_hello(const struct hello_row *row, uint8_t filling)
{
	uint8_t random[CLIENT_HELLO_RANDOM], point[X25519_OCTETS];
	const struct client_hello hello = { row->sni, row->alpn, row->hybrid,
		random, point };
	struct text octets = { .size = 0 };
	struct bytes all, record, message, list;
	size_t at = 0;

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)(filling + i * (filling & 1) * 89);
	memset(point, 0x5a, sizeof(point));
	client_hello_write(&octets, &hello);
	assert_in_range(octets.size, row->least, row->most);
	assert_memory_equal(octets.data, "\26\3\1", 3);
	all = bytes_of(octets.data + 3, octets.size - 3);
	record = vector(&all, 2);
	assert_int_equal(all.size, 0);
	assert_int_equal(record.data[0], 1);
	record = bytes_of(record.data + 1, record.size - 1);
	message = vector(&record, 3);
	assert_int_equal(record.size, 0);
	assert_int_equal(number(&message), 0x0303);
	assert_memory_equal(message.data, random, 32);
	message = bytes_of(message.data + 32, message.size - 32);
	assert_int_equal(vector(&message, 1).size, 32);
	assert_int_equal(vector(&message, 2).size, 2 * 30);
	assert_int_equal(vector(&message, 1).size, 1);
	list = vector(&message, 2);
	assert_int_equal(message.size, 0);
	while (list.size > 0) {
		unsigned type = number(&list);
		struct bytes content = vector(&list, 2), inner;

		assert_int_equal(type, row->extensions[at++]);
		if (type == 0) {
			assert_int_equal(content.size, 5 + strlen(row->sni));
			assert_memory_equal(
			    content.data + 5, row->sni, strlen(row->sni));
		} else if (type == 10) {
			inner = vector(&content, 2);
			assert_int_equal(
			    number(&inner), row->hybrid ? 0x11ec : 0x1d);
		} else if (type == 51) {
			inner = vector(&content, 2);
			if (row->hybrid) {
				assert_int_equal(number(&inner), 0x11ec);
				check_share(vector(&inner, 2), point);
			}
			assert_int_equal(number(&inner), 0x1d);
			assert_int_equal(vector(&inner, 2).size, X25519_OCTETS);
			assert_int_equal(inner.size, 0);
		}
	}
	assert_true(at == 12 || row->extensions[at] == 0);
	text_free(&octets);
}

static void
hellos_are_those_of_clients(void **state)
{
	static const uint8_t fillings[] = { 0x00, 0x01, 0x77, 0xff, 0xfe };

	(void)state;
	for (size_t i = 0; i < sizeof(hello_rows) / sizeof(hello_rows[0]); i++)
		for (size_t k = 0; k < sizeof(fillings); k++)
			check_hello(&hello_rows[i], fillings[k]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(endless_answers_end),
		cmocka_unit_test(hellos_are_those_of_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
