/* Findings about the handshake itself, from what the probe saw. */
#include "audit/rules.h"
#include "audit/validate.h"

static void
find_client_certificate(
    const struct audit_view *view, struct findings *findings)
{
	if (view->seen->tls.client_cert_required)
		findings_add(findings, FINDING_CLIENT_CERT_REQUIRED, NULL, -1,
		    "the server refuses clients without a certificate");
}

/*
 * The chain is judged as it was sent; that the handshake fails for every client
 * is a separate error.  A timeout or a reset may pass: it counts when another
 * attempt ended so too.
 */
static void
find_handshake_failed(const struct audit_view *view, struct findings *findings)
{
	const struct observation *seen = view->seen;
	const struct tls_alert *alert = handshake_alert(&seen->tls, true);
	bool passes = seen->status == STATUS_CONNECTION_RESET ||
		      seen->status == STATUS_IO_TIMEOUT;
	struct finding *finding;

	if (seen->tls.client_cert_requested || (passes && seen->attempts < 2) ||
	    !server_breaks_off(seen, view->received))
		return;
	finding = findings_add(findings, FINDING_HANDSHAKE_FAILED,
	    status_word(seen->status), -1,
	    arena_printf(findings->arena,
		"after its certificates the server fails for every client: %s",
		seen->error != NULL ? seen->error : "no reason is recorded"));
	if (seen->tls.failed_by != FAILED_BY_NOBODY)
		finding_tell(findings, finding, "stage",
		    stage_word(seen->tls.failed_at));
	if (alert != NULL)
		finding_tell(findings, finding, "alert", alert->description);
}

/* RFC 8996: TLS 1.0 and 1.1 must not be used. */
static void
find_old_protocol(const struct audit_view *view, struct findings *findings)
{
	const char *version = view->seen->tls.version;

	if (version != NULL && !starts_with(version, "TLS1.2") &&
	    !starts_with(version, "TLS1.3"))
		findings_add(findings, FINDING_OLD_PROTOCOL, NULL, -1,
		    arena_printf(findings->arena,
			"the server negotiates %s at best", version));
}

static void
find_weak_key_exchange(const struct audit_view *view, struct findings *findings)
{
	const char *group = view->seen->tls.group;
	unsigned bits = dhe_bits_of(&view->seen->tls);

	if (group == NULL)
		return;
	if (strcmp(group, "RSA") == 0)
		findings_add(findings, FINDING_WEAK_KEY_EXCHANGE, "rsa", -1,
		    "RSA key exchange: no forward secrecy");
	else if (bits > 0 && bits < 2048)
		findings_add(findings, FINDING_WEAK_KEY_EXCHANGE, "dhe_bits",
		    -1,
		    arena_printf(findings->arena,
			"Diffie-Hellman with a prime of %u bits", bits));
}

/* RFC 7633: the certificate promises a staple. */
static void
find_missing_staple(const struct audit_view *view, struct findings *findings)
{
	if (view->received[0]->must_staple && view->seen->has_tls &&
	    view->seen->tls.version != NULL && !view->seen->tls.ocsp_stapled)
		findings_add(findings, FINDING_STAPLE_MISSING, NULL, 0,
		    "the certificate demands an OCSP staple and none is sent");
}

/* RFC 3207 4.2: what came before TLS is to be discarded. */
static void
find_injection(const struct audit_view *view, struct findings *findings)
{
	const struct observation *seen = view->seen;
	struct finding *finding;

	if (seen->early_octets == 0)
		return;
	finding = findings_add(findings, FINDING_STARTTLS_INJECTION, NULL, -1,
	    arena_printf(findings->arena,
		"the server sent %u octets after its go-ahead, before TLS: %s",
		seen->early_octets,
		seen->early_text != NULL ? seen->early_text : ""));
	finding_tell(findings, finding, "octets",
	    arena_printf(findings->arena, "%u", seen->early_octets));
	if (seen->early_text != NULL)
		finding_tell(findings, finding, "text", seen->early_text);
}

/* dadrian/tldr.fail#23, haproxy/haproxy#3148 */
static void
find_big_hello(const struct audit_view *view, struct findings *findings)
{
	const struct big_hello *hello = &view->seen->tls.big_hello;
	enum big_hello_fate fate = big_hello_fate(hello);
	struct finding *finding;

	if (fate != BIG_HELLO_REFUSED && fate != BIG_HELLO_DEPENDS)
		return;
	finding = findings_add(findings, FINDING_BIG_HELLO_REFUSED,
	    fate == BIG_HELLO_DEPENDS ? "segments"
				      : hello_answer_word(hello->answer),
	    -1,
	    arena_printf(findings->arena,
		"a ClientHello of %u octets with X25519MLKEM768, as today's "
		"clients send it, gets %s",
		hello->sent, big_hello_text(findings->arena, hello)));
	finding_tell(findings, finding, "octets",
	    arena_printf(findings->arena, "%u", hello->sent));
	if (hello->alert != NULL)
		finding_tell(findings, finding, "alert", hello->alert);
}

const struct audit_rule tls_rules[] = {
	{ "client certificate", find_client_certificate },
	{ "handshake", find_handshake_failed },
	{ "STARTTLS", find_injection },
	{ "large ClientHello", find_big_hello },
	{ "protocol", find_old_protocol },
	{ "key exchange", find_weak_key_exchange },
	{ "staple", find_missing_staple },
	{ NULL, NULL },
};
