/*
 * HTTP/1.1, as much as a fetch of one small file needs: a request is read to
 * its blank line, the path names a verb of a table, and one answer leaves.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/lab/aia.h"
#include "tests/lab/der_writer.h"
#include "tests/lab/visit.h"

enum { HUGE_OCTETS = 8 * 1024 * 1024, BACKLOG = 256, PEM_LINE = 48 };

struct verb {
	const char *name;
	const char *status;
	const char *type;
	const char *text; /* a fixed body, or */
	void (*write)(struct octets *body, const struct octets *der);
	const char *encoding; /* NULL: none */
	const char *location; /* short for a URL, see pki.h; NAME follows */
};

static void
write_der(struct octets *body, const struct octets *der)
{
	octets_append(body, der);
}

static void
add_base64(struct octets *out, const uint8_t *data, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned group = (unsigned)data[i] << 16 |
				 (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
				 (left > 2 ? data[i + 2] : 0);

		octets_add_byte(out, (uint8_t)digits[group >> 18]);
		octets_add_byte(out, (uint8_t)digits[group >> 12 & 63]);
		octets_add_byte(
		    out, left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
		octets_add_byte(
		    out, left > 2 ? (uint8_t)digits[group & 63] : '=');
	}
}

void
put_pem(struct octets *out, const char *label, const struct octets *der)
{
	octets_add_format(out, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < der->length; i += PEM_LINE) {
		size_t left = der->length - i;

		add_base64(
		    out, der->data + i, left < PEM_LINE ? left : PEM_LINE);
		octets_add_byte(out, '\n');
	}
	octets_add_format(out, "-----END %s-----\n", label);
}

static void
write_pem(struct octets *body, const struct octets *der)
{
	put_pem(body, "CERTIFICATE", der);
}

/* A degenerate SignedData of certificates only: RFC 5652 5.1, RFC 8551 3.7. */
static void
write_p7c(struct octets *body, const struct octets *der)
{
	size_t info = put_open(body, TAG_SEQUENCE);
	size_t content, data, inside;

	put_oid_text(body, "1.2.840.113549.1.7.2");
	content = put_open(body, TAG_CONTEXT_CONSTRUCTED(0));
	data = put_open(body, TAG_SEQUENCE);
	put_integer(body, 1);
	put_value(body, TAG_SET, NULL, 0);
	inside = put_open(body, TAG_SEQUENCE);
	put_oid_text(body, "1.2.840.113549.1.7.1");
	put_close(body, inside);
	inside = put_open(body, TAG_CONTEXT_CONSTRUCTED(0));
	octets_append(body, der);
	put_close(body, inside);
	put_value(body, TAG_SET, NULL, 0);
	put_close(body, data);
	put_close(body, content);
	put_close(body, info);
}

/* As a text tool leaves it. */
static void
write_line(struct octets *body, const struct octets *der)
{
	octets_append(body, der);
	octets_add_byte(body, '\n');
}

static void
put_u32_little(struct octets *body, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		octets_add_byte(body, (uint8_t)(number >> 8 * i));
}

/* RFC 1952 with one stored block, RFC 1951 3.2.4. */
static void
write_gzip(struct octets *body, const struct octets *der)
{
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1 };
	unsigned size = (unsigned)der->length;
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < der->length; i++) {
		crc ^= der->data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	octets_add(body, head, sizeof(head));
	put_u32_little(body, (~size & 0xffff) << 16 | (size & 0xffff));
	octets_append(body, der);
	put_u32_little(body, ~crc);
	put_u32_little(body, size);
}

static void
write_garbage(struct octets *body, const struct octets *der)
{
	octets_fill(body, 0xa5, der->length);
}

static void
write_huge(struct octets *body, const struct octets *der)
{
	octets_fill(body, 0, HUGE_OCTETS + der->length);
}

#define CERTIFICATE "200 OK", "application/pkix-cert"
#define REDIRECT "302 Found", "text/plain", .text = ""

/* The first is for every path that is none of the others. */
static const struct verb verbs[] = {
	{ "missing", "404 Not Found", "text/html",
	    .text = "<h1>404 Not Found</h1>\n" },
	{ "der", CERTIFICATE, .write = write_der },
	{ "pem", "200 OK", "application/x-pem-file", .write = write_pem },
	{ "p7c", "200 OK", "application/pkcs7-mime", .write = write_p7c },
	{ "line", CERTIFICATE, .write = write_line },
	{ "gzip", CERTIFICATE, .write = write_gzip, .encoding = "gzip" },
	{ "garbage", CERTIFICATE, .write = write_garbage },
	{ "empty", CERTIFICATE, .text = "" },
	{ "huge", CERTIFICATE, .write = write_huge },
	{ "html", "200 OK", "text/html",
	    .text = "<!doctype html><title>We have moved</title>\n"
		    "<p>Please see our new home page.</p>\n" },
	{ "redirect", REDIRECT, .location = "der/" },
	{ "spin", REDIRECT, .location = "spin/" },
	{ "redirect-https", REDIRECT, .location = "secure:der/" },
	{ "redirect-closed", REDIRECT, .location = "closed:der/" },
};

static const struct verb *
find_verb(struct span name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_is(name, verbs[i].name))
			return &verbs[i];
	return &verbs[0];
}

static void
add_location(struct octets *out, const struct pki *pki, const struct verb *verb,
    const char *name)
{
	struct octets text = { 0 };
	char *url;

	octets_add_format(&text, "%s%s", verb->location, name);
	url = octets_take_text(&text);
	octets_add_text(out, "Location: ");
	pki_add_url(pki, NULL, (struct span){ url, strlen(url) }, out);
	octets_add_text(out, "\r\n");
	free(url);
}

static void
send_page(struct visit *visit, const struct pki *pki, struct span verb_name,
    const char *name)
{
	const struct pki_certificate *certificate = pki_find(pki, name);
	const struct verb *verb = find_verb(verb_name);
	struct octets body = { 0 };

	if (certificate == NULL)
		verb = &verbs[0];
	if (verb->text != NULL)
		octets_add_text(&body, verb->text);
	else if (verb->write != NULL)
		verb->write(&body, &certificate->der);
	octets_add_format(&visit->out,
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n",
	    verb->status, verb->type, body.length);
	if (verb->encoding != NULL)
		octets_add_format(
		    &visit->out, "Content-Encoding: %s\r\n", verb->encoding);
	if (verb->location != NULL)
		add_location(&visit->out, pki, verb, name);
	octets_add_text(&visit->out, "\r\n");
	octets_append(&visit->out, &body);
	octets_clear(&body);
	visit_answer(visit, ENDS_POLITELY);
}

static void
note_path(struct aia_server *aia, struct span path)
{
	pthread_mutex_lock(&aia->lock);
	octets_add(&aia->log, path.text, path.length);
	octets_add_byte(&aia->log, '\n');
	pthread_mutex_unlock(&aia->lock);
}

static void
answer(struct visit *visit, const struct pki *pki, struct span path)
{
	char *text = span_copy(path);
	const char *cursor = text;
	struct span verb = { "", 0 };

	list_next(&cursor, '/', &verb);
	if (span_is(verb, "slow"))
		visit_answer(visit, ENDS_NEVER);
	else
		send_page(visit, pki, verb, *cursor == '/' ? cursor + 1 : "");
	free(text);
}

/* "GET /der/I1 HTTP/1.1": nothing of a request but its path is looked at. */
static void
on_request(struct visit *visit)
{
	struct aia_server *aia = (struct aia_server *)visit->host;
	struct octets *in = &visit->in;
	struct span method, path;
	const char *cursor;
	char *request;

	if (memmem(in->data, in->length, "\r\n\r\n", 4) == NULL)
		return;
	request = span_copy((struct span){ (char *)in->data, in->length });
	cursor = request;
	if (list_next(&cursor, ' ', &method) &&
	    list_next(&cursor, ' ', &path)) {
		note_path(aia, path);
		answer(visit, aia->pki, path);
	} else {
		visit_end(visit);
	}
	free(request);
}

static void
on_visitor(struct lab_watch *watch)
{
	int fd;

	while ((fd = visit_accept(watch->fd)) >= 0)
		visit_begin(watch->loop, fd, watch, on_request);
}

static void
on_closing(struct lab_watch *watch)
{
	lab_watch_close(watch);
}

static int
bind_any(unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, size) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
		*port = ntohs(address.sin_port);
		return fd;
	}
	close(fd);
	return -1;
}

bool
aia_bind(struct aia_server *aia, struct pki *pki)
{
	*aia = (struct aia_server){ .pki = pki };
	pthread_mutex_init(&aia->lock, NULL);
	aia->fd = bind_any(&pki->aia_port);
	aia->closed_fd = bind_any(&pki->closed_port);
	return aia->fd >= 0 && aia->closed_fd >= 0;
}

bool
aia_open(struct aia_server *aia, struct lab_loop *loop)
{
	if (listen(aia->fd, BACKLOG) != 0)
		return false;
	aia->watch.fd = aia->fd;
	aia->watch.on_ready = on_visitor;
	aia->watch.on_end = on_closing;
	aia->fd = -1;
	return lab_watch_open(&aia->watch, loop, EPOLLIN);
}

void
aia_clear(struct aia_server *aia)
{
	if (aia->fd >= 0)
		close(aia->fd);
	if (aia->closed_fd >= 0)
		close(aia->closed_fd);
	octets_clear(&aia->log);
	pthread_mutex_destroy(&aia->lock);
}

size_t
aia_count(struct aia_server *aia, const char *path)
{
	struct span line;
	const char *cursor;
	size_t count = 0;
	char *log;

	pthread_mutex_lock(&aia->lock);
	log =
	    span_copy((struct span){ (char *)aia->log.data, aia->log.length });
	pthread_mutex_unlock(&aia->lock);
	cursor = log;
	while (list_next(&cursor, '\n', &line))
		if (path == NULL || span_is(line, path))
			count++;
	free(log);
	return count;
}
