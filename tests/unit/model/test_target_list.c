/*
 * Host lists in, targets out.  A row is the text of a list and what comes of
 * it, a line a target: "HOST:PORT" and " ip=", " sni=", " starttls=", " tags="
 * where there are any; "!SENTENCE" for a bad line; "ERROR SENTENCE" where the
 * list ends.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/starttls_name.h"
#include "model/target_list.h"

static void
write_target(struct text *text, const struct target *target)
{
	if (target->fault != NULL) {
		text_printf(text, "!%s\n", target->fault);
		return;
	}
	text_printf(text, target->is_address ? "<%s>:%u" : "%s:%u",
	    target->host, target->port);
	if (target->ip != NULL)
		text_printf(text, " ip=%s", target->ip);
	if (target->sni != NULL)
		text_printf(text, " sni=%s", target->sni);
	if (target->starttls != NULL)
		text_printf(text, " starttls=%s", target->starttls);
	for (size_t i = 0; i < target->tag_count; i++)
		text_printf(
		    text, "%s%s", i == 0 ? " tags=" : ";", target->tags[i]);
	text_append_char(text, '\n');
}

static void
write_list(struct text *text, struct target_list *list)
{
	struct target *target;
	uint64_t ordinal = 0;
	int result;

	text_append(text, "");
	while ((result = target_list_next(list, &target)) > 0) {
		assert_int_equal(target->ordinal, ++ordinal);
		assert_int_equal(target_list_count(list), ordinal);
		write_target(text, target);
		target_free(target);
	}
	if (result < 0) {
		text_printf(text, "ERROR %s\n", target_list_error(list));
		assert_int_equal(target_list_next(list, &target), -1);
	}
}

static void
write_temporary(char *path, struct bytes octets)
{
	int fd = mkstemp(path);

	assert_int_equal(write(fd, octets.data, octets.size), octets.size);
	close(fd);
}

static const struct target_list_options plain = { .defaults = { .port = 443 } };

static void
assert_list(struct bytes octets, const char *expected)
{
	char path[] = "/tmp/fleetscan-list-XXXXXX";
	struct target_list *list = target_list_new(&plain);
	struct text text = { NULL, 0, 0 };

	write_temporary(path, octets);
	assert_int_equal(target_list_add_file(list, path), 0);
	unlink(path);
	write_list(&text, list);
	if (strcmp(text.data, expected) != 0)
		fail_msg("%.*s\ngave\n%sinstead of\n%s", (int)octets.size,
		    octets.data, text.data, expected);
	target_list_free(list);
	text_free(&text);
}

struct row {
	const char *list;
	size_t size;
	const char *targets;
};

#define LIST(literal) (literal), sizeof(literal) - 1

#define UNKNOWN(field)                                                   \
	"!\"" field "\" is neither a port nor an address: a header row " \
	"(host,port,ip,tags) says what the columns are\n"

static const struct row plain_rows[] = {
	{ LIST(""), "" },
	{ LIST("example.com"), "example.com:443\n" },
	{ LIST("Example.COM.:8443\n"), "example.com:8443\n" },
	{ LIST("\xef\xbb\xbf"
	       "a.test\r\nb.test\r\n"),
	    "a.test:443\nb.test:443\n" },
	{ LIST("\n \t\n# all\n  a.test  # why\nb.test#c\n"),
	    "a.test:443\n!a character that cannot be in a host name\n" },
	{ LIST("192.0.2.1:444\n[2001:DB8::1]:445\n2001:db8::2\n[::1]\n"),
	    "<192.0.2.1>:444\n<2001:db8::1>:445\n<2001:db8::2>:443\n"
	    "<::1>:443\n" },
	{ LIST("m\xc3\xbcnchen.de:444\n"), "xn--mnchen-3ya.de:444\n" },
	{ LIST("a.test\nA.test.\na.test:443\na.test:444\nhttps://a.test\n"),
	    "a.test:443\na.test:444\n" },
	{ LIST("::1\n0:0::1\n[::1]:443\n"), "<::1>:443\n" },
	{ LIST("a.test:\na.test:0\na.test:65536\na.test:65535\na.test:x\n"),
	    "!a port is a number from 1 to 65535\n"
	    "!a port is a number from 1 to 65535\n"
	    "!a port is a number from 1 to 65535\n"
	    "a.test:65535\n"
	    "!a port is a number from 1 to 65535\n" },
	{ LIST("[::1\n[::1]x\n[::1]:\n[a.test]:443\n"),
	    "!\"[\" opens an IPv6 address that \"]\" closes, then \":PORT\"\n"
	    "!\"[\" opens an IPv6 address that \"]\" closes, then \":PORT\"\n"
	    "!a port is a number from 1 to 65535\n"
	    "!not an IPv6 address\n" },
	{ LIST("a.test/\na.test:444/path\n/path\na.test/24\n"),
	    "a.test:443\na.test:444\n"
	    "!a slash where a host name should be\n"
	    "!no IP address before the slash\n" },
	{ LIST("https//a.test\nhttps:/a.test\n//a.test\n"),
	    "!a URL has a colon and two slashes behind its scheme\n"
	    "!a port is a number from 1 to 65535\n"
	    "!a slash where a host name should be\n" },
	{ LIST("a b.test\na.test,443,prod\n"), UNKNOWN("a") UNKNOWN("prod") },
	{ LIST("\"a.test\"\n"), "a.test:443\n" },
	{ LIST("a.test 8443\nb.test\t8444\nc.test,8445\nd.test 0\n"),
	    "a.test:8443\nb.test:8444\nc.test:8445\n"
	    "!a port is a number from 1 to 65535\n" },
	{ LIST("fe80::1%eth0\n[fe80::2%25eth0]:444\n"),
	    "<fe80::1%eth0>:443\n<fe80::2%eth0>:444\n" },
	{ LIST("443\n0x7f000001\n"),
	    "!neither a host name nor an IPv4 address\n"
	    "!neither a host name nor an IPv4 address\n" },
	{ LIST("a\0b\n\xff\na\x01"
	       "b\na\xc2\x85"
	       "b\nok.test"),
	    "!a control character\n!not UTF-8\n!a control character\n"
	    "!a control character\nok.test:443\n" },
};

/* UTF-16, two octets of mark before it, and half a pair of surrogates. */
static const struct row encoding_rows[] = {
	{ LIST("\xff\xfe"
	       "a\0.\0b\0\r\0\n\0c\0.\0d\0"),
	    "a.b:443\nc.d:443\n" },
	{ LIST("\xfe\xff\0a\0.\0\xfc\0\n\0b"), "a.xn--tda:443\nb:443\n" },
	{ LIST("\xff\xfe\x3d\xd8\x00\xde\n\0\x3d\xd8\n\0b\0."),
	    "!not an internationalized host name (IDNA 2008)\n"
	    "!not an internationalized host name (IDNA 2008)\n"
	    "!not an internationalized host name (IDNA 2008)\n" },
};

static const struct row url_rows[] = {
	{ LIST("https://a.test\nHTTPS://a.test:8443/path?q#f\n"),
	    "a.test:443\na.test:8443\n" },
	{ LIST("https://user:pass@a.test/\nhttps://u@v@b.test\n"),
	    "a.test:443\nb.test:443\n" },
	{ LIST("https://[::1]:444/\nhttps://[::1]/\nhttps://a.test:/x\n"),
	    "<::1>:444\n<::1>:443\na.test:443\n" },
	{ LIST("https://a.test:444/a,b?x=1,2;y\n"), "a.test:444\n" },
	{ LIST("https://a.test?x=/@b\nhttps://b.test#/@c\n"),
	    "a.test:443\nb.test:443\n" },
	{ LIST("ldaps://a.test\nsmtps://a.test\nimaps://a.test\n"
	       "pop3s://a.test\nftps://a.test\nwss://a.test\ntls://a.test:7"),
	    "a.test:636\na.test:465\na.test:993\na.test:995\na.test:990\n"
	    "a.test:443\na.test:7\n" },
	{ LIST("http://a.test\nws://a.test\n"),
	    "!a scheme without TLS; name the host alone, or its https URL\n"
	    "!a scheme without TLS; name the host alone, or its https URL\n" },
	{ LIST("gopher://a.test\n://a.test\nhttps://\nhttps:///x\n"),
	    "!an unknown URL scheme\n!an unknown URL scheme\n"
	    "!no host name\n!no host name\n" },
};

#define BAD_RANGE                                                    \
	"!a range of addresses is FIRST-LAST, as in 192.0.2.1-9 or " \
	"192.0.2.1-192.0.2.9\n"

static const struct row block_rows[] = {
	{ LIST("192.0.2.254/31\n"), "<192.0.2.254>:443\n<192.0.2.255>:443\n" },
	{ LIST("192.0.2.7/30\n192.0.2.5\n"),
	    "<192.0.2.4>:443\n<192.0.2.5>:443\n<192.0.2.6>:443\n"
	    "<192.0.2.7>:443\n" },
	{ LIST("192.0.2.1/32\n2001:db8::ffff/127\n"),
	    "<192.0.2.1>:443\n<2001:db8::fffe>:443\n"
	    "<2001:db8::ffff>:443\n" },
	{ LIST("10.0.0.0/7\n2001:db8::/103\n10.0.0.0/15\n2001:db8::/111\n"),
	    "!a block of more than 16777216 addresses\n"
	    "!a block of more than 16777216 addresses\n"
	    "!a block of more than 65536 addresses (/16, IPv6 /112) needs "
	    "--allow-large\n"
	    "!a block of more than 65536 addresses (/16, IPv6 /112) needs "
	    "--allow-large\n" },
	{ LIST("192.0.2.4/31:444\n192.0.2.4/31 445\n192.0.2.4/31:x\n"
	       "192.0.2.4/31x\n192.0.2.4/31-192.0.2.9\n192.0.2.4/x\n"),
	    "<192.0.2.4>:444\n<192.0.2.5>:444\n<192.0.2.4>:445\n"
	    "<192.0.2.5>:445\n!a port is a number from 1 to 65535\n"
	    "!the prefix length of a block is a number up to 32, or 128 for "
	    "IPv6\n"
	    "!the prefix length of a block is a number up to 32, or 128 for "
	    "IPv6\n"
	    "<192.0.2.4>:443\n" },
	{ LIST("192.0.2.254-255\n192.0.2.255-192.0.3.1:444\n"
	       "2001:db8::ffff-2001:db8::1:0\n1.2.3.4-dsl.example\n"),
	    "<192.0.2.254>:443\n<192.0.2.255>:443\n<192.0.2.255>:444\n"
	    "<192.0.3.0>:444\n<192.0.3.1>:444\n<2001:db8::ffff>:443\n"
	    "<2001:db8::1:0>:443\n1.2.3.4-dsl.example:443\n" },
	{ LIST("192.0.2.9-1\n192.0.2-3.1-9\n192.0.2.1-256\n"
	       "10.0.0.0-10.1.0.0\n0.0.0.0-255.255.255.255\n"
	       "::1-::2:0:0\n"),
	    BAD_RANGE BAD_RANGE BAD_RANGE
	    "!a block of more than 65536 addresses (/16, IPv6 /112) needs "
	    "--allow-large\n"
	    "!a block of more than 16777216 addresses\n"
	    "!a block of more than 16777216 addresses\n" },
	{ LIST("10.0.0.0/33\n::1/129\n10.0.0.0/0032\n10.0.0/24\n"),
	    "!the prefix length of a block is a number up to 32, or 128 for "
	    "IPv6\n"
	    "!the prefix length of a block is a number up to 32, or 128 for "
	    "IPv6\n"
	    "!the prefix length of a block is a number up to 32, or 128 for "
	    "IPv6\n"
	    "!no IP address before the slash\n" },
};

static const struct row csv_rows[] = {
	{ LIST("host,port,ip,sni,tags\n"
	       "a.test,444,192.0.2.1,b.test,prod; eu;\n"
	       "a.test\n\n# comment\nc.test:445,,,,\"x,y\"\n"),
	    "a.test:444 ip=192.0.2.1 sni=b.test tags=prod;eu\n"
	    "a.test:443\nc.test:445 tags=x,y\n" },
	{ LIST("\xef\xbb\xbf# list\n\nTAGS , Host\r\nweb,a.test\r\n"),
	    "a.test:443 tags=web\n" },
	{ LIST("host\na.test\nhost\n"), "a.test:443\nhost:443\n" },
	{ LIST("a.test\nhost,port\n"), "a.test:443\n" UNKNOWN("port") },
	{ LIST("host,colour\na.test,red\n"), "a.test:443\n" },
	{ LIST("host,ip\n,192.0.2.1\n192.0.2.1,192.0.2.1\n192.0.2.1,::1\n"),
	    "<192.0.2.1>:443\n<192.0.2.1>:443 ip=::1\n" },
	{ LIST("host,port\na.test,444,x\na.test,x\n,444\n\"a.test,1\n"),
	    "!more fields than the header row\n"
	    "!a port is a number from 1 to 65535\n!no host name\n"
	    "!not CSV: a quote that does not close a field\n" },
	{ LIST("host,sni\na.test,B.test.\na.test,192.0.2.1\na.test,a b\n"),
	    "a.test:443 sni=b.test\n"
	    "!a server name (SNI) cannot be an address\n"
	    "!a character that cannot be in a host name\n" },
	{ LIST("host,ip\na.test,b.test\n"), "!not an IP address\n" },
	{ LIST("192.0.2.1,a.test,web,8443\n192.0.2.2,\n,b.test\n"
	       "192.0.2.3,,db\n192.0.2.2\n"),
	    "a.test:8443 ip=192.0.2.1 tags=web\n<192.0.2.2>:443\n"
	    "b.test:443\n<192.0.2.3>:443 tags=db\n" },
	{ LIST("192.0.2.0/31,a.test\n"),
	    "a.test:443 ip=192.0.2.0\na.test:443 ip=192.0.2.1\n" },
	{ LIST("a,b,c,1,d\na.test,b.test\n192.0.2.1,192.0.2.0/31\n,,\n"
	       "192.0.2.7,c.test,8443\n192.0.2.7,c.test,8444,\n"
	       "192.0.2.7,c.test,7,8445\n"),
	    UNKNOWN("b") "a.test:443\nb.test:443\n"
			 "<192.0.2.1>:443\n<192.0.2.0>:443\n"
			 "!no host name\nc.test:8443 ip=192.0.2.7\n"
			 "c.test:8444 ip=192.0.2.7\nc.test:8445 ip=192.0.2.7 "
			 "tags=7\n" },
	{ LIST("192.0.2.1,a.test,a\tb,\n"),
	    "a.test:443 ip=192.0.2.1 tags=a b\n" },
};

static void
assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_list(
		    bytes_of(rows[i].list, rows[i].size), rows[i].targets);
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void
plain_lines_are_read(void **state)
{
	(void)state;
	ASSERT_ROWS(plain_rows);
}

static void
encodings_are_read(void **state)
{
	(void)state;
	ASSERT_ROWS(encoding_rows);
}

static void
urls_are_read(void **state)
{
	(void)state;
	ASSERT_ROWS(url_rows);
}

static void
blocks_are_unrolled(void **state)
{
	(void)state;
	ASSERT_ROWS(block_rows);
}

static void
csv_is_read(void **state)
{
	(void)state;
	ASSERT_ROWS(csv_rows);
}

/* A list from arguments alone. */
static void
assert_arguments(const struct target_list_options *options,
    const char *const arguments[], const char *expected)
{
	struct target_list *list = target_list_new(options);
	struct text text = { NULL, 0, 0 };

	for (size_t i = 0; arguments[i] != NULL; i++)
		target_list_add_argument(list, arguments[i]);
	write_list(&text, list);
	assert_string_equal(text.data, expected);
	target_list_free(list);
	text_free(&text);
}

static void
arguments_are_sources(void **state)
{
	static const char *const arguments[] = { "host", "a.test:444", "# x",
		"192.0.2.0/31", "", "a\nb", NULL };

	(void)state;
	assert_arguments(&plain, arguments,
	    "host:443\na.test:444\n<192.0.2.0>:443\n<192.0.2.1>:443\n"
	    "!\"b\" is neither a port nor an address: a header row "
	    "(host,port,ip,tags) says what the columns are\n");
}

static void
defaults_fill_in(void **state)
{
	static const char *const arguments[] = { "a.test", "b.test:444",
		"https://c.test", "a?b", NULL };
	struct target_list_options options = { .defaults = {
						   8443, "sni.test" } };

	(void)state;
	assert_arguments(&options, arguments,
	    "a.test:8443 sni=sni.test\nb.test:444 sni=sni.test\n"
	    "c.test:443 sni=sni.test\n"
	    "!a character that cannot be in a host name\n");
}

/* A scheme names the protocol and its port; both may be said otherwise. */
static void
schemes_choose_starttls(void **state)
{
	static const char *const arguments[] = { "smtp://a.test",
		"submission://a.test", "IMAP://a.test:1143", "xmpp://a.test",
		"xmpp-server://a.test", "postgresql://u:p@a.test/db",
		"rdp://a.test", "smtps://a.test", "https://a.test", "a.test:25",
		NULL };

	(void)state;
	assert_arguments(&plain, arguments,
	    "a.test:25 starttls=smtp\na.test:587 starttls=smtp\n"
	    "a.test:1143 starttls=imap\na.test:5222 starttls=xmpp-client\n"
	    "a.test:5269 starttls=xmpp-server\n"
	    "a.test:5432 starttls=postgres\na.test:3389 starttls=rdp\n"
	    "a.test:465\na.test:443\na.test:25\n");
}

/* The same host and port with TLS at once is another target. */
static void
starttls_is_the_default_of_targets_that_do_not_say(void **state)
{
	static const char *const arguments[] = { "a.test", "a.test:143",
		"a.test:587", "smtps://a.test:143", "ldap://a.test:587",
		"b.test:443", NULL };
	struct target_list_options options = { .defaults = {
						   .starttls = "smtp" } };

	(void)state;
	assert_arguments(&options, arguments,
	    "a.test:25 starttls=smtp\na.test:143 starttls=smtp\n"
	    "a.test:587 starttls=smtp\na.test:143\n"
	    "a.test:587 starttls=ldap\nb.test:443 starttls=smtp\n");
	options.defaults.starttls = STARTTLS_AUTO;
	assert_arguments(&options, arguments,
	    "a.test:443\na.test:143 starttls=imap\n"
	    "a.test:587 starttls=smtp\na.test:143\n"
	    "a.test:587 starttls=ldap\nb.test:443\n");
	options.defaults.port = 389;
	assert_arguments(&options, (const char *[]){ "a.test", NULL },
	    "a.test:389 starttls=ldap\n");
}

static void
a_column_chooses_starttls(void **state)
{
	char path[] = "/tmp/fleetscan-list-XXXXXX";
	struct target_list *list = target_list_new(&plain);
	struct text text = { NULL, 0, 0 }, expected = { NULL, 0, 0 };

	(void)state;
	write_temporary(path,
	    bytes_from_string("host,starttls,port\na.test,,\nb.test,SMTP,\n"
			      "c.test,auto,110\nsmtp://d.test,none,\n"
			      "e.test,telnet,\n"));
	target_list_add_file(list, path);
	unlink(path);
	write_list(&text, list);
	text_printf(&expected,
	    "a.test:443\nb.test:443 starttls=smtp\nc.test:110 starttls=pop3\n"
	    "d.test:25\n!an unknown STARTTLS protocol; known are %s"
	    "auto none\n",
	    STARTTLS_NAMES);
	assert_string_equal(text.data, expected.data);
	target_list_free(list);
	text_free(&text);
	text_free(&expected);
}

static void
note_complaint(void *context, const char *where, const char *sentence)
{
	text_printf(context, "%s: %s\n", where, sentence);
}

static void
bad_lines_are_told_of_and_counted(void **state)
{
	char path[] = "/tmp/fleetscan-list-XXXXXX";
	struct text complaints = { NULL, 0, 0 }, expected = { NULL, 0, 0 };
	struct target_list_options options = { .defaults = { .port = 8443 },
		.complain = note_complaint,
		.context = &complaints };
	struct target_list *list = target_list_new(&options);
	struct target *target;

	(void)state;
	write_temporary(
	    path, bytes_from_string("\na.test\nb\x01? # c\na.test\n1.2.3\n"));
	target_list_add_argument(list, "x y");
	target_list_add_file(list, path);
	unlink(path);
	target_list_next(list, &target);
	assert_string_equal(target->host, "x y");
	target_free(target);
	target_list_next(list, &target);
	target_free(target);
	target_list_next(list, &target);
	assert_string_equal(target->fault, "a control character");
	assert_string_equal(target->input, "b\\01?");
	assert_string_equal(target->host, "b\\01?");
	assert_int_equal(target->port, 8443);
	target_free(target);
	target_list_next(list, &target);
	target_free(target);
	assert_int_equal(target_list_next(list, &target), 0);
	assert_null(target);
	assert_int_equal(target_list_count(list), 4);
	text_printf(&expected,
	    "argument 1: \"y\" is neither a port nor an address: a header "
	    "row (host,port,ip,tags) says what the columns are\n"
	    "%s:3: a control character\n"
	    "%s:5: neither a host name nor an IPv4 address\n",
	    path, path);
	assert_string_equal(complaints.data, expected.data);
	target_list_free(list);
	text_free(&complaints);
	text_free(&expected);
}

static void
strict_ends_at_a_bad_line(void **state)
{
	struct target_list_options options = { .defaults = { .port = 443 },
		.strict = true };

	(void)state;
	assert_arguments(&options,
	    (const char *const[]){ "a.test", "1.2.3", "b.test", NULL },
	    "a.test:443\n"
	    "ERROR argument 2: neither a host name nor an IPv4 address\n");
}

static void
long_lines_are_bad_lines(void **state)
{
	char path[] = "/tmp/fleetscan-list-XXXXXX", where[64];
	struct target_list *list = target_list_new(&plain);
	struct text text = { NULL, 0, 0 };
	struct target *target;

	(void)state;
	text_append(&text, "a.test\n");
	for (int i = 0; i < 200000; i++)
		text_append_char(&text, 'x');
	text_append(&text, "\nb.test\n");
	write_temporary(path, bytes_of(text.data, text.size));
	target_list_add_file(list, path);
	unlink(path);
	text.data[text.size - 8] = '\0';
	target_list_add_argument(list, text.data + 7);
	target_list_next(list, &target);
	target_free(target);
	target_list_next(list, &target);
	snprintf(where, sizeof(where), "%s:2", path);
	assert_string_equal(target->host, where);
	assert_string_equal(target->fault, "a line of more than 4096 octets");
	target_free(target);
	target_list_next(list, &target);
	assert_string_equal(target->host, "b.test");
	target_free(target);
	target_list_next(list, &target);
	assert_string_equal(target->host, "argument 1");
	target_free(target);
	target_list_free(list);
	text_free(&text);
}

static void
files_that_cannot_be_read_are_refused(void **state)
{
	struct target_list *list = target_list_new(&plain);

	(void)state;
	assert_int_equal(target_list_add_file(list, "/nonexistent/x"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(target_list_add_file(list, "/"), -1);
	assert_int_equal(errno, EISDIR);
	target_list_free(list);
	target_list_free(NULL);
}

static void
standard_input_has_its_name(void **state)
{
	int ends[2], input = dup(STDIN_FILENO);
	struct target_list *list = target_list_new(&plain);
	struct target *target;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	assert_int_equal(target_list_add_file(list, "-"), 0);
	/* The first comes before the second is there. */
	assert_int_equal(write(ends[1], "a.test\n", 7), 7);
	assert_int_equal(target_list_next(list, &target), 1);
	assert_string_equal(target->host, "a.test");
	target_free(target);
	assert_int_equal(write(ends[1], "imap://b.test\n", 14), 14);
	assert_int_equal(target_list_next(list, &target), 1);
	assert_string_equal(target->starttls, "imap");
	target_free(target);
	target_list_free(list);
	dup2(input, STDIN_FILENO);
	close(input);
	close(ends[0]);
	close(ends[1]);
}

static void
a_large_block_is_not_kept(void **state)
{
	struct target_list *list = target_list_new(&plain);
	struct target *target;

	(void)state;
	target_list_add_argument(list, "10.9.255.255/16");
	for (unsigned i = 0; i < 65536; i++) {
		char expected[32];

		assert_int_equal(target_list_next(list, &target), 1);
		snprintf(
		    expected, sizeof(expected), "10.9.%u.%u", i / 256, i % 256);
		assert_string_equal(target->host, expected);
		assert_string_equal(target->input, "10.9.255.255/16");
		target_free(target);
	}
	assert_int_equal(target_list_next(list, &target), 0);
	target_list_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_lines_are_read),
		cmocka_unit_test(encodings_are_read),
		cmocka_unit_test(urls_are_read),
		cmocka_unit_test(blocks_are_unrolled),
		cmocka_unit_test(csv_is_read),
		cmocka_unit_test(arguments_are_sources),
		cmocka_unit_test(defaults_fill_in),
		cmocka_unit_test(schemes_choose_starttls),
		cmocka_unit_test(
		    starttls_is_the_default_of_targets_that_do_not_say),
		cmocka_unit_test(a_column_chooses_starttls),
		cmocka_unit_test(bad_lines_are_told_of_and_counted),
		cmocka_unit_test(strict_ends_at_a_bad_line),
		cmocka_unit_test(long_lines_are_bad_lines),
		cmocka_unit_test(files_that_cannot_be_read_are_refused),
		cmocka_unit_test(standard_input_has_its_name),
		cmocka_unit_test(a_large_block_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
