/*
 * What is sent at each step, how a whole answer is told from a part of one,
 * and what a refusal says of the target.  A proxy that cannot or will not
 * connect says nothing of the target; some say why they could not, and those
 * words mean what they mean where no proxy is.
 */
#include "scan/proxy.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "scan/job.h"

enum {
	SOCKS = 5,
	NO_LOGIN = 0, /* RFC 1928 section 3: methods */
	LOGIN = 2,
	NO_METHOD = 0xff,
	LOGIN_VERSION = 1,
	CONNECT = 1,
	V4 = 1,
	NAME = 3,
	V6 = 4,
	MOST_NAME = 255,
	STATUS_LINE_SIZE = 12 /* "HTTP/1.1 200" */
};

enum {
	HTTP_OPEN = 200,
	HTTP_REDIRECTS = 300,
	HTTP_LOGIN = 407,
	HTTP_TOO_MANY = 429,
	HTTP_ERRORS = 500,
	HTTP_BAD_GATEWAY = 502,
	HTTP_GATEWAY_TIMEOUT = 504
};

/* As errors name them. */
static const char *const step_names[] = {
	[PROXY_CONNECT] = "CONNECT",
	[PROXY_METHOD] = "the SOCKS5 greeting",
	[PROXY_LOGIN] = "the user name and password",
	[PROXY_REQUEST] = "the SOCKS5 request",
};

/* RFC 1928 section 6. */
static const struct {
	enum status status;
	const char *words;
} socks_replies[] = {
	[1] = { STATUS_PROXY_ERROR, "general SOCKS server failure" },
	[2] = { STATUS_PROXY_ERROR, "connection not allowed by ruleset" },
	[3] = { STATUS_CONNECTION_TIMEOUT, "network unreachable" },
	[4] = { STATUS_CONNECTION_TIMEOUT, "host unreachable" },
	[5] = { STATUS_CONNECTION_REFUSED, "connection refused" },
	[6] = { STATUS_CONNECTION_TIMEOUT, "TTL expired" },
	[7] = { STATUS_PROXY_ERROR, "command not supported" },
	[8] = { STATUS_PROXY_ERROR, "address type not supported" },
};

/* Lines by which an HTTP proxy says how its own connection failed: RFC 9209
   2.3 for Proxy-Status, errno of Linux for Squid. */
static const struct {
	const char *field, *value;
	enum status status;
} http_reasons[] = {
	{ "proxy-status:", "error=dns_", STATUS_DNS_ERROR },
	{ "proxy-status:", "error=connection_refused",
	    STATUS_CONNECTION_REFUSED },
	{ "proxy-status:", "error=connection_timeout",
	    STATUS_CONNECTION_TIMEOUT },
	{ "proxy-status:", "error=destination_unavailable",
	    STATUS_CONNECTION_TIMEOUT },
	{ "proxy-status:", "error=destination_ip_unroutable",
	    STATUS_CONNECTION_TIMEOUT },
	{ "x-squid-error:", "ERR_DNS_FAIL", STATUS_DNS_ERROR },
	{ "x-squid-error:", "ERR_CONNECT_FAIL 111", STATUS_CONNECTION_REFUSED },
	{ "x-squid-error:", "ERR_CONNECT_FAIL", STATUS_CONNECTION_TIMEOUT },
};

/* What is sent */

static void
send_octets(struct text *out, const uint8_t *octets, size_t size)
{
	text_append_bytes(out, bytes_of(octets, size));
}

static void
send_vector(struct text *out, struct bytes octets)
{
	text_append_char(out, (char)octets.size);
	text_append_bytes(out, octets);
}

static void
send_connect(const struct proxy_dialogue *dialogue, struct text *out)
{
	const struct proxy *proxy = dialogue->proxy;
	bool is_v6 = strchr(dialogue->host, ':') != NULL;
	struct text place = { .size = 0 }, login = { .size = 0 };

	text_printf(&place, "%s%s%s:%u", is_v6 ? "[" : "", dialogue->host,
	    is_v6 ? "]" : "", dialogue->port);
	/* Some proxies refuse a request without a user agent. */
	text_printf(out,
	    "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: fleetscan\r\n",
	    place.data, place.data);
	if (proxy->user != NULL) {
		text_printf(&login, "%s:%s", proxy->user, proxy->password);
		text_append(out, "Proxy-Authorization: Basic ");
		base64_append(out, bytes_of(login.data, login.size));
		text_append(out, "\r\n");
	}
	text_append(out, "\r\n");
	text_free(&login);
	text_free(&place);
}

static void
send_request(const struct proxy_dialogue *dialogue, struct text *out)
{
	const uint8_t port[] = { (uint8_t)(dialogue->port >> 8),
		(uint8_t)dialogue->port };
	const uint8_t head[] = { SOCKS, CONNECT, 0 };
	struct bytes name = bytes_from_string(dialogue->host);
	struct net_address address;

	send_octets(out, head, sizeof(head));
	if (net_address_parse(&address, dialogue->host)) {
		text_append_char(out, address.size == 4 ? V4 : V6);
		send_octets(out, address.octets, address.size);
	} else {
		if (name.size > MOST_NAME)
			name.size = MOST_NAME;
		text_append_char(out, NAME);
		send_vector(out, name);
	}
	send_octets(out, port, sizeof(port));
}

static void
send_step(const struct proxy_dialogue *dialogue, struct text *out)
{
	static const uint8_t greeting[] = { SOCKS, 1, NO_LOGIN };
	static const uint8_t with_login[] = { SOCKS, 2, NO_LOGIN, LOGIN };
	const struct proxy *proxy = dialogue->proxy;

	switch (dialogue->step) {
	case PROXY_CONNECT:
		send_connect(dialogue, out);
		return;
	case PROXY_METHOD:
		if (proxy->user != NULL)
			send_octets(out, with_login, sizeof(with_login));
		else
			send_octets(out, greeting, sizeof(greeting));
		return;
	case PROXY_LOGIN:
		text_append_char(out, LOGIN_VERSION);
		send_vector(out, bytes_from_string(proxy->user));
		send_vector(out, bytes_from_string(proxy->password));
		return;
	case PROXY_REQUEST:
		send_request(dialogue, out);
	}
}

void
proxy_begin(struct proxy_dialogue *dialogue, const struct proxy *proxy,
    const char *host, uint16_t port, struct text *out)
{
	dialogue->proxy = proxy;
	dialogue->host = host;
	dialogue->port = port;
	dialogue->step =
	    proxy->kind == PROXY_HTTP ? PROXY_CONNECT : PROXY_METHOD;
	dialogue->searched = 0;
	text_clear(&dialogue->answer);
	send_step(dialogue, out);
}

/* How it fails */

static void
keep_words(struct proxy_dialogue *dialogue, struct bytes said)
{
	struct text words = { .size = 0 };

	if (said.size > PROXY_WORDS_MOST)
		said.size = PROXY_WORDS_MOST;
	text_append_clean(&words, said);
	text_append(&words, "");
	memcpy(dialogue->words, words.data, words.size + 1);
	text_free(&words);
}

static enum proxy_state
fail_foreign(struct proxy_dialogue *dialogue, struct failure *failure)
{
	keep_words(
	    dialogue, bytes_of(dialogue->answer.data, dialogue->answer.size));
	failure_set(failure, STATUS_PROXY_ERROR,
	    "the proxy does not speak %s; it says: %s",
	    dialogue->proxy->kind == PROXY_HTTP ? "HTTP" : "SOCKS5",
	    dialogue->words);
	return PROXY_FAILED;
}

/* `code` is what the proxy says in its own terms. */
static enum proxy_state
fail_login(const struct proxy_dialogue *dialogue, const char *code,
    struct failure *failure)
{
	failure_set(failure, STATUS_PROXY_ERROR,
	    dialogue->proxy->user == NULL
		? "the proxy asks for a user name and password, which --proxy "
		  "does not name: %s"
		: "the proxy refuses the user name and password: %s",
	    code);
	return PROXY_FAILED;
}

/* HTTP */

/* Does a line of the head begin with the field and hold the value? */
static bool
has_field(struct bytes head, const char *field, const char *value)
{
	const char *at = (const char *)head.data, *end = at + head.size;
	size_t field_size = strlen(field), value_size = strlen(value);

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop == NULL ? end : stop) - at);

		if (size > field_size &&
		    strncasecmp(at, field, field_size) == 0 &&
		    memmem(at, size, value, value_size) != NULL)
			return true;
		at += size + 1;
	}
	return false;
}

/* The head, or what came of it, has a whole status line. */
static enum proxy_state
fail_refused(struct proxy_dialogue *dialogue, struct bytes head, int code,
    struct failure *failure)
{
	const char *line = dialogue->answer.data + strlen("HTTP/1.1 ");
	size_t size = strcspn(line, "\r\n");
	enum status status = code == HTTP_GATEWAY_TIMEOUT
				 ? STATUS_CONNECTION_TIMEOUT
				 : STATUS_PROXY_ERROR;

	keep_words(dialogue, bytes_of(line, size));
	if (code == HTTP_LOGIN)
		return fail_login(dialogue, dialogue->words, failure);
	for (size_t i = 0; i < sizeof(http_reasons) / sizeof(http_reasons[0]);
	     i++)
		if (code >= HTTP_ERRORS &&
		    has_field(
			head, http_reasons[i].field, http_reasons[i].value)) {
			status = http_reasons[i].status;
			break;
		}
	failure_set(failure, status, "the proxy refuses CONNECT: %s%s",
	    dialogue->words,
	    status == STATUS_DNS_ERROR ? " (it does not find the name)"
	    : status == STATUS_CONNECTION_REFUSED
		? " (its own connection was refused)"
	    : status == STATUS_CONNECTION_TIMEOUT
		? " (its own connection was not answered)"
		: "");
	failure->may_pass =
	    status == STATUS_CONNECTION_TIMEOUT ||
	    (status == STATUS_PROXY_ERROR &&
		(code >= HTTP_BAD_GATEWAY || code == HTTP_TOO_MANY));
	return PROXY_FAILED;
}

/* The code of a status line; 0: there is more to come, -1: it is none. */
static int
read_status(struct bytes answer)
{
	/* RFC 9112 section 4; "#" is a digit. */
	static const char form[] = "HTTP/1.# ###";

	for (size_t i = 0; i < STATUS_LINE_SIZE && i < answer.size; i++) {
		uint8_t c = answer.data[i];

		if (form[i] == '#' ? c < '0' || c > '9' : c != (uint8_t)form[i])
			return -1;
	}
	if (answer.size <= STATUS_LINE_SIZE)
		return 0;
	if (memchr(" \r\n", answer.data[STATUS_LINE_SIZE], 3) == NULL ||
	    answer.data[9] == '0')
		return -1;
	if (memchr(answer.data, '\n', answer.size) == NULL)
		return 0;
	return (answer.data[9] - '0') * 100 + (answer.data[10] - '0') * 10 +
	       (answer.data[11] - '0');
}

/* Octets of the head with its empty line; 0: it has not ended. */
static size_t
find_end_of_head(struct proxy_dialogue *dialogue)
{
	const struct text *answer = &dialogue->answer;
	const char *at = answer->data + dialogue->searched;
	const char *end = answer->data + answer->size;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		if (at < end && *at == '\n')
			return (size_t)(at + 1 - answer->data);
		if (end - at > 1 && at[0] == '\r' && at[1] == '\n')
			return (size_t)(at + 2 - answer->data);
		if (end - at < 2) {
			/* The line may be the last one. */
			dialogue->searched = (size_t)(at - 1 - answer->data);
			return 0;
		}
	}
	dialogue->searched = answer->size;
	return 0;
}

/* Answers of 1xx come before the final one (RFC 9110 15.2). */
static enum proxy_state
take_http(
    struct proxy_dialogue *dialogue, size_t *used, struct failure *failure)
{
	struct bytes answer =
	    bytes_of(dialogue->answer.data, dialogue->answer.size);
	int code = read_status(answer);
	size_t size;

	if (code < 0)
		return fail_foreign(dialogue, failure);
	if (code == 0)
		return PROXY_WAITS;
	size = find_end_of_head(dialogue);
	if (size == 0)
		return PROXY_WAITS;
	if (code >= HTTP_REDIRECTS)
		return fail_refused(
		    dialogue, bytes_of(answer.data, size), code, failure);
	*used = size;
	dialogue->searched = 0;
	return code >= HTTP_OPEN ? PROXY_OPEN : PROXY_WAITS;
}

/* SOCKS5 */

static enum proxy_state
take_method(
    struct proxy_dialogue *dialogue, size_t *used, struct failure *failure)
{
	const uint8_t *answer = (const uint8_t *)dialogue->answer.data;

	if (dialogue->answer.size > 0 && answer[0] != SOCKS)
		return fail_foreign(dialogue, failure);
	if (dialogue->answer.size < 2)
		return PROXY_WAITS;
	*used = 2;
	if (answer[1] == NO_METHOD)
		return fail_login(dialogue,
		    "it accepts none of the methods of SOCKS5 offered",
		    failure);
	if (answer[1] == LOGIN && dialogue->proxy->user != NULL) {
		dialogue->step = PROXY_LOGIN;
	} else if (answer[1] == NO_LOGIN) {
		dialogue->step = PROXY_REQUEST;
	} else {
		failure_set(failure, STATUS_PROXY_ERROR,
		    "the proxy chooses the SOCKS5 method %u, which was not "
		    "offered",
		    answer[1]);
		return PROXY_FAILED;
	}
	return PROXY_WAITS;
}

static enum proxy_state
take_login(
    struct proxy_dialogue *dialogue, size_t *used, struct failure *failure)
{
	const uint8_t *answer = (const uint8_t *)dialogue->answer.data;

	/* Some answer with the version of SOCKS, not with that of RFC 1929. */
	if (dialogue->answer.size > 0 && answer[0] != LOGIN_VERSION &&
	    answer[0] != SOCKS)
		return fail_foreign(dialogue, failure);
	if (dialogue->answer.size < 2)
		return PROXY_WAITS;
	*used = 2;
	if (answer[1] != 0)
		return fail_login(dialogue, "SOCKS5", failure);
	dialogue->step = PROXY_REQUEST;
	return PROXY_WAITS;
}

static enum proxy_state
take_reply(
    struct proxy_dialogue *dialogue, size_t *used, struct failure *failure)
{
	const uint8_t *answer = (const uint8_t *)dialogue->answer.data;
	size_t count = dialogue->answer.size, size;

	if (count > 0 && answer[0] != SOCKS)
		return fail_foreign(dialogue, failure);
	if (count < 2)
		return PROXY_WAITS;
	/* Some end the connection after these two octets. */
	if (answer[1] != 0) {
		bool is_known = answer[1] < sizeof(socks_replies) /
						sizeof(socks_replies[0]);
		enum status status = is_known ? socks_replies[answer[1]].status
					      : STATUS_PROXY_ERROR;

		failure_set(failure, status,
		    "the proxy refuses the connection: %s (SOCKS5 reply %u)",
		    is_known ? socks_replies[answer[1]].words : "unknown reply",
		    answer[1]);
		failure->may_pass =
		    status == STATUS_CONNECTION_TIMEOUT || answer[1] == 1;
		return PROXY_FAILED;
	}
	if (count < 5)
		return PROXY_WAITS;
	size = 4 + 2;
	if (answer[3] == V4)
		size += 4;
	else if (answer[3] == V6)
		size += 16;
	else if (answer[3] == NAME)
		size += 1 + (size_t)answer[4];
	else
		return fail_foreign(dialogue, failure);
	if (count < size)
		return PROXY_WAITS;
	*used = size;
	return PROXY_OPEN;
}

static enum proxy_state (*const takers[])(
    struct proxy_dialogue *, size_t *used, struct failure *) = {
	[PROXY_CONNECT] = take_http,
	[PROXY_METHOD] = take_method,
	[PROXY_LOGIN] = take_login,
	[PROXY_REQUEST] = take_reply,
};

/* Going through the steps */

enum proxy_state
proxy_input(struct proxy_dialogue *dialogue, struct bytes *input,
    struct text *out, struct failure *failure)
{
	struct text *answer = &dialogue->answer;
	enum proxy_state state;
	enum proxy_step step;
	size_t used;

	text_append_bytes(answer, *input);
	do {
		used = 0;
		step = dialogue->step;
		state = takers[step](dialogue, &used, failure);
		if (used > 0) {
			memmove(answer->data, answer->data + used,
			    answer->size - used);
			answer->size -= used;
		}
		if (dialogue->step != step)
			send_step(dialogue, out);
	} while (state == PROXY_WAITS && used > 0);
	if (state == PROXY_WAITS && answer->size > PROXY_ANSWER_MOST) {
		failure_set(failure, STATUS_PROXY_ERROR,
		    "the proxy's answer to %s is over 64 KiB",
		    step_names[dialogue->step]);
		return PROXY_FAILED;
	}
	/* All but this input was used before. */
	if (state == PROXY_OPEN)
		*input = bytes_of(
		    input->data + input->size - answer->size, answer->size);
	return state;
}

/* A refusal is one though the rest of its head is missing. */
static bool
is_refused_so_far(struct proxy_dialogue *dialogue, struct failure *failure)
{
	struct bytes came =
	    bytes_of(dialogue->answer.data, dialogue->answer.size);
	int code = dialogue->step == PROXY_CONNECT ? read_status(came) : 0;

	if (code >= HTTP_REDIRECTS) {
		fail_refused(dialogue, came, code, failure);
		return true;
	}
	keep_words(dialogue, came);
	return false;
}

void
proxy_silence(struct proxy_dialogue *dialogue, uint64_t waited_ms,
    struct failure *failure)
{
	/* While nothing comes, the proxy tries to connect to the target. */
	bool may_be_connecting =
	    dialogue->answer.size == 0 && (dialogue->step == PROXY_CONNECT ||
					      dialogue->step == PROXY_REQUEST);

	if (is_refused_so_far(dialogue, failure))
		return;
	failure_set(failure,
	    may_be_connecting ? STATUS_CONNECTION_TIMEOUT : STATUS_PROXY_ERROR,
	    "the proxy gave no %sanswer to %s in %g s%s%s",
	    dialogue->answer.size > 0 ? "whole " : "",
	    step_names[dialogue->step], round((double)waited_ms / 100) / 10,
	    dialogue->answer.size > 0 ? "; it began: " : "", dialogue->words);
	failure->may_pass = true;
}

void
proxy_ended(
    struct proxy_dialogue *dialogue, int stream_code, struct failure *failure)
{
	struct failure stream;

	if (is_refused_so_far(dialogue, failure))
		return;
	failure_of_stream(&stream, stream_code);
	failure_set(failure, STATUS_PROXY_ERROR,
	    "the proxy %s the connection instead of an answer to %s%s%s",
	    stream.status == STATUS_CONNECTION_CLOSED ? "closed" : "reset",
	    step_names[dialogue->step],
	    dialogue->answer.size > 0 ? "; it began: " : "", dialogue->words);
	failure->may_pass = true;
}

void
proxy_blame(const struct proxy *proxy, struct failure *failure)
{
	struct failure cause = *failure;

	failure_set(failure, STATUS_PROXY_ERROR, "the proxy %.200s: %.80s",
	    proxy->host, cause.sentence);
	failure->may_pass = cause.may_pass;
}

void
proxy_end(struct proxy_dialogue *dialogue)
{
	text_free(&dialogue->answer);
	dialogue->proxy = NULL;
}
