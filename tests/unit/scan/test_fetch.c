/*
 * Fetching from a web server of the test's own that behaves as badly as its
 * paths say, and the rules for addresses and URLs as tables.
 */
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/address.h"
#include "base/log.h"
#include "base/memory.h"
#include "scan/fetch.h"
#include "scan/fetch_address.h"
#include "scan/fetch_queue.h"
#include "scan/fetch_url.h"

enum { TIMEOUT_MS = 1500, PATIENCE_MS = 30000, CHUNK = 16384 };

/* The server: one thread listens, one a connection answers. */
struct server {
	int fd;
	unsigned visitors;
	uint16_t port, closed_port;
	int closed_fd; /* bound, and nothing listens */
	pthread_t thread, dns_thread;
	int dns_fd;
	char resolver[32];
	pthread_mutex_t lock;
	pthread_cond_t more; /* `most` grew */
	unsigned requests, now, most;
	unsigned proxied, logged_in; /* requests as of a proxy */
};

struct visitor {
	struct server *server;
	int fd;
};

static bool
say(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

static void
say_text(int fd, const char *text)
{
	say(fd, text, strlen(text));
}

static void
say_zeros(int fd, size_t size)
{
	static const char zeros[CHUNK];
	char head[64];

	snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
	say_text(fd, head);
	while (size > 0) {
		size_t part = size < CHUNK ? size : CHUNK;

		if (!say(fd, zeros, part))
			return;
		size -= part;
	}
}

/* Never ends by itself: the client closes. */
static void
say_forever(int fd, const char *head, const char *again, unsigned pause_us)
{
	say_text(fd, head);
	while (say(fd, again, strlen(again)))
		usleep(pause_us);
}

struct answer {
	const char *path, *text;
};

static const struct answer answers[] = {
	{ "/der", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n0\3\2\1\5" },
	{ "/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" },
	{ "/missing",
	    "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nno!\n" },
	{ "/gone", "HTTP/1.0 410 Gone\r\n\r\n" },
	{ "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	{ "/nothing", "HTTP/1.1 204 No Content\r\n\r\n" },
	{ "/redirect", "HTTP/1.1 301 Moved\r\nLocation: /der\r\n"
		       "Content-Length: 0\r\n\r\n" },
	{ "/spin", "HTTP/1.1 302 Found\r\nLocation: /spin\r\n"
		   "Content-Length: 0\r\n\r\n" },
	{ "/https", "HTTP/1.1 302 Found\r\nLocation: https://localhost/der\r\n"
		    "Content-Length: 0\r\n\r\n" },
	{ "/file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
		   "Content-Length: 0\r\n\r\n" },
	{ "/lost", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n" },
	{ "/cut", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc" },
	{ "/garbage", "220 mail.example.com ESMTP\r\n" },
};

static void
count(struct server *server, unsigned requests, int now)
{
	pthread_mutex_lock(&server->lock);
	server->requests += requests;
	server->now += (unsigned)now;
	if (server->now > server->most)
		server->most = server->now;
	pthread_cond_broadcast(&server->more);
	pthread_mutex_unlock(&server->lock);
}

/* Until as many as may be are answered at once, and one more could have come.
 */
static void
answer_slowly(struct server *server, int fd)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 3;
	count(server, 0, 1);
	pthread_mutex_lock(&server->lock);
	while (
	    server->most < FETCH_IN_FLIGHT_A_HOST &&
	    pthread_cond_timedwait(&server->more, &server->lock, &until) == 0)
		continue;
	pthread_mutex_unlock(&server->lock);
	usleep(20000);
	count(server, 0, -1);
	say_text(fd, answers[0].text);
}

static void
answer(struct server *server, int fd, const char *path)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (strcmp(answers[i].path, path) == 0)
			say_text(fd, answers[i].text);
	if (strcmp(path, "/full") == 0)
		say_zeros(fd, FETCH_MOST_OCTETS);
	if (strcmp(path, "/huge") == 0)
		say_zeros(fd, 8 * 1024 * 1024);
	if (strcmp(path, "/drip") == 0) {
		count(server, 0, 1);
		say_forever(fd, "HTTP/1.1 200 OK\r\n\r\n", "x", 20000);
		count(server, 0, -1);
	}
	if (strcmp(path, "/headers") == 0)
		say_forever(fd, "HTTP/1.1 200 OK\r\n", "X-A: bcdefgh\r\n", 0);
	if (strncmp(path, "/slow", 5) == 0)
		answer_slowly(server, fd);
}

/* A proxy is asked for a whole URL, and says so. */
static const char *
path_of(struct server *server, const char *request, const char *url)
{
	const char *slash;

	if (*url == '/')
		return url;
	pthread_mutex_lock(&server->lock);
	server->proxied++;
	server->logged_in +=
	    strstr(request, "Proxy-Authorization: Basic bWU6Yy9k\r\n") != NULL;
	pthread_mutex_unlock(&server->lock);
	slash = strchr(url + strlen("http://"), '/');
	return slash == NULL ? "" : slash;
}

static void *
serve(void *context)
{
	struct visitor *visitor = context;
	char request[4096], path[256];
	ssize_t size = recv(visitor->fd, request, sizeof(request) - 1, 0);

	if (size > 0) {
		request[size] = '\0';
		count(visitor->server, 1, 0);
		if (sscanf(request, "GET %255s", path) == 1)
			answer(visitor->server, visitor->fd,
			    path_of(visitor->server, request, path));
	}
	close(visitor->fd);
	pthread_mutex_lock(&visitor->server->lock);
	visitor->server->visitors--;
	pthread_mutex_unlock(&visitor->server->lock);
	free(visitor);
	return NULL;
}

static void *
listen_for_visitors(void *context)
{
	struct server *server = context;
	pthread_t thread;

	for (;;) {
		int fd = accept(server->fd, NULL, NULL);
		struct visitor *visitor;

		if (fd < 0)
			return NULL;
		visitor = memory_new(sizeof(*visitor));
		visitor->server = server;
		visitor->fd = fd;
		pthread_mutex_lock(&server->lock);
		server->visitors++;
		pthread_mutex_unlock(&server->lock);
		assert_int_equal(
		    pthread_create(&thread, NULL, serve, visitor), 0);
		pthread_detach(thread);
	}
}

/* found.example.com is 127.0.0.1, and nothing else exists. */
static void *
answer_names(void *context)
{
	static const char found[] = "\5found\7example\3com";
	static const uint8_t address[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0,
		4, 127, 0, 0, 1 };
	const struct server *server = context;
	uint8_t packet[512];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t size;

	while ((size = recvfrom(server->dns_fd, packet, 400, 0,
		    (struct sockaddr *)&from, &from_size)) > 12) {
		bool known = memcmp(packet + 12, found, sizeof(found)) == 0;
		bool v4 = known && packet[12 + sizeof(found) + 1] == 1;

		memcpy(packet + 2, known ? "\x81\x80" : "\x81\x83", 2);
		memcpy(packet + 6, v4 ? "\0\1\0\0\0\0" : "\0\0\0\0\0\0", 6);
		size = 12 + (ssize_t)strlen((char *)packet + 12) + 5;
		if (v4) {
			memcpy(packet + size, address, sizeof(address));
			size += (ssize_t)sizeof(address);
		}
		sendto(server->dns_fd, packet, (size_t)size, 0,
		    (struct sockaddr *)&from, from_size);
	}
	return NULL;
}

static int
bind_loopback(int type, uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		fail_msg("no port on loopback");
	*port = ntohs(address.sin_port);
	return fd;
}

static int
set_up(void **state)
{
	struct server *server = memory_new(sizeof(*server));
	uint16_t dns_port;

	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->more, NULL);
	server->fd = bind_loopback(SOCK_STREAM, &server->port);
	server->closed_fd = bind_loopback(SOCK_STREAM, &server->closed_port);
	server->dns_fd = bind_loopback(SOCK_DGRAM, &dns_port);
	snprintf(server->resolver, sizeof(server->resolver), "127.0.0.1:%u",
	    dns_port);
	listen(server->fd, 64);
	/* A proxy that does not answer: it must not be asked. */
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	*state = server;
	return pthread_create(
		   &server->thread, NULL, listen_for_visitors, server) +
	       pthread_create(&server->dns_thread, NULL, answer_names, server);
}

/* The last visitors' threads may still be on their way out. */
static void
wait_until_alone(struct server *server)
{
	for (unsigned left = 1; left > 0; usleep(1000)) {
		pthread_mutex_lock(&server->lock);
		left = server->visitors;
		pthread_mutex_unlock(&server->lock);
	}
}

static int
tear_down(void **state)
{
	struct server *server = *state;

	shutdown(server->fd, SHUT_RDWR);
	shutdown(server->dns_fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	pthread_join(server->dns_thread, NULL);
	close(server->dns_fd);
	close(server->fd);
	close(server->closed_fd);
	wait_until_alone(server);
	pthread_cond_destroy(&server->more);
	pthread_mutex_destroy(&server->lock);
	free(server);
	return 0;
}

/* What came back for one request. */
struct outcome {
	unsigned calls;
	size_t size;
	uint8_t first;
	char error[256];
};

static void
on_fetched(void *context, size_t index, const struct fetch_result *result)
{
	struct outcome *outcome = (struct outcome *)context + index;

	outcome->calls++;
	outcome->size = result->body.size;
	if (result->body.size > 0)
		outcome->first = result->body.data[0];
	snprintf(outcome->error, sizeof(outcome->error), "%s",
	    result->error == NULL ? "" : result->error);
	assert_true((result->error == NULL) == (result->body.size > 0));
}

static struct outcome
fetch_one(const struct fetch_options *options, const char *url)
{
	struct fetch_request request = { .url = url };
	struct outcome outcome = { 0 };

	assert_int_equal(
	    fetch_all(options, &request, 1, on_fetched, &outcome), 0);
	assert_int_equal(outcome.calls, 1);
	return outcome;
}

static const struct {
	const char *path;
	size_t size;
	const char *error; /* its beginning */
} path_rows[] = {
	{ "/der", 5, "" },
	{ "/chunks", 5, "" },
	{ "/redirect", 5, "" },
	{ "/full", FETCH_MOST_OCTETS, "" },
	{ "/missing", 0, "the server answers 404" },
	{ "/gone", 0, "the server answers 410" },
	{ "/nothing", 0, "the server answers 204" },
	{ "/lost", 0, "the server answers 302" },
	{ "/empty", 0, "the answer is empty" },
	{ "/spin", 0, "more than 3 redirects" },
	{ "/https", 0, "redirected: https://localhost/der is not an http URL" },
	{ "/file", 0, "redirected: file:///etc/passwd is not an http URL" },
	{ "/huge", 0, "more than 65536 octets" },
	{ "/headers", 0, "more than 65536 octets" },
	{ "/drip", 0, "no whole answer within 1500 ms" },
	{ "/cut", 0, "no HTTP answer: " },
	{ "/garbage", 0, "no HTTP answer: " },
	{ "/silent", 0, "no HTTP answer: " },
};

static void
every_answer_has_its_sentence(void **state)
{
	const struct server *server = *state;

	for (size_t i = 0; i < sizeof(path_rows) / sizeof(*path_rows); i++) {
		const struct fetch_options options = {
			.allow_private = true,
			.timeout_ms =
			    strstr(path_rows[i].error, "within") != NULL
				? TIMEOUT_MS
				: PATIENCE_MS,
		};
		const char *error = path_rows[i].error;
		struct outcome outcome;
		char url[64];

		snprintf(url, sizeof(url), "http://127.0.0.1:%u%s",
		    server->port, path_rows[i].path);
		outcome = fetch_one(&options, url);
		if (outcome.size != path_rows[i].size ||
		    strncmp(outcome.error, error, strlen(error)) != 0 ||
		    (*error == '\0') != (outcome.error[0] == '\0'))
			fail_msg("%s: %zu octets, \"%s\"", path_rows[i].path,
			    outcome.size, outcome.error);
	}
}

static const struct {
	const char *format; /* %u: the server's port */
	bool closed, allow_private;
	const char *error;
} connection_rows[] = {
	{ "http://127.0.0.1:%u/der", false, false,
	    "refused: 127.0.0.1 is not a public address (loopback)" },
	/* Not an address to us, so a name. */
	{ "http://2130706433:%u/der", false, true,
	    "the name does not exist (NXDOMAIN)" },
	{ "http://localhost:%u/der", false, false, "refused: " },
	{ "http://[::1]:%u/der", false, false,
	    "refused: ::1 is not a public address (loopback)" },
	{ "http://[::ffff:127.0.0.1]:%u/der", false, false, "refused: " },
	{ "http://aia.example.com:%u/der", false, false,
	    "refused: 127.0.0.1 is not a public address (loopback)" },
	{ "http://aia.example.com:%u/der", false, true, "" },
	{ "HTTP://LOCALHOST:%u/der", false, true, "" },
	{ "http://127.0.0.1:%u/der", true, true,
	    "no connection: connection refused" },
	{ "https://127.0.0.1:%u/der", false, true, "https://127.0.0.1:" },
	{ "ftp://127.0.0.1:%u/der", false, true, "ftp://127.0.0.1:" },
	{ "http://u:p@127.0.0.1:%u/der", false, true, "the URL is malformed" },
	{ "http://found.example.com:%u/der", false, true, "" },
	{ "http://found.example.com:%u/der", false, false,
	    "refused: 127.0.0.1 is not a public address (loopback)" },
	{ "http://other.example.com:%u/der", false, true,
	    "the name does not exist (NXDOMAIN)" },
	{ "http://127.0.0.1:%u9999/der", false, true, "no HTTP answer: " },
};

static void
connections_go_where_they_may(void **state)
{
	const struct server *server = *state;
	const char *resolver = server->resolver;
	const struct resolve_override override = { "aia.example.com",
		server->port, "127.0.0.1", 0 };

	for (size_t i = 0;
	     i < sizeof(connection_rows) / sizeof(*connection_rows); i++) {
		const char *error = connection_rows[i].error;
		const struct fetch_options options = {
			.allow_private = connection_rows[i].allow_private,
			.timeout_ms = TIMEOUT_MS,
			.resolvers = &resolver,
			.resolver_count = 1,
			.overrides = &override,
			.override_count = 1,
		};
		struct text url = { 0 };
		struct outcome outcome;

		/* The format is a constant of the table above. */
		for (const char *at = connection_rows[i].format; *at; at++)
			if (at[0] == '%' && at[1] == 'u')
				text_printf(&url, "%u",
				    connection_rows[i].closed
					? server->closed_port
					: server->port),
				    at++;
			else
				text_append_char(&url, *at);
		outcome = fetch_one(&options, url.data);
		if (strncmp(outcome.error, error, strlen(error)) != 0 ||
		    (*error == '\0') != (outcome.error[0] == '\0'))
			fail_msg("%s: \"%s\"", url.data, outcome.error);
		text_free(&url);
	}
}

static const struct {
	const char *proxy; /* %u: the server's port */
	bool closed, allow_private;
	const char *url;
	const char *error;
	unsigned proxied, logged_in;
} proxy_rows[] = {
	{ "http://127.0.0.1:%u", false, false, "http://found.example.com/der",
	    "refused: 127.0.0.1 is not a public address (loopback)", 0, 0 },
	{ "127.0.0.1:%u", false, false, "http://[::1]/der",
	    "refused: ::1 is not a public address (loopback)", 0, 0 },
	{ "127.0.0.1:%u", false, false, "http://10.0.0.1/der",
	    "refused: 10.0.0.1 is not a public address (private)", 0, 0 },
	{ "127.0.0.1:%u", false, false, "http://other.example.com/der",
	    "the name does not exist (NXDOMAIN)", 0, 0 },
	{ "127.0.0.1:%u", false, true, "http://other.example.com/der", "", 1,
	    0 },
	{ "http://me:c%2fd@127.0.0.1:%u", false, true,
	    "http://other.example.com/redirect", "", 2, 2 },
	{ "127.0.0.1:%u", false, true, "http://aia.example.com/missing",
	    "the proxy or the server answers 404", 1, 0 },
	{ "127.0.0.1:%u", true, true, "http://found.example.com/der",
	    "no connection through the proxy: connection refused", 0, 0 },
	{ "socks5://127.0.0.1:%u", true, true, "http://found.example.com/der",
	    "no connection through the proxy: connection refused", 0, 0 },
	{ "env", false, true, "http://other.example.com/der", "", 1, 0 },
	{ "env", false, false, "http://found.example.com/der", "refused: 127",
	    0, 0 },
	{ "env", false, true, "http://127.0.0.1:1/der", "no connection", 0, 0 },
	{ "none", false, false, "http://found.example.com/der", "refused: 127",
	    0, 0 },
};

static void
a_proxy_is_asked_where_a_host_is_public(void **state)
{
	struct server *server = *state;
	const char *resolver = server->resolver;
	char value[64], direct[64];

	snprintf(direct, sizeof(direct), "http://127.0.0.1:%u", server->port);
	setenv("http_proxy", direct, 1);
	setenv("no_proxy", "127.0.0.1", 1);
	for (size_t i = 0; i < sizeof(proxy_rows) / sizeof(*proxy_rows); i++) {
		const char *format = proxy_rows[i].proxy;
		const char *place = strstr(format, "%u");
		struct fetch_proxy proxy;
		const struct resolve_override override = { "found.example.com",
			80, "127.0.0.1", server->port };
		const struct fetch_options options = {
			.allow_private = proxy_rows[i].allow_private,
			.timeout_ms = TIMEOUT_MS,
			.proxy = &proxy,
			.resolvers = &resolver,
			.resolver_count = 1,
			.overrides = &override,
			.override_count = 1,
		};
		struct outcome outcome;

		server->proxied = server->logged_in = 0;
		if (place == NULL)
			snprintf(value, sizeof(value), "%s", format);
		else
			snprintf(value, sizeof(value), "%.*s%u",
			    (int)(place - format), format,
			    proxy_rows[i].closed ? server->closed_port
						 : server->port);
		assert_null(fetch_proxy_parse(&proxy, value, "http"));
		outcome = fetch_one(&options, proxy_rows[i].url);
		if (strncmp(outcome.error, proxy_rows[i].error,
			strlen(proxy_rows[i].error)) != 0 ||
		    (*proxy_rows[i].error == '\0') !=
			(outcome.error[0] == '\0') ||
		    server->proxied != proxy_rows[i].proxied ||
		    server->logged_in != proxy_rows[i].logged_in)
			fail_msg("%s: %s: \"%s\", %u, %u", value,
			    proxy_rows[i].url, outcome.error, server->proxied,
			    server->logged_in);
		fetch_proxy_clear(&proxy);
	}
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	unsetenv("no_proxy");
}

static void
the_environment_names_proxies_as_for_curl(void **state)
{
	static const struct {
		const char *name, *value, *scheme;
		const char *host; /* NULL: none; "": refused */
	} rows[] = {
		{ "http_proxy", "http://a:1", "http", "a" },
		{ "http_proxy", "http://a:1", "https", NULL },
		{ "HTTP_PROXY", "http://a:1", "http", NULL },
		{ "HTTPS_PROXY", "http://a:1", "https", "a" },
		{ "https_proxy", "socks5h://a:1", "https", "a" },
		{ "all_proxy", "a:1", "http", "a" },
		{ "ALL_PROXY", "a:1", "https", "a" },
		{ "http_proxy", "", "http", NULL },
		{ "http_proxy", "https://a:1", "http", "" },
	};

	(void)state;
	unsetenv("http_proxy");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fetch_proxy proxy;
		const char *fault;

		setenv(rows[i].name, rows[i].value, 1);
		fault = fetch_proxy_parse(&proxy, "env", rows[i].scheme);
		unsetenv(rows[i].name);
		if (rows[i].host != NULL && *rows[i].host == '\0') {
			assert_non_null(fault);
			assert_null(proxy.proxy.host);
		} else {
			assert_null(fault);
			assert_true(
			    string_equal(proxy.proxy.host, rows[i].host));
		}
		fetch_proxy_clear(&proxy);
	}
	setenv("http_proxy", "http://127.0.0.1:9", 1);
}

static unsigned
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned open_now = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		open_now++;
	closedir(directory);
	return open_now;
}

enum { MANY = 60, DIFFERENT = 12 };

static void
equal_urls_are_fetched_once_and_two_at_a_time(void **state)
{
	struct server *server = *state;
	const struct fetch_options options = { .allow_private = true };
	struct fetch_request requests[MANY] = { 0 };
	struct outcome outcomes[MANY] = { 0 };
	char urls[DIFFERENT][64];
	unsigned descriptors;

	wait_until_alone(server);
	descriptors = count_descriptors();
	for (size_t i = 0; i < DIFFERENT; i++)
		snprintf(urls[i], sizeof(urls[i]),
		    "http://127.0.0.1:%u/slow%zu", server->port, i);
	for (size_t i = 0; i < MANY; i++)
		requests[i].url = urls[i % DIFFERENT];
	server->requests = 0;
	server->most = 0;
	assert_int_equal(
	    fetch_all(&options, requests, MANY, on_fetched, outcomes), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(outcomes[i].calls, 1);
		assert_string_equal(outcomes[i].error, "");
		assert_int_equal(outcomes[i].size, 5);
	}
	assert_int_equal(server->requests, DIFFERENT);
	assert_int_equal(server->most, FETCH_IN_FLIGHT_A_HOST);
	wait_until_alone(server);
	assert_int_equal(count_descriptors(), descriptors);
}

/* Sixteen that never end are asked at the same time. */
static void
hanging_hosts_hang_together(void **state)
{
	struct server *server = *state;
	struct resolve_override everybody = { "*", server->port, "127.0.0.1",
		0 };
	const struct fetch_options options = { .allow_private = true,
		.timeout_ms = TIMEOUT_MS,
		.overrides = &everybody,
		.override_count = 1 };
	struct fetch_request requests[FETCH_IN_FLIGHT] = { 0 };
	struct outcome outcomes[FETCH_IN_FLIGHT] = { 0 };
	char urls[FETCH_IN_FLIGHT][64];

	wait_until_alone(server);
	server->most = 0;
	for (size_t i = 0; i < FETCH_IN_FLIGHT; i++) {
		snprintf(urls[i], sizeof(urls[i]),
		    "http://h%zu.example.com:%u/drip", i, server->port);
		requests[i].url = urls[i];
	}
	assert_int_equal(fetch_all(&options, requests, FETCH_IN_FLIGHT,
			     on_fetched, outcomes),
	    0);
	for (size_t i = 0; i < FETCH_IN_FLIGHT; i++)
		assert_string_equal(
		    outcomes[i].error, "no whole answer within 1500 ms");
	assert_int_equal(server->most, FETCH_IN_FLIGHT);
}

static void
nothing_is_nothing(void **state)
{
	const struct fetch_options options = { 0 };

	(void)state;
	assert_int_equal(fetch_all(&options, NULL, 0, on_fetched, NULL), 0);
}

static const struct {
	const char *address, *not_public;
} address_rows[] = {
	{ "0.0.0.0", "this network" },
	{ "0.255.255.255", "this network" },
	{ "1.0.0.0", NULL },
	{ "9.255.255.255", NULL },
	{ "10.0.0.1", "private" },
	{ "11.0.0.0", NULL },
	{ "100.63.255.255", NULL },
	{ "100.64.0.0", "carrier-grade NAT" },
	{ "100.127.255.255", "carrier-grade NAT" },
	{ "100.128.0.0", NULL },
	{ "127.255.255.254", "loopback" },
	{ "128.0.0.0", NULL },
	{ "169.254.169.254", "link-local" },
	{ "172.15.255.255", NULL },
	{ "172.16.0.0", "private" },
	{ "172.31.255.255", "private" },
	{ "172.32.0.0", NULL },
	{ "192.0.0.8", "protocol assignment" },
	{ "192.0.1.0", NULL },
	{ "192.0.2.1", "documentation" },
	{ "192.88.99.1", "6to4 relay" },
	{ "192.168.255.255", "private" },
	{ "192.169.0.0", NULL },
	{ "198.17.255.255", NULL },
	{ "198.18.0.0", "benchmarking" },
	{ "198.19.255.255", "benchmarking" },
	{ "198.20.0.0", NULL },
	{ "198.51.100.1", "documentation" },
	{ "203.0.113.1", "documentation" },
	{ "223.255.255.255", NULL },
	{ "224.0.0.1", "multicast" },
	{ "239.255.255.255", "multicast" },
	{ "240.0.0.1", "reserved" },
	{ "255.255.255.255", "reserved" },
	{ "::", "unspecified" },
	{ "::1", "loopback" },
	{ "::2", "not global unicast" },
	{ "::8.8.8.8", "not global unicast" },
	{ "::ffff:127.0.0.1", "loopback" },
	{ "::ffff:10.1.2.3", "private" },
	{ "::ffff:8.8.8.8", NULL },
	{ "64:ff9b::192.168.0.1", "private" },
	{ "64:ff9b::8.8.8.8", NULL },
	{ "64:ff9b:1::1", "not global unicast" },
	{ "100::1", "not global unicast" },
	{ "2001::1", "protocol assignment or Teredo" },
	{ "2001:1ff::1", "protocol assignment or Teredo" },
	{ "2001:200::1", NULL },
	{ "2001:db8::1", "documentation" },
	{ "2001:db9::1", NULL },
	{ "2002:7f00:1::1", "loopback" },
	{ "2002:a9fe:a9fe::1", "link-local" },
	{ "2002:808:808::1", NULL },
	{ "2606:4700::1111", NULL },
	{ "3fff::1", "documentation" },
	{ "3fff:1000::1", NULL },
	{ "4000::1", "not global unicast" },
	{ "5f00::1", "not global unicast" },
	{ "fc00::1", "private" },
	{ "fdff::1", "private" },
	{ "fe80::1", "link-local" },
	{ "febf::1", "link-local" },
	{ "fec0::1", "site-local" },
	{ "ff02::1", "multicast" },
};

static void
addresses_are_public_or_named(void **state)
{
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct text said = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(address_rows) / sizeof(*address_rows);
	     i++) {
		const char *expected = address_rows[i].not_public;
		struct text sentence = { 0 }, want = { 0 };
		uint8_t octets[ADDRESS_MOST_OCTETS];
		struct sockaddr_in v4 = { .sin_family = AF_INET };
		struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
		char text[ADDRESS_TEXT_SIZE];
		size_t size;

		assert_true(
		    address_parse(address_rows[i].address, octets, &size));
		address_format(bytes_of(octets, size), text);
		if (expected != NULL)
			text_printf(&want,
			    "refused: %s is not a public address (%s)", text,
			    expected);
		memcpy(size == 4 ? (void *)&v4.sin_addr : &v6.sin6_addr, octets,
		    size);
		assert_int_equal(
		    address_refuse(size == 4 ? (const struct sockaddr *)&v4
					     : (const struct sockaddr *)&v6,
			&sentence),
		    expected != NULL);
		if (expected == NULL)
			assert_int_equal(sentence.size, 0);
		else
			assert_string_equal(sentence.data, want.data);
		text_free(&sentence);
		text_free(&want);
	}
	assert_true(address_refuse(&other, &said));
	text_free(&said);
}

static const struct {
	const char *url, *spelled, *host; /* spelled NULL: refused */
} url_rows[] = {
	{ "http://A.example", "http://A.example", "a.example:80" },
	{ "http://a.example:/x", "http://a.example:/x", "a.example:80" },
	{ "http://a:8080/x y", "http://a:8080/x%20y", "a:8080" },
	{ "http://[2001:db8::1]/\xc3\xa4", "http://[2001:db8::1]/%C3%A4",
	    "[2001:db8::1]:80" },
	{ "http://a?b#c", "http://a?b#c", "a:80" },
	{ "http://", NULL, NULL },
	{ "http:///x", NULL, NULL },
	{ "http://u@a/", NULL, NULL },
	{ "http://a\\@b/", NULL, NULL },
	{ "http://a b/", NULL, NULL },
	{ "http://a/\r\nX: y", NULL, NULL },
	{ "http://\xc3\xa4/", NULL, NULL },
	{ "http:a/", NULL, NULL },
	{ "ldap://a/", NULL, NULL },
	{ "", NULL, NULL },
};

static void
urls_are_read_with_suspicion(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(url_rows) / sizeof(*url_rows); i++) {
		struct text spelled = { 0 }, host = { 0 }, error = { 0 };
		bool sound =
		    fetch_url_read(url_rows[i].url, &spelled, &host, &error);

		if (sound != (url_rows[i].spelled != NULL))
			fail_msg("%s", url_rows[i].url);
		assert_int_equal(sound, error.size == 0);
		if (sound) {
			assert_string_equal(spelled.data, url_rows[i].spelled);
			assert_string_equal(host.data, url_rows[i].host);
		}
		text_free(&spelled);
		text_free(&host);
		text_free(&error);
	}
}

static void
hosts_take_turns(void **state)
{
	struct fetch_queue *queue = fetch_queue_new(3, 2);
	char things[] = "abcd";

	(void)state;
	fetch_queue_add(queue, "one", &things[0]);
	fetch_queue_add(queue, "one", &things[1]);
	fetch_queue_add(queue, "one", &things[2]);
	fetch_queue_add(queue, "two", &things[3]);
	assert_ptr_equal(fetch_queue_next(queue), &things[0]);
	assert_ptr_equal(fetch_queue_next(queue), &things[3]);
	assert_ptr_equal(fetch_queue_next(queue), &things[1]);
	assert_null(fetch_queue_next(queue));
	fetch_queue_leave(queue, "two");
	assert_null(fetch_queue_next(queue)); /* two of one's */
	fetch_queue_leave(queue, "one");
	assert_ptr_equal(fetch_queue_next(queue), &things[2]);
	assert_null(fetch_queue_next(queue));
	fetch_queue_add(queue, "three", &things[0]);
	fetch_queue_free(queue); /* with one that still waits */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_has_its_sentence),
		cmocka_unit_test(connections_go_where_they_may),
		cmocka_unit_test(a_proxy_is_asked_where_a_host_is_public),
		cmocka_unit_test(the_environment_names_proxies_as_for_curl),
		cmocka_unit_test(equal_urls_are_fetched_once_and_two_at_a_time),
		cmocka_unit_test(hanging_hosts_hang_together),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(addresses_are_public_or_named),
		cmocka_unit_test(urls_are_read_with_suspicion),
		cmocka_unit_test(hosts_take_turns),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
