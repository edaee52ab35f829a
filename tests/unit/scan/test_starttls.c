/*
 * Dialogues as real servers have them (the versions that were seen are in
 * data/SOURCES.md), each whole, octet by octet, and in two pieces cut at every
 * place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <uv.h>

#include "scan/starttls.h"

enum { MOST_TURNS = 5 };

#define OWN "127.0.0.1"
#define DOMAIN "chat.example.test"

struct turn {
	const char *says;
	size_t size;
};

struct dialogue_row {
	enum starttls_protocol protocol;
	struct turn server[MOST_TURNS]; /* one after each of the client's */
	const char *client;		/* all that it sends; a prefix of
					   binary requests */
	enum starttls_state state;
	const char *error; /* begins so */
	enum status status;
	bool may_pass;
	size_t early;
};

#define EHLO "EHLO [" OWN "]\r\n"
#define XMPP_HEAD                                                     \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "  \
	"xmlns:stream='http://etherx.jabber.org/streams' to='" DOMAIN \
	"' version='1.0'>"
#define XMPP_ASKS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define XMPP_ANSWER                                                         \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='a' " \
	"xml:lang='en' from='" DOMAIN "' version='1.0' "                    \
	"xmlns:stream='http://etherx.jabber.org/streams'>"
#define SAY(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct dialogue_row rows[] = {
	/* postfix, with many lines of greeting (postscreen) */
	{ STARTTLS_SMTP,
	    { SAY("220-mx.example.test\r\n220 mx.example.test ESMTP\r\n"),
		SAY("250-mx.example.test\r\n250-SIZE 10240000\r\n"
		    "250 starttls\r\n"),
		SAY("220 2.0.0 Ready to start TLS\r\n") },
	    EHLO "STARTTLS\r\n", .state = STARTTLS_READY },
	/* without EHLO, and STARTTLS not named */
	{ STARTTLS_SMTP,
	    { SAY("220 old\r\n"), SAY("502 unknown\r\n"), SAY("250 old\r\n"),
		SAY("220 go\r\n") },
	    EHLO "HELO [" OWN "]\r\nSTARTTLS\r\n", .state = STARTTLS_READY },
	{ STARTTLS_SMTP,
	    { SAY("220 a\r\n"), SAY("250 a\r\n"),
		SAY("454 4.7.0 TLS not available due to local problem\r\n") },
	    EHLO "STARTTLS\r\n", .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: 454 4.7.0 TLS not available due to local "
	    "problem",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_SMTP, { SAY("421 4.7.0 mx Too many connections\r\n") }, "",
	    .state = STARTTLS_FAILED,
	    "server refuses the connection: 421 4.7.0 mx Too many connections",
	    STATUS_STARTTLS_ERROR, true },
	{ STARTTLS_SMTP, { SAY("220 a\r\n"), SAY("250-a\r\n220 b\r\n") }, EHLO,
	    .state = STARTTLS_FAILED,
	    "the server does not speak SMTP here; it says: 250",
	    STATUS_PROTOCOL_ERROR },
	{ STARTTLS_SMTP, { SAY("SSH-2.0-OpenSSH_9.2\r\n") }, "",
	    .state = STARTTLS_FAILED,
	    "the server does not speak SMTP here; it says: "
	    "SSH-2.0-OpenSSH_9.2\\0D\\0A",
	    STATUS_PROTOCOL_ERROR },
	{ STARTTLS_SMTP,
	    { SAY("220 a\r\n"), SAY("250 a\r\n"),
		SAY("220 go\r\n250 injected\r\n") },
	    EHLO "STARTTLS\r\n", .state = STARTTLS_READY, .early = 14 },
	/* dovecot 2.4 where its TLS layer cannot go on */
	{ STARTTLS_SMTP,
	    { SAY("220 a\r\n"), SAY("250 a\r\n"),
		SAY("220 go\r\n\x15\x03\x03\0\x02\x02\x50") },
	    EHLO "STARTTLS\r\n", .state = STARTTLS_FAILED,
	    "the server agrees to STARTTLS and then sends the TLS alert 80",
	    STATUS_STARTTLS_ERROR, .early = 7 },
	{ STARTTLS_LMTP,
	    { SAY("220 d Dovecot ready.\r\n"), SAY("250-d\r\n250 STARTTLS\r\n"),
		SAY("220 2.0.0 Begin TLS negotiation now.\r\n") },
	    "LHLO [" OWN "]\r\nSTARTTLS\r\n", .state = STARTTLS_READY },
	/* a literal with a line end in the greeting's lines */
	{ STARTTLS_IMAP,
	    { SAY("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready.\r\n"),
		SAY("* NOTE {7}\r\na OK\r\nb more\r\na OK Begin TLS.\r\n") },
	    "a STARTTLS\r\n", .state = STARTTLS_READY },
	{ STARTTLS_IMAP, { SAY("* PREAUTH logged in\r\n") }, "",
	    .state = STARTTLS_FAILED,
	    "server refuses the connection: * PREAUTH", STATUS_STARTTLS_ERROR },
	{ STARTTLS_IMAP,
	    { SAY("* OK ready\r\n"),
		SAY("a BAD TLS support isn't enabled.\r\n") },
	    "a STARTTLS\r\n", .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: a BAD TLS support isn't enabled.",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_POP3,
	    { SAY("+OK Dovecot ready.\r\n"), SAY("+OK Begin TLS.\r\n") },
	    "STLS\r\n", .state = STARTTLS_READY },
	{ STARTTLS_POP3, { SAY("+OK a\r\n"), SAY("-ERR no\r\n") }, "STLS\r\n",
	    .state = STARTTLS_FAILED, "server refuses STLS: -ERR no",
	    STATUS_STARTTLS_ERROR },
	/* cyrus: a bare OK; and a literal */
	{ STARTTLS_SIEVE,
	    { SAY("\"IMPLEMENTATION\" \"Cyrus\"\r\n\"SIEVE\" {4+}\r\nab\r\n\r\n"
		  "\"STARTTLS\"\r\nOK\r\n"),
		SAY("OK (WARNINGS) \"Begin\"\r\n") },
	    "STARTTLS\r\n", .state = STARTTLS_READY },
	{ STARTTLS_SIEVE,
	    { SAY("OK\r\n"), SAY("NO \"TLS support isn't enabled.\"\r\n") },
	    "STARTTLS\r\n", .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: NO \"TLS support",
	    STATUS_STARTTLS_ERROR },
	/* RFC 959: any text between the first and the last line */
	{ STARTTLS_FTP,
	    { SAY("220-Welcome\r\n 220 not yet\r\nany text\r\n220 end\r\n"),
		SAY("234 Proceed with negotiation.\r\n") },
	    "AUTH TLS\r\n", .state = STARTTLS_READY },
	{ STARTTLS_FTP,
	    { SAY("220 a\r\n"), SAY("500 AUTH not understood\r\n"),
		SAY("500 AUTH not understood\r\n") },
	    "AUTH TLS\r\nAUTH SSL\r\n", .state = STARTTLS_FAILED,
	    "server refuses AUTH TLS and AUTH SSL: 500",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_NNTP,
	    { SAY("200 a\r\n"), SAY("401 MODE-READER\r\n"), SAY("200 a\r\n"),
		SAY("382 Begin TLS negotiation now\r\n") },
	    "STARTTLS\r\nMODE READER\r\nSTARTTLS\r\n",
	    .state = STARTTLS_READY },
	{ STARTTLS_NNTP,
	    { SAY("201 a\r\n"), SAY("580 Error initializing TLS\r\n") },
	    "STARTTLS\r\n", .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: 580 Error", STATUS_STARTTLS_ERROR },
	{ STARTTLS_XMPP_CLIENT,
	    { SAY(XMPP_ANSWER "<stream:features><starttls "
			      "xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
			      "<required/></starttls></stream:features>"),
		SAY("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n") },
	    XMPP_HEAD XMPP_ASKS, .state = STARTTLS_READY },
	{ STARTTLS_XMPP_CLIENT,
	    { SAY(XMPP_ANSWER "<stream:features/>"),
		SAY("<proceed xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\">"
		    "</proceed>") },
	    XMPP_HEAD XMPP_ASKS, .state = STARTTLS_READY },
	{ STARTTLS_XMPP_CLIENT,
	    { SAY(XMPP_ANSWER
		"<stream:error><host-unknown "
		"xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text>no</text>"
		"</stream:error></stream:stream>") },
	    XMPP_HEAD, .state = STARTTLS_FAILED,
	    "server refuses the stream: stream:error host-unknown (asked for "
	    "the domain " DOMAIN ")",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_XMPP_CLIENT,
	    { SAY(XMPP_ANSWER "<stream:features/>"),
		SAY("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
		    "</stream:stream>") },
	    XMPP_HEAD XMPP_ASKS, .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: failure", STATUS_STARTTLS_ERROR },
	/* slapd; Active Directory writes lengths in four octets */
	{ STARTTLS_LDAP,
	    { SAY("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0") },
	    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
	    "1.3.6.1.4.1.1466.20037",
	    .state = STARTTLS_READY },
	{ STARTTLS_LDAP,
	    { SAY("\x30\x84\0\0\0\x1d\x02\x01\x01\x78\x84\0\0\0\x14\x0a\x01"
		  "\x34\x04\0\x04\x0dno cert here!") },
	    "\x30", .state = STARTTLS_FAILED,
	    "server refuses StartTLS: 52 unavailable: no cert here!",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_LDAP, { SAY("HTTP/1.1 400 Bad Request\r\n\r\n") }, "\x30",
	    .state = STARTTLS_FAILED,
	    "the server does not speak LDAP here; it says: H",
	    STATUS_PROTOCOL_ERROR },
	{ STARTTLS_IRC,
	    { SAY(":irc.test NOTICE * :*** Looking up your hostname...\r\n"
		  "PING :123\r\n:irc.test CAP * LS * :account-tag\r\n"
		  ":irc.test CAP * LS :tls sasl\r\n"),
		SAY(":irc.test NOTICE * :670 is not this\r\n"
		    ":irc.test 670 * :STARTTLS successful\r\n") },
	    "CAP LS 302\r\nPONG :123\r\nSTARTTLS\r\n",
	    .state = STARTTLS_READY },
	{ STARTTLS_IRC,
	    { SAY(":a 451 * :You have not registered\r\n"),
		SAY(":a 691 * :STARTTLS failure\r\n") },
	    "CAP LS 302\r\nSTARTTLS\r\n", .state = STARTTLS_FAILED,
	    "server refuses STARTTLS: 691 * :STARTTLS failure",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_POSTGRES, { SAY("S") }, "", .state = STARTTLS_READY },
	{ STARTTLS_POSTGRES, { SAY("Sinjected") }, "", .state = STARTTLS_READY,
	    .early = 8 },
	{ STARTTLS_POSTGRES, { SAY("N") }, "", .state = STARTTLS_FAILED,
	    "server refuses TLS: N, it has no TLS", STATUS_STARTTLS_ERROR },
	{ STARTTLS_POSTGRES, { SAY("E\0\0\0\x19SFATAL\0C08P01\0Mbroken\0\0") },
	    "", .state = STARTTLS_FAILED, "server refuses TLS: E broken",
	    STATUS_STARTTLS_ERROR },
	/* Before protocol 3 it is one string. */
	{ STARTTLS_POSTGRES, { SAY("EFATAL:  unsupported\n\0") }, "",
	    .state = STARTTLS_FAILED,
	    "server refuses TLS: E FATAL:  unsupported",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_POSTGRES, { SAY("HTTP/1.1 400 Bad Request\r\n") }, "",
	    .state = STARTTLS_FAILED,
	    "the server does not speak PostgreSQL here; it says: HTTP/1.1",
	    STATUS_PROTOCOL_ERROR },
	{ STARTTLS_MYSQL,
	    { SAY("\x0d\0\0\0\x09"
		  "3.21.33\0\1\0\0\0") },
	    "", .state = STARTTLS_FAILED,
	    "server refuses TLS: protocol 9, which has no TLS",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_MYSQL,
	    { SAY("\x03\0\0\0\x2a"
		  "ab") },
	    "", .state = STARTTLS_FAILED,
	    "the server does not speak MySQL here", STATUS_PROTOCOL_ERROR },
	{ STARTTLS_MYSQL,
	    {
		SAY("\x52\0\0\0\x0a"
		    "5.5.5-10.11.19\0\x01\0\0\0abcdefgh\0\xfe\xff\x2d\x02\0"
		    "\xff\xc1\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0"
		    "mysql_native_password\0"),
	    },
	    "\x20", .state = STARTTLS_READY },
	{ STARTTLS_MYSQL, { SAY("\x17\0\0\0\xff\x10\x04Too many connections") },
	    "", .state = STARTTLS_FAILED,
	    "server refuses TLS: error 1040 Too many connections",
	    STATUS_STARTTLS_ERROR, true },
	{ STARTTLS_RDP,
	    { SAY("\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x02\x01\x08\0\x01\0\0\0") },
	    "\x03", .state = STARTTLS_READY },
	{ STARTTLS_RDP,
	    { SAY("\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x02\x01\x08\0\0\0\0\0") },
	    "\x03", .state = STARTTLS_FAILED,
	    "server refuses TLS: classic RDP security only",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_RDP,
	    { SAY("\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x03\0\x08\0\x02\0\0\0") },
	    "\x03", .state = STARTTLS_FAILED,
	    "server refuses TLS: failure 2: TLS is not allowed",
	    STATUS_STARTTLS_ERROR },
	{ STARTTLS_RDP, { SAY("\x03\0\0\x0b\x06\x80\0\0\0\0\0") }, "\x03",
	    .state = STARTTLS_FAILED, "the server does not speak RDP here",
	    STATUS_PROTOCOL_ERROR },
	{ STARTTLS_RDP, { SAY("\x03\0\0\x0b\x06\xd0\0\0\0\0\0") }, "\x03",
	    .state = STARTTLS_FAILED, "server refuses TLS: no negotiation",
	    STATUS_STARTTLS_ERROR },
};

/* Each turn in two pieces at `cut`, or octet by octet where that is 0; a
   server never speaks before it was asked. */
static void
run_row(const struct dialogue_row *row, size_t cut)
{
	enum starttls_state state = STARTTLS_WAITS;
	struct starttls starttls = { .dialogue = NULL };
	struct text sent = { .size = 0 };
	struct failure failure = { .may_pass = false };

	starttls_begin(&starttls, row->protocol, DOMAIN, OWN, &sent);
	for (size_t i = 0; i < MOST_TURNS && row->server[i].says != NULL; i++) {
		const struct turn *turn = &row->server[i];
		size_t size = turn->size, piece;
		size_t first = cut < size ? cut : size;

		assert_int_equal(state, STARTTLS_WAITS);
		for (size_t at = 0; at < size && state == STARTTLS_WAITS;
		     at += piece) {
			piece = cut == 0 ? 1 : at == 0 ? first : size - at;
			state = starttls_input(&starttls,
			    bytes_of(turn->says + at, piece), &sent, &failure);
			if (state == STARTTLS_READY)
				state = starttls_take_early(&starttls,
				    bytes_of(turn->says + at + piece,
					size - at - piece),
				    &failure);
		}
	}
	assert_int_equal(state, row->state);
	if (row->error != NULL && cut >= 80) {
		assert_int_equal(
		    strncmp(failure.sentence, row->error, strlen(row->error)),
		    0);
		assert_int_equal(failure.may_pass, row->may_pass);
	}
	if (row->error != NULL)
		assert_int_equal(failure.status, row->status);
	if (row->state == STARTTLS_READY)
		assert_int_equal(starttls.early_count, row->early);
	assert_int_equal(strncmp(sent.data != NULL ? sent.data : "",
			     row->client, strlen(row->client)),
	    0);
	starttls_end(&starttls);
	text_free(&sent);
}

static void
dialogues_lead_to_tls_or_to_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_row(&rows[i], 100000);
		for (size_t cut = 0; cut < 200; cut++)
			run_row(&rows[i], cut);
	}
}

/* A reply without an end, of each protocol that has lines. */
static void
a_reply_is_bounded(void **state)
{
	static const char *const pieces[] = { "220-x\r\n",
		"220-xxxxxxxxxxxxx" };
	struct starttls starttls = { .dialogue = NULL };
	struct text sent = { .size = 0 };
	struct failure failure;
	enum starttls_state reached;
	unsigned count;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		starttls_begin(&starttls, STARTTLS_SMTP, DOMAIN, OWN, &sent);
		for (count = 0, reached = STARTTLS_WAITS;
		     count < 100000 && reached == STARTTLS_WAITS; count++)
			reached = starttls_input(&starttls,
			    bytes_from_string(pieces[i]), &sent, &failure);
		assert_int_equal(reached, STARTTLS_FAILED);
		assert_in_range(count, 1000, 65536);
		assert_string_equal(failure.sentence,
		    "the server's reply to the connection is over 64 KiB or "
		    "1000 lines");
		starttls_end(&starttls);
	}
	text_free(&sent);
}

static void
silence_is_an_answer(void **state)
{
	struct starttls starttls = { .dialogue = NULL };
	struct text sent = { .size = 0 };
	struct failure failure;

	(void)state;
	starttls_begin(&starttls, STARTTLS_SMTP, DOMAIN, OWN, &sent);
	assert_true(starttls_awaits_slow_greeting(&starttls));
	starttls_silence(&starttls, 30000, &failure);
	assert_int_equal(failure.status, STATUS_IO_TIMEOUT);
	assert_string_equal(failure.sentence,
	    "no SMTP greeting in 30 s (a server that speaks TLS from the first "
	    "octet sends none)");
	starttls_input(
	    &starttls, bytes_from_string("220-wait\r\n"), &sent, &failure);
	starttls_silence(&starttls, 10000, &failure);
	assert_string_equal(failure.sentence,
	    "no SMTP greeting in 10 s; it began: 220-wait\\0D\\0A");
	starttls_end(&starttls);
	/* ngircd says nothing to STARTTLS before a client has registered. */
	starttls_begin(&starttls, STARTTLS_IRC, DOMAIN, OWN, &sent);
	starttls_input(&starttls,
	    bytes_from_string(":a CAP * LS :multi-prefix\r\n"), &sent,
	    &failure);
	assert_int_equal(starttls_patience_ms(&starttls), 5000);
	starttls_silence(&starttls, 5000, &failure);
	assert_int_equal(failure.status, STATUS_STARTTLS_ERROR);
	assert_string_equal(failure.sentence,
	    "no reply to STARTTLS in 5 s: the server does not offer it");
	starttls_end(&starttls);
	text_free(&sent);
}

/* A close or a reset in the dialogue says where it came. */
static void
an_end_says_where(void **state)
{
	struct starttls starttls = { .dialogue = NULL };
	struct text sent = { .size = 0 };
	struct failure failure;

	(void)state;
	starttls_begin(&starttls, STARTTLS_SMTP, DOMAIN, OWN, &sent);
	starttls_ended(&starttls, UV_EOF, &failure);
	assert_int_equal(failure.status, STATUS_CONNECTION_CLOSED);
	assert_string_equal(failure.sentence,
	    "the server closed the connection before its greeting");
	assert_true(failure.may_pass);
	starttls_input(&starttls,
	    bytes_from_string("220 mx.example.test\r\n250-mx"), &sent,
	    &failure);
	starttls_ended(&starttls, UV_ECONNRESET, &failure);
	assert_int_equal(failure.status, STATUS_CONNECTION_RESET);
	assert_string_equal(failure.sentence,
	    "the server reset the connection instead of a reply to EHLO; it "
	    "began: 250-mx");
	starttls_end(&starttls);
	text_free(&sent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dialogues_lead_to_tls_or_to_words),
		cmocka_unit_test(a_reply_is_bounded),
		cmocka_unit_test(silence_is_an_answer),
		cmocka_unit_test(an_end_says_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
