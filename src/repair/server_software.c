/*
 * Each server sends the file as it is, so it holds the leaf and the
 * intermediates, without the root; ProFTPD alone wants them apart.  Names of
 * options and what they do: as the servers of Debian 12 have them; MySQL's by
 * its manual.
 */
#include "repair/server_software.h"

#include <stdio.h>

#include "base/text.h"

static const struct server_software list[] = {
	{ .file = "nginx.conf",
	    .lines = "ssl_certificate     /etc/nginx/ssl/fullchain.pem;\n"
		     "ssl_certificate_key /etc/nginx/ssl/privkey.pem;\n"
		     "# nginx -t && systemctl reload nginx\n" },
	{ .file = "apache.conf",
	    .lines = "# Since 2.4.8 the file holds the chain too; leave\n"
		     "# SSLCertificateChainFile out.\n"
		     "SSLCertificateFile    /etc/ssl/certs/fullchain.pem\n"
		     "SSLCertificateKeyFile /etc/ssl/private/privkey.pem\n"
		     "# apachectl configtest && systemctl reload apache2\n" },
	{ .file = "haproxy.txt",
	    .lines =
		"# HAProxy reads one file: leaf, intermediates, private key.\n"
		"#\n"
		"#   cat fullchain.pem privkey.pem >/etc/haproxy/site.pem\n"
		"#   chmod 600 /etc/haproxy/site.pem\n"
		"#\n"
		"bind :443 ssl crt /etc/haproxy/site.pem\n"
		"# systemctl reload haproxy\n" },
	{ .file = "postfix.cf",
	    .services = "smtp lmtp 465",
	    .lines = "# In main.cf.  Postfix also fills a chain from\n"
		     "# smtpd_tls_CAfile, and then sends the root too.\n"
		     "smtpd_tls_cert_file = /etc/postfix/fullchain.pem\n"
		     "smtpd_tls_key_file  = /etc/postfix/privkey.pem\n"
		     "# postfix reload\n" },
	{ .file = "exim.conf",
	    .services = "smtp 465",
	    .lines = "# On Debian as the macros MAIN_TLS_CERTIFICATE and\n"
		     "# MAIN_TLS_PRIVATEKEY.  tls_verify_certificates is for\n"
		     "# clients' certificates and completes nothing.\n"
		     "tls_certificate = /etc/exim4/fullchain.pem\n"
		     "tls_privatekey  = /etc/exim4/privkey.pem\n"
		     "# The next connection reads them.\n" },
	{ .file = "opensmtpd.conf",
	    .services = "smtp 465",
	    .lines = "# NAME as the lines \"listen\" name it.\n"
		     "pki NAME cert \"/etc/ssl/fullchain.pem\"\n"
		     "pki NAME key  \"/etc/ssl/private/privkey.pem\"\n"
		     "# systemctl restart opensmtpd\n" },
	{ .file = "dovecot.conf",
	    .services = "imap pop3 sieve lmtp 993 995",
	    .lines = "# Up to 2.3; the < is needed.  ssl_ca is for clients'\n"
		     "# certificates and completes nothing.\n"
		     "ssl_cert = </etc/dovecot/private/fullchain.pem\n"
		     "ssl_key  = </etc/dovecot/private/privkey.pem\n"
		     "# From 2.4 on, without the <:\n"
		     "#ssl_server_cert_file = .../fullchain.pem\n"
		     "#ssl_server_key_file  = .../privkey.pem\n"
		     "# doveadm reload\n" },
	{ .file = "cyrus.conf",
	    .services = "imap pop3 sieve lmtp 993 995",
	    .lines = "# In imapd.conf.\n"
		     "tls_server_cert: /etc/ssl/private/fullchain.pem\n"
		     "tls_server_key:  /etc/ssl/private/privkey.pem\n"
		     "# systemctl restart cyrus-imapd\n" },
	{ .file = "proftpd.conf",
	    .services = "ftp 990",
	    .lines =
		"# ProFTPD sends one certificate out of the first file,\n"
		"# however many are in it: the intermediates have their own.\n"
		"TLSRSACertificateFile    /etc/proftpd/leaf.pem\n"
		"TLSRSACertificateKeyFile /etc/proftpd/privkey.pem\n"
		"TLSCertificateChainFile  /etc/proftpd/intermediates.pem\n"
		"# An EC key: TLSECCertificateFile, TLSECCertificateKeyFile.\n"
		"# systemctl reload proftpd\n",
	    .splits = true },
	{ .file = "vsftpd.conf",
	    .services = "ftp 990",
	    .lines = "rsa_cert_file=/etc/ssl/private/fullchain.pem\n"
		     "rsa_private_key_file=/etc/ssl/private/privkey.pem\n"
		     "# systemctl restart vsftpd\n" },
	{ .file = "pure-ftpd.txt",
	    .services = "ftp 990",
	    .lines = "# Pure-FTPd reads one file: private key, leaf,\n"
		     "# intermediates.\n"
		     "#\n"
		     "#   cat privkey.pem fullchain.pem \\\n"
		     "#       >/etc/ssl/private/pure-ftpd.pem\n"
		     "#   chmod 600 /etc/ssl/private/pure-ftpd.pem\n"
		     "#   systemctl restart pure-ftpd\n" },
	{ .file = "slapd.ldif",
	    .services = "ldap 636 3269",
	    .lines = "# ldapmodify -Y EXTERNAL -H ldapi:/// -f slapd.ldif\n"
		     "# (in slapd.conf: TLSCertificateFile, and\n"
		     "# TLSCertificateKeyFile, then a restart).\n"
		     "dn: cn=config\n"
		     "changetype: modify\n"
		     "replace: olcTLSCertificateFile\n"
		     "olcTLSCertificateFile: /etc/ldap/fullchain.pem\n"
		     "-\n"
		     "replace: olcTLSCertificateKeyFile\n"
		     "olcTLSCertificateKeyFile: /etc/ldap/privkey.pem\n" },
	{ .file = "inn.conf",
	    .services = "nntp 563",
	    .lines = "# The key belongs to the user news.\n"
		     "tlscertfile: /etc/news/fullchain.pem\n"
		     "tlskeyfile:  /etc/news/privkey.pem\n"
		     "# The next connection reads them.\n" },
	{ .file = "prosody.lua",
	    .services = "xmpp-client xmpp-server 5223 5270",
	    .comment = "--",
	    .lines = "ssl = {\n"
		     "    certificate = \"/etc/prosody/certs/fullchain.pem\";\n"
		     "    key = \"/etc/prosody/certs/privkey.pem\";\n"
		     "}\n"
		     "-- prosodyctl reload\n" },
	{ .file = "ejabberd.yml",
	    .services = "xmpp-client xmpp-server 5223 5270",
	    .lines = "# One file: private key, leaf, intermediates.\n"
		     "certfiles:\n"
		     "  - /etc/ejabberd/site.pem\n"
		     "# ejabberdctl reload_config\n" },
	{ .file = "ngircd.conf",
	    .services = "irc 6697",
	    .lines = "[SSL]\n"
		     "CertFile = /etc/ngircd/fullchain.pem\n"
		     "KeyFile = /etc/ngircd/privkey.pem\n"
		     "# systemctl restart ngircd\n" },
	{ .file = "inspircd.conf",
	    .services = "irc 6697",
	    .lines = "<sslprofile name=\"Clients\" provider=\"gnutls\"\n"
		     "            certfile=\"/etc/inspircd/fullchain.pem\"\n"
		     "            keyfile=\"/etc/inspircd/privkey.pem\">\n"
		     "# /REHASH -ssl\n" },
	{ .file = "postgresql.conf",
	    .services = "postgres 5432",
	    .lines = "# The key has mode 0600 and belongs to postgres.\n"
		     "ssl_cert_file = '/etc/postgresql/fullchain.pem'\n"
		     "ssl_key_file = '/etc/postgresql/privkey.pem'\n"
		     "# SELECT pg_reload_conf();\n" },
	{ .file = "mariadb.cnf",
	    .services = "mysql",
	    .lines =
		"[mysqld]\n"
		"ssl-cert = /etc/mysql/fullchain.pem\n"
		"ssl-key  = /etc/mysql/privkey.pem\n"
		"# MariaDB: FLUSH SSL;  MySQL: ALTER INSTANCE RELOAD TLS;\n" },
	{ .file = "xrdp.ini",
	    .services = "rdp",
	    .lines = "[Globals]\n"
		     "certificate=/etc/xrdp/fullchain.pem\n"
		     "key_file=/etc/xrdp/privkey.pem\n"
		     "# systemctl restart xrdp\n" },
	{ .file = "rabbitmq.conf",
	    .services = "5671 15671",
	    .lines = "ssl_options.certfile = /etc/rabbitmq/fullchain.pem\n"
		     "ssl_options.keyfile  = /etc/rabbitmq/privkey.pem\n"
		     "# New connections use them within minutes.\n" },
	{ .file = "redis.conf",
	    .services = "6379 6380",
	    .lines = "tls-cert-file /etc/redis/fullchain.pem\n"
		     "tls-key-file  /etc/redis/privkey.pem\n"
		     "# redis-cli CONFIG SET tls-cert-file "
		     "/etc/redis/fullchain.pem\n" },
	{ .file = "mosquitto.conf",
	    .services = "8883",
	    .lines = "certfile /etc/mosquitto/certs/fullchain.pem\n"
		     "keyfile  /etc/mosquitto/certs/privkey.pem\n"
		     "# kill -HUP the broker\n" },
};

enum { SOFTWARE_COUNT = sizeof(list) / sizeof(list[0]) };

const struct server_software *
server_software(size_t number)
{
	return number < SOFTWARE_COUNT ? &list[number] : NULL;
}

bool
server_software_serves(
    const struct server_software *software, const char *starttls, uint16_t port)
{
	char number[sizeof("65535")];
	const char *word = starttls != NULL ? starttls : number;

	snprintf(number, sizeof(number), "%u", (unsigned)port);
	if (software->services != NULL)
		return text_has_word(software->services, word);
	for (size_t i = 0; i < SOFTWARE_COUNT; i++)
		if (list[i].services != NULL &&
		    text_has_word(list[i].services, word))
			return false;
	return true;
}
