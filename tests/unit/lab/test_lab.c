/*
 * Does the lab do what its tables say?  A GnuTLS client visits some stations
 * of each kind and compares what arrives with what was to be sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/socket.h>

#include "tests/lab/lab.h"
#include "tests/lab/octets.h"

enum { CHAIN_LIMIT = 16, TIMEOUT_MS = 5000 };

static int
connect_to(const char *ip, unsigned port, int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	struct timeval timeout = { .tv_sec = TIMEOUT_MS / 1000 };
	int fd = socket(AF_INET, type, 0);

	assert_int_equal(inet_pton(AF_INET, ip, &address.sin_addr), 1);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What one visit saw, filled in as the handshake goes on. */
struct seen {
	size_t count;
	gnutls_datum_t chain[CHAIN_LIMIT];
	int result;
	gnutls_protocol_t version;
	bool asked; /* for a client certificate */
	bool stapled;
};

static void
clear_seen(struct seen *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		gnutls_free(seen->chain[i].data);
}

static void
add_seen(struct seen *seen, const unsigned char *data, size_t length)
{
	gnutls_datum_t *copy = &seen->chain[seen->count++];

	copy->size = (unsigned)length;
	copy->data = gnutls_malloc(length);
	assert_non_null(copy->data);
	memcpy(copy->data, data, length);
}

static size_t
u24(const unsigned char *data)
{
	return (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
}

/* The raw Certificate message: RFC 5246 7.4.2, RFC 8446 4.4.2. */
static int
on_certificate(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	struct seen *seen = gnutls_session_get_ptr(session);
	bool is_13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
	size_t at = is_13 ? 4 : 3;

	(void)type;
	(void)when;
	if (!incoming)
		return 0;
	while (at + 3 <= message->size && seen->count < CHAIN_LIMIT) {
		size_t length = u24(message->data + at);

		add_seen(seen, message->data + at + 3, length);
		at += 3 + length;
		if (is_13)
			at += 2u + ((unsigned)message->data[at] << 8 |
				       message->data[at + 1]);
	}
	return 0;
}

static int
on_certificate_asked(gnutls_session_t session, const gnutls_datum_t *names,
    int name_count, const gnutls_pk_algorithm_t *algorithms,
    int algorithm_count, gnutls_pcert_st **certificates, unsigned *count,
    gnutls_privkey_t *key)
{
	struct seen *seen = gnutls_session_get_ptr(session);

	(void)names;
	(void)name_count;
	(void)algorithms;
	(void)algorithm_count;
	(void)certificates;
	(void)key;
	*count = 0;
	seen->asked = true;
	return 0;
}

static void
shake_hands(struct seen *seen, gnutls_session_t session)
{
	char answer[1024];

	do
		seen->result = gnutls_handshake(session);
	while (seen->result < 0 && !gnutls_error_is_fatal(seen->result));
	if (seen->result < 0)
		return;
	seen->version = gnutls_protocol_get_version(session);
	seen->stapled = gnutls_ocsp_status_request_is_checked(
	    session, GNUTLS_OCSP_SR_IS_AVAIL);
	gnutls_record_send(session, "GET / HTTP/1.0\r\n\r\n", 18);
	seen->result = (int)gnutls_record_recv(session, answer, sizeof(answer));
}

/* After it, `result` is the length of the server's answer, or the error. */
static void
visit(const struct lab *lab, const char *id, struct seen *seen)
{
	const struct lab_host *host = lab_find(lab, id);
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;
	int fd;

	*seen = (struct seen){ 0 };
	assert_non_null(host);
	fd = connect_to(host->ip, host->port, SOCK_STREAM);
	assert_true(fd >= 0);
	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_retrieve_function2(
	    credentials, on_certificate_asked);
	gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
	gnutls_session_set_ptr(session, seen);
	gnutls_priority_set_direct(session,
	    "NORMAL:+VERS-ALL:-GROUP-FFDHE2048:-GROUP-FFDHE3072"
	    ":-GROUP-FFDHE4096:-GROUP-FFDHE6144:-GROUP-FFDHE8192:%COMPAT",
	    NULL);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_server_name_set(
	    session, GNUTLS_NAME_DNS, host->name, strlen(host->name));
	gnutls_ocsp_status_request_enable_client(session, NULL, 0, NULL);
	gnutls_handshake_set_hook_function(session,
	    GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_POST, on_certificate);
	gnutls_handshake_set_max_packet_length(session, 1 << 20);
	gnutls_handshake_set_timeout(session, TIMEOUT_MS);
	gnutls_transport_set_int(session, fd);
	shake_hands(seen, session);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(credentials);
	close(fd);
}

static int
start_lab(void **state)
{
	struct lab_options options = {
		.parts = LAB_SCENARIOS | LAB_EXTRAS | LAB_FLEET,
		.threads = 2,
	};

	*state = lab_start(&options);
	return *state == NULL;
}

static int
stop_lab(void **state)
{
	lab_stop(*state);
	return 0;
}

/* Names as in a row of the lab, "leaf:ok I1", or "?" for any octets. */
static void
assert_sent(const struct lab *lab, const struct seen *seen, const char *names)
{
	struct span word;
	size_t count = 0;

	for (; list_next(&names, ' ', &word); count++) {
		const unsigned char *der;
		size_t length;
		char *name;

		assert_true(count < seen->count);
		if (span_is(word, "?"))
			continue;
		name = span_copy(word);
		der = lab_der(lab, name, &length);
		free(name);
		assert_non_null(der);
		assert_int_equal(seen->chain[count].size, length);
		assert_memory_equal(seen->chain[count].data, der, length);
	}
	assert_int_equal(seen->count, count);
}

static void
test_chains_arrive_as_written(void **state)
{
	static const struct {
		const char *id;
		const char *received;
		gnutls_protocol_t version;
	} rows[] = {
		{ "ok", "leaf:ok I1", GNUTLS_TLS1_3 },
		{ "leaf-aia", "leaf:leaf-aia", GNUTLS_TLS1_3 },
		{ "order-wrong", "leaf:order-wrong I2A I2B", GNUTLS_TLS1_3 },
		{ "dup-inter", "leaf:dup-inter I1 I1", GNUTLS_TLS1_3 },
		{ "other-leaf-first", "leaf:ok leaf:other-leaf-first I1",
		    GNUTLS_TLS1_3 },
		{ "chain-13",
		    "leaf:chain-13 D12 D11 D10 D9 D8 D7 D6 D5 D4 D3"
		    " D2 D1",
		    GNUTLS_TLS1_3 },
		{ "big-120k", "leaf:big-120k I1", GNUTLS_TLS1_3 },
		{ "v1-leaf", "leaf:v1-leaf I1", GNUTLS_TLS1_3 },
		{ "md5-leaf", "leaf:md5-leaf I1", GNUTLS_TLS1_3 },
		{ "tls11", "leaf:tls11 I1", GNUTLS_TLS1_1 },
		{ "tls12", "leaf:tls12 I1", GNUTLS_TLS1_2 },
		{ "dh1024", "leaf:dh1024 I1", GNUTLS_TLS1_2 },
		{ "rsa-kx", "leaf:rsa-kx I1", GNUTLS_TLS1_2 },
		{ "cbc-only", "leaf:cbc-only I1", GNUTLS_TLS1_2 },
		{ "raw-ok", "leaf:raw-ok I1", GNUTLS_TLS1_2 },
		{ "inter-garbage", "leaf:inter-garbage I1 ?", GNUTLS_TLS1_2 },
		{ "client-cert-optional", "leaf:client-cert-optional I1",
		    GNUTLS_TLS1_3 },
		{ "pss-key", "leaf:pss-key I1", GNUTLS_TLS1_3 },
		{ "underscore", "leaf:underscore I1", GNUTLS_TLS1_3 },
		{ "git.tinker-labs.test", "leaf:www.tinker-labs.test LumenE7",
		    GNUTLS_TLS1_3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen;

		visit(*state, rows[i].id, &seen);
		assert_sent(*state, &seen, rows[i].received);
		assert_true(seen.result > 0 ||
			    strcmp(rows[i].id, "inter-garbage") == 0);
		if (seen.result > 0)
			assert_int_equal(seen.version, rows[i].version);
		clear_seen(&seen);
	}
}

static void
test_failures_show_what_they_should(void **state)
{
	static const struct {
		const char *id;
		const char *received;
	} rows[] = {
		{ "client-cert-12", "leaf:client-cert-12 I1" },
		{ "client-cert-13", "leaf:client-cert-13 I1" },
		{ "half-cert", "leaf:half-cert I1" },
		{ "cert-garbage", "? I1" },
		{ "cert-truncated", "? I1" },
		{ "cert-empty", "" },
		{ "raw-then-closed", "leaf:raw-then-closed I1" },
		{ "close-hello", "" },
		{ "close-at-once", "" },
		{ "reset-hello", "" },
		{ "plain-http", "" },
		{ "alert-hf", "" },
		{ "unknown-name", "" },
		{ "smtp", "" },
		{ "garbage", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen;

		visit(*state, rows[i].id, &seen);
		assert_true(seen.result <= 0);
		assert_sent(*state, &seen, rows[i].received);
		clear_seen(&seen);
	}
}

static void
test_demands_and_staples(void **state)
{
	static const struct {
		const char *id;
		bool asked;
		bool stapled;
	} rows[] = {
		{ "ok", false, false },
		{ "client-cert-12", true, false },
		{ "client-cert-13", true, false },
		{ "client-cert-optional", true, false },
		{ "staple-good", false, true },
		{ "staple-revoked", false, true },
		{ "muststaple-none", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen;

		visit(*state, rows[i].id, &seen);
		assert_int_equal(seen.asked, rows[i].asked);
		assert_int_equal(seen.stapled, rows[i].stapled);
		clear_seen(&seen);
	}
}

static void
import_all(const struct lab *lab, const char *const *names,
    gnutls_x509_crt_t *chain, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		gnutls_datum_t der;
		size_t length;

		der.data =
		    (unsigned char *)(uintptr_t)lab_der(lab, names[i], &length);
		der.size = (unsigned)length;
		assert_non_null(der.data);
		gnutls_x509_crt_init(&chain[i]);
		assert_int_equal(
		    gnutls_x509_crt_import(chain[i], &der, GNUTLS_X509_FMT_DER),
		    0);
	}
}

/* GnuTLS's own verdict on certificates written by hand. */
static void
test_certificates_verify(void **state)
{
	static const struct {
		const char *names[4];
		unsigned count;
		unsigned status;
	} rows[] = {
		{ { "leaf:ok", "I1", "R1" }, 3, 0 },
		{ { "leaf:ok-two", "I2B", "I2A", "R1" }, 4, 0 },
		{ { "leaf:pss-leaf", "I1", "R1" }, 3, 0 },
		{ { "leaf:ed25519-leaf", "I1", "R1" }, 3, 0 },
		{ { "leaf:nc-ok", "Incok", "R1" }, 3, 0 },
		{ { "leaf:www.harbour-bank.test", "GlobalEv", "GlobalPolicy",
		      "GlobalRoot" },
		    4, 0 },
		{ { "leaf:expired", "I1", "R1" }, 3,
		    GNUTLS_CERT_INVALID | GNUTLS_CERT_EXPIRED },
		{ { "leaf:not-yet-valid", "I1", "R1" }, 3,
		    GNUTLS_CERT_INVALID | GNUTLS_CERT_NOT_ACTIVATED },
		{ { "leaf:md5-leaf", "I1", "R1" }, 3,
		    GNUTLS_CERT_INVALID | GNUTLS_CERT_INSECURE_ALGORITHM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gnutls_x509_crt_t chain[4];
		unsigned count = rows[i].count;
		unsigned status = 0;

		import_all(*state, rows[i].names, chain, count);
		assert_int_equal(gnutls_x509_crt_list_verify(chain, count - 1,
				     &chain[count - 1], 1, NULL, 0, 0, &status),
		    0);
		assert_int_equal(status, rows[i].status);
		for (unsigned j = 0; j < count; j++)
			gnutls_x509_crt_deinit(chain[j]);
	}
}

static size_t
fetch(const char *ip, unsigned port, const char *request, char *answer,
    size_t size)
{
	int fd = connect_to(ip, port, SOCK_STREAM);
	size_t length = 0;
	ssize_t count;

	assert_true(fd >= 0);
	assert_int_equal(
	    send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	while (length < size &&
	       (count = recv(fd, answer + length, size - length, 0)) > 0)
		length += (size_t)count;
	close(fd);
	return length;
}

/* The port stands in the leaf's own AIA: http://127.0.0.1:PORT/der/I1 */
static unsigned
aia_port(const struct lab *lab)
{
	static const char before[] = "http://127.0.0.1:";
	size_t length;
	const unsigned char *der = lab_der(lab, "leaf:ok", &length);
	const char *url = memmem(der, length, before, sizeof(before) - 1);

	assert_non_null(url);
	return (unsigned)strtoul(url + sizeof(before) - 1, NULL, 10);
}

static void
test_aia_answers(void **state)
{
	static const struct {
		const char *path;
		const char *status;
		const char *inside;
	} rows[] = {
		{ "/pem/I1", "HTTP/1.1 200", "-----BEGIN CERTIFICATE-----" },
		{ "/der/I1", "HTTP/1.1 200", "Lab CA I1" },
		{ "/p7c/I1", "HTTP/1.1 200", "Lab CA I1" },
		{ "/redirect/I1", "HTTP/1.1 302", "/der/I1\r\n" },
		{ "/spin/I1", "HTTP/1.1 302", "/spin/I1\r\n" },
		{ "/missing/I1", "HTTP/1.1 404", "" },
		{ "/html/I1", "HTTP/1.1 200", "<!doctype html>" },
		{ "/nonsense", "HTTP/1.1 404", "" },
	};
	unsigned port = aia_port(*state);
	size_t before = lab_aia_count(*state, NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char request[128], answer[8192];
		size_t length;

		snprintf(request, sizeof(request),
		    "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", rows[i].path);
		length =
		    fetch("127.0.0.1", port, request, answer, sizeof(answer));
		assert_non_null(memmem(
		    answer, length, rows[i].status, strlen(rows[i].status)));
		assert_non_null(memmem(
		    answer, length, rows[i].inside, strlen(rows[i].inside)));
		assert_int_equal(lab_aia_count(*state, rows[i].path), 1);
	}
	assert_int_equal(lab_aia_count(*state, NULL) - before,
	    sizeof(rows) / sizeof(rows[0]));
}

static size_t
put_query(unsigned char *out, const char *name, unsigned type)
{
	size_t at = 12;

	memset(out, 0, 12);
	out[1] = 7;
	out[2] = 1;
	out[5] = 1;
	while (*name != '\0') {
		size_t length = strcspn(name, ".");

		out[at++] = (unsigned char)length;
		memcpy(out + at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	out[at++] = 0;
	out[at++] = 0;
	out[at++] = (unsigned char)type;
	out[at++] = 0;
	out[at++] = 1;
	return at;
}

static void
test_dns_answers(void **state)
{
	static const struct {
		const char *name;
		unsigned type;
		unsigned rcode;
		unsigned answers;
		bool truncated;
	} rows[] = {
		{ "ok.lab.test", 1, 0, 1, false },
		{ "OK.Lab.Test", 1, 0, 1, false },
		{ "ok.lab.test", 28, 0, 0, false },
		{ "v6-first.lab.test", 28, 0, 1, false },
		{ "second-address.lab.test", 1, 0, 2, false },
		{ "nobody.lab.test", 1, 3, 0, false },
		{ "servfail.lab.test", 1, 2, 0, false },
		{ "truncated.lab.test", 1, 0, 0, true },
		{ "xn--zrich-kva.lab.test", 1, 0, 1, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char packet[512];
		size_t length = put_query(packet, rows[i].name, rows[i].type);
		int fd =
		    connect_to("127.0.0.1", lab_dns_port(*state), SOCK_DGRAM);

		assert_int_equal(send(fd, packet, length, 0), length);
		assert_true(recv(fd, packet, sizeof(packet), 0) >= 12);
		close(fd);
		assert_int_equal(packet[1], 7);
		assert_int_equal(packet[3] & 15, rows[i].rcode);
		assert_int_equal(packet[7], rows[i].answers);
		assert_int_equal((packet[2] & 2) != 0, rows[i].truncated);
	}
}

static void
test_dead_host_is_refused(void **state)
{
	const struct lab_host *host = lab_find(*state, "dead");

	assert_non_null(host);
	assert_int_equal(connect_to(host->ip, host->port, SOCK_STREAM), -1);
}

/*
 * Clients that misbehave: garbage, half records, closed at once, many at a
 * time.
 */
static void
test_survives_bad_visitors(void **state)
{
	static const char *const ids[] = { "ok", "silent", "cert-empty" };
	static const char *const words[] = { "", "\x16\x03\x01\x40",
		"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x05\x01\x01" };
	int fds[120];
	struct seen seen;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		const struct lab_host *host = lab_find(*state, ids[i % 3]);
		const char *said = words[i % 4];

		fds[i] = connect_to(host->ip, host->port, SOCK_STREAM);
		assert_true(fds[i] >= 0);
		send(fds[i], said, strlen(said), MSG_NOSIGNAL);
	}
	visit(*state, "ok", &seen);
	assert_true(seen.result > 0);
	clear_seen(&seen);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		close(fds[i]);
}

static void
test_ids_are_unique(void **state)
{
	size_t count;
	const struct lab_host *hosts = lab_hosts(*state, &count);

	assert_true(count > 200);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(lab_find(*state, hosts[i].id), &hosts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_unique),
		cmocka_unit_test(test_certificates_verify),
		cmocka_unit_test(test_chains_arrive_as_written),
		cmocka_unit_test(test_failures_show_what_they_should),
		cmocka_unit_test(test_demands_and_staples),
		cmocka_unit_test(test_aia_answers),
		cmocka_unit_test(test_dns_answers),
		cmocka_unit_test(test_dead_host_is_refused),
		cmocka_unit_test(test_survives_bad_visitors),
	};

	return cmocka_run_group_tests(tests, start_lab, stop_lab);
}
