/*
 * The only GnuTLS user of the scanner.  A hook sees every handshake message
 * before the library does: from there comes the chain, so that it is there
 * whatever fails later.  The library is never asked to judge a certificate.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/memory.h"
#include "scan/handshake.h"
#include "scan/priority.h"

enum {
	MESSAGE_LIMIT = 256 * 1024,
	MOST_DH_OCTETS = 8192 / 8,
	SMALLEST_DH_BITS = 512
};

struct handshake_terms {
	gnutls_priority_t priorities[KEYS_ORDER_COUNT];
	gnutls_certificate_credentials_t credentials;
	bool stop_at_certificate;
	bool has_hybrid;
};

/*
 * Tells the library not to start itself before we have said what policy file
 * to read: a file that disables TLS 1.0 would hide every server that has
 * nothing else.  main() would be too late for that.
 */
GNUTLS_SKIP_GLOBAL_INIT

__attribute__((constructor)) static void
start_library(void)
{
	setenv("GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null", 1);
	gnutls_global_init();
}

int
handshake_global_init(const char **error)
{
	int result = gnutls_global_init();

	if (result >= 0)
		return 0;
	*error = gnutls_strerror(result);
	return -1;
}

void
handshake_global_deinit(void)
{
	gnutls_global_deinit();
}

static int
open_priority(gnutls_priority_t *priority, uint64_t offer, int keys)
{
	struct text words = { 0 };
	int result;

	priority_write(&words, offer, (enum offered_keys)keys);
	result = gnutls_priority_init(priority, words.data, NULL);
	text_free(&words);
	return result;
}

bool
handshake_has_hybrid(const struct handshake_terms *terms)
{
	return terms->has_hybrid;
}

struct handshake_terms *
handshake_terms_new(bool stop_at_certificate, const char **error)
{
	struct handshake_terms *terms = memory_new(sizeof(*terms));
	gnutls_priority_t hybrid = NULL;
	int result = 0;

	terms->stop_at_certificate = stop_at_certificate;
	for (int i = 0; i < KEYS_ORDER_COUNT && result >= 0; i++)
		result = open_priority(&terms->priorities[i], OFFER_ALL, i);
	terms->has_hybrid =
	    open_priority(
		&hybrid, OFFER_ALL | OFFER_BIT(OFFER_X25519MLKEM768), 0) >= 0;
	if (terms->has_hybrid)
		gnutls_priority_deinit(hybrid);
	if (result >= 0)
		result = gnutls_certificate_allocate_credentials(
		    &terms->credentials);
	if (result >= 0)
		return terms;
	*error = gnutls_strerror(result);
	handshake_terms_free(terms);
	return NULL;
}

void
handshake_terms_free(struct handshake_terms *terms)
{
	if (terms == NULL)
		return;
	if (terms->credentials != NULL)
		gnutls_certificate_free_credentials(terms->credentials);
	for (int i = 0; i < KEYS_ORDER_COUNT; i++)
		if (terms->priorities[i] != NULL)
			gnutls_priority_deinit(terms->priorities[i]);
	free(terms);
}

/* What the hook returns to end the handshake where it is. */
static int
refuse(struct handshake *handshake, const char *why)
{
	handshake->refusal = why;
	return GNUTLS_E_CERTIFICATE_ERROR;
}

static int
take_chain(struct handshake *handshake, struct bytes message)
{
	struct chain *chain = &handshake->chain;
	bool tls13 =
	    gnutls_protocol_get_version(handshake->session) == GNUTLS_TLS1_3;

	/* Errors of a damaged list are reported by the library. */
	chain_parse(chain, message, tls13);
	handshake->chain_taken = chain->count > 0;
	if (chain->count > 0 && !tls13)
		handshake->wrong_key =
		    chain_key_is_rsa(chain->certificates[0]) !=
		    (gnutls_kx_get(handshake->session) !=
			GNUTLS_KX_ECDHE_ECDSA);
	if (chain->count > 0 && chain_key_is_costly(chain->certificates[0]))
		return refuse(handshake,
		    "the leaf's key is built to burn CPU (RSA over 8192 bits "
		    "or an exponent over 64 bits), so nothing was computed "
		    "with it");
	if (!handshake->chain_taken)
		return 0;
	/* Before TLS 1.3 a staple, if there is one, is the next message. */
	handshake->awaits_staple = handshake->stop_at_certificate && !tls13 &&
				   chain_is_must_staple(chain->certificates[0]);
	/* The library reads each list twice before it has verified the key. */
	handshake->stopped =
	    chain_is_costly(chain) ||
	    (handshake->stop_at_certificate && !handshake->awaits_staple);
	return handshake->stopped ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

/* RFC 5246 7.4.1.3: version, random and session id come before the suite. */
static void
take_choice(struct handshake *handshake, struct bytes message)
{
	size_t at = 2 + 32;

	handshake->negotiated = true;
	memset(handshake->suite, 0, sizeof(handshake->suite));
	if (message.size > at)
		at += 1 + message.data[at];
	if (message.size >= at + sizeof(handshake->suite))
		memcpy(handshake->suite, message.data + at,
		    sizeof(handshake->suite));
}

/* RFC 5246 7.4.3: ServerDHParams begin with the prime's length. */
static int
check_prime(struct handshake *handshake, struct bytes message)
{
	gnutls_kx_algorithm_t exchange = gnutls_kx_get(handshake->session);

	if (exchange != GNUTLS_KX_DHE_RSA && exchange != GNUTLS_KX_DHE_DSS)
		return 0;
	if (message.size >= 2 &&
	    (message.data[0] << 8 | message.data[1]) > MOST_DH_OCTETS)
		return refuse(handshake,
		    "the server's DH prime is over 8192 bits, so nothing was "
		    "computed with it");
	return 0;
}

/* The message after the certificates has come, a staple or another one. */
static int
stop_if_due(struct handshake *handshake)
{
	handshake->stopped = handshake->stopped || handshake->awaits_staple;
	return handshake->stopped ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

static int
on_message(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *datum)
{
	struct handshake *handshake = gnutls_session_get_ptr(session);
	struct bytes message = bytes_of(datum->data, datum->size);

	(void)when;
	if (!incoming)
		return 0;
	switch (type) {
	case GNUTLS_HANDSHAKE_SERVER_HELLO:
		take_choice(handshake, message);
		handshake->stage = STAGE_CERTIFICATE;
		return 0;
	case GNUTLS_HANDSHAKE_CERTIFICATE_PKT:
		handshake->stage = STAGE_KEY_EXCHANGE;
		return take_chain(handshake, message);
	case GNUTLS_HANDSHAKE_CERTIFICATE_STATUS:
		chain_parse_status(&handshake->chain, message);
		return stop_if_due(handshake);
	case GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE:
		if (handshake->awaits_staple)
			return stop_if_due(handshake);
		return check_prime(handshake, message);
	case GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST:
		handshake->certificate_asked = true;
		handshake->request_octets = datum->size;
		return stop_if_due(handshake);
	case GNUTLS_HANDSHAKE_SERVER_HELLO_DONE: /* before TLS 1.3 */
		handshake->stage = STAGE_FINISHED;
		return stop_if_due(handshake);
	case GNUTLS_HANDSHAKE_FINISHED:
		handshake->stage = STAGE_FINISHED;
		return 0;
	default:
		return 0;
	}
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *buffer, size_t size)
{
	struct handshake *handshake = pointer;
	ssize_t result =
	    handshake->transport->pull(handshake->context, buffer, size);

	if (result >= 0)
		return result;
	gnutls_transport_set_errno(handshake->session, (int)-result);
	return -1;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const giovec_t *parts, int count)
{
	struct handshake *handshake = pointer;
	ssize_t result =
	    handshake->transport->push(handshake->context, parts, count);

	if (result >= 0)
		return result;
	gnutls_transport_set_errno(handshake->session, (int)-result);
	return -1;
}

/* Smaller offers are rare: their priorities live as long as the session. */
static int
set_offer(struct handshake *handshake, const struct handshake_offer *offer)
{
	struct text words = { 0 };
	int result;

	if (offer->kinds == OFFER_ALL)
		return gnutls_priority_set(handshake->session,
		    handshake->terms->priorities[offer->keys]);
	priority_write(&words, offer->kinds, offer->keys);
	result =
	    gnutls_priority_set_direct(handshake->session, words.data, NULL);
	text_free(&words);
	return result;
}

/* An extension without content. */
static int
send_sct_request(gnutls_session_t session, gnutls_buffer_t buffer)
{
	(void)session;
	(void)buffer;
	return GNUTLS_E_INT_RET_0;
}

static int
take_scts(gnutls_session_t session, const unsigned char *data, size_t size)
{
	struct handshake *handshake = gnutls_session_get_ptr(session);

	text_clear(&handshake->scts);
	text_append_bytes(&handshake->scts, bytes_of(data, size));
	return 0;
}

/* The library breaks a TLS 1.3 handshake off in which a server sends it. */
static int
ask_scts(gnutls_session_t session)
{
	enum { SIGNED_CERTIFICATE_TIMESTAMP = 18 };

	return gnutls_session_ext_register(session,
	    "signed_certificate_timestamp", SIGNED_CERTIFICATE_TIMESTAMP,
	    GNUTLS_EXT_TLS, take_scts, send_sct_request, NULL, NULL, NULL,
	    GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_TLS12_SERVER_HELLO);
}

static int
configure(struct handshake *handshake, const struct handshake_offer *offer)
{
	gnutls_session_t session = handshake->session;
	const struct handshake_terms *terms = handshake->terms;
	int result = set_offer(handshake, offer);

	if (result < 0)
		return result;
	result = gnutls_credentials_set(
	    session, GNUTLS_CRD_CERTIFICATE, terms->credentials);
	if (result < 0)
		return result;
	if (offer->ask_scts)
		result = ask_scts(session);
	if (result < 0)
		return result;
	gnutls_session_set_ptr(session, handshake);
	gnutls_dh_set_prime_bits(session, SMALLEST_DH_BITS);
	gnutls_handshake_set_max_packet_length(session, MESSAGE_LIMIT);
	gnutls_handshake_set_hook_function(
	    session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, on_message);
	gnutls_transport_set_ptr(session, handshake);
	gnutls_transport_set_pull_function(session, pull);
	gnutls_transport_set_vec_push_function(session, push);
	if (offer->sni == NULL)
		return 0;
	return gnutls_server_name_set(
	    session, GNUTLS_NAME_DNS, offer->sni, strlen(offer->sni));
}

/* A client of GnuTLS asks for OCSP staples unless told otherwise. */
int
handshake_begin(struct handshake *handshake,
    const struct handshake_terms *terms, const struct handshake_offer *offer,
    const struct handshake_transport *transport, void *context)
{
	chain_reset(&handshake->chain);
	handshake->error = 0;
	handshake->refusal = NULL;
	handshake->negotiated = false;
	handshake->chain_taken = false;
	handshake->wrong_key = false;
	handshake->stop_at_certificate =
	    terms->stop_at_certificate || offer->stop_at_certificate;
	handshake->stopped = false;
	handshake->awaits_staple = false;
	handshake->complete = false;
	handshake->certificate_asked = false;
	handshake->certificate_demanded = false;
	handshake->request_octets = 0;
	handshake->stage = STAGE_HELLO;
	handshake->alert_count = 0;
	text_clear(&handshake->scts);
	handshake->terms = terms;
	handshake->transport = transport;
	handshake->context = context;
	handshake->error = gnutls_init(&handshake->session,
	    GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
		GNUTLS_NO_TICKETS | GNUTLS_KEY_SHARE_TOP);
	if (handshake->error >= 0)
		handshake->error = configure(handshake, offer);
	return handshake->error < 0 ? -1 : 0;
}

/* Alerts by which servers refuse a client without a certificate. */
static bool
is_demand(gnutls_alert_description_t alert)
{
	switch (alert) {
	case GNUTLS_A_HANDSHAKE_FAILURE:
	case GNUTLS_A_SSL3_NO_CERTIFICATE:
	case GNUTLS_A_BAD_CERTIFICATE:
	case GNUTLS_A_CERTIFICATE_UNKNOWN:
	case GNUTLS_A_ACCESS_DENIED:
	case GNUTLS_A_CERTIFICATE_REQUIRED:
		return true;
	default:
		return false;
	}
}

/* TLS Alerts of the IANA registry, with those that TLS 1.3 reserves. */
static const char *const alert_names[] = {
	[0] = "close_notify",
	[10] = "unexpected_message",
	[20] = "bad_record_mac",
	[21] = "decryption_failed",
	[22] = "record_overflow",
	[30] = "decompression_failure",
	[40] = "handshake_failure",
	[41] = "no_certificate",
	[42] = "bad_certificate",
	[43] = "unsupported_certificate",
	[44] = "certificate_revoked",
	[45] = "certificate_expired",
	[46] = "certificate_unknown",
	[47] = "illegal_parameter",
	[48] = "unknown_ca",
	[49] = "access_denied",
	[50] = "decode_error",
	[51] = "decrypt_error",
	[52] = "too_many_cids_requested",
	[60] = "export_restriction",
	[70] = "protocol_version",
	[71] = "insufficient_security",
	[80] = "internal_error",
	[86] = "inappropriate_fallback",
	[90] = "user_canceled",
	[100] = "no_renegotiation",
	[109] = "missing_extension",
	[110] = "unsupported_extension",
	[111] = "certificate_unobtainable",
	[112] = "unrecognized_name",
	[113] = "bad_certificate_status_response",
	[114] = "bad_certificate_hash_value",
	[115] = "unknown_psk_identity",
	[116] = "certificate_required",
	[120] = "no_application_protocol",
	[121] = "ech_required",
};

const char *
handshake_alert_name(unsigned number)
{
	if (number >= sizeof(alert_names) / sizeof(alert_names[0]) ||
	    alert_names[number] == NULL)
		return "unassigned";
	return alert_names[number];
}

static void
note_alert(struct handshake *handshake, bool fatal)
{
	const char *name =
	    handshake_alert_name(gnutls_alert_get(handshake->session));

	for (size_t i = 0; i < handshake->alert_count; i++)
		if (handshake->alerts[i].fatal == fatal &&
		    handshake->alerts[i].description == name)
			return;
	/* The last place is kept for the fatal one. */
	if (handshake->alert_count + !fatal < HANDSHAKE_MOST_ALERTS)
		handshake->alerts[handshake->alert_count++] =
		    (struct tls_alert){ fatal, name, handshake->stage };
}

static enum handshake_step
fail(struct handshake *handshake, int error)
{
	handshake->error = error;
	if (error != GNUTLS_E_FATAL_ALERT_RECEIVED)
		return HANDSHAKE_FAILED;
	note_alert(handshake, true);
	if (handshake->certificate_asked)
		handshake->certificate_demanded =
		    is_demand(gnutls_alert_get(handshake->session));
	return HANDSHAKE_FAILED;
}

/* Is there more to come at once?  Warnings are noted and passed over. */
static bool
goes_on(struct handshake *handshake, int result)
{
	if (result == GNUTLS_E_WARNING_ALERT_RECEIVED)
		note_alert(handshake, false);
	return result < 0 && result != GNUTLS_E_AGAIN &&
	       !gnutls_error_is_fatal(result);
}

enum handshake_step
handshake_step(struct handshake *handshake)
{
	int result;

	do
		result = gnutls_handshake(handshake->session);
	while (goes_on(handshake, result));
	if (result == GNUTLS_E_AGAIN)
		return HANDSHAKE_WAITS;
	if (result >= 0) {
		handshake->complete = true;
		handshake->stage = STAGE_APPLICATION;
		return HANDSHAKE_DONE;
	}
	if (handshake->stopped)
		return HANDSHAKE_DONE;
	return fail(handshake, result);
}

bool
handshake_needs_check(const struct handshake *handshake)
{
	return handshake->complete && handshake->certificate_asked &&
	       gnutls_protocol_get_version(handshake->session) == GNUTLS_TLS1_3;
}

enum handshake_step
handshake_check(struct handshake *handshake)
{
	char octet;
	ssize_t result;

	do
		result = gnutls_record_recv(handshake->session, &octet, 1);
	while (goes_on(handshake, (int)result));
	if (result == GNUTLS_E_AGAIN)
		return HANDSHAKE_WAITS;
	if (result >= 0)
		return HANDSHAKE_DONE;
	return fail(handshake, (int)result);
}

/* Errors by which GnuTLS says that this is no handshake at all. */
static bool
is_gibberish(int error)
{
	switch (error) {
	case GNUTLS_E_UNEXPECTED_PACKET:
	case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
	case GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET:
	case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
	case GNUTLS_E_RECORD_OVERFLOW:
	case GNUTLS_E_ERROR_IN_FINISHED_PACKET:
		return true;
	default:
		return false;
	}
}

/*
 * Whose fault is it that the handshake did not end?  What GnuTLS makes of a
 * certificate that it cannot read, and our own limits, are no fault of the
 * server's; what breaks the protocol for any client is.  No error: the time
 * was up, or the stream had ended.
 */
static enum handshake_failer
failer_of(const struct handshake *handshake)
{
	if (handshake->stopped ||
	    (handshake->complete && !handshake->certificate_demanded))
		return FAILED_BY_NOBODY;
	if (handshake->refusal != NULL)
		return FAILED_BY_LIBRARY;
	switch (handshake->error) {
	case 0:
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
	case GNUTLS_E_NO_CERTIFICATE_FOUND:
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_SESSION_EOF:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_DECRYPTION_FAILED:
	case GNUTLS_E_PK_SIG_VERIFY_FAILED:
	/* The signature is of another kind than the first certificate's key. */
	case GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY:
	case GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER:
	case GNUTLS_E_RECEIVED_ILLEGAL_EXTENSION:
		return FAILED_BY_SERVER;
	default:
		return handshake->wrong_key || is_gibberish(handshake->error)
			   ? FAILED_BY_SERVER
			   : FAILED_BY_LIBRARY;
	}
}

/*
 * Certificates are not taken where the library cannot read one; that a key may
 * not be used so comes after that.
 */
static enum handshake_stage
failed_stage(const struct handshake *handshake)
{
	return handshake->stage == STAGE_KEY_EXCHANGE &&
		       handshake->refusal == NULL &&
		       handshake->error != GNUTLS_E_KEY_USAGE_VIOLATION &&
		       failer_of(handshake) == FAILED_BY_LIBRARY
		   ? STAGE_CERTIFICATE
		   : handshake->stage;
}

bool
handshake_knows_reason(const struct handshake *handshake)
{
	return handshake->refusal != NULL ||
	       handshake->error == GNUTLS_E_FATAL_ALERT_RECEIVED;
}

bool
handshake_was_agreed(const struct handshake *handshake)
{
	return handshake->complete || handshake->stopped ||
	       handshake->certificate_demanded ||
	       (handshake->chain_taken &&
		   handshake->error != GNUTLS_E_FATAL_ALERT_RECEIVED);
}

void
handshake_failure(const struct handshake *handshake, struct failure *failure)
{
	static const char *const steps[] = {
		[STAGE_HELLO] = "the hello",
		[STAGE_CERTIFICATE] = "the certificates",
		[STAGE_KEY_EXCHANGE] = "the key exchange",
		[STAGE_FINISHED] = "the end of the handshake",
		[STAGE_APPLICATION] = "the first octets after the handshake",
	};
	gnutls_alert_description_t alert;
	const char *name;

	if (handshake->refusal != NULL) {
		failure_set(
		    failure, STATUS_HANDSHAKE_ERROR, "%s", handshake->refusal);
		return;
	}
	if (handshake->error != GNUTLS_E_FATAL_ALERT_RECEIVED) {
		failure_set(failure,
		    !handshake->negotiated && is_gibberish(handshake->error)
			? STATUS_PROTOCOL_ERROR
			: STATUS_HANDSHAKE_ERROR,
		    "GnuTLS, the scan's TLS library, stopped at %s: %s",
		    steps[failed_stage(handshake)],
		    gnutls_strerror(handshake->error));
		return;
	}
	alert = gnutls_alert_get(handshake->session);
	name = gnutls_alert_get_name(alert);
	failure_set(failure, STATUS_HANDSHAKE_ERROR,
	    "%sthe server sent alert %d, %s",
	    handshake->certificate_demanded
		? "a client certificate is demanded: "
		: "",
	    (int)alert, name != NULL ? name : "unknown");
}

/*
 * X25519, DHE-1024, or RSA where the key is sent encrypted; "DHE" where we
 * stopped before the prime came.
 */
static const char *
group_name(struct handshake *handshake)
{
	gnutls_session_t session = handshake->session;
	gnutls_group_t group = gnutls_group_get(session);
	unsigned bits;

	if (group != GNUTLS_GROUP_INVALID)
		return gnutls_group_get_name(group);
	switch (gnutls_kx_get(session)) {
	case GNUTLS_KX_RSA:
		return "RSA";
	case GNUTLS_KX_DHE_RSA:
	case GNUTLS_KX_DHE_DSS:
		bits = (unsigned)gnutls_dh_get_prime_bits(session);
		snprintf(
		    handshake->group, sizeof(handshake->group), "DHE-%u", bits);
		return bits > 0 && bits <= 8 * MOST_DH_OCTETS ? handshake->group
							      : "DHE";
	default:
		return NULL;
	}
}

void
handshake_name_suite(const unsigned char wanted[2], struct tls_facts *facts)
{
	gnutls_cipher_algorithm_t cipher;
	gnutls_mac_algorithm_t mac;
	unsigned char suite[2];

	for (size_t i = 0; gnutls_cipher_suite_info(
			       i, suite, NULL, &cipher, &mac, NULL) != NULL;
	     i++) {
		if (memcmp(suite, wanted, sizeof(suite)) != 0)
			continue;
		facts->cipher = gnutls_cipher_get_name(cipher);
		facts->mac = gnutls_mac_get_name(mac);
		return;
	}
}

int
handshake_random(uint8_t *octets, size_t size)
{
	return gnutls_rnd(GNUTLS_RND_NONCE, octets, size) < 0 ? -1 : 0;
}

int
handshake_x25519_point(uint8_t point[32])
{
	gnutls_datum_t x = { NULL, 0 };
	gnutls_privkey_t key;
	int result = gnutls_privkey_init(&key);

	if (result < 0)
		return -1;
	result = gnutls_privkey_generate(key, GNUTLS_PK_ECDH_X25519,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_X25519), 0);
	if (result >= 0)
		result = gnutls_privkey_export_ecc_raw2(
		    key, NULL, &x, NULL, NULL, 0);
	if (result >= 0 && x.size == 32)
		memcpy(point, x.data, x.size);
	else
		result = -1;
	gnutls_free(x.data);
	gnutls_privkey_deinit(key);
	return result < 0 ? -1 : 0;
}

void
handshake_facts(struct handshake *handshake, struct tls_facts *facts)
{
	gnutls_session_t session = handshake->session;

	memset(facts, 0, sizeof(*facts));
	facts->client_cert_requested = handshake->certificate_asked;
	facts->client_cert_required = handshake->certificate_demanded;
	facts->staple = handshake->chain.staple;
	facts->ocsp_stapled = facts->staple.size > 0;
	facts->proof = handshake->complete;
	facts->request_octets = handshake->request_octets;
	facts->alerts = handshake->alerts;
	facts->alert_count = handshake->alert_count;
	facts->failed_by = failer_of(handshake);
	facts->failed_at = failed_stage(handshake);
	if (!handshake->negotiated)
		return;
	facts->version =
	    gnutls_protocol_get_name(gnutls_protocol_get_version(session));
	/* The library names a cipher once it is in use, which up to TLS 1.2 is
	   at the very end; the table of suites knows it from the ServerHello
	   on. */
	if (gnutls_cipher_get(session) == GNUTLS_CIPHER_NULL) {
		handshake_name_suite(handshake->suite, facts);
	} else {
		facts->cipher =
		    gnutls_cipher_get_name(gnutls_cipher_get(session));
		facts->mac = gnutls_mac_get_name(gnutls_mac_get(session));
	}
	facts->group = group_name(handshake);
}

void
handshake_end(struct handshake *handshake)
{
	if (handshake->session != NULL)
		gnutls_deinit(handshake->session);
	handshake->session = NULL;
}

void
handshake_clear(struct handshake *handshake)
{
	handshake_end(handshake);
	chain_clear(&handshake->chain);
	text_free(&handshake->scts);
}
