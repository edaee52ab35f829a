/* DNS messages octet by octet: queries, and the MX records of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/mail_hosts.h"
#include "scan/dns_answer.h"
#include "tests/unit/hex.h"

/* ID, flags of an answer, one question, and so many answers. */
#define HEAD(answers) "1234 8180 0001 " answers " 0000 0000 "
#define QUESTION "0161 0474657374 00 000f 0001 " /* a.test MX */
#define OWNER "c00c 000f 0001 0000003c "
#define DOMAIN "c00e" /* .test */

static const struct {
	const char *name, *message;
	const char *hosts; /* or the beginning of a sentence */
} rows[] = {
	{ "no record: the domain itself", HEAD("0000") QUESTION, "0 a.test" },
	{ "one", HEAD("0001") QUESTION OWNER "0007 000a 026d78 " DOMAIN,
	    "10 mx.test" },
	{ "by preference and name, each host once",
	    HEAD("0004") QUESTION OWNER
	    "0007 0014 026d78 " DOMAIN OWNER "0006 000a 0162 " DOMAIN OWNER
	    "0006 000a 0141 " DOMAIN OWNER "0007 0005 024d58 " DOMAIN,
	    "5 mx.test, 10 a.test, 10 b.test" },
	{ "behind an alias and of another type",
	    HEAD("0003") QUESTION "c00c 0005 0001 0000003c 0004 0162 " DOMAIN
				  "c00c 0001 0001 0000003c 0004 7f000001" OWNER
				  "0007 0000 026d78 " DOMAIN,
	    "0 mx.test" },
	{ "a null MX", HEAD("0001") QUESTION OWNER "0003 0000 00",
	    "the domain accepts no mail" },
	{ "a null MX beside a host",
	    HEAD("0002") QUESTION OWNER "0003 0000 00" OWNER
					"0007 000a 026d78 " DOMAIN,
	    "10 mx.test" },
	{ "no host name",
	    HEAD("0001") QUESTION OWNER "0007 000a 026d2f " DOMAIN,
	    "the domain's MX records name no host" },
	{ "a name that points to itself",
	    HEAD("0001") QUESTION OWNER "0004 000a c026",
	    "the domain's MX records name no host" },
	{ "a name that points ahead",
	    HEAD("0001") QUESTION OWNER "0004 000a c0ff",
	    "the domain's MX records name no host" },
	{ "a name without an end",
	    HEAD("0001") QUESTION OWNER "0005 000a 026d78",
	    "the domain's MX records name no host" },
	{ "data cut short: what is whole counts",
	    HEAD("0002") QUESTION OWNER "0007 000a 026d78 " DOMAIN OWNER
					"0007 000a 026d",
	    "10 mx.test" },
	{ "a query", "1234 0120 0001 0000 0000 0000 " QUESTION,
	    "the DNS answer could not be used" },
	{ "a question cut short", HEAD("0000") "0161 04746573",
	    "the DNS answer could not be used" },
	{ "nothing", "", "the DNS answer could not be used" },
};

static void
mail_hosts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text octets = { .size = 0 }, said = { .size = 0 };
		struct mx_group group = { .count = 0 };
		const char *fault;

		print_message("# %s\n", rows[i].name);
		hex_append(&octets, rows[i].message);
		fault = mail_hosts_read(&group, "a.test", text_octets(&octets));
		for (size_t k = 0; k < group.count; k++)
			text_printf(&said, "%s%u %s", k == 0 ? "" : ", ",
			    group.at[k].preference, group.at[k].name);
		if (fault != NULL)
			text_append(&said, fault);
		assert_true(starts_with(said.data, rows[i].hosts));
		if (fault == NULL)
			assert_string_equal(said.data, rows[i].hosts);
		mx_group_clear(&group);
		text_free(&said);
		text_free(&octets);
	}
}

/* A label has 63 octets at most, a name 255 (RFC 1035 2.3.4). */
static void
queries_are_written(void **state)
{
	static const char label[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct text want = { .size = 0 };
	uint8_t query[DNS_QUERY_SIZE];
	char name[400];

	(void)state;
	hex_append(&want, "abcd 0120 0001 0000 0000 0000 035f3235 045f746370 "
			  "0161 00 0034 0001");
	assert_int_equal(
	    dns_query_write(query, "_25._tcp.a", DNS_TYPE_TLSA, 0xabcd),
	    want.size);
	assert_memory_equal(query, want.data, want.size);
	text_free(&want);
	assert_int_equal(dns_query_write(query, "a..b", DNS_TYPE_MX, 1), 0);
	snprintf(name, sizeof(name), "%sa.test", label);
	assert_int_equal(dns_query_write(query, name, DNS_TYPE_MX, 1), 0);
	snprintf(
	    name, sizeof(name), "%s.%s.%s.%.61s", label, label, label, label);
	assert_int_equal(
	    dns_query_write(query, name, DNS_TYPE_MX, 1), sizeof(query));
	snprintf(
	    name, sizeof(name), "%s.%s.%s.%.62s", label, label, label, label);
	assert_int_equal(dns_query_write(query, name, DNS_TYPE_MX, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_hosts_are_read),
		cmocka_unit_test(queries_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
