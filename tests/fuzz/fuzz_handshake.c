/*
 * Any octets as all that a server says in a handshake, whole or in pieces.
 * Either they are the server's stream as it is, or they change what a real
 * server in this process says: its certificates, its OCSP response, and single
 * octets of its stream.  The former reaches every plaintext message, the
 * latter also what TLS 1.3 encrypts.
 *
 * Random numbers are the same for each input: so an answer that was recorded
 * once still fits the ClientHello, up to the server's Finished.
 */
#include <dlfcn.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "base/memory.h"
#include "scan/handshake.h"
#include "tests/fuzz/fuzz.h"

enum { MOST_CERTIFICATES = 6, MOST_EDITS = 64, MOST_ROUNDS = 5000 };
enum { ROUNDS_A_SIZE = 64 };

enum {
	LIVE = 1,
	TLS12 = 2,
	WITH_RSA = 4,
	ASKS_CERTIFICATE = 8,
	DEMANDS_CERTIFICATE = 16,
	STOPS_AT_CERTIFICATE = 32,
	KEYS_SHIFT = 6
};

struct edit {
	size_t offset;
	uint8_t flips;
};

/* One direction of a connection that is memory. */
struct pipe {
	struct text octets;
	size_t read, readable;
};

struct server {
	gnutls_session_t session;
	struct pipe *in, *out;
	struct edit edits[MOST_EDITS];
	size_t edit_count;
	struct bytes certificates[MOST_CERTIFICATES];
	size_t certificate_count;
	struct bytes staple;
	gnutls_pcert_st sent[MOST_CERTIFICATES];
	gnutls_ocsp_data_st response;
	bool with_rsa, finished;
};

/* A server's key with a certificate that it signed itself. */
struct identity {
	gnutls_privkey_t key;
	gnutls_pubkey_t public;
	gnutls_datum_t certificate;
};

/* What the server is told to speak, with TLS12 and WITH_RSA or without. */
enum { SPEAKS_TLS13, SPEAKS_TLS12, SPEAKS_DHE, SPEAKS_COUNT };
static const char *const spoken[SPEAKS_COUNT] = {
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:%VERIFY_ALLOW_BROKEN",
	"NORMAL:-VERS-ALL:+VERS-TLS1.2",
	"LEGACY:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA",
};

/* What depends on no input is made once. */
static struct identity identities[2];
static gnutls_priority_t priorities[SPEAKS_COUNT];
static gnutls_certificate_credentials_t credentials;
static const struct handshake_terms *terms;

/* One state for the client and one for the server: xorshift64*. */
static uint64_t random_state[2];
static bool serving;

static void
seed_random(void)
{
	random_state[0] = 0x9e3779b97f4a7c15;
	random_state[1] = 0xbf58476d1ce4e5b9;
	serving = false;
}

/* In place of the library's own, which calls it through its symbol. */
int
gnutls_rnd(gnutls_rnd_level_t level, void *data, size_t size)
{
	uint64_t *state = &random_state[serving];
	uint8_t *octets = data;

	(void)level;
	for (size_t i = 0; i < size; i++) {
		*state ^= *state >> 12;
		*state ^= *state << 25;
		*state ^= *state >> 27;
		octets[i] = (uint8_t)(*state * 0x2545f4914f6cdd1d >> 56);
	}
	return 0;
}

/* GMP's mpz_t: nothing else here needs its header. */
struct number {
	int room, size;
	void *limbs;
};
typedef void number_power(struct number *, const struct number *,
    const struct number *, const struct number *);
number_power power __asm__("__gmpz_powm");

struct power {
	struct number base, exponent, modulus, result;
};

/*
 * In place of GMP's own: a DHE handshake takes eight of them, 20 ms.  As random
 * numbers are the same each time most of them are as well, and kept.
 */
void
power(struct number *result, const struct number *base,
    const struct number *exponent, const struct number *modulus)
{
	enum { MOST_POWERS = 32 };
	static struct power kept[MOST_POWERS];
	static size_t count;
	static number_power *own;
	static int (*compare)(const struct number *, const struct number *);
	static void (*set)(struct number *, const struct number *);
	static void (*init_set)(struct number *, const struct number *);
	struct power *to;

	if (own == NULL) {
		*(void **)&own = dlsym(RTLD_NEXT, "__gmpz_powm");
		*(void **)&compare = dlsym(RTLD_NEXT, "__gmpz_cmp");
		*(void **)&set = dlsym(RTLD_NEXT, "__gmpz_set");
		*(void **)&init_set = dlsym(RTLD_NEXT, "__gmpz_init_set");
	}
	for (size_t i = 0; i < count && i < MOST_POWERS; i++)
		if (compare(base, &kept[i].base) == 0 &&
		    compare(exponent, &kept[i].exponent) == 0 &&
		    compare(modulus, &kept[i].modulus) == 0) {
			set(result, &kept[i].result);
			return;
		}
	/* The result may be one of the operands. */
	to = &kept[count % MOST_POWERS];
	(count < MOST_POWERS ? init_set : set)(&to->base, base);
	(count < MOST_POWERS ? init_set : set)(&to->exponent, exponent);
	(count < MOST_POWERS ? init_set : set)(&to->modulus, modulus);
	own(result, &to->base, &to->exponent, &to->modulus);
	(count < MOST_POWERS ? init_set : set)(&to->result, result);
	count++;
}

static void
good(int result)
{
	require(result >= 0);
}

static void
make_identity(
    struct identity *identity, gnutls_pk_algorithm_t kind, unsigned bits)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;

	good(gnutls_x509_privkey_init(&key));
	good(gnutls_x509_privkey_generate(key, kind, bits, 0));
	good(gnutls_x509_crt_init(&certificate));
	good(gnutls_x509_crt_set_version(certificate, 3));
	good(gnutls_x509_crt_set_serial(certificate, "\1", 1));
	good(gnutls_x509_crt_set_dn(certificate, "CN=www.example.com", NULL));
	good(gnutls_x509_crt_set_activation_time(certificate, 1700000000));
	good(gnutls_x509_crt_set_expiration_time(certificate, 2000000000));
	good(gnutls_x509_crt_set_key(certificate, key));
	good(gnutls_x509_crt_sign2(
	    certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
	good(gnutls_x509_crt_export2(
	    certificate, GNUTLS_X509_FMT_DER, &identity->certificate));
	good(gnutls_pubkey_init(&identity->public));
	good(gnutls_pubkey_import_x509(identity->public, certificate, 0));
	good(gnutls_privkey_init(&identity->key));
	good(gnutls_privkey_import_x509(
	    identity->key, key, GNUTLS_PRIVKEY_IMPORT_COPY));
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

static void
free_all(void)
{
	for (size_t i = 0; i < 2; i++) {
		gnutls_privkey_deinit(identities[i].key);
		gnutls_pubkey_deinit(identities[i].public);
		gnutls_free(identities[i].certificate.data);
	}
	for (size_t i = 0; i < SPEAKS_COUNT; i++)
		gnutls_priority_deinit(priorities[i]);
	gnutls_certificate_free_credentials(credentials);
	handshake_terms_free((struct handshake_terms *)terms);
}

static ssize_t
pipe_pull(struct pipe *pipe, void *buffer, size_t size)
{
	size_t left = pipe->readable - pipe->read;

	if (left == 0)
		return -EAGAIN;
	size = size < left ? size : left;
	memcpy(buffer, pipe->octets.data + pipe->read, size);
	pipe->read += size;
	return (ssize_t)size;
}

static ssize_t
server_pull(gnutls_transport_ptr_t context, void *buffer, size_t size)
{
	struct server *server = context;
	ssize_t result;

	server->in->readable = server->in->octets.size;
	result = pipe_pull(server->in, buffer, size);
	if (result >= 0)
		return result;
	gnutls_transport_set_errno(server->session, EAGAIN);
	return -1;
}

static ssize_t
server_push(gnutls_transport_ptr_t context, const void *data, size_t size)
{
	struct server *server = context;
	struct text *out = &server->out->octets;
	size_t begin = out->size;

	text_append_bytes(out, bytes_of(data, size));
	for (size_t i = 0; i < server->edit_count; i++) {
		const struct edit *edit = &server->edits[i];

		if (edit->offset >= begin && edit->offset < out->size)
			out->data[edit->offset] ^= (char)edit->flips;
	}
	return (ssize_t)size;
}

/* The library sends these as they are; an empty one is the server's own. */
static int
choose_certificates(gnutls_session_t session,
    const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certificates,
    unsigned *count, gnutls_ocsp_data_st **responses, unsigned *response_count,
    gnutls_privkey_t *key, unsigned *flags)
{
	struct server *server = gnutls_session_get_ptr(session);
	struct identity *identity = &identities[server->with_rsa];

	(void)info;
	for (size_t i = 0; i < server->certificate_count; i++) {
		struct bytes der = server->certificates[i];

		server->sent[i] = (gnutls_pcert_st){
			.pubkey = identity->public,
			.cert = identity->certificate,
			.type = GNUTLS_CRT_X509,
		};
		if (der.size > 0)
			server->sent[i].cert =
			    (gnutls_datum_t){ (unsigned char *)der.data,
				    (unsigned)der.size };
	}
	server->response.response = (gnutls_datum_t){
		(unsigned char *)server->staple.data,
		(unsigned)server->staple.size,
	};
	*certificates = server->sent;
	*count = (unsigned)server->certificate_count;
	*responses = &server->response;
	*response_count = server->staple.size > 0;
	*key = identity->key;
	*flags = 0;
	return 0;
}

static void
prepare(void)
{
	const char *error;

	if (terms != NULL)
		return;
	seed_random();
	serving = true;
	make_identity(&identities[0], GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
	make_identity(&identities[1], GNUTLS_PK_RSA, 1024);
	for (size_t i = 0; i < SPEAKS_COUNT; i++)
		good(gnutls_priority_init(&priorities[i], spoken[i], NULL));
	good(gnutls_certificate_allocate_credentials(&credentials));
	gnutls_certificate_set_retrieve_function3(
	    credentials, choose_certificates);
	good(gnutls_certificate_set_known_dh_params(
	    credentials, GNUTLS_SEC_PARAM_LOW));
	terms = handshake_terms_new(false, &error);
	require(terms != NULL);
	atexit(free_all);
}

static void
server_begin(struct server *server, unsigned how, struct bytes rest)
{
	unsigned count = fuzz_octet(&rest) % (MOST_EDITS + 1);

	server->with_rsa = (how & WITH_RSA) != 0;
	for (unsigned i = 0; i < count && rest.size >= 3; i++) {
		unsigned high = fuzz_octet(&rest), low = fuzz_octet(&rest);

		server->edits[i].offset = high << 8 | low;
		server->edits[i].flips = (uint8_t)fuzz_octet(&rest);
		server->edit_count++;
	}
	server->staple = fuzz_vector(&rest);
	do
		server->certificates[server->certificate_count++] =
		    fuzz_vector(&rest);
	while (rest.size > 0 && server->certificate_count < MOST_CERTIFICATES);
	good(gnutls_init(&server->session, GNUTLS_SERVER | GNUTLS_NONBLOCK |
					       GNUTLS_NO_SIGNAL |
					       GNUTLS_NO_TICKETS));
	good(gnutls_priority_set(
	    server->session, priorities[(how & TLS12) == 0	? SPEAKS_TLS13
					: (how & WITH_RSA) == 0 ? SPEAKS_TLS12
								: SPEAKS_DHE]));
	good(gnutls_credentials_set(
	    server->session, GNUTLS_CRD_CERTIFICATE, credentials));
	if ((how & (ASKS_CERTIFICATE | DEMANDS_CERTIFICATE)) != 0)
		gnutls_certificate_server_set_request(server->session,
		    (how & DEMANDS_CERTIFICATE) != 0 ? GNUTLS_CERT_REQUIRE
						     : GNUTLS_CERT_REQUEST);
	gnutls_session_set_ptr(server->session, server);
	gnutls_transport_set_ptr(server->session, server);
	gnutls_transport_set_pull_function(server->session, server_pull);
	gnutls_transport_set_push_function(server->session, server_push);
}

static void
server_step(struct server *server)
{
	int result;

	/* Without a new octet it would only wait again. */
	if (server->session == NULL || server->finished ||
	    server->in->read == server->in->octets.size)
		return;
	serving = true;
	do
		result = gnutls_handshake(server->session);
	while (result < 0 && result != GNUTLS_E_AGAIN &&
	       !gnutls_error_is_fatal(result));
	if (result != GNUTLS_E_AGAIN)
		server->finished = true;
	if (result < 0 && gnutls_error_is_fatal(result))
		gnutls_alert_send_appropriate(server->session, result);
	serving = false;
}

struct client {
	struct pipe *in, *out;
	bool ended; /* no more will come */
};

static ssize_t
client_pull(void *context, void *buffer, size_t size)
{
	struct client *client = context;
	ssize_t result = pipe_pull(client->in, buffer, size);

	return result == -EAGAIN && client->ended ? 0 : result;
}

static ssize_t
client_push(void *context, const struct iovec *parts, int count)
{
	struct client *client = context;
	size_t size = client->out->octets.size;

	for (int i = 0; i < count; i++)
		text_append_bytes(&client->out->octets,
		    bytes_of(parts[i].iov_base, parts[i].iov_len));
	return (ssize_t)(client->out->octets.size - size);
}

/* Pieces grow: where each octet comes alone costs the most of a long stream. */
static enum handshake_step
exchange(struct handshake *handshake, struct client *client,
    struct server *server, size_t piece)
{
	enum handshake_step step = handshake_step(handshake);
	bool checking = false;

	for (unsigned i = 0; i < MOST_ROUNDS; i++) {
		struct pipe *in = client->in;
		size_t left;

		if (step == HANDSHAKE_DONE && !checking &&
		    handshake_needs_check(handshake)) {
			checking = true;
			step = handshake_check(handshake);
		}
		if (step != HANDSHAKE_WAITS || client->ended)
			break;
		server_step(server);
		if (i % ROUNDS_A_SIZE == ROUNDS_A_SIZE - 1)
			piece *= 2;
		left = in->octets.size - in->readable;
		in->readable += left < piece ? left : piece;
		client->ended = left == 0;
		step = checking ? handshake_check(handshake)
				: handshake_step(handshake);
	}
	return step;
}

static void
require_facts(struct handshake *handshake, enum handshake_step step)
{
	struct failure failure = { .may_pass = false };
	struct tls_facts facts;

	handshake_facts(handshake, &facts);
	require_clean(facts.version);
	require_clean(facts.cipher);
	require_clean(facts.mac);
	require_clean(facts.group);
	require(facts.alert_count <= HANDSHAKE_MOST_ALERTS);
	for (size_t i = 0; i < facts.alert_count; i++)
		require_clean(facts.alerts[i].description);
	if (step == HANDSHAKE_DONE) {
		require(facts.failed_by == FAILED_BY_NOBODY);
		require(facts.proof || handshake->stopped);
		require(handshake->chain.count > 0);
		require(handshake_was_agreed(handshake));
	}
	if (step == HANDSHAKE_FAILED) {
		handshake_failure(handshake, &failure);
		require(failure.sentence[0] != '\0');
		require_clean(failure.sentence);
	}
	(void)handshake_knows_reason(handshake);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct handshake_transport transport = { client_pull,
		client_push };
	struct bytes rest = bytes_of(data, size);
	unsigned how = fuzz_octet(&rest);
	size_t piece = (size_t)fuzz_octet(&rest) * 16 + 1;
	struct pipe up = { .read = 0 }, down = { .read = 0 };
	struct server server = { .in = &up, .out = &down };
	struct client client = { .in = &down, .out = &up };
	struct handshake handshake = { .session = NULL };
	struct handshake_offer offer = {
		.kinds = OFFER_ALL,
		.keys = (enum offered_keys)(how >> KEYS_SHIFT),
		.sni = "www.example.com",
		.stop_at_certificate = (how & STOPS_AT_CERTIFICATE) != 0,
	};
	bool own = (how & LIVE) != 0 && (rest.size == 0 || rest.data[0] == 0) &&
		   rest.size <= 3 && offer.keys <= KEYS_RSA_FIRST &&
		   (how & DEMANDS_CERTIFICATE) == 0;
	enum handshake_step step;

	prepare();
	seed_random();
	if ((how & LIVE) != 0)
		server_begin(&server, how, rest);
	else
		text_append_bytes(&down.octets, rest);
	serving = false;
	good(handshake_begin(&handshake, terms, &offer, &transport, &client));
	step = exchange(&handshake, &client, &server, piece);
	/* A server that nothing was changed of is one of those that work. */
	require(!own || handshake.complete || handshake.stopped);
	require_facts(&handshake, step);
	handshake_clear(&handshake);
	if (server.session != NULL)
		gnutls_deinit(server.session);
	text_free(&up.octets);
	text_free(&down.octets);
	return 0;
}
