/*
 * The protocols that begin without TLS and change to it on request: their
 * names, and the ports on which they do so.  The dialogue is a row of
 * scan/starttls.c with the same id.  Sources: the IANA service names and port
 * numbers; RFC 3207 (SMTP), 2033 (LMTP), 2595 (IMAP, POP3), 5804 (sieve), 4217
 * (FTP), 4642 (NNTP), 6120 (XMPP), 4511 (LDAP).
 */
#ifndef MODEL_STARTTLS_NAME_H
#define MODEL_STARTTLS_NAME_H

#include <stdint.h>

/* ROW(ID, word, the default port, further ports of --starttls auto) */
#define STARTTLS_ROWS(ROW)                          \
	ROW(SMTP, "smtp", 25, 587, 2525)            \
	ROW(LMTP, "lmtp", 24, 0, 0)                 \
	ROW(IMAP, "imap", 143, 0, 0)                \
	ROW(POP3, "pop3", 110, 0, 0)                \
	ROW(SIEVE, "sieve", 4190, 0, 0)             \
	ROW(FTP, "ftp", 21, 0, 0)                   \
	ROW(NNTP, "nntp", 119, 433, 0)              \
	ROW(XMPP_CLIENT, "xmpp-client", 5222, 0, 0) \
	ROW(XMPP_SERVER, "xmpp-server", 5269, 0, 0) \
	ROW(LDAP, "ldap", 389, 3268, 0)             \
	ROW(IRC, "irc", 6667, 0, 0)                 \
	ROW(POSTGRES, "postgres", 5432, 0, 0)       \
	ROW(MYSQL, "mysql", 3306, 0, 0)             \
	ROW(RDP, "rdp", 3389, 0, 0)

#define STARTTLS_ID(id, word, port, second, third) STARTTLS_##id,
#define STARTTLS_WORD(id, word, port, second, third) word " "

enum starttls_protocol { STARTTLS_ROWS(STARTTLS_ID) STARTTLS_COUNT };

/* All words, for help and messages; a space ends each. */
#define STARTTLS_NAMES STARTTLS_ROWS(STARTTLS_WORD)

/* Beside the names: by the target's port; and TLS from the first octet. */
#define STARTTLS_AUTO "auto"
#define STARTTLS_NONE "none"

/* STARTTLS_COUNT where there is none. */
enum starttls_protocol starttls_find(const char *word);
enum starttls_protocol starttls_of_port(uint16_t port);

const char *starttls_word(enum starttls_protocol);
uint16_t starttls_port(enum starttls_protocol);

/*
 * What a list, a URL or an option may ask for: the protocol's word, or
 * STARTTLS_AUTO or STARTTLS_NONE, as a static string; NULL: something else.
 */
const char *starttls_choice(const char *typed);

#endif
