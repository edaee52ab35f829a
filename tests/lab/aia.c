/*
 * HTTP/1.1, as much as a fetch of one small file needs: a request is read to
 * its blank line, the path chooses a verb of a table, and one answer leaves.
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

struct page {
	const char *status;
	const char *type;
	struct octets location;
	struct octets body;
};

struct verb {
	const char *name;
	void (*write)(struct page *, const struct pki *,
	    const struct pki_certificate *, const char *name);
};

static void
write_der(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)name;
	page->type = "application/pkix-cert";
	if (certificate != NULL)
		octets_append(&page->body, &certificate->der);
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
		octets_add_byte(out,
		    left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
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

		add_base64(out, der->data + i,
		    left < PEM_LINE ? left : PEM_LINE);
		octets_add_byte(out, '\n');
	}
	octets_add_format(out, "-----END %s-----\n", label);
}

static void
write_pem(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)name;
	page->type = "application/x-pem-file";
	if (certificate != NULL)
		put_pem(&page->body, "CERTIFICATE", &certificate->der);
}

/* A degenerate SignedData of certificates only: RFC 5652 5.1, RFC 8551 3.7. */
static void
write_p7c(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	struct octets *out = &page->body;
	size_t info = put_open(out, TAG_SEQUENCE);
	size_t content, data, inside;

	(void)pki;
	(void)name;
	page->type = "application/pkcs7-mime";
	put_oid_text(out, "1.2.840.113549.1.7.2");
	content = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	data = put_open(out, TAG_SEQUENCE);
	put_integer(out, 1);
	put_value(out, TAG_SET, NULL, 0);
	inside = put_open(out, TAG_SEQUENCE);
	put_oid_text(out, "1.2.840.113549.1.7.1");
	put_close(out, inside);
	inside = put_open(out, TAG_CONTEXT_CONSTRUCTED(0));
	if (certificate != NULL)
		octets_append(out, &certificate->der);
	put_close(out, inside);
	put_value(out, TAG_SET, NULL, 0);
	put_close(out, data);
	put_close(out, content);
	put_close(out, info);
}

static void
write_redirect(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	page->status = "302 Found";
	octets_add_format(&page->location, "/der/%s", name);
}

static void
write_spin(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	page->status = "302 Found";
	octets_add_format(&page->location, "/spin/%s", name);
}

static void
write_redirect_https(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)certificate;
	page->status = "302 Found";
	octets_add_format(&page->location, "https://127.0.0.1:%u/der/%s",
	    pki->aia_port, name);
}

static void
write_redirect_closed(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)certificate;
	page->status = "302 Found";
	octets_add_format(&page->location, "http://127.0.0.1:%u/der/%s",
	    pki->closed_port, name);
}

static void
write_missing(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	(void)name;
	page->status = "404 Not Found";
	page->type = "text/html";
	octets_add_text(&page->body, "<h1>404 Not Found</h1>\n");
}

static void
write_garbage(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	(void)name;
	page->type = "application/pkix-cert";
	octets_fill(&page->body, 0xa5, 700);
}

static void
write_html(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	(void)name;
	page->type = "text/html";
	octets_add_text(&page->body,
	    "<!doctype html><title>Our certificates have moved</title>\n"
	    "<p>Please see our new home page.</p>\n");
}

static void
write_empty(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	(void)name;
	page->type = "application/pkix-cert";
}

static void
write_huge(struct page *page, const struct pki *pki,
    const struct pki_certificate *certificate, const char *name)
{
	(void)pki;
	(void)certificate;
	(void)name;
	page->type = "application/pkix-cert";
	octets_fill(&page->body, 0, HUGE_OCTETS);
}

static const struct verb verbs[] = {
	{ "der", write_der },
	{ "pem", write_pem },
	{ "p7c", write_p7c },
	{ "redirect", write_redirect },
	{ "redirect-https", write_redirect_https },
	{ "redirect-closed", write_redirect_closed },
	{ "spin", write_spin },
	{ "missing", write_missing },
	{ "garbage", write_garbage },
	{ "html", write_html },
	{ "empty", write_empty },
	{ "huge", write_huge },
};

static void
write_page(struct page *page, const struct pki *pki, struct span verb,
    const char *name)
{
	const struct pki_certificate *certificate = pki_find(pki, name);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_is(verb, verbs[i].name)) {
			verbs[i].write(page, pki, certificate, name);
			return;
		}
	write_missing(page, pki, NULL, name);
}

static void
send_page(struct visit *visit, const struct page *page)
{
	octets_add_format(&visit->out,
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
	    page->status, page->type, page->body.length);
	if (page->location.length > 0)
		octets_add_format(&visit->out, "Location: %.*s\r\n",
		    (int)page->location.length,
		    (const char *)page->location.data);
	octets_add_text(&visit->out, "Connection: close\r\n\r\n");
	octets_append(&visit->out, &page->body);
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
answer(struct visit *visit, struct aia_server *aia, struct span path)
{
	struct page page = { .status = "200 OK", .type = "text/plain" };
	char *text = span_copy(path);
	const char *cursor = text;
	struct span verb = { "", 0 };
	char *name;

	list_next(&cursor, '/', &verb);
	name = lab_copy_text(*cursor == '/' ? cursor + 1 : "");
	if (span_is(verb, "slow")) {
		visit_answer(visit, ENDS_NEVER);
	} else {
		write_page(&page, aia->pki, verb, name);
		send_page(visit, &page);
	}
	octets_clear(&page.body);
	octets_clear(&page.location);
	free(name);
	free(text);
}

/* "GET /der/I1 HTTP/1.1": nothing of a request but its path is looked at. */
static void
on_request(struct visit *visit)
{
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
		note_path((struct aia_server *)visit->host, path);
		answer(visit, (struct aia_server *)visit->host, path);
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
	log = span_copy((struct span){ (char *)aia->log.data,
	    aia->log.length });
	pthread_mutex_unlock(&aia->lock);
	cursor = log;
	while (list_next(&cursor, '\n', &line))
		if (path == NULL || span_is(line, path))
			count++;
	free(log);
	return count;
}
