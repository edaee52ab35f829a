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

const struct audit_rule tls_rules[] = {
	{ "client certificate", find_client_certificate },
	{ "protocol", find_old_protocol },
	{ "key exchange", find_weak_key_exchange },
	{ "staple", find_missing_staple },
	{ NULL, NULL },
};
