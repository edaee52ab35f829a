/*
 * TLS by GnuTLS over non-blocking sockets: handshake, read a request, answer.
 * The octets sent as certificates are the station's and are not parsed.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sys/socket.h>

#include "tests/lab/blot.h"
#include "tests/lab/mute.h"
#include "tests/lab/serve.h"
#include "tests/lab/visit.h"

enum { BACKLOG = 1024, REQUEST_LIMIT = 16 * 1024 };

static const struct station *
find_by_name(const struct endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->station_count; i++)
		if (strcasecmp(endpoint->stations[i]->name, name) == 0)
			return endpoint->stations[i];
	return endpoint->stations[0];
}

static const struct station *
station_of(gnutls_session_t session)
{
	const struct visit *visit = gnutls_session_get_ptr(session);
	char name[256];
	size_t size = sizeof(name);
	unsigned type;

	if (gnutls_server_name_get(session, name, &size, &type, 0) < 0)
		name[0] = '\0';
	return find_by_name(visit->host, name);
}

/* With a usage of 0 GnuTLS does not hold the key usage against us. */
static int
on_certificate_wanted(gnutls_session_t session,
    const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certificates,
    unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count,
    gnutls_privkey_t *key, unsigned *flags)
{
	const struct station *station = station_of(session);

	(void)info;
	*flags = 0;
	*certificates = station->certificates;
	*count = (unsigned)station->chain_length;
	*key = station->key->private_key;
	*ocsp = NULL;
	*ocsp_count = 0;
	if (station->staple.length > 0) {
		*ocsp = (gnutls_ocsp_data_st *)&station->ocsp;
		*ocsp_count = 1;
	}
	return 0;
}

/* false: nothing to be done until the descriptor is ready again. */
static bool
wait_if_again(struct visit *visit, int result)
{
	bool writes = gnutls_record_get_direction(visit->session) != 0;

	if (result != GNUTLS_E_AGAIN && result != GNUTLS_E_INTERRUPTED)
		return false;
	lab_watch_want(&visit->watch, writes ? EPOLLOUT : EPOLLIN);
	return true;
}

static void
step_bye(struct visit *visit)
{
	int result = gnutls_bye(visit->session, GNUTLS_SHUT_WR);

	if (!wait_if_again(visit, result))
		visit_finish(visit);
}

static void
step_answering(struct visit *visit)
{
	ssize_t count = 0;

	while (count >= 0 && visit->sent < visit->out.length) {
		count = gnutls_record_send(visit->session,
		    visit->out.data + visit->sent,
		    visit->out.length - visit->sent);
		if (count > 0)
			visit->sent += (size_t)count;
	}
	if (count >= 0)
		step_bye(visit);
	else if (!wait_if_again(visit, (int)count))
		visit_end(visit);
}

static void
answer(struct visit *visit)
{
	const struct station *station = station_of(visit->session);

	octets_add_format(&visit->out,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
	    strlen(station->name) + 1, station->name);
	visit->step = step_answering;
	step_answering(visit);
}

static bool
is_request_whole(const struct octets *in)
{
	return memmem(in->data, in->length, "\r\n\r\n", 4) != NULL ||
	       memmem(in->data, in->length, "\n\n", 2) != NULL;
}

static void
step_requested(struct visit *visit)
{
	char buffer[4096];
	ssize_t count;

	do {
		count =
		    gnutls_record_recv(visit->session, buffer, sizeof(buffer));
		if (count > 0)
			octets_add(&visit->in, buffer, (size_t)count);
		if (visit->in.length > 0 && is_request_whole(&visit->in)) {
			answer(visit);
			return;
		}
	} while (count > 0 && visit->in.length < REQUEST_LIMIT);
	if (!wait_if_again(visit, (int)count))
		visit_end(visit);
}

/*
 * A client that showed no certificate is told so as servers do: by alert 116
 * in TLS 1.3 (RFC 8446 4.4.2.4), by handshake_failure before.
 */
static void
refuse(struct visit *visit, int error)
{
	bool is_13 =
	    gnutls_protocol_get_version(visit->session) == GNUTLS_TLS1_3;

	if (error == GNUTLS_E_NO_CERTIFICATE_FOUND ||
	    error == GNUTLS_E_CERTIFICATE_REQUIRED)
		gnutls_alert_send(visit->session, GNUTLS_AL_FATAL,
		    is_13 ? GNUTLS_A_CERTIFICATE_REQUIRED
			  : GNUTLS_A_HANDSHAKE_FAILURE);
	else
		gnutls_alert_send_appropriate(visit->session, error);
	visit_finish(visit);
}

static void
step_handshake(struct visit *visit)
{
	const struct endpoint *endpoint = visit->host;
	int result;

	do
		result = gnutls_handshake(visit->session);
	while (result == GNUTLS_E_WARNING_ALERT_RECEIVED);
	if (result < 0) {
		if (!wait_if_again(visit, result))
			refuse(visit, result);
		return;
	}
	if (endpoint->service->manner == MANNER_HALF) {
		visit_finish(visit);
		return;
	}
	lab_watch_want(&visit->watch, EPOLLIN);
	visit->step = step_requested;
	step_requested(visit);
}

/* What a GnuTLS server would not do by itself: see blot.h. */
static bool
blots_hello(const struct endpoint *endpoint)
{
	return endpoint->service->dh_bits != 0 ||
	       strchr(endpoint->stations[0]->name, '_') != NULL;
}

/* As servers do that know another name only, up to TLS 1.2. */
static int
warn(gnutls_session_t session)
{
	return gnutls_alert_send(
	    session, GNUTLS_AL_WARNING, GNUTLS_A_UNRECOGNIZED_NAME);
}

static void
set_session(struct visit *visit, const struct endpoint *endpoint)
{
	static const gnutls_datum_t http = { (unsigned char *)"http/1.1", 8 };
	gnutls_session_t session = visit->session;

	gnutls_session_set_ptr(session, visit);
	gnutls_priority_set(session, endpoint->priority);
	gnutls_credentials_set(
	    session, GNUTLS_CRD_CERTIFICATE, endpoint->credentials);
	gnutls_alpn_set_protocols(session, &http, 1, 0);
	gnutls_transport_set_int(session, visit->watch.fd);
	if (blots_hello(endpoint))
		blot_register(session);
	if (endpoint->service->warns)
		gnutls_handshake_set_post_client_hello_function(session, warn);
	if (endpoint->service->client_certificate ==
	    CLIENT_CERTIFICATE_REQUIRED)
		gnutls_certificate_server_set_request(
		    session, GNUTLS_CERT_REQUIRE);
	if (endpoint->service->client_certificate ==
	    CLIENT_CERTIFICATE_OPTIONAL)
		gnutls_certificate_server_set_request(
		    session, GNUTLS_CERT_REQUEST);
}

static void
begin_tls(struct lab_loop *loop, int fd, const struct endpoint *endpoint)
{
	struct visit *visit = visit_new(loop, fd, endpoint, step_handshake);

	if (visit == NULL)
		return;
	if (gnutls_init(&visit->session,
		GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		visit->session = NULL;
		visit_end(visit);
		return;
	}
	set_session(visit, endpoint);
}

static bool
speaks_tls(const struct endpoint *endpoint)
{
	return endpoint->service->manner == MANNER_TLS ||
	       endpoint->service->manner == MANNER_HALF;
}

static void
on_visitor(struct lab_watch *watch)
{
	const struct endpoint *endpoint = (struct endpoint *)watch;
	int fd;

	while ((fd = visit_accept(watch->fd)) >= 0) {
		if (speaks_tls(endpoint))
			begin_tls(watch->loop, fd, endpoint);
		else
			mute_begin(watch->loop, fd, endpoint->stations[0]);
	}
}

static void
on_closing(struct lab_watch *watch)
{
	lab_watch_close(watch);
}

bool
endpoint_open(struct endpoint *endpoint, struct lab_loop *loop)
{
	struct station *station = endpoint->stations[0];

	if (endpoint->service->manner == MANNER_DEAD)
		return true;
	if (listen(station->fd, BACKLOG) != 0)
		return false;
	endpoint->watch.fd = station->fd;
	endpoint->watch.on_ready = on_visitor;
	endpoint->watch.on_end = on_closing;
	station->fd = -1;
	return lab_watch_open(&endpoint->watch, loop, EPOLLIN);
}

/* The second Oakley group, RFC 2409 6.2: what old servers came with. */
static const unsigned char oakley_1024[] =
    "\xff\xff\xff\xff\xff\xff\xff\xff\xc9\x0f\xda\xa2\x21\x68\xc2\x34"
    "\xc4\xc6\x62\x8b\x80\xdc\x1c\xd1\x29\x02\x4e\x08\x8a\x67\xcc\x74"
    "\x02\x0b\xbe\xa6\x3b\x13\x9b\x22\x51\x4a\x08\x79\x8e\x34\x04\xdd"
    "\xef\x95\x19\xb3\xcd\x3a\x43\x1b\x30\x2b\x0a\x6d\xf2\x5f\x14\x37"
    "\x4f\xe1\x35\x6d\x6d\x51\xc2\x45\xe4\x85\xb5\x76\x62\x5e\x7e\xc6"
    "\xf4\x4c\x42\xe9\xa6\x37\xed\x6b\x0b\xff\x5c\xb6\xf4\x06\xb7\xed"
    "\xee\x38\x6b\xfb\x5a\x89\x9f\xa5\xae\x9f\x24\x11\x7c\x4b\x1f\xe6"
    "\x49\x28\x66\x51\xec\xe6\x53\x81\xff\xff\xff\xff\xff\xff\xff\xff";

static bool
set_dh(struct endpoint *endpoint)
{
	static const gnutls_datum_t small = { (unsigned char *)oakley_1024,
		sizeof(oakley_1024) - 1 };
	static const gnutls_datum_t two = { (unsigned char *)"\2", 1 };
	const gnutls_datum_t *prime = &gnutls_ffdhe_2048_group_prime;

	if (endpoint->service->dh_bits == 0)
		return true;
	if (endpoint->service->dh_bits == 1024)
		prime = &small;
	if (gnutls_dh_params_init(&endpoint->dh) < 0)
		return false;
	if (gnutls_dh_params_import_raw(endpoint->dh, prime, &two) < 0)
		return false;
	gnutls_certificate_set_dh_params(endpoint->credentials, endpoint->dh);
	return true;
}

/* The leaf's issuer stands for each of the many CAs that a server accepts. */
static bool
set_authorities(struct endpoint *endpoint, const struct station *station)
{
	enum { MOST = 1000 };
	unsigned count = endpoint->service->named_authorities;
	gnutls_x509_crt_t issuer, list[MOST];
	gnutls_datum_t der;
	bool done = false;

	if (count == 0)
		return true;
	if (count > MOST || station->chain_length < 2)
		return false;
	der = (gnutls_datum_t){ station->chain[1].data,
		(unsigned)station->chain[1].length };
	if (gnutls_x509_crt_init(&issuer) < 0)
		return false;
	for (unsigned i = 0; i < count; i++)
		list[i] = issuer;
	if (gnutls_x509_crt_import(issuer, &der, GNUTLS_X509_FMT_DER) >= 0)
		done = gnutls_certificate_set_x509_trust(
			   endpoint->credentials, list, (int)count) >= 0;
	gnutls_x509_crt_deinit(issuer);
	return done;
}

bool
endpoint_init(struct endpoint *endpoint, struct station *first)
{
	const char *priority = first->scenario->service.priority;

	*endpoint = (struct endpoint){ .service = &first->scenario->service };
	endpoint_add(endpoint, first);
	if (!speaks_tls(endpoint))
		return true;
	if (gnutls_priority_init(&endpoint->priority,
		priority ? priority : "NORMAL", NULL) < 0 ||
	    gnutls_certificate_allocate_credentials(&endpoint->credentials) < 0)
		return false;
	gnutls_certificate_set_retrieve_function3(
	    endpoint->credentials, on_certificate_wanted);
	return set_dh(endpoint) && set_authorities(endpoint, first);
}

void
endpoint_add(struct endpoint *endpoint, struct station *station)
{
	struct station **stations;

	stations = lab_alloc(endpoint->station_count + 1, sizeof(*stations));
	if (endpoint->station_count > 0)
		memcpy(stations, endpoint->stations,
		    endpoint->station_count * sizeof(*stations));
	stations[endpoint->station_count++] = station;
	free(endpoint->stations);
	endpoint->stations = stations;
}

void
endpoint_clear(struct endpoint *endpoint)
{
	if (endpoint->credentials != NULL)
		gnutls_certificate_free_credentials(endpoint->credentials);
	if (endpoint->priority != NULL)
		gnutls_priority_deinit(endpoint->priority);
	if (endpoint->dh != NULL)
		gnutls_dh_params_deinit(endpoint->dh);
	free(endpoint->stations);
}
