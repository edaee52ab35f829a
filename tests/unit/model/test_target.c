/* Host names in their one form, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "model/target.h"

#define TEN "abcdefghij"
#define LABEL_60 TEN TEN TEN TEN TEN TEN
#define NAME_252 LABEL_60 "abc." LABEL_60 "abc." LABEL_60 "abc." LABEL_60

struct row {
	const char *typed;
	size_t size;
	const char *host; /* NULL: a fault */
	bool is_address;
};

#define TYPED(literal) (literal), sizeof(literal) - 1

static const struct row rows[] = {
	{ TYPED("example.com"), "example.com", false },
	{ TYPED("EXAMPLE.Com."), "example.com", false },
	{ TYPED("localhost"), "localhost", false },
	{ TYPED("_dmarc.example.com"), "_dmarc.example.com", false },
	{ TYPED("a_b.example.com"), "a_b.example.com", false },
	{ TYPED("r3---sn-4g5e6nz7.example"), "r3---sn-4g5e6nz7.example",
	    false },
	{ TYPED("xn--mnchen-3ya.de"), "xn--mnchen-3ya.de", false },
	{ TYPED("m\xc3\xbcnchen.de"), "xn--mnchen-3ya.de", false },
	{ TYPED("M\xc3\x9cNCHEN.DE"), "xn--mnchen-3ya.de", false },
	{ TYPED("mu\xcc\x88nchen.de"), "xn--mnchen-3ya.de", false },
	{ TYPED("fa\xc3\x9f.de"), "xn--fa-hia.de", false },
	{ TYPED("m\xc3\xbcnchen\xe3\x80\x82"
		"de"),
	    "xn--mnchen-3ya.de", false },
	{ TYPED("_x.m\xc3\xbcnchen.de"), "_x.xn--mnchen-3ya.de", false },
	{ TYPED("m\xc3\xbcnchen.de."), "xn--mnchen-3ya.de", false },
	{ TYPED("\xe2\x98\x83.example"), NULL, false }, /* IDNA 2003 only */
	{ TYPED("1.example"), "1.example", false },
	{ TYPED("1.2.3.4a"), "1.2.3.4a", false },
	{ TYPED("192.0.2.1"), "192.0.2.1", true },
	{ TYPED("192.0.2.1."), "192.0.2.1", true },
	{ TYPED("\xef\xbc\x91.2.3.4"), "1.2.3.4", true }, /* wide one */
	{ TYPED("2001:DB8:0:0::1"), "2001:db8::1", true },
	{ TYPED("[::1]"), "::1", true },
	{ TYPED("fe80::1%eth0"), "fe80::1%eth0", true },
	{ TYPED("[fe80::1%25eth0]"), "fe80::1%eth0", true },
	{ TYPED("fe80::1%25"), NULL, false },
	{ TYPED("::ffff:192.0.2.1"), "::ffff:192.0.2.1", true },
	{ TYPED(NAME_252), NAME_252, false },
	{ TYPED(NAME_252 "a."), NAME_252 "a", false },
	{ TYPED(NAME_252 "aa"), NULL, false },
	{ TYPED(LABEL_60 "abc.example"), LABEL_60 "abc.example", false },
	{ TYPED(LABEL_60 "abcd.example"), NULL, false },
	{ TYPED(""), NULL, false }, { TYPED("."), NULL, false },
	{ TYPED("a..b"), NULL, false }, { TYPED(".a"), NULL, false },
	{ TYPED("a.."), NULL, false }, { TYPED("-a.example"), NULL, false },
	/* RFC 1123 2.1 aside: curl, OpenSSL and browsers take them. */
	{ TYPED("a-.example"), "a-.example", false },
	{ TYPED("a.example-"), "a.example-", false },
	{ TYPED("0x7f000001"), NULL, false }, { TYPED("0X7F.1"), NULL, false },
	{ TYPED("127.0.0.0x1"), NULL, false },
	{ TYPED("0xg.example"), "0xg.example", false },
	{ TYPED("example.0xg"), "example.0xg", false },
	{ TYPED("1.2.3"), NULL, false }, { TYPED("256.1.1.1"), NULL, false },
	{ TYPED("01.2.3.4"), NULL, false }, { TYPED("1.2.3.4.5"), NULL, false },
	{ TYPED("example.123"), NULL, false }, { TYPED("12345"), NULL, false },
	{ TYPED("[192.0.2.1]"), NULL, false },
	{ TYPED("[example.com]"), NULL, false }, { TYPED("[::1"), NULL, false },
	{ TYPED("[]"), NULL, false }, { TYPED("["), NULL, false },
	{ TYPED("::1::2"), NULL, false }, { TYPED("fe80::1%"), NULL, false },
	{ TYPED("fe80::1%a b"), NULL, false }, { TYPED("1:2"), NULL, false },
	{ TYPED("*.example.com"), NULL, false }, { TYPED("a b"), NULL, false },
	{ TYPED("a/b"), NULL, false }, { TYPED("a@b"), NULL, false },
	{ TYPED("a\0b"), NULL, false }, { TYPED("::1\0"), NULL, false },
	{ TYPED("\xc3\xbc\0b"), NULL, false },
	{ TYPED("m\xfcnchen.de"), NULL, false },
	{ TYPED("\xc3\xbc..de"), NULL, false },
	{ TYPED("\xe2\x80\xaex.de"), NULL, false }, /* right-to-left override */
};

static void
hosts_have_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		const char *fault = "untouched";
		bool is_address = !row->is_address;
		/* Exactly as large as the text, for the sanitizer. */
		char *typed = malloc(row->size + 1);
		char *host;

		memcpy(typed + 1, row->typed, row->size);
		host = target_host_normalize(
		    bytes_of(typed + 1, row->size), &is_address, &fault);
		if ((host == NULL) != (row->host == NULL))
			fail_msg(
			    "%s: %s", row->typed, host == NULL ? fault : host);
		assert_int_equal(fault == NULL, row->host != NULL);
		if (row->host != NULL)
			assert_string_equal(host, row->host);
		assert_int_equal(is_address, row->is_address);
		free(host);
		free(typed);
	}
}

static void
the_form_is_stable(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *fault;
		bool is_address;
		char *again;

		if (rows[i].host == NULL)
			continue;
		again = target_host_normalize(
		    bytes_from_string(rows[i].host), &is_address, &fault);
		assert_string_equal(again, rows[i].host);
		free(again);
	}
}

static void
a_target_is_one_piece(void **state)
{
	char input[] = "in", host[] = "host", tag[] = "tag";
	const char *tags[] = { tag, "second" };
	struct target model = { .ordinal = 7,
		.input = input,
		.host = host,
		.ip = "ip",
		.tags = tags,
		.tag_count = 2,
		.port = 443,
		.is_address = true };
	struct target *copy = target_new(&model), *bare;

	(void)state;
	input[0] = host[0] = tag[0] = 'x';
	tags[1] = NULL;
	assert_string_equal(copy->input, "in");
	assert_string_equal(copy->host, "host");
	assert_string_equal(copy->ip, "ip");
	assert_null(copy->sni);
	assert_string_equal(copy->tags[0], "tag");
	assert_string_equal(copy->tags[1], "second");
	assert_int_equal(copy->tag_count, 2);
	assert_int_equal(copy->port, 443);
	assert_int_equal(copy->ordinal, 7);
	assert_true(copy->is_address);
	bare = target_new(&(struct target){ .fault = "why" });
	assert_string_equal(bare->fault, "why");
	assert_int_equal(bare->tag_count, 0);
	target_free(bare);
	target_free(copy);
	target_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_one_form),
		cmocka_unit_test(the_form_is_stable),
		cmocka_unit_test(a_target_is_one_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
