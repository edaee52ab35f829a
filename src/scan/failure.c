/* Sentences for libuv's codes and for servers of other protocols. */
#include <stdarg.h>
#include <stdio.h>
#include <uv.h>

#include "base/text.h"
#include "scan/failure.h"

struct code_row {
	int code;
	enum status status;
	const char *sentence;
};

static const struct code_row connect_rows[] = {
	{ UV_ECONNREFUSED, STATUS_CONNECTION_REFUSED,
	    "the connection was refused" },
	{ UV_ETIMEDOUT, STATUS_CONNECTION_TIMEOUT,
	    "the host did not answer the connection attempt" },
	{ UV_EHOSTUNREACH, STATUS_CONNECTION_TIMEOUT,
	    "the host is unreachable" },
	{ UV_ENETUNREACH, STATUS_CONNECTION_TIMEOUT,
	    "no route to the host's network from here" },
	{ UV_ECONNRESET, STATUS_CONNECTION_RESET,
	    "the connection was reset while it was made" },
};

static const struct code_row stream_rows[] = {
	{ UV_EOF, STATUS_CONNECTION_CLOSED,
	    "the server closed the connection during the handshake" },
	{ UV_ECONNRESET, STATUS_CONNECTION_RESET,
	    "the server reset the connection during the handshake" },
	{ UV_EPIPE, STATUS_CONNECTION_RESET,
	    "the server reset the connection during the handshake" },
	{ UV_ETIMEDOUT, STATUS_IO_TIMEOUT,
	    "the server stopped acknowledging what was sent" },
	{ UV_EHOSTUNREACH, STATUS_IO_TIMEOUT,
	    "the host became unreachable during the handshake" },
};

/* What servers of other protocols send first, or in answer to a ClientHello. */
static const struct {
	const char *prefix, *looks;
} foreign[] = {
	{ "HTTP/", "plain HTTP" },
	{ "<?xml version='1.0'?><stream:",
	    "plain XMPP: use --starttls xmpp-client" },
	{ "<", "plain HTTP or HTML" },
	{ "220", "plain SMTP or FTP: use --starttls smtp or ftp" },
	{ "421 ", "plain SMTP or FTP: use --starttls smtp or ftp" },
	{ "500 ", "plain SMTP or FTP: use --starttls smtp or ftp" },
	{ "502 ", "plain SMTP or FTP: use --starttls smtp or ftp" },
	{ "554", "plain SMTP: use --starttls smtp" },
	{ "* ", "plain IMAP: use --starttls imap" },
	{ "+OK", "plain POP3: use --starttls pop3" },
	{ "200 ", "plain NNTP: use --starttls nntp" },
	{ "201 ", "plain NNTP: use --starttls nntp" },
	{ "\"IMPLEMENTATION\"", "plain ManageSieve: use --starttls sieve" },
	{ "SSH-", "SSH" },
	{ "RFB ", "VNC" },
	{ "-ERR", "plain POP3 or Redis" },
};

void
failure_set(
    struct failure *failure, enum status status, const char *format, ...)
{
	va_list arguments;

	failure->status = status;
	failure->may_pass = status == STATUS_CONNECTION_TIMEOUT ||
			    status == STATUS_CONNECTION_RESET ||
			    status == STATUS_IO_TIMEOUT;
	va_start(arguments, format);
	vsnprintf(
	    failure->sentence, sizeof(failure->sentence), format, arguments);
	va_end(arguments);
}

static void
look_up(struct failure *failure, const struct code_row *rows, size_t count,
    int code)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].code != code)
			continue;
		failure_set(failure, rows[i].status, "%s", rows[i].sentence);
		return;
	}
	failure_set(failure, STATUS_UNKNOWN_ERROR, "%s", uv_strerror(code));
}

bool
failure_is_no_descriptor(int code)
{
	return code == UV_EMFILE || code == UV_ENFILE;
}

bool
failure_is_our_shortage(int code)
{
	return failure_is_no_descriptor(code) || code == UV_EADDRNOTAVAIL ||
	       code == UV_ENOBUFS || code == UV_ENOMEM;
}

void
failure_of_connect(struct failure *failure, int code)
{
	look_up(failure, connect_rows,
	    sizeof(connect_rows) / sizeof(connect_rows[0]), code);
}

void
failure_of_stream(struct failure *failure, int code)
{
	look_up(failure, stream_rows,
	    sizeof(stream_rows) / sizeof(stream_rows[0]), code);
}

/* RFC 8446 5.1: content types 20 to 24, then a version that begins with 3. */
static bool
may_be_tls(struct bytes first)
{
	return first.size == 0 || (first.data[0] >= 20 && first.data[0] <= 24 &&
				      (first.size < 2 || first.data[1] == 3));
}

bool
failure_of_octets_after_starttls(struct failure *failure, struct bytes first)
{
	struct text words = { .size = 0 };

	if (may_be_tls(first))
		return false;
	text_append_clean(&words, first);
	failure_set(failure, STATUS_PROTOCOL_ERROR,
	    "after its go-ahead the server does not speak TLS; it says: %s",
	    words.data);
	text_free(&words);
	return true;
}

bool
failure_of_first_octets(struct failure *failure, struct bytes first)
{
	/* A packet under 256 octets, the first, of protocol 10. */
	static const uint8_t mysql[] = { 0, 0, 0, 10 };
	const char *looks = "something else";

	if (may_be_tls(first))
		return false;
	if (first.size > sizeof(mysql) &&
	    memcmp(first.data + 1, mysql, sizeof(mysql)) == 0)
		looks = "MySQL: use --starttls mysql";
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		size_t size = strlen(foreign[i].prefix);

		if (size <= first.size &&
		    memcmp(first.data, foreign[i].prefix, size) == 0) {
			looks = foreign[i].looks;
			break;
		}
	}
	failure_set(failure, STATUS_PROTOCOL_ERROR,
	    "the server does not speak TLS here: it looks like %s", looks);
	return true;
}
