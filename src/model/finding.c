/*
 * The catalogue of findings: what each weighs, how it is called, what to do
 * about it.  Whether a host has one is decided by the rules under audit/.
 */
#include "model/finding.h"

#include "base/bytes.h"

/* One row an id and cause; the row without a cause stands for all others. */
static const struct finding_kind kinds[] = {
	/* The path does not hold as sent. */
	{ "missing_intermediate", "leaf_only", SEVERITY_ERROR,
	    "Intermediate not sent: the server sends its own certificate alone",
	    "Put the missing certificates behind the server's own in the file "
	    "it serves, leaf first, and reload the server." },
	{ "missing_intermediate", "gap", SEVERITY_ERROR,
	    "Intermediate not sent: the chain that is sent has a gap",
	    "Add the missing certificates to the file the server serves, each "
	    "right behind the one it signed, and reload the server." },
	{ "missing_intermediate", NULL, SEVERITY_ERROR, "Intermediate not sent",
	    "Add the missing certificates to the file the server serves, leaf "
	    "first, and reload the server." },
	{ "wrong_root", "self_signed", SEVERITY_ERROR,
	    "The certificate is self-signed",
	    "Install a certificate from a CA that the clients trust; if this "
	    "one is meant to be, give it to the clients or to --trust-add." },
	{ "wrong_root", "private_root", SEVERITY_ERROR,
	    "The path ends at a root that is not in the trust store",
	    "Install a certificate from a CA that the clients trust; if the "
	    "private CA is meant to be, add its root to the clients' stores "
	    "and to --trust-add." },
	{ "wrong_root", "distrusted_root", SEVERITY_ERROR,
	    "The path ends at a root that is distrusted",
	    "Get a certificate from another CA: the trust store no longer "
	    "accepts what this root issues." },
	{ "wrong_root", "unexpected_root", SEVERITY_ERROR,
	    "The certificate is of a CA that the policy does not expect",
	    "Find out who ordered this certificate; replace it, or add the "
	    "CA to the policy for this site." },
	{ "wrong_root", NULL, SEVERITY_ERROR,
	    "The path ends at a root that is not trusted",
	    "Install a certificate from a CA that the clients trust." },
	{ "unknown_issuer", NULL, SEVERITY_ERROR,
	    "Issuer neither sent nor found",
	    "Find the issuer's certificate: if its root is trusted, let the "
	    "server send it; if it is of a private CA, add that root to "
	    "--trust-add." },

	/* Dates. */
	{ "expired", "leaf_expired", SEVERITY_ERROR,
	    "The server's certificate has expired",
	    "Renew it, reload the server, and find out why the renewal did not "
	    "come in time." },
	{ "expired", "intermediate_expired", SEVERITY_ERROR,
	    "An intermediate on the path has expired",
	    "Let the server send the intermediate's current version; if the CA "
	    "has none, renew the server's certificate." },
	{ "expired", "root_expired", SEVERITY_ERROR,
	    "The root of the path has expired",
	    "Let the server send a path to a current root; if the CA has none, "
	    "get a certificate from another CA." },
	{ "expired", "not_yet_valid", SEVERITY_ERROR,
	    "A certificate on the path is not valid yet",
	    "Wait for its first day or install the one before it, and check "
	    "the clock of whoever issued it." },
	{ "expired", NULL, SEVERITY_ERROR,
	    "A certificate on the path is outside its dates",
	    "Renew it, then reload the server." },

	/* The name. */
	{ "name_mismatch", "other_name", SEVERITY_ERROR,
	    "The certificate is for other names",
	    "Get a certificate that lists this name, or let the server choose "
	    "the right one by SNI." },
	{ "name_mismatch", "wildcard_depth", SEVERITY_ERROR,
	    "The wildcard does not reach this name",
	    "A wildcard stands for exactly one label: get a certificate that "
	    "lists this name." },
	{ "name_mismatch", "no_san", SEVERITY_ERROR,
	    "The certificate has no subject alternative name",
	    "Get a certificate with this name in its subject alternative name; "
	    "the common name has not counted for years." },
	{ "name_mismatch", NULL, SEVERITY_ERROR,
	    "The certificate is not for this name",
	    "Get a certificate that lists this name." },

	/* Other rules of RFC 5280 section 6.1. */
	{ "invalid_chain", "bad_signature", SEVERITY_ERROR,
	    "A signature on the path is wrong",
	    "The certificate was damaged or replaced after it was signed: "
	    "install the file as the CA delivered it." },
	{ "invalid_chain", "not_a_ca", SEVERITY_ERROR,
	    "A certificate that is not of a CA signed another one",
	    "Get the certificate from a CA: what an end-entity certificate "
	    "signs is refused by every client." },
	{ "invalid_chain", "path_length", SEVERITY_ERROR,
	    "More CAs follow one another than the upper one allows",
	    "The CA must issue from a level that its path length allows; until "
	    "then get the certificate elsewhere." },
	{ "invalid_chain", "key_usage", SEVERITY_ERROR,
	    "The key usage forbids what the key is used for",
	    "Get a certificate whose key usage fits: digitalSignature for "
	    "servers, keyCertSign for CAs." },
	{ "invalid_chain", "purpose", SEVERITY_ERROR,
	    "The extended key usage excludes TLS servers",
	    "Get a certificate with serverAuth in its extended key usage, from "
	    "a CA that may issue such." },
	{ "invalid_chain", "name_constraints", SEVERITY_ERROR,
	    "The CA may not issue for this name",
	    "Get the certificate from a CA whose name constraints allow its "
	    "names." },
	{ "invalid_chain", "unknown_critical_extension", SEVERITY_ERROR,
	    "A critical extension is not understood",
	    "Clients must refuse what they do not understand: have the "
	    "certificate issued again without that extension, or not "
	    "critical." },
	{ "invalid_chain", "malformed", SEVERITY_ERROR,
	    "A certificate is malformed",
	    "Install the file as the CA delivered it; if it is the same, have "
	    "the certificate issued again." },
	{ "invalid_chain", "unsupported_algorithm", SEVERITY_ERROR,
	    "A signature algorithm is not supported",
	    "Have the certificate issued with RSA or ECDSA and SHA-256, which "
	    "every client supports." },
	{ "invalid_chain", "unsupported_key", SEVERITY_ERROR,
	    "A key on the path is too costly to use",
	    "Use RSA of 2048 to 4096 bits with exponent 65537, or EC P-256." },
	{ "invalid_chain", "version", SEVERITY_ERROR,
	    "The certificate's version does not fit its content",
	    "Have it issued again as X.509 version 3, which extensions need." },
	{ "invalid_chain", NULL, SEVERITY_ERROR,
	    "A certificate on the path breaks a rule",
	    "Install the chain as the CA delivered it; if it is the same, have "
	    "the certificate issued again." },

	/* Weak keys and signatures. */
	{ "weak", "rsa_bits", SEVERITY_WARNING, "An RSA key is too short",
	    "Make a new key of at least 2048 bits and have the certificate "
	    "issued for it." },
	{ "weak", "ec_bits", SEVERITY_WARNING, "An elliptic curve is too small",
	    "Make a new key on P-256 or larger and have the certificate issued "
	    "for it." },
	{ "weak", "dsa", SEVERITY_WARNING,
	    "The key is DSA, which current clients refuse",
	    "Make a new key, EC P-256 or RSA 2048, and have the certificate "
	    "issued for it." },
	{ "weak", "sha1", SEVERITY_WARNING,
	    "A certificate on the path is signed with SHA-1",
	    "Have it issued again with SHA-256; replace an intermediate by its "
	    "current version." },
	{ "weak", "md5", SEVERITY_WARNING,
	    "A certificate on the path is signed with MD5",
	    "Have it issued again with SHA-256, at once: MD5 signatures can be "
	    "forged." },
	{ "weak", NULL, SEVERITY_WARNING,
	    "A key or signature is weaker than current clients accept",
	    "Have the certificate issued again with a current key and "
	    "SHA-256." },

	/* Revocation. */
	{ "revoked", "ocsp", SEVERITY_ERROR,
	    "The CA says that the certificate is revoked",
	    "Replace it now, with a new key, and ask the CA why it was "
	    "revoked." },
	{ "revoked", "crl", SEVERITY_ERROR,
	    "The certificate is on the CA's revocation list",
	    "Replace it now, with a new key, and ask the CA why it was "
	    "revoked." },
	{ "revoked", NULL, SEVERITY_ERROR,
	    "A certificate on the path is revoked",
	    "Replace it now, with a new key, and ask the CA why it was "
	    "revoked." },

	/* No certificate was seen; the cause is the status. */
	{ "unreachable", "dns-error", SEVERITY_ERROR,
	    "The name does not resolve",
	    "Correct the name in DNS, or take it off the list if it is gone." },
	{ "unreachable", "connection-refused", SEVERITY_ERROR,
	    "The connection is refused",
	    "Start the service, or correct the port." },
	{ "unreachable", "connection-timeout", SEVERITY_ERROR,
	    "Nothing answers at this address",
	    "Check that the host runs, and that a firewall lets this machine "
	    "through." },
	{ "unreachable", "invalid-input", SEVERITY_ERROR,
	    "The line names no target",
	    "Correct the line of the list; the error says what is wrong with "
	    "it." },
	{ "unreachable", NULL, SEVERITY_ERROR, "The host cannot be reached",
	    "Check the name, the port, and the way from this machine to the "
	    "host." },
	{ "no_tls", "connection-reset", SEVERITY_ERROR,
	    "The server breaks the connection off",
	    "Check the server's log and what stands before it; the port may "
	    "not speak TLS." },
	{ "no_tls", "connection-closed", SEVERITY_ERROR,
	    "The server closes the connection without a certificate",
	    "Check the server's log: a process that fails, a name that it does "
	    "not serve, or no certificate at all." },
	{ "no_tls", "io-timeout", SEVERITY_ERROR,
	    "The server connects, then stays silent",
	    "Check that the service behind the port runs, and that it speaks "
	    "TLS from the first octet." },
	{ "no_tls", "starttls-error", SEVERITY_ERROR,
	    "The server does not start TLS",
	    "Switch STARTTLS on in the service, or correct the protocol." },
	{ "no_tls", "handshake-error", SEVERITY_ERROR,
	    "The TLS handshake fails before a certificate comes",
	    "Check the server's protocol versions, its cipher suites, and that "
	    "it serves this name." },
	{ "no_tls", "protocol-error", SEVERITY_ERROR,
	    "What answers does not speak TLS",
	    "Correct the port, or switch TLS on in the service." },
	{ "no_tls", NULL, SEVERITY_ERROR,
	    "No TLS handshake delivered a certificate",
	    "Check that the service speaks TLS on this port." },

	/* Accepted, but to be tidied. */
	{ "wrong_order", NULL, SEVERITY_NOTICE,
	    "The certificates are sent in the wrong order",
	    "Sort the file: the server's own certificate first, each one after "
	    "it signing the one before." },
	{ "extra_certificate", NULL, SEVERITY_NOTICE,
	    "A certificate is sent that is not needed",
	    "Take it out of the file: it costs every connection and confuses "
	    "old clients." },
	{ "duplicate_certificate", NULL, SEVERITY_NOTICE,
	    "A certificate is sent more than once",
	    "Keep one copy of it in the file." },
	{ "root_sent", NULL, SEVERITY_NOTICE, "The root is sent",
	    "Take it out of the file: clients use the root of their own store, "
	    "or none." },
	{ "expired_extra", NULL, SEVERITY_WARNING,
	    "An expired certificate is sent that is not needed",
	    "Take it out of the file: some clients stumble over it." },
	{ "expired_cross_sign", NULL, SEVERITY_WARNING,
	    "A cross-certificate of an expired root is sent",
	    "Take it out of the file: old clients (OpenSSL 1.0, GnuTLS before "
	    "3.6.14) follow it and fail." },
	{ "expiring", "critical", SEVERITY_WARNING,
	    "A certificate on the path expires within days",
	    "Renew it today, then reload the server." },
	{ "expiring", NULL, SEVERITY_WARNING,
	    "A certificate on the path expires soon",
	    "Renew it, then reload the server; see why the renewal has not "
	    "come by itself." },
	{ "validity_too_long", "over_825_days", SEVERITY_WARNING,
	    "The certificate is valid for more than 825 days",
	    "Have it issued for a shorter time: Apple's clients refuse it, "
	    "below a private root too." },
	{ "validity_too_long", NULL, SEVERITY_WARNING,
	    "The certificate is valid for longer than public CAs may issue",
	    "Have it issued for a shorter time; below a private root only some "
	    "clients mind." },
	{ "client_cert_required", NULL, SEVERITY_NOTICE,
	    "The server demands a client certificate",
	    "Nothing, if only clients with a certificate are meant to get "
	    "in." },
	{ "staple_missing", NULL, SEVERITY_WARNING,
	    "An OCSP staple is promised and not sent",
	    "Switch OCSP stapling on in the server, or renew the certificate "
	    "without must-staple." },
	{ "staple_invalid", NULL, SEVERITY_NOTICE,
	    "The stapled OCSP response proves nothing",
	    "Let the server fetch a fresh response from the CA's OCSP "
	    "responder; current GnuTLS clients refuse such a staple." },
	{ "aki_mismatch", NULL, SEVERITY_WARNING,
	    "A key identifier points to another issuer's key",
	    "Have the certificate issued again: OpenSSL and GnuTLS go by the "
	    "identifier, not by the signature." },
	{ "name_encoding", NULL, SEVERITY_WARNING,
	    "An issuer's name is spelled in another encoding",
	    "Have the certificate issued again with the name copied octet by "
	    "octet: Go and Firefox compare octets." },
	{ "old_protocol", NULL, SEVERITY_WARNING,
	    "The server speaks only old versions of TLS",
	    "Switch on TLS 1.2 and 1.3; current clients refuse TLS 1.0 and "
	    "1.1." },
	{ "weak_key_exchange", "rsa", SEVERITY_WARNING,
	    "The key exchange has no forward secrecy",
	    "Switch on ECDHE cipher suites; Go and the browsers refuse RSA key "
	    "exchange." },
	{ "weak_key_exchange", "dhe_bits", SEVERITY_WARNING,
	    "The Diffie-Hellman prime is too short",
	    "Switch on ECDHE, or set a prime of at least 2048 bits; OpenSSL "
	    "refuses shorter ones." },
	{ "weak_key_exchange", NULL, SEVERITY_WARNING,
	    "The key exchange is weaker than current clients accept",
	    "Switch on ECDHE cipher suites." },
	{ "chain_too_long", NULL, SEVERITY_WARNING,
	    "More certificates are sent than some clients accept",
	    "Send only the server's own certificate and the intermediates up "
	    "to the root." },
	{ "distrusted_by", NULL, SEVERITY_WARNING,
	    "A client distrusts the root",
	    "Get a certificate from another CA before more of its clients "
	    "update." },
	{ "budget_exhausted", NULL, SEVERITY_WARNING,
	    "The search for a path was given up",
	    "Send only the certificates that belong to the path." },
	{ "waiver_expired", NULL, SEVERITY_WARNING,
	    "A waiver of the policy has ended",
	    "Repair what it excused, or extend it on purpose." },
};

bool
finding_is_waived(const struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (string_equal(
			finding->evidence[i].key, FINDING_WAIVED_UNTIL))
			return true;
	return false;
}

const struct finding_kind *
finding_kind_find(const char *id, const char *cause)
{
	const struct finding_kind *fallback = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!string_equal(kinds[i].id, id))
			continue;
		if (string_equal(kinds[i].cause, cause))
			return &kinds[i];
		if (kinds[i].cause == NULL)
			fallback = &kinds[i];
	}
	return fallback;
}
