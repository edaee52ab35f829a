/*
 * URLs of proxies, and dialogues as real proxies have them (tinyproxy 1.11,
 * Squid 5.7, microsocks 1.0.3 and Dante 1.4.2 of Debian 12), each whole, octet
 * by octet, and in two pieces cut at every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "scan/proxy.h"

enum { MOST_TURNS = 3 };

static const struct {
	const char *url;
	const char *fault; /* begins so */
	enum proxy_kind kind;
	const char *host;
	uint16_t port;
	const char *user, *password;
	const char *shown;
} urls[] = {
	{ "http://proxy.example.test:3128", NULL, PROXY_HTTP,
	    "proxy.example.test", 3128, NULL, NULL,
	    "http://proxy.example.test:3128" },
	{ "HTTP://Proxy.Example.Test/", NULL, PROXY_HTTP, "proxy.example.test",
	    1080, NULL, NULL, "HTTP://Proxy.Example.Test/" },
	{ "127.0.0.1:8080", NULL, PROXY_HTTP, "127.0.0.1", 8080, NULL, NULL,
	    "127.0.0.1:8080" },
	{ "socks5://u:p@[::1]:9050", NULL, PROXY_SOCKS5, "::1", 9050, "u", "p",
	    "socks5://u@[::1]:9050" },
	{ "socks5h://me@h", NULL, PROXY_SOCKS5, "h", 1080, "me", "",
	    "socks5h://me@h" },
	{ "http://a%40b:p%3a%2F@h:1", NULL, PROXY_HTTP, "h", 1, "a@b", "p:/",
	    "http://a%40b@h:1" },
	{ "http://u:p@ss/w:rd@h:1", NULL, PROXY_HTTP, "h", 1, "u", "p@ss/w:rd",
	    "http://u@h:1" },
	{ "u:secret@h:1", NULL, PROXY_HTTP, "h", 1, "u", "secret", "u@h:1" },
	{ "http://:@h:1", NULL, PROXY_HTTP, "h", 1, NULL, NULL, "http://@h:1" },
	{ .url = "https://h:1", .fault = "is not http://HOST:PORT" },
	{ .url = "socks4://h:1", .fault = "is not http://HOST:PORT" },
	{ .url = "http://h:1/path", .fault = "is not http://HOST:PORT" },
	{ .url = "http://h:0", .fault = "is not http://HOST:PORT" },
	{ .url = "http://", .fault = "is not http://HOST:PORT" },
	{ .url = "", .fault = "is not http://HOST:PORT" },
	{ .url = "http://u:a%0d%0ab@h:1",
	    .fault = "has a user name or password with" },
	{ .url = "http://u:a%zz@h:1",
	    .fault = "has a user name or password with" },
	{ .url = "http://u:a%4", .fault = "is not http://HOST:PORT" },
	{ .url = "http://u%3ax:p@h:1",
	    .fault = "has a user name with a colon" },
};

static void
urls_are_read(void **state)
{
	char *shown;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct proxy proxy;
		const char *fault = proxy_parse(&proxy, urls[i].url);

		if (urls[i].fault != NULL) {
			if (fault == NULL)
				fail_msg("%s is taken", urls[i].url);
			assert_int_equal(strncmp(fault, urls[i].fault,
					     strlen(urls[i].fault)),
			    0);
			assert_null(proxy.host);
			continue;
		}
		if (fault != NULL)
			fail_msg("%s %s", urls[i].url, fault);
		assert_int_equal(proxy.kind, urls[i].kind);
		assert_string_equal(proxy.host, urls[i].host);
		assert_int_equal(proxy.port, urls[i].port);
		assert_true(string_equal(proxy.user, urls[i].user));
		assert_true(string_equal(proxy.password, urls[i].password));
		shown = proxy_url_without_password(urls[i].url);
		assert_string_equal(shown, urls[i].shown);
		free(shown);
		proxy_clear(&proxy);
	}
}

/* Dialogues */

struct turn {
	const char *says;
	size_t size;
};

struct dialogue_row {
	const char *url, *host;
	struct turn server[MOST_TURNS]; /* one after each of the client's */
	struct turn client;		/* all that it sends */
	enum proxy_state state;
	const char *error; /* begins so */
	enum status status;
	bool may_pass;
	const char *rest; /* what the target said in the last turn */
};

#define SAY(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}
#define HTTP "http://127.0.0.1:3128"
#define SOCKS "socks5://127.0.0.1:1080"
#define WITH_LOGIN "socks5://me:secret@127.0.0.1:1080"
#define HOST "www.example.test"
#define ASKS(place)                                  \
	"CONNECT " place " HTTP/1.1\r\nHost: " place \
	"\r\nUser-Agent: fleetscan\r\n"
#define ASKS_HOST SAY(ASKS(HOST ":443") "\r\n")
#define GREETS "\x05\x01\x00"
#define NAMES_HOST "\x05\x01\x00\x03\x10" HOST "\x01\xbb"
#define V4_REPLY "\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34"

static const struct dialogue_row rows[] = {
	{ HTTP, HOST,
	    { SAY("HTTP/1.0 200 Connection established\r\n"
		  "Proxy-agent: tinyproxy/1.11.1\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_OPEN },
	{ HTTP, HOST, { SAY("HTTP/1.1 200 Connection established\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_OPEN },
	/* the greeting of an SMTP server in the same segment */
	{ HTTP, HOST, { SAY("HTTP/1.1 200 OK\n\n220 mx ESMTP\r\n") }, ASKS_HOST,
	    .state = PROXY_OPEN, .rest = "220 mx ESMTP\r\n" },
	/* RFC 9110 9.3.6: a Content-Length means nothing */
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
		  "HTTP/1.1 204 \r\nContent-Length: 4\r\n\r\nabcd") },
	    ASKS_HOST, .state = PROXY_OPEN, .rest = "abcd" },
	{ HTTP, "2001:db8::1", { SAY("HTTP/1.1 200\r\n\r\n") },
	    SAY(ASKS("[2001:db8::1]:443") "\r\n"), .state = PROXY_OPEN },
	{ "http://me:secret@h:1", HOST, { SAY("HTTP/1.1 200 OK\r\n\r\n") },
	    SAY(ASKS(HOST ":443") "Proxy-Authorization: Basic "
				  "bWU6c2VjcmV0\r\n\r\n"),
	    .state = PROXY_OPEN },
	{ HTTP, HOST, { SAY("HTTP/1.1 403 Filtered\r\n\r\n<html>") }, ASKS_HOST,
	    .state = PROXY_FAILED, "the proxy refuses CONNECT: 403 Filtered",
	    STATUS_PROXY_ERROR },
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy asks for a user name and password, which --proxy does "
	    "not name: 407 Proxy Authentication Required",
	    STATUS_PROXY_ERROR },
	{ "http://me:x@h:1", HOST, { SAY("HTTP/1.1 407 No\r\n\r\n") },
	    SAY(ASKS(
		HOST ":443") "Proxy-Authorization: Basic bWU6eA==\r\n\r\n"),
	    .state = PROXY_FAILED,
	    "the proxy refuses the user name and password: 407 No",
	    STATUS_PROXY_ERROR },
	/* Squid: errno 111 is a refused connection, 110 one not answered */
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 503 Service Unavailable\r\nServer: squid/5.7\r\n"
		  "X-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 503 Service Unavailable (its own "
	    "connection was refused)",
	    STATUS_CONNECTION_REFUSED },
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 503 Service Unavailable\r\n"
		  "X-Squid-Error: ERR_CONNECT_FAIL 110\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 503 Service Unavailable (its own "
	    "connection was not answered)",
	    STATUS_CONNECTION_TIMEOUT, true },
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 503 Service Unavailable\r\n"
		  "X-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 503 Service Unavailable (it does not "
	    "find the name)",
	    STATUS_DNS_ERROR },
	/* RFC 9209 */
	{ HTTP, HOST,
	    { SAY("HTTP/1.1 502 Bad Gateway\r\n"
		  "proxy-status: p; error=connection_refused\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 502 Bad Gateway (its",
	    STATUS_CONNECTION_REFUSED },
	{ HTTP, HOST, { SAY("HTTP/1.1 504 Gateway Timeout\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 504 Gateway Timeout (its",
	    STATUS_CONNECTION_TIMEOUT, true },
	{ HTTP, HOST, { SAY("HTTP/1.1 500 Unable to connect\r\n\r\n") },
	    ASKS_HOST, .state = PROXY_FAILED,
	    "the proxy refuses CONNECT: 500 Unable to connect",
	    STATUS_PROXY_ERROR },
	{ HTTP, HOST, { SAY("SSH-2.0-OpenSSH_9.2\r\n") }, ASKS_HOST,
	    .state = PROXY_FAILED,
	    "the proxy does not speak HTTP; it says: SSH-2.0-OpenSSH_9.2\\0D",
	    STATUS_PROXY_ERROR },
	{ HTTP, HOST, { SAY("HTTP/1.1 2000 OK\r\n\r\n") }, ASKS_HOST,
	    .state = PROXY_FAILED, "the proxy does not speak HTTP",
	    STATUS_PROXY_ERROR },
	{ HTTP, HOST, { SAY("HTTP/1.1 099 ?\r\n\r\n") }, ASKS_HOST,
	    .state = PROXY_FAILED, "the proxy does not speak HTTP",
	    STATUS_PROXY_ERROR },

	{ SOCKS, HOST, { SAY("\x05\x00"), SAY(V4_REPLY "220 mx\r\n") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_OPEN, .rest = "220 mx\r\n" },
	{ SOCKS, "127.0.0.2", { SAY("\x05\x00"), SAY(V4_REPLY) },
	    SAY(GREETS "\x05\x01\x00\x01\x7f\x00\x00\x02\x01\xbb"),
	    .state = PROXY_OPEN },
	{ SOCKS, "::1",
	    { SAY("\x05\x00"), SAY("\x05\x00\x00\x03\x03"
				   "abc\x12\x34") },
	    SAY(GREETS "\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
		       "\x01\xbb"),
	    .state = PROXY_OPEN },
	{ SOCKS, HOST,
	    { SAY("\x05\x00"),
		SAY("\x05\x00\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_OPEN },
	{ WITH_LOGIN, HOST, { SAY("\x05\x02"), SAY("\x01\x00"), SAY(V4_REPLY) },
	    SAY("\x05\x02\x00\x02\x01\x02me\x06secret" NAMES_HOST),
	    .state = PROXY_OPEN },
	/* a proxy that wants no password though one is known */
	{ WITH_LOGIN, HOST, { SAY("\x05\x00"), SAY(V4_REPLY) },
	    SAY("\x05\x02\x00\x02" NAMES_HOST), .state = PROXY_OPEN },
	{ WITH_LOGIN, HOST, { SAY("\x05\x02"), SAY("\x01\x01") },
	    SAY("\x05\x02\x00\x02\x01\x02me\x06secret"), .state = PROXY_FAILED,
	    "the proxy refuses the user name and password: SOCKS5",
	    STATUS_PROXY_ERROR },
	{ SOCKS, HOST, { SAY("\x05\xff") }, SAY(GREETS), .state = PROXY_FAILED,
	    "the proxy asks for a user name and password, which --proxy does "
	    "not name",
	    STATUS_PROXY_ERROR },
	{ SOCKS, HOST, { SAY("\x05\x02") }, SAY(GREETS), .state = PROXY_FAILED,
	    "the proxy chooses the SOCKS5 method 2, which was not offered",
	    STATUS_PROXY_ERROR },
	{ SOCKS, HOST, { SAY("HTTP/1.1 400 Bad Request\r\n") }, SAY(GREETS),
	    .state = PROXY_FAILED,
	    "the proxy does not speak SOCKS5; it says: HTTP/1.1 400 Bad",
	    STATUS_PROXY_ERROR },
	{ SOCKS, HOST, { SAY("\x05\x00"), SAY("\x05\x05") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_FAILED,
	    "the proxy refuses the connection: connection refused (SOCKS5 "
	    "reply 5)",
	    STATUS_CONNECTION_REFUSED },
	{ SOCKS, HOST, { SAY("\x05\x00"), SAY("\x05\x04") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_FAILED,
	    "the proxy refuses the connection: host unreachable",
	    STATUS_CONNECTION_TIMEOUT, true },
	{ SOCKS, HOST, { SAY("\x05\x00"), SAY("\x05\x01") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_FAILED,
	    "the proxy refuses the connection: general SOCKS server failure",
	    STATUS_PROXY_ERROR, true },
	{ SOCKS, HOST, { SAY("\x05\x00"), SAY("\x05\x63") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_FAILED,
	    "the proxy refuses the connection: unknown reply (SOCKS5 reply 99)",
	    STATUS_PROXY_ERROR },
	{ SOCKS, HOST, { SAY("\x05\x00"), SAY("\x05\x00\x00\x07\x00") },
	    SAY(GREETS NAMES_HOST), .state = PROXY_FAILED,
	    "the proxy does not speak SOCKS5", STATUS_PROXY_ERROR },
};

/* Each turn in two pieces at `cut`, or octet by octet where that is 0. */
static void
run_row(const struct dialogue_row *row, size_t cut)
{
	enum proxy_state state = PROXY_WAITS;
	struct proxy_dialogue dialogue = { .proxy = NULL };
	struct text sent = { .size = 0 }, rest = { .size = 0 };
	struct failure failure = { .may_pass = false };
	struct proxy proxy;

	assert_null(proxy_parse(&proxy, row->url));
	proxy_begin(&dialogue, &proxy, row->host, 443, &sent);
	for (size_t i = 0; i < MOST_TURNS && row->server[i].says != NULL; i++) {
		const struct turn *turn = &row->server[i];
		size_t size = turn->size, piece;
		size_t first = cut < size ? cut : size;

		assert_int_equal(state, PROXY_WAITS);
		for (size_t at = 0; at < size && state != PROXY_FAILED;
		     at += piece) {
			struct bytes input;

			piece = cut == 0 ? 1 : at == 0 ? first : size - at;
			input = bytes_of(turn->says + at, piece);
			if (state == PROXY_WAITS)
				state = proxy_input(
				    &dialogue, &input, &sent, &failure);
			if (state == PROXY_OPEN)
				text_append_bytes(&rest, input);
		}
	}
	assert_int_equal(state, row->state);
	if (row->error != NULL)
		assert_int_equal(failure.status, row->status);
	if (row->error != NULL && cut >= 200) {
		assert_int_equal(
		    strncmp(failure.sentence, row->error, strlen(row->error)),
		    0);
		assert_int_equal(failure.may_pass, row->may_pass);
	}
	assert_true(bytes_equal(bytes_of(sent.data, sent.size),
	    bytes_of(row->client.says, row->client.size)));
	assert_true(bytes_equal(bytes_of(rest.data, rest.size),
	    bytes_from_string(row->rest == NULL ? "" : row->rest)));
	proxy_end(&dialogue);
	proxy_clear(&proxy);
	text_free(&rest);
	text_free(&sent);
}

static void
dialogues_lead_to_the_target_or_to_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t cut = 0; cut <= 200; cut++)
			run_row(&rows[i], cut);
}

/* What it means that the answer ends or stops after `came`. */
static const struct {
	const char *url;
	const char *came[2];
	const char *ended, *silent;
	enum status silent_status;
} stops[] = {
	{ HTTP, { NULL, NULL },
	    "the proxy closed the connection instead of an answer to CONNECT",
	    "the proxy gave no answer to CONNECT in 2.5 s",
	    STATUS_CONNECTION_TIMEOUT },
	{ HTTP, { "HTTP/1.1 200 OK\r\nA: b\r\n", NULL },
	    "the proxy closed the connection instead of an answer to CONNECT; "
	    "it began: HTTP/1.1 200 OK\\0D\\0AA: b\\0D\\0A",
	    "the proxy gave no whole answer to CONNECT in 2.5 s; it began: "
	    "HTTP/1.1 200 OK\\0D\\0AA: b\\0D\\0A",
	    STATUS_PROXY_ERROR },
	{ HTTP, { "HTTP/1.1 403 No\r\nA: b\r\n", NULL },
	    "the proxy refuses CONNECT: 403 No",
	    "the proxy refuses CONNECT: 403 No", STATUS_PROXY_ERROR },
	{ SOCKS, { NULL, NULL },
	    "the proxy closed the connection instead of an answer to the "
	    "SOCKS5 greeting",
	    "the proxy gave no answer to the SOCKS5 greeting in 2.5 s",
	    STATUS_PROXY_ERROR },
	{ SOCKS, { "\x05", NULL },
	    "the proxy closed the connection instead of an answer to the "
	    "SOCKS5 greeting; it began: \\05",
	    "the proxy gave no whole answer to the SOCKS5 greeting in 2.5 s; "
	    "it began: \\05",
	    STATUS_PROXY_ERROR },
};

static void
an_end_and_silence_have_their_words(void **state)
{
	struct proxy_dialogue dialogue = { .proxy = NULL };
	struct text sent = { .size = 0 };
	struct failure failure;
	struct proxy proxy;

	(void)state;
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		assert_null(proxy_parse(&proxy, stops[i].url));
		proxy_begin(&dialogue, &proxy, HOST, 443, &sent);
		for (size_t k = 0; k < 2 && stops[i].came[k] != NULL; k++) {
			struct bytes input =
			    bytes_from_string(stops[i].came[k]);

			assert_int_equal(
			    proxy_input(&dialogue, &input, &sent, &failure),
			    PROXY_WAITS);
		}
		proxy_ended(&dialogue, UV_EOF, &failure);
		assert_string_equal(failure.sentence, stops[i].ended);
		assert_int_equal(failure.status, STATUS_PROXY_ERROR);
		proxy_silence(&dialogue, 2500, &failure);
		assert_string_equal(failure.sentence, stops[i].silent);
		assert_int_equal(failure.status, stops[i].silent_status);
		proxy_end(&dialogue);
		proxy_clear(&proxy);
	}
	text_free(&sent);
}

static void
an_answer_is_bounded(void **state)
{
	static const char *const pieces[] = { "A: bcd\r\n", "aaaaaaaaaaaaa" };
	struct proxy_dialogue dialogue = { .proxy = NULL };
	struct text sent = { .size = 0 };
	struct failure failure;
	struct proxy proxy;

	(void)state;
	assert_null(proxy_parse(&proxy, HTTP));
	for (size_t i = 0; i < 2; i++) {
		struct bytes input = bytes_from_string("HTTP/1.1 200 OK\r\n");
		enum proxy_state reached = PROXY_WAITS;
		unsigned count;

		proxy_begin(&dialogue, &proxy, HOST, 443, &sent);
		proxy_input(&dialogue, &input, &sent, &failure);
		for (count = 0; count < 100000 && reached == PROXY_WAITS;
		     count++) {
			input = bytes_from_string(pieces[i]);
			reached =
			    proxy_input(&dialogue, &input, &sent, &failure);
		}
		assert_int_equal(reached, PROXY_FAILED);
		assert_in_range(count, 1000, 65536);
		assert_string_equal(failure.sentence,
		    "the proxy's answer to CONNECT is over 64 KiB");
		proxy_end(&dialogue);
	}
	proxy_clear(&proxy);
	text_free(&sent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_read),
		cmocka_unit_test(dialogues_lead_to_the_target_or_to_words),
		cmocka_unit_test(an_end_and_silence_have_their_words),
		cmocka_unit_test(an_answer_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
