/*
 * The catalogue of findings: what each weighs, how it is called, what to do
 * about it.  Whether a host has one is decided by the rules under audit/.
 */
#include "model/finding.h"

#include "base/bytes.h"

static const struct {
	const char *id; /* the word in records */
	enum severity severity;
	struct finding_text text; /* for a cause without a row below */
} findings[FINDING_COUNT] = {
	/* Classes. */
	[FINDING_MISSING_INTERMEDIATE] = { "missing_intermediate",
	    SEVERITY_ERROR,
	    { "Intermediate not sent",
		"Add the missing certificates to the file the server serves, "
		"leaf first, and reload the server." } },
	[FINDING_WRONG_ROOT] = { "wrong_root", SEVERITY_ERROR,
	    { "The path ends at a root that is not trusted",
		"Install a certificate from a CA that the clients trust." } },
	[FINDING_EXPIRED] = { "expired", SEVERITY_ERROR,
	    { "A certificate on the path is outside its dates",
		"Renew it, then reload the server." } },
	[FINDING_NAME_MISMATCH] = { "name_mismatch", SEVERITY_ERROR,
	    { "The certificate is not for this name",
		"Get a certificate that lists this name." } },
	[FINDING_UNKNOWN_ISSUER] = { "unknown_issuer", SEVERITY_ERROR,
	    { "Issuer neither sent nor found",
		"Find the issuer's certificate: if its root is trusted, let "
		"the server send it; if it is of a private CA, add that root "
		"to --trust-add." } },
	[FINDING_INVALID_CHAIN] = { "invalid_chain", SEVERITY_ERROR,
	    { "A certificate on the path breaks a rule",
		"Install the chain as the CA delivered it; if it is the same, "
		"have the certificate issued again." } },
	[FINDING_WEAK] = { "weak", SEVERITY_WARNING,
	    { "A key or signature is weaker than current clients accept",
		"Have the certificate issued again with a current key and "
		"SHA-256." } },
	[FINDING_REVOKED] = { "revoked", SEVERITY_ERROR,
	    { "A certificate on the path is revoked",
		"Replace it now, with a new key, and ask the CA why it was "
		"revoked." } },
	[FINDING_UNREACHABLE] = { "unreachable", SEVERITY_ERROR,
	    { "The host cannot be reached",
		"Check the name, the port, and the way from this machine to "
		"the host." } },
	[FINDING_NO_TLS] = { "no_tls", SEVERITY_ERROR,
	    { "No TLS handshake delivered a certificate",
		"Check that the service speaks TLS on this port." } },
	/* Accepted, but to be tidied. */
	[FINDING_WRONG_ORDER] = { "wrong_order", SEVERITY_NOTICE,
	    { "The certificates are sent in the wrong order",
		"Sort the file: the server's own certificate first, each one "
		"after it signing the one before." } },
	[FINDING_EXTRA_CERTIFICATE] = { "extra_certificate", SEVERITY_NOTICE,
	    { "A certificate is sent that is not needed",
		"Take it out of the file: it costs every connection and "
		"confuses old clients." } },
	[FINDING_DUPLICATE_CERTIFICATE] = { "duplicate_certificate",
	    SEVERITY_NOTICE,
	    { "A certificate is sent more than once",
		"Keep one copy of it in the file." } },
	[FINDING_ROOT_SENT] = { "root_sent", SEVERITY_NOTICE,
	    { "The root is sent",
		"Take it out of the file: clients use the root of their own "
		"store, or none." } },
	[FINDING_EXPIRED_EXTRA] = { "expired_extra", SEVERITY_WARNING,
	    { "An expired certificate is sent that is not needed",
		"Take it out of the file: some clients stumble over it." } },
	[FINDING_EXPIRED_CROSS_SIGN] = { "expired_cross_sign", SEVERITY_WARNING,
	    { "A cross-certificate of an expired root is sent",
		"Take it out of the file: old clients (OpenSSL 1.0, GnuTLS "
		"before 3.6.14) follow it and fail." } },
	[FINDING_EXPIRING] = { "expiring", SEVERITY_WARNING,
	    { "A certificate on the path expires soon",
		"Renew it, then reload the server; see why the renewal has "
		"not come by itself." } },
	[FINDING_VALIDITY_TOO_LONG] = { "validity_too_long", SEVERITY_WARNING,
	    { "The certificate is valid for longer than public CAs may issue",
		"Have it issued for a shorter time; below a private root only "
		"some clients mind." } },
	[FINDING_CLIENT_CERT_REQUIRED] = { "client_cert_required",
	    SEVERITY_NOTICE,
	    { "The server demands a client certificate",
		"Nothing, if only clients with a certificate are meant to get "
		"in." } },
	[FINDING_HANDSHAKE_FAILED] = { "handshake_failed", SEVERITY_ERROR,
	    { "The server shows its chain, then the handshake fails",
		"No client can connect, whatever it trusts: look into the "
		"server's log, and check that the private key is that of the "
		"certificate." } },
	[FINDING_STAPLE_MISSING] = { "staple_missing", SEVERITY_WARNING,
	    { "An OCSP staple is promised and not sent",
		"Switch OCSP stapling on in the server, or renew the "
		"certificate without must-staple." } },
	[FINDING_STAPLE_INVALID] = { "staple_invalid", SEVERITY_NOTICE,
	    { "The stapled OCSP response proves nothing",
		"Let the server fetch a fresh response from the CA's OCSP "
		"responder; current GnuTLS clients refuse such a staple." } },
	[FINDING_REVOCATION_EVIDENCE] = { "revocation_evidence",
	    SEVERITY_WARNING,
	    { "A CRL or OCSP response proves nothing",
		"Tell the CA: clients that demand such evidence refuse the "
		"certificate, and a revoked one would go unnoticed." } },
	[FINDING_TOO_FEW_SCTS] = { "too_few_scts", SEVERITY_WARNING,
	    { "Too few Certificate Transparency logs have the certificate",
		"Have it issued again: Chrome refuses public certificates "
		"that too few logs of two operators have signed for." } },
	[FINDING_AKI_MISMATCH] = { "aki_mismatch", SEVERITY_WARNING,
	    { "A key identifier points to another issuer's key",
		"Have the certificate issued again: OpenSSL and GnuTLS go by "
		"the identifier, not by the signature." } },
	[FINDING_NAME_ENCODING] = { "name_encoding", SEVERITY_WARNING,
	    { "An issuer's name is spelled in another encoding",
		"Have the certificate issued again with the name copied octet "
		"by octet: Go and Firefox compare octets." } },
	[FINDING_SERIAL_NUMBER] = { "serial_number", SEVERITY_NOTICE,
	    { "A serial number is zero, negative or too long",
		"Have the CA give serial numbers of 1 to 20 octets, greater "
		"than zero; some software refuses others." } },
	[FINDING_STARTTLS_INJECTION] = { "starttls_injection", SEVERITY_WARNING,
	    { "Plain text follows the server's go-ahead for TLS",
		"Find out what puts it there, the service or something on the "
		"way: a client that keeps it takes it for protected." } },
	[FINDING_OLD_PROTOCOL] = { "old_protocol", SEVERITY_WARNING,
	    { "The server speaks only old versions of TLS",
		"Switch on TLS 1.2 and 1.3; current clients refuse TLS 1.0 "
		"and 1.1." } },
	[FINDING_WEAK_KEY_EXCHANGE] = { "weak_key_exchange", SEVERITY_WARNING,
	    { "The key exchange is weaker than current clients accept",
		"Switch on ECDHE cipher suites." } },
	[FINDING_CHAIN_TOO_LONG] = { "chain_too_long", SEVERITY_WARNING,
	    { "More certificates are sent than some clients accept",
		"Send only the server's own certificate and the intermediates "
		"up to the root." } },
	[FINDING_DISTRUSTED_BY] = { "distrusted_by", SEVERITY_WARNING,
	    { "A client distrusts the root",
		"Get a certificate from another CA before more of its clients "
		"update." } },
	[FINDING_BACKEND_DIFFERS] = { "backend_differs", SEVERITY_WARNING,
	    { "This address of the name is not like most of the others",
		"Set up the server behind this address as the others are: some "
		"of the clients meet it." } },
	[FINDING_STALE_CERTIFICATE] = { "stale_certificate", SEVERITY_WARNING,
	    { "A newer certificate is there and not served",
		"Reload the server; where that does not help, find out which "
		"file it reads." } },
	[FINDING_DANE_MISMATCH] = { "dane_mismatch", SEVERITY_WARNING,
	    { "The host's TLSA records do not fit the chain that it sends",
		"Publish the record of the new certificate before it is "
		"served, or serve the one that is published: mail from "
		"servers that check DANE does not arrive." } },
	[FINDING_DANE_FAILURE] = { "dane_failure", SEVERITY_WARNING,
	    { "The question for the host's TLSA records fails",
		"Repair the name servers of its zone, or its signatures: mail "
		"from servers that check DANE is deferred." } },
	[FINDING_FACE_DIFFERS] = { "face_differs", SEVERITY_ERROR,
	    { "Which certificates are sent depends on the client's offer",
		"Repair the chain of each certificate that the server has: "
		"clients choose by the signature algorithms they prefer." } },
	[FINDING_BIG_HELLO_REFUSED] = { "big_hello_refused", SEVERITY_WARNING,
	    { "The large ClientHello of today's clients is refused",
		"Find what reads its first segment alone: the server, or a "
		"proxy or firewall before it (HAProxy: a content rule without "
		"inspect-delay).  Update it, or let it wait for the whole "
		"hello." } },
	[FINDING_ROOT_LEAVES] = { "root_leaves", SEVERITY_WARNING,
	    { "A root program drops the root, or refuses what it issues from "
	      "a day on",
		"Get the next certificate from a CA whose root is kept, or "
		"send the cross-certificate that is named." } },
	[FINDING_BUDGET_EXHAUSTED] = { "budget_exhausted", SEVERITY_WARNING,
	    { "The search for a path was given up",
		"Send only the certificates that belong to the path." } },
	[FINDING_WAIVER_EXPIRED] = { "waiver_expired", SEVERITY_WARNING,
	    { "A waiver of the policy has ended",
		"Repair what it excused, or extend it on purpose." } },
};

static const struct {
	enum finding_id id;
	const char *cause;
	struct finding_text text;
} causes[] = {
	{ FINDING_MISSING_INTERMEDIATE, "leaf_only",
	    { "Intermediate not sent: the server sends its own certificate "
	      "alone",
		"Put the missing certificates behind the server's own in the "
		"file it serves, leaf first, and reload the server." } },
	{ FINDING_MISSING_INTERMEDIATE, "gap",
	    { "Intermediate not sent: the chain that is sent has a gap",
		"Add the missing certificates to the file the server serves, "
		"each right behind the one it signed, and reload the "
		"server." } },
	{ FINDING_WRONG_ROOT, "self_signed",
	    { "The certificate is self-signed",
		"Install a certificate from a CA that the clients trust; if "
		"this one is meant to be, give it to the clients or to "
		"--trust-add." } },
	{ FINDING_WRONG_ROOT, "private_root",
	    { "The path ends at a root that is not in the trust store",
		"Install a certificate from a CA that the clients trust; if "
		"the private CA is meant to be, add its root to the clients' "
		"stores and to --trust-add." } },
	{ FINDING_WRONG_ROOT, "distrusted_root",
	    { "The path ends at a root that is distrusted",
		"Get a certificate from another CA: the trust store no longer "
		"accepts what this root issues." } },
	{ FINDING_WRONG_ROOT, "unexpected_root",
	    { "The certificate is of a CA that the policy does not expect",
		"Find out who ordered this certificate; replace it, or add "
		"the CA to the policy for this site." } },
	{ FINDING_EXPIRED, "leaf_expired",
	    { "The server's certificate has expired",
		"Renew it, reload the server, and find out why the renewal "
		"did not come in time." } },
	{ FINDING_EXPIRED, "intermediate_expired",
	    { "An intermediate on the path has expired",
		"Let the server send the intermediate's current version; if "
		"the CA has none, renew the server's certificate." } },
	{ FINDING_EXPIRED, "root_expired",
	    { "The root of the path has expired",
		"Let the server send a path to a current root; if the CA has "
		"none, get a certificate from another CA." } },
	{ FINDING_EXPIRED, "not_yet_valid",
	    { "A certificate on the path is not valid yet",
		"Wait for its first day or install the one before it, and "
		"check the clock of whoever issued it." } },
	{ FINDING_NAME_MISMATCH, "other_name",
	    { "The certificate is for other names",
		"Get a certificate that lists this name, or let the server "
		"choose the right one by SNI." } },
	{ FINDING_NAME_MISMATCH, "wildcard_depth",
	    { "The wildcard does not reach this name",
		"A wildcard stands for exactly one label: get a certificate "
		"that lists this name." } },
	{ FINDING_NAME_MISMATCH, "no_san",
	    { "The certificate has no subject alternative name",
		"Get a certificate with this name in its subject alternative "
		"name; the common name has not counted for years." } },
	{ FINDING_INVALID_CHAIN, "bad_signature",
	    { "A signature on the path is wrong",
		"The certificate was damaged or replaced after it was signed: "
		"install the file as the CA delivered it." } },
	{ FINDING_INVALID_CHAIN, "not_a_ca",
	    { "A certificate that is not of a CA signed another one",
		"Get the certificate from a CA: what an end-entity "
		"certificate signs is refused by every client." } },
	{ FINDING_INVALID_CHAIN, "path_length",
	    { "More CAs follow one another than the upper one allows",
		"The CA must issue from a level that its path length allows; "
		"until then get the certificate elsewhere." } },
	{ FINDING_INVALID_CHAIN, "key_usage",
	    { "The key usage forbids what the key is used for",
		"Get a certificate whose key usage fits: digitalSignature for "
		"servers, keyCertSign for CAs." } },
	{ FINDING_INVALID_CHAIN, "purpose",
	    { "The extended key usage excludes TLS servers",
		"Get a certificate with serverAuth in its extended key usage, "
		"from a CA that may issue such." } },
	{ FINDING_INVALID_CHAIN, "name_constraints",
	    { "The CA may not issue for this name",
		"Get the certificate from a CA whose name constraints allow "
		"its names." } },
	{ FINDING_INVALID_CHAIN, "unknown_critical_extension",
	    { "A critical extension is not understood",
		"Clients must refuse what they do not understand: have the "
		"certificate issued again without that extension, or not "
		"critical." } },
	{ FINDING_INVALID_CHAIN, "policy",
	    { "The certificate policies of the chain do not hold",
		"Have the certificate issued under a policy that its CA "
		"demands (policyConstraints, RFC 5280 4.2.1.11)." } },
	{ FINDING_INVALID_CHAIN, "malformed",
	    { "A certificate is malformed",
		"Install the file as the CA delivered it; if it is the same, "
		"have the certificate issued again." } },
	{ FINDING_INVALID_CHAIN, "unsupported_algorithm",
	    { "A signature algorithm is not supported",
		"Have the certificate issued with RSA or ECDSA and SHA-256, "
		"which every client supports." } },
	{ FINDING_INVALID_CHAIN, "unsupported_key",
	    { "A key on the path is of a form that clients refuse",
		"Use RSA of 2048 to 4096 bits with exponent 65537, or EC "
		"P-256 by its name." } },
	{ FINDING_INVALID_CHAIN, "not decided: name constraints",
	    { "Too many names and name constraints to be compared",
		"Have a certificate issued with fewer names, or by a CA with "
		"fewer constraints; OpenSSL and browsers stop at 1,048,576 "
		"comparisons as well." } },
	{ FINDING_INVALID_CHAIN, "not decided: policy",
	    { "Too many certificate policies to be processed",
		"Have the certificates issued with fewer policies." } },
	{ FINDING_UNKNOWN_ISSUER, "not decided: path search",
	    { "The search for a path was given up before its end",
		"Send only the certificates that belong to the path." } },
	{ FINDING_INVALID_CHAIN, "version",
	    { "The certificate's version does not fit its content",
		"Have it issued again as X.509 version 3, which extensions "
		"need." } },
	{ FINDING_WEAK, "rsa_bits",
	    { "An RSA key is too short",
		"Make a new key of at least 2048 bits and have the "
		"certificate issued for it." } },
	{ FINDING_WEAK, "ec_bits",
	    { "An elliptic curve is too small",
		"Make a new key on P-256 or larger and have the certificate "
		"issued for it." } },
	{ FINDING_WEAK, "dsa",
	    { "The key is DSA, which current clients refuse",
		"Make a new key, EC P-256 or RSA 2048, and have the "
		"certificate issued for it." } },
	{ FINDING_WEAK, "sha1",
	    { "A certificate on the path is signed with SHA-1",
		"Have it issued again with SHA-256; replace an intermediate "
		"by its current version." } },
	{ FINDING_WEAK, "md5",
	    { "A certificate on the path is signed with MD5",
		"Have it issued again with SHA-256, at once: MD5 signatures "
		"can be forged." } },
	{ FINDING_REVOKED, "ocsp",
	    { "The CA says that a certificate is revoked",
		"Replace the server's certificate now, with a new key, and ask "
		"the CA why it was revoked." } },
	{ FINDING_REVOKED, "crl",
	    { "A certificate is on its CA's revocation list",
		"Replace the server's certificate now, with a new key; where "
		"an intermediate is revoked, by one of another CA." } },
	{ FINDING_UNREACHABLE, "dns-error",
	    { "The name does not resolve",
		"Correct the name in DNS, or take it off the list if it is "
		"gone." } },
	{ FINDING_UNREACHABLE, "connection-refused",
	    { "The connection is refused",
		"Start the service, or correct the port." } },
	{ FINDING_UNREACHABLE, "connection-timeout",
	    { "Nothing answers at this address",
		"Check that the host runs, and that a firewall lets this "
		"machine through." } },
	{ FINDING_UNREACHABLE, "proxy-error",
	    { "The proxy made no connection to it",
		"Correct --proxy, or have the proxy allow this host and port; "
		"nothing is known of the host itself." } },
	{ FINDING_UNREACHABLE, "invalid-input",
	    { "The line names no target",
		"Correct the line of the list; the error says what is wrong "
		"with it." } },
	{ FINDING_NO_TLS, "connection-reset",
	    { "The server breaks the connection off",
		"Check the server's log and what stands before it; the port "
		"may not speak TLS." } },
	{ FINDING_NO_TLS, "connection-closed",
	    { "The server closes the connection without a certificate",
		"Check the server's log: a process that fails, a name that it "
		"does not serve, or no certificate at all." } },
	{ FINDING_NO_TLS, "io-timeout",
	    { "The server connects, then stays silent",
		"Check that the service behind the port runs, and that it "
		"speaks TLS from the first octet." } },
	{ FINDING_NO_TLS, "starttls-error",
	    { "The server does not start TLS",
		"Switch STARTTLS on in the service, or correct the "
		"protocol; the error has the server's own words." } },
	{ FINDING_NO_TLS, "handshake-error",
	    { "The TLS handshake fails before a certificate comes",
		"Check the server's protocol versions, its cipher suites, and "
		"that it serves this name." } },
	{ FINDING_NO_TLS, "our_offer",
	    { "The server takes only what this scan's library does not offer",
		"Ask it with a client that offers X25519MLKEM768; let it take "
		"X25519 as well if older clients are to reach it." } },
	{ FINDING_NO_TLS, "protocol-error",
	    { "What answers does not speak TLS",
		"Correct the port, or switch TLS on in the service." } },
	{ FINDING_BIG_HELLO_REFUSED, "segments",
	    { "The large ClientHello of today's clients is answered only in "
	      "one piece",
		"Find what reads its first segment alone: the server, or a "
		"proxy or firewall before it (HAProxy: a content rule without "
		"inspect-delay).  Clients fail when the network delivers it "
		"in two." } },
	{ FINDING_EXPIRING, "critical",
	    { "A certificate on the path expires within days",
		"Renew it today, then reload the server." } },
	{ FINDING_VALIDITY_TOO_LONG, "over_825_days",
	    { "The certificate is valid for more than 825 days",
		"Have it issued for a shorter time: Apple's clients refuse "
		"it, below a private root too." } },
	{ FINDING_WEAK_KEY_EXCHANGE, "rsa",
	    { "The key exchange has no forward secrecy",
		"Switch on ECDHE cipher suites; Go and the browsers refuse "
		"RSA key exchange." } },
	{ FINDING_WEAK_KEY_EXCHANGE, "dhe_bits",
	    { "The Diffie-Hellman prime is too short",
		"Switch on ECDHE, or set a prime of at least 2048 bits; "
		"OpenSSL refuses shorter ones." } },
};

const char *
finding_word(enum finding_id id)
{
	return findings[id].id;
}

enum severity
finding_severity(enum finding_id id)
{
	return findings[id].severity;
}

enum finding_id
finding_id_find(const char *word)
{
	for (int id = 0; id < FINDING_COUNT; id++)
		if (string_equal(findings[id].id, word))
			return (enum finding_id)id;
	return FINDING_NONE;
}

bool
finding_is(const struct finding *finding, enum finding_id id)
{
	return id != FINDING_NONE && string_equal(finding->id, findings[id].id);
}

enum finding_id
finding_of_class(enum class_id class_id)
{
	return class_id == CLASS_OK ? FINDING_NONE
				    : (enum finding_id)(class_id - 1);
}

bool
finding_is_waived(const struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (string_equal(
			finding->evidence[i].key, FINDING_WAIVED_UNTIL))
			return true;
	return false;
}

const struct finding_text *
finding_text_find(const char *id, const char *cause)
{
	enum finding_id found = finding_id_find(id);

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].id == found &&
		    string_equal(causes[i].cause, cause))
			return &causes[i].text;
	return found == FINDING_NONE ? NULL : &findings[found].text;
}
