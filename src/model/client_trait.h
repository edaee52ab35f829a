/*
 * The terms in which clients.json says what a client refuses: traits of a
 * host or of a path, ways in which a name fits, and limits.  To add a trait
 * or a way, add its row here (the test of a trait goes to
 * audit/client_traits.c).
 */
#ifndef MODEL_CLIENT_TRAIT_H
#define MODEL_CLIENT_TRAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What some client refuses, and its word in the file.  Of several, the one
 * listed first is told as the reason: handshake, path, its rules, name,
 * dates, staple, in the order in which most libraries look.
 */
#define CLIENT_TRAITS(ROW)                                                    \
	/* The handshake */                                                   \
	/* a hello with a share of X25519MLKEM768 is refused */               \
	ROW(BIG_HELLO, "big_hello")                                           \
	/* broke off after the certificates */                                \
	ROW(CONNECTION_LOST, "connection_lost")                               \
	/* went on against the protocol, or without proof of its key */       \
	ROW(HANDSHAKE_BROKEN, "handshake_broken")                             \
	/* ended it by a fatal alert */                                       \
	ROW(SERVER_ALERT, "server_alert")                                     \
	/* sent one, and went on */                                           \
	ROW(WARNING_ALERT, "warning_alert")                                   \
	/* of no version that is offered */                                   \
	ROW(OLD_PROTOCOL, "old_protocol")                                     \
	ROW(MESSAGE_SIZE, "message_size") /* limit most_message_octets */     \
	/* limit most_certificate_octets */                                   \
	ROW(CERTIFICATE_SIZE, "certificate_size")                             \
	ROW(SENT_COUNT, "sent_count") /* limit most_sent */                   \
	ROW(DHE, "dhe")		      /* not offered, as the next but bits */ \
	ROW(DHE_BITS, "dhe_bits")     /* limit least_dhe_bits */              \
	ROW(RSA_KEY_EXCHANGE, "rsa_key_exchange")                             \
	ROW(CBC_CIPHER, "cbc_cipher")                                         \
	ROW(TRIPLE_DES, "triple_des")                                         \
	/* CCM, Camellia, RC4, or one without a name here */                  \
	ROW(RARE_CIPHER, "rare_cipher")                                       \
	ROW(RARE_GROUP, "rare_group")                                         \
	/* Octets */                                                          \
	ROW(LEAF_MALFORMED, "leaf_malformed")                                 \
	/* the scan's own library, GnuTLS, could not read what was sent */    \
	ROW(GNUTLS_CANNOT_READ, "gnutls_cannot_read")                         \
	/* octets after the end of the leaf's DER */                          \
	ROW(LEAF_TRAILING, "leaf_trailing")                                   \
	ROW(SENT_TRAILING, "sent_trailing") /* after a further one's */       \
	/* a string of a name that is not in its encoding */                  \
	ROW(STRING_ENCODING, "string_encoding")                               \
	/* PrintableString with "_" or "@", IA5String with 8 bits */          \
	ROW(STRING_CHARACTERS, "string_characters")                           \
	/* Of alternative names: */                                           \
	ROW(NAME_EMPTY, "name_empty")                                         \
	ROW(NAME_NOT_ASCII, "name_not_ascii")                                 \
	ROW(ADDRESS_SIZE, "address_size") /* neither 4 nor 16 octets */       \
	ROW(NAME_URI, "name_uri")	  /* no URI of RFC 3986 */            \
	/* or of constraints: of no kind of 4.2.1.6 */                        \
	ROW(NAME_KIND, "name_kind")                                           \
	/* extensions, but not of version 3 */                                \
	ROW(OLD_EXTENSIONS, "old_extensions")                                 \
	/* X.690 11.1, and 8.3.2 of the serial number */                      \
	ROW(BOOLEAN, "boolean")                                               \
	ROW(SERIAL_PADDED, "serial_padded")                                   \
	/* a further one is no certificate at all */                          \
	ROW(SENT_GARBAGE, "sent_garbage")                                     \
	/* a critical extension that nobody knows, needed or not */           \
	ROW(SENT_UNKNOWN_CRITICAL, "sent_unknown_critical")                   \
	/* or one of name constraints */                                      \
	ROW(SENT_CRITICAL_CONSTRAINTS, "sent_critical_constraints")           \
	/* of one that is no root */                                          \
	ROW(SENT_SERIAL_ZERO, "sent_serial_zero")                             \
	ROW(SENT_SERIAL_NEGATIVE, "sent_serial_negative")                     \
	/* of an iPAddress: no address and mask; a mask with gaps */          \
	ROW(CONSTRAINT_SIZE, "constraint_size")                               \
	ROW(CONSTRAINT_MASK, "constraint_mask")                               \
	/* an EC key with its own parameters (RFC 5480 2.1.1) is sent */      \
	ROW(SENT_EXPLICIT_CURVE, "sent_explicit_curve")                       \
	/* an RSA key without NULL, or of a negative modulus, is sent */      \
	ROW(SENT_ODD_RSA_FORM, "sent_odd_rsa_form")                           \
	/* an issuer, or a CA's subject, without a name is sent */            \
	ROW(SENT_EMPTY_ISSUER, "sent_empty_issuer")                           \
	/* a further one, whose issuer is at hand, is out of date */          \
	ROW(SENT_EXPIRED, "sent_expired")                                     \
	/* or is not signed by it */                                          \
	ROW(SENT_BAD_SIGNATURE, "sent_bad_signature")                         \
	/* The path's end */                                                  \
	ROW(SELF_SIGNED_LEAF, "self_signed_leaf")                             \
	ROW(UNTRUSTED_ROOT, "untrusted_root")                                 \
	/* a leaf of one name for itself and its issuer, whoever signed it */ \
	ROW(SELF_ISSUED_LEAF, "self_issued_leaf")                             \
	/* it ends in the store, but at no root */                            \
	ROW(PARTIAL_CHAIN, "partial_chain")                                   \
	/* the leaf's, or that of a certificate above it */                   \
	ROW(NO_ISSUER, "no_issuer")                                           \
	ROW(CA_NO_ISSUER, "ca_no_issuer")                                     \
	/* its program no longer takes what the root issues */                \
	ROW(ROOT_REFUSED, "root_refused")                                     \
	/* the store's own file excludes it from TLS servers */               \
	ROW(STORE_REFUSES, "store_refuses")                                   \
	/* The path's rules, RFC 5280 section 6.1 */                          \
	ROW(BAD_SIGNATURE, "bad_signature")                                   \
	ROW(UNSUPPORTED_ALGORITHM, "unsupported_algorithm")                   \
	/* the same as those above, of the path alone */                      \
	ROW(EXPLICIT_CURVE, "explicit_curve")                                 \
	ROW(ODD_RSA_FORM, "odd_rsa_form")                                     \
	ROW(EMPTY_ISSUER, "empty_issuer")                                     \
	ROW(PATH_COUNT, "path_count") /* limit most_intermediates */          \
	ROW(CA_MALFORMED, "ca_malformed")                                     \
	ROW(NOT_A_CA, "not_a_ca")                                             \
	/* A version 3 anchor without basicConstraints: */                    \
	/* its key usage has keyCertSign */                                   \
	ROW(ROOT_BY_KEY_USAGE, "root_by_key_usage")                           \
	/* nor any key usage */                                               \
	ROW(ROOT_BARE, "root_bare")                                           \
	ROW(PATH_LENGTH, "path_length")                                       \
	/* only when self-issued ones count, against 4.2.1.9 */               \
	ROW(PATH_LENGTH_SELF_ISSUED, "path_length_self_issued")               \
	/* a CA's RFC 7633 features that one below it lacks */                \
	ROW(TLS_FEATURES, "tls_features")                                     \
	/* issuer and subject differ in more than the kinds of strings */     \
	ROW(NAME_SPELLING, "name_spelling")                                   \
	/* a CA's key is for RSA-PSS alone */                                 \
	ROW(CA_PSS_KEY, "ca_pss_key")                                         \
	ROW(CA_KEY_USAGE, "ca_key_usage") /* keyCertSign is missing */        \
	ROW(UNKNOWN_CRITICAL, "unknown_critical")                             \
	/* Values of extensions that cannot be read: */                       \
	/* basicConstraints, keyUsage, nameConstraints */                     \
	ROW(UNREADABLE_CONSTRAINTS, "unreadable_constraints")                 \
	ROW(CA_UNREADABLE_CONSTRAINTS, "ca_unreadable_constraints")           \
	ROW(UNREADABLE_PURPOSES, "unreadable_purposes")                       \
	ROW(UNREADABLE_KEY_ID, "unreadable_key_id")                           \
	ROW(UNREADABLE_NAMES, "unreadable_names") /* subjectAltName */        \
	/* any that is critical, or has octets behind it */                   \
	ROW(UNREADABLE_CRITICAL, "unreadable_critical")                       \
	/* authorityInfoAccess */                                             \
	ROW(UNREADABLE_ACCESS, "unreadable_access")                           \
	/* cRLDistributionPoints */                                           \
	ROW(UNREADABLE_POINTS, "unreadable_points")                           \
	/* a point there is nameRelativeToCRLIssuer */                        \
	ROW(RELATIVE_POINT, "relative_point")                                 \
	/* issuerAltName, or octets behind it */                              \
	ROW(UNREADABLE_ISSUER_NAMES, "unreadable_issuer_names")               \
	/* certificatePolicies: none, another structure, octets behind the */ \
	/* list or a policy's qualifiers, one twice */                        \
	ROW(POLICIES_EMPTY, "policies_empty")                                 \
	ROW(POLICIES_STRUCTURE, "policies_structure")                         \
	ROW(POLICIES_TRAILING, "policies_trailing")                           \
	ROW(POLICY_TRAILING, "policy_trailing")                               \
	ROW(POLICY_TWICE, "policy_twice")                                     \
	/* a policy's OID has no octet, no end, or a number that is padded */ \
	ROW(POLICY_OID_EMPTY, "policy_oid_empty")                             \
	ROW(POLICY_OID_CUT, "policy_oid_cut")                                 \
	ROW(POLICY_OID_PADDED, "policy_oid_padded")                           \
	ROW(CA_UNREADABLE_FEATURES, "ca_unreadable_features")                 \
	/* and those with octets behind the value: */                         \
	/* basicConstraints, keyUsage */                                      \
	ROW(TRAILING_BASICS, "trailing_basics")                               \
	/* subjectKeyIdentifier, authorityKeyIdentifier */                    \
	ROW(TRAILING_KEY_ID, "trailing_key_id")                               \
	ROW(CA_TRAILING_BASICS, "ca_trailing_basics")                         \
	ROW(TRAILING_NAME_CONSTRAINTS, "trailing_name_constraints")           \
	ROW(CA_TRAILING_NAME_CONSTRAINTS, "ca_trailing_name_constraints")     \
	ROW(TRAILING_PURPOSES, "trailing_purposes")                           \
	ROW(TRAILING_NAMES, "trailing_names")                                 \
	/* Critical ones that this or that client does not know: */           \
	/* of the subject's or of the authority's key */                      \
	ROW(CRITICAL_KEY_ID, "critical_key_id")                               \
	ROW(CRITICAL_AUTHORITY_ACCESS, "critical_authority_access")           \
	/* issuerAltName */                                                   \
	ROW(CRITICAL_ISSUER_NAMES, "critical_issuer_names")                   \
	/* of CRLs */                                                         \
	ROW(CRITICAL_DISTRIBUTION_POINTS, "critical_distribution_points")     \
	ROW(CRITICAL_NETSCAPE_TYPE, "critical_netscape_type")                 \
	ROW(CRITICAL_CONSTRAINTS, "critical_constraints")                     \
	/* certificatePolicies, whatever is in them */                        \
	ROW(CRITICAL_POLICIES, "critical_policies")                           \
	ROW(CRITICAL_TLS_FEATURES, "critical_tls_features") /* RFC 7633 */    \
	/* OCSP no-check, RFC 6960 4.2.2.2.1 */                               \
	ROW(CRITICAL_NO_CHECK, "critical_no_check")                           \
	/* address blocks or AS numbers, RFC 3779 */                          \
	ROW(CRITICAL_RESOURCES, "critical_resources")                         \
	ROW(CRITICAL_PROXY, "critical_proxy") /* RFC 3820 */                  \
	/* extensions that are critical, and understood by who processes */   \
	/* policies: 4.2.1.11, 4.2.1.5, 4.2.1.14, 4.2.1.4 */                  \
	ROW(POLICY_CONSTRAINTS_CRITICAL, "policy_constraints_critical")       \
	ROW(POLICY_MAPPINGS_CRITICAL, "policy_mappings_critical")             \
	ROW(INHIBIT_ANY_POLICY_CRITICAL, "inhibit_any_policy_critical")       \
	ROW(POLICY_QUALIFIERS_CRITICAL, "policy_qualifiers_critical")         \
	/* one of the four is not as its section says */                      \
	ROW(POLICY_EXTENSION, "policy_extension")                             \
	/* a policy is demanded and none is left */                           \
	ROW(POLICY, "policy")                                                 \
	/* limits most_name_product, most_alternative_name_product, */        \
	/* most_name_comparisons; libraries count */                          \
	/* before they compare */                                             \
	ROW(NAME_PRODUCT, "name_product")                                     \
	ROW(NAME_COMPARISONS, "name_comparisons")                             \
	ROW(NAME_CONSTRAINTS, "name_constraints")                             \
	/* only by a CA further above than the issuer */                      \
	ROW(UPPER_CONSTRAINED, "upper_constrained")                           \
	/* only the host, which is in the CN */                               \
	ROW(HOST_CONSTRAINED, "host_constrained")                             \
	/* a name of no kind that can be compared; or only a URI, or the */   \
	/* subject itself, is outside */                                      \
	ROW(RARE_KIND_CONSTRAINED, "rare_kind_constrained")                   \
	ROW(RARE_NAME_CONSTRAINED, "rare_name_constrained")                   \
	/* only an address, of the family that is not constrained */          \
	ROW(ADDRESS_FAMILY_CONSTRAINED, "address_family_constrained")         \
	/* only a wildcard, which stands for an excluded name too */          \
	ROW(WILDCARD_EXCLUDED, "wildcard_excluded")                           \
	/* emailAddress of the subject, though there is a SAN */              \
	ROW(MAILBOX_CONSTRAINED, "mailbox_constrained")                       \
	/* the same, and no mailbox is in the SAN */                          \
	ROW(ONLY_MAILBOX_CONSTRAINED, "only_mailbox_constrained")             \
	/* one that is no IA5String, below any constraints */                 \
	ROW(MAILBOX_STRING_CONSTRAINED, "mailbox_string_constrained")         \
	/* with a minimum or a maximum, on a name that is there */            \
	ROW(CONSTRAINT_DISTANCE, "constraint_distance")                       \
	/* a mailbox's, or a URI's, host is below the one constrained */      \
	ROW(MAILBOX_SUBDOMAIN_CONSTRAINED, "mailbox_subdomain_constrained")   \
	ROW(URI_SUBDOMAIN_CONSTRAINED, "uri_subdomain_constrained")           \
	/* below one that is excluded */                                      \
	ROW(HOST_SUBDOMAIN_EXCLUDED, "host_subdomain_excluded")               \
	/* a mailbox differs in the case of its local part alone */           \
	ROW(LOCAL_PART_CASE, "local_part_case")                               \
	/* a DNS name is inside one but for the dot that ends it */           \
	ROW(CONSTRAINT_DOT, "constraint_dot")                                 \
	/* a mailbox or URI, and the constraint of no octets */               \
	ROW(EMPTY_EXCLUDED, "empty_excluded")                                 \
	ROW(EMPTY_PERMITTED, "empty_permitted")                               \
	/* a URI with an address for a host where others are excluded */      \
	ROW(URI_ADDRESS_EXCLUDED, "uri_address_excluded")                     \
	/* Of constraints, whatever the names are: */                         \
	/* one of no octets, of a mailbox or URI */                           \
	ROW(CONSTRAINT_EMPTY, "constraint_empty")                             \
	ROW(DIRECTORY_EXCLUDED, "directory_excluded")                         \
	/* on other names than mailbox, host, URI, address, directory */      \
	ROW(RARE_CONSTRAINED, "rare_constrained")                             \
	/* the leaf has a URI */                                              \
	ROW(URI_EXCLUDED, "uri_excluded")                                     \
	/* the same of both lists, critical */                                \
	ROW(URI_CONSTRAINED, "uri_constrained")                               \
	/* a name of the leaf that is no host's or mailbox's */               \
	ROW(ODD_NAME_CONSTRAINED, "odd_name_constrained")                     \
	/* critical, and not on names of hosts */                             \
	ROW(RARE_CONSTRAINTS, "rare_constraints")                             \
	/* no DNS name; the CN is outside */                                  \
	ROW(COMMON_NAME_CONSTRAINED, "common_name_constrained")               \
	/* and looks like a host */                                           \
	ROW(DOTTED_COMMON_NAME_CONSTRAINED, "dotted_common_name_constrained") \
	/* of letters, digits and hyphens, and there is a SAN */              \
	ROW(PLAIN_COMMON_NAME_CONSTRAINED, "plain_common_name_constrained")   \
	/* issuer and subject differ in octets only */                        \
	ROW(NAME_ENCODING, "name_encoding")                                   \
	/* What the leaf's key is for */                                      \
	/* an intermediate's excludes servers */                              \
	ROW(CA_PURPOSE, "ca_purpose")                                         \
	/* an intermediate's is any alone */                                  \
	ROW(CA_PURPOSE_ANY, "ca_purpose_any")                                 \
	ROW(LEAF_PURPOSE, "leaf_purpose")                                     \
	/* server gated cryptography instead of serverAuth */                 \
	ROW(LEAF_PURPOSE_GATED, "leaf_purpose_gated")                         \
	ROW(CA_PURPOSE_GATED, "ca_purpose_gated")                             \
	/* Netscape's of the two */                                           \
	ROW(CA_PURPOSE_NETSCAPE, "ca_purpose_netscape")                       \
	/* the extension without a purpose */                                 \
	ROW(LEAF_PURPOSE_EMPTY, "leaf_purpose_empty")                         \
	/* anyExtendedKeyUsage alone */                                       \
	ROW(LEAF_PURPOSE_ANY, "leaf_purpose_any")                             \
	/* none that TLS could use */                                         \
	ROW(LEAF_USAGE_NO_TLS, "leaf_usage_no_tls")                           \
	/* no bit of it is set */                                             \
	ROW(LEAF_USAGE_EMPTY, "leaf_usage_empty")                             \
	/* none for this key exchange */                                      \
	ROW(LEAF_USAGE_NOT_THIS, "leaf_usage_not_this")                       \
	/* Must-haves of RFC 5280 4.1 and 4.2 that most overlook */           \
	ROW(NO_AUTHORITY_KEY_ID, "no_authority_key_id")	    /* 4.2.1.1 */     \
	ROW(CA_NO_SUBJECT_KEY_ID, "ca_no_subject_key_id")   /* 4.2.1.2 */     \
	ROW(CA_NO_KEY_USAGE, "ca_no_key_usage")		    /* 4.2.1.3 */     \
	ROW(CA_BASIC_NOT_CRITICAL, "ca_basic_not_critical") /* 4.2.1.9 */     \
	ROW(EMPTY_SUBJECT, "empty_subject") /* 4.1.2.6, SAN not critical */   \
	/* 4.1.2.6: a CA's, or one that signs CRLs */                         \
	ROW(EMPTY_SUBJECT_SIGNS, "empty_subject_signs")                       \
	/* 4.2.1.6: the extension without a name */                           \
	ROW(NO_ALTERNATIVE_NAMES, "no_alternative_names")                     \
	/* 4.2.1.9: keyCertSign without being a CA */                         \
	ROW(CERT_SIGN_WITHOUT_CA, "cert_sign_without_ca")                     \
	/* 4.2.1.9: a path length without being a CA */                       \
	ROW(PATH_LENGTH_WITHOUT_CA, "path_length_without_ca")                 \
	/* or without keyCertSign */                                          \
	ROW(PATH_LENGTH_WITHOUT_SIGNING, "path_length_without_signing")       \
	ROW(LEAF_IS_CA, "leaf_is_ca") /* 4.2.1.9 allows it */                 \
	/* Strength */                                                        \
	ROW(RSA_BITS, "rsa_bits") /* limit least_rsa_bits */                  \
	ROW(SHA1, "sha1")                                                     \
	ROW(PSS_SHA1, "pss_sha1")                                             \
	ROW(MD5, "md5")                                                       \
	ROW(LEAF_P521, "leaf_p521")                                           \
	ROW(ED25519, "ed25519") /* any key of the path */                     \
	ROW(ED448, "ed448")	/* likewise */                                \
	ROW(LEAF_ED25519, "leaf_ed25519")                                     \
	/* the key itself is for RSA-PSS alone */                             \
	ROW(LEAF_PSS_KEY, "leaf_pss_key")                                     \
	/* signed with RSA-PSS, whatever the key */                           \
	ROW(PSS_SIGNATURE, "pss_signature")                                   \
	/* The name */                                                        \
	ROW(NAME, "name") /* no way in which it fits is one that is read */   \
	/* the same, and the host is an address */                            \
	ROW(HOST_ADDRESS, "host_address")                                     \
	ROW(TYPED_UNICODE, "typed_unicode")                                   \
	ROW(TYPED_DOT, "typed_dot")                                           \
	/* behind a name of one label, which would else be searched for */    \
	ROW(TYPED_DOT_ONE_LABEL, "typed_dot_one_label")                       \
	/* Dates; first their forms, 4.1.2.5 */                               \
	ROW(DATE_NO_SECONDS, "date_no_seconds") /* UTCTime */                 \
	ROW(LONG_DATE_NO_SECONDS, "long_date_no_seconds")                     \
	ROW(DATE_ZONE, "date_zone")                                           \
	/* UTCTime with neither: hours and minutes, then "+0100" */           \
	ROW(DATE_ZONE_NO_SECONDS, "date_zone_no_seconds")                     \
	ROW(DATE_FRACTION, "date_fraction")                                   \
	ROW(LEAF_EXPIRED, "leaf_expired")                                     \
	ROW(CA_EXPIRED, "ca_expired")                                         \
	ROW(ROOT_EXPIRED, "root_expired")                                     \
	ROW(NOT_YET_VALID, "not_yet_valid")                                   \
	/* Last */                                                            \
	ROW(STAPLE_REVOKED, "staple_revoked")                                 \
	/* to the CA that was asked */                                        \
	ROW(STAPLE_UNKNOWN, "staple_unknown")                                 \
	/* expired, forged, for another one */                                \
	ROW(STAPLE_UNUSABLE, "staple_unusable")                               \
	ROW(STAPLE_GARBAGE, "staple_garbage")                                 \
	/* promised by one of those sent, RFC 7633 */                         \
	ROW(STAPLE_MISSING, "staple_missing")                                 \
	/* promised by the leaf */                                            \
	ROW(LEAF_STAPLE_MISSING, "leaf_staple_missing")                       \
	/* over TLS 1.3, which has no place for it in the ServerHello */      \
	ROW(LEAF_STAPLE_PROMISED_TLS13, "leaf_staple_promised_tls13")         \
	ROW(CLIENT_CERT_REQUIRED, "client_cert_required")

#define CLIENT_TRAIT_ENUM(name, word) TRAIT_##name,
enum client_trait {
	CLIENT_TRAITS(CLIENT_TRAIT_ENUM) TRAIT_COUNT,
	TRAIT_NONE = TRAIT_COUNT
};

enum { CLIENT_TRAITS_WORDS = 4 };
_Static_assert(
    TRAIT_COUNT <= CLIENT_TRAITS_WORDS * 64, "traits have outgrown their set");

/* A set of traits; all zero is the empty one. */
struct client_traits {
	uint64_t words[CLIENT_TRAITS_WORDS];
};

static inline bool
client_traits_has(const struct client_traits *set, enum client_trait trait)
{
	return (set->words[trait / 64] >> (trait % 64) & 1) != 0;
}

static inline void
client_traits_add(struct client_traits *set, enum client_trait trait)
{
	set->words[trait / 64] |= (uint64_t)1 << (trait % 64);
}

static inline void
client_traits_add_all(
    struct client_traits *set, const struct client_traits *added)
{
	for (int i = 0; i < CLIENT_TRAITS_WORDS; i++)
		set->words[i] |= added->words[i];
}

static inline void
client_traits_remove_all(
    struct client_traits *set, const struct client_traits *removed)
{
	for (int i = 0; i < CLIENT_TRAITS_WORDS; i++)
		set->words[i] &= ~removed->words[i];
}

static inline void
client_traits_keep(struct client_traits *set, const struct client_traits *kept)
{
	for (int i = 0; i < CLIENT_TRAITS_WORDS; i++)
		set->words[i] &= kept->words[i];
}

static inline unsigned
client_traits_count(const struct client_traits *set)
{
	unsigned count = 0;

	for (int i = 0; i < CLIENT_TRAITS_WORDS; i++)
		count += (unsigned)__builtin_popcountll(set->words[i]);
	return count;
}

/* The one listed first; TRAIT_NONE of an empty set. */
static inline enum client_trait
client_traits_first(const struct client_traits *set)
{
	for (int i = 0; i < CLIENT_TRAITS_WORDS; i++)
		if (set->words[i] != 0)
			return (enum client_trait)(
			    i * 64 + __builtin_ctzll(set->words[i]));
	return TRAIT_NONE;
}

static inline bool
client_traits_is_empty(const struct client_traits *set)
{
	return client_traits_first(set) == TRAIT_NONE;
}

/*
 * How a name of the leaf fits the host; RFC 9525 knows the first three.  One
 * name may need several: "*.test" in the CN wants two of them read.
 */
#define CLIENT_WAYS(ROW)                                                     \
	ROW(NAME, "name")                                                    \
	ROW(ADDRESS, "address")                                              \
	ROW(WILDCARD, "wildcard")                                            \
	/* the host has one in it */                                         \
	ROW(NAME_UNDERSCORE, "name_underscore")                              \
	ROW(WILDCARD_UNDERSCORE, "wildcard_underscore")                      \
	ROW(WILDCARD_SUFFIX, "wildcard_suffix")	  /* "*.co.uk" */            \
	ROW(WILDCARD_TOP, "wildcard_top")	  /* "*.test" */             \
	ROW(WILDCARD_PARTIAL, "wildcard_partial") /* "w*l.example.com" */    \
	ROW(WILDCARD_FRONT, "wildcard_front")	  /* "*l.example.com" */     \
	ROW(WILDCARD_BACK, "wildcard_back")	  /* "w*.example.com" */     \
	/* "*wl.example.com" for "wl.example.com": it stands for nothing */  \
	ROW(WILDCARD_NOTHING, "wildcard_nothing")                            \
	/* "xn--w*.example.com" */                                           \
	ROW(WILDCARD_A_LABEL, "wildcard_a_label")                            \
	ROW(WILDCARD_INNER, "wildcard_inner") /* "a.*.example.com" */        \
	/* "www.example.com." in the certificate */                          \
	ROW(NAME_DOT, "name_dot")                                            \
	/* the same of a common name */                                      \
	ROW(COMMON_NAME_DOT, "common_name_dot")                              \
	/* a dNSName of "192.0.2.1" */                                       \
	ROW(ADDRESS_AS_NAME, "address_as_name")                              \
	/* or of "*.0.2.1" */                                                \
	ROW(ADDRESS_WILDCARD, "address_wildcard")                            \
	/* the host is an address, and the certificate any: none is compared \
	 */                                                                  \
	ROW(ADDRESS_UNSEEN, "address_unseen")                                \
	/* Of several common names the one that fits is: */                  \
	ROW(COMMON_NAME_FIRST, "common_name_first")                          \
	ROW(COMMON_NAME_MIDDLE, "common_name_middle")                        \
	ROW(COMMON_NAME_LAST, "common_name_last")                            \
	/* no DNS name and no address beside it */                           \
	ROW(COMMON_NAME, "common_name")                                      \
	/* the same, and the host is an address */                           \
	ROW(COMMON_NAME_ADDRESS, "common_name_address")                      \
	/* beside another address */                                         \
	ROW(COMMON_NAME_ADDRESS_BESIDE, "common_name_address_beside")        \
	/* beside a DNS name */                                              \
	ROW(COMMON_NAME_ADDRESS_BESIDE_NAME,                                 \
	    "common_name_address_beside_name")                               \
	/* an address, but no DNS name beside it */                          \
	ROW(COMMON_NAME_BESIDE, "common_name_beside")                        \
	/* neither of both, but a URI */                                     \
	ROW(COMMON_NAME_BESIDE_URI, "common_name_beside_uri")                \
	/* none of the three, though there is a SAN */                       \
	ROW(COMMON_NAME_BESIDE_OTHER, "common_name_beside_other")

#define CLIENT_WAY_ENUM(name, word) WAY_##name,
enum client_way { CLIENT_WAYS(CLIENT_WAY_ENUM) WAY_COUNT };

/* A set of ways: one bit each. */
#define WAY_BIT(way) ((uint64_t)1 << (way))
_Static_assert(WAY_COUNT <= 64, "ways have outgrown their set");

/* Numbers a client compares; 0 in a profile is no limit. */
enum client_limit {
	LIMIT_LEAST_DHE_BITS,	       /* of the server's prime */
	LIMIT_LEAST_RSA_BITS,	       /* of every key on the path */
	LIMIT_MOST_SENT,	       /* certificates in the message */
	LIMIT_MOST_MESSAGE_OCTETS,     /* of Certificate, CertificateRequest */
	LIMIT_MOST_CERTIFICATE_OCTETS, /* of any one that was sent */
	LIMIT_MOST_INTERMEDIATES,      /* between leaf and anchor */
	/* Of one certificate's names and an issuer's constraints: each with
	   each, or each with those of its kind. */
	LIMIT_MOST_NAME_PRODUCT, /* the subject's attributes are names */
	LIMIT_MOST_ALTERNATIVE_NAME_PRODUCT, /* they are not */
	LIMIT_MOST_NAME_COMPARISONS,
	LIMIT_COUNT
};

/* Is the limit undershot, and the trait that a breach has. */
bool client_limit_is_least(enum client_limit);
enum client_trait client_limit_trait(enum client_limit);

/* The traits of needing what these kinds are and not being offered it. */
struct client_traits client_offer_traits(uint64_t kinds);

/*
 * A trait's word is also its reason where a profile has none.  Back: -1 when
 * there is no such word, or it is NULL.
 */
const char *client_trait_word(enum client_trait);
int client_trait_find(const char *word);
int client_way_find(const char *word);

#endif
