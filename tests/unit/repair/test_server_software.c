/* Which software may serve a host: by protocol, by port, or a web server. */
#include "repair/server_software.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"

static const struct {
	const char *starttls;
	uint16_t port;
	const char *files;
} rows[] = {
	{ NULL, 443, "nginx.conf apache.conf haproxy.txt" },
	{ NULL, 25, "nginx.conf apache.conf haproxy.txt" },
	{ NULL, 465, "postfix.cf exim.conf opensmtpd.conf" },
	{ "smtp", 2525, "postfix.cf exim.conf opensmtpd.conf" },
	{ "lmtp", 24, "postfix.cf dovecot.conf cyrus.conf" },
	{ NULL, 993, "dovecot.conf cyrus.conf" },
	{ "imap", 443, "dovecot.conf cyrus.conf" },
	{ "ftp", 21, "proftpd.conf vsftpd.conf pure-ftpd.txt" },
	{ NULL, 636, "slapd.ldif" },
	{ "nntp", 119, "inn.conf" },
	{ "xmpp-server", 5269, "prosody.lua ejabberd.yml" },
	{ NULL, 6697, "ngircd.conf inspircd.conf" },
	{ "postgres", 5432, "postgresql.conf" },
	{ NULL, 5432, "postgresql.conf" },
	{ "mysql", 3306, "mariadb.cnf" },
	{ "rdp", 3389, "xrdp.ini" },
	{ NULL, 5671, "rabbitmq.conf" },
	{ NULL, 6380, "redis.conf" },
	{ NULL, 8883, "mosquitto.conf" },
};

static void
test_software_of_a_host(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct server_software *software;
		struct text files = { .size = 0 };

		for (size_t k = 0; (software = server_software(k)) != NULL; k++)
			if (server_software_serves(
				software, rows[i].starttls, rows[i].port))
				text_printf(&files, "%s%s",
				    files.size > 0 ? " " : "", software->file);
		assert_string_equal(files.data, rows[i].files);
		text_free(&files);
	}
}

/* Only ProFTPD has the leaf and the intermediates apart. */
static void
test_chains_in_two_files(void **state)
{
	const struct server_software *software;

	(void)state;
	for (size_t k = 0; (software = server_software(k)) != NULL; k++)
		assert_int_equal(software->splits,
		    strcmp(software->file, "proftpd.conf") == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_software_of_a_host),
		cmocka_unit_test(test_chains_in_two_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
